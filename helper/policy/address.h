/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * An address or a network, IPv4 or IPv6, as a value: no allocation, compared with ==-like
 * functions. An address is a prefix of full length. Host bits below the length are always zero,
 * except where a function says that it keeps them.
 */
typedef enum { AKIN_IPV4 = 4, AKIN_IPV6 = 6 } AkinFamily;

typedef struct {
    AkinFamily family;
    guint8 length;    /* bits, 0..32 or 0..128 */
    guint8 bytes[16]; /* network byte order; IPv4 in the first four */
} AkinPrefix;

/* 32 or 128. */
guint8 akin_family_bits(AkinFamily family);

/*
 * "192.168.56.0/24", "fd00:56::/64" or a bare address. Refuses host bits set below the length,
 * since a typing error is the likelier reason than intent. AKIN_ERROR_INVALID_ARGUMENT.
 */
gboolean akin_prefix_parse(const char *text, AkinPrefix *prefix, GError **error);

/* The same for one address without a length. */
gboolean akin_address_parse(const char *text, AkinPrefix *address, GError **error);

/* The network that an interface with this address and prefix length is in. */
AkinPrefix akin_prefix_network(const AkinPrefix *address, guint8 length);

gboolean akin_prefix_equal(const AkinPrefix *a, const AkinPrefix *b);
int akin_prefix_compare(const AkinPrefix *a, const AkinPrefix *b);

/* True when the whole of inner lies in outer. */
gboolean akin_prefix_contains(const AkinPrefix *outer, const AkinPrefix *inner);

/* ::ffff:0:0/96, 127/8, ::1, multicast, unspecified: nothing that a machine or a peer may have. */
gboolean akin_prefix_is_unicast(const AkinPrefix *address);
gboolean akin_prefix_is_loopback(const AkinPrefix *address);
gboolean akin_prefix_is_link_local(const AkinPrefix *address);

/* Sorts an array of AkinPrefix and leaves out what lies inside another one. */
void akin_prefixes_prune(GArray *prefixes);

/* Canonical text; the length is left out when it is full. Never NULL. */
char *akin_prefix_format(const AkinPrefix *prefix);
