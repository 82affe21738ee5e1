/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "link-table.h"

/*
 * What route(4) of FreeBSD and macOS says, by sysctl(3) and on its socket, made into interfaces
 * and neighbours. Pure: no socket, no clock, no header of those systems. No length in a message is
 * trusted: a message that is malformed, of another version, or of a kind that does not concern us,
 * is left out whole.
 */

/*
 * How one system lays its messages out. What is the same on both (the first fields of each kind of
 * message, the types that are read here, and version 5) is the parser's own knowledge.
 */
typedef struct {
    guint16 route_size;   /* of struct rt_msghdr: addresses begin behind it */
    guint16 link_size;    /* of struct if_msghdr */
    guint16 address_size; /* of struct ifa_msghdr */
    guint16 carrier;      /* where struct if_msghdr has its one byte ifi_link_state; 0: nowhere */
    guint8 carrier_lost;  /* its value without a carrier */
    guint8 rounding;      /* each address fills a multiple of so many bytes */
    guint8 inet6;         /* AF_INET6 */
    guint32 refusing;     /* flags of routes that lead nowhere, or are for some sockets alone */
    guint32 own;          /* flags of neighbours that are this computer itself */
} AkinRoutingLayout;

/*
 * Takes the answer to one of NET_RT_IFLIST and NET_RT_DUMP, in this order: what belongs to a link
 * that is not in the table is left out, and so are routes through one that is down.
 */
void akin_routing_feed(const AkinRoutingLayout *layout, AkinLinkTable *table, const void *buffer,
                       gsize size);

/*
 * Whether what the socket gives can mean another outcome of those. Errs on the side of TRUE: a
 * reading costs little, a missed change leaves wrong rules in force.
 */
gboolean akin_routing_is_news(const AkinRoutingLayout *layout, const void *buffer, gsize size);

/* Somebody on a link, with a hardware address of six bytes. */
typedef struct {
    guint32 link;
    AkinPrefix address;
    guint8 hardware[6];
} AkinNeighbour;

/*
 * Appends an AkinNeighbour for each that the answer to NET_RT_FLAGS with RTF_LLINFO knows the
 * hardware address of.
 */
void akin_routing_neighbours(const AkinRoutingLayout *layout, GArray *neighbours,
                             const void *buffer, gsize size);
