/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * PORTS, as in akinctl(1): "tcp:80,8080,6881-6999;udp:53;esp;ping". Protocols are those a person
 * names; ping is the echo request of ICMP and of ICMPv6, esp the payload of IPsec (RFC 4303).
 * Spaces may stand between the words.
 */
typedef enum {
    AKIN_PROTOCOL_TCP,
    AKIN_PROTOCOL_UDP,
    AKIN_PROTOCOL_ESP,
    AKIN_PROTOCOL_PING,
} AkinProtocol;

/* first..last, both inclusive, 1..65535; both 0 where the protocol has no ports. */
typedef struct {
    AkinProtocol protocol;
    guint16 first, last;
} AkinPortRange;

/* Most ranges in one PORTS: what a person writes by hand, and a bound on what a client can send. */
#define AKIN_PORTS_MAX 256

/* "tcp", "udp", "esp", "ping"; a constant. */
const char *akin_protocol_name(AkinProtocol protocol);
gboolean akin_protocol_parse(const char *name, AkinProtocol *protocol, GError **error);
gboolean akin_protocol_has_ports(AkinProtocol protocol);

/* A decimal port, 1..65535, nothing before or after it. */
gboolean akin_port_parse(const char *text, guint16 *port, GError **error);

/*
 * An array of AkinPortRange, sorted by protocol and port, without overlaps or ranges that touch;
 * empty for "". NULL with AKIN_ERROR_INVALID_ARGUMENT when text is not PORTS. Free with
 * g_array_unref.
 */
GArray *akin_ports_parse(const char *text, GError **error);

/* Sorts and merges in place: the form that akin_ports_parse returns. */
void akin_ports_normalise(GArray *ports);

/* Canonical PORTS; "" for an empty array. */
char *akin_ports_format(const GArray *ports);

gboolean akin_ports_contain(const GArray *ports, AkinProtocol protocol, guint16 port);
