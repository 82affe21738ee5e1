/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "address.h"

/* A packet as the models of ipfw and pf see it. */
typedef struct {
    AkinPrefix address;
    guint port;
} PacketEnd;

typedef struct {
    gboolean in;
    const char *recv, *xmit; /* names of interfaces; NULL: this computer itself */
    const char *protocol;    /* "tcp", "udp", "esp", "icmp", "ipv6-icmp" or "igmp" */
    int type;                /* of ICMP */
    gboolean answer;         /* not the first of its connection */
    gboolean looped;         /* has gone out by lo0, and comes in */
    PacketEnd from, to;
} Packet;

gboolean packet_same_end(const PacketEnd *a, const PacketEnd *b);
PacketEnd packet_end(const char *address, guint port);

/* Words such as "192.168.56.0/24" or "fe80::/10"; none of the other family. */
gboolean packet_in_prefix(const PacketEnd *end, const char *prefix);

/* "80" or "6881-6999", with the dash of the rules' language. */
gboolean packet_in_ports(guint port, const char *range, char dash);
