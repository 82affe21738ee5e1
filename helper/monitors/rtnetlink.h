/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "link-table.h"

/*
 * What rtnetlink(7) says, made into interfaces. Pure: no socket, no clock. No length in a message
 * is trusted: a message that is malformed, or of a kind that does not concern us, is left out
 * whole. Buffers are aligned for struct nlmsghdr and may hold several messages.
 */
typedef enum {
    AKIN_DUMP_MORE,        /* the answer goes on in the next datagram */
    AKIN_DUMP_DONE,        /* that was all */
    AKIN_DUMP_INTERRUPTED, /* that was all, but something changed meanwhile: some may be missing */
    AKIN_DUMP_FAILED,      /* errno says why; EBADMSG when the messages do not fit the buffer */
} AkinDump;

/*
 * Takes one datagram of the answer to a dump of links, addresses or routes, in this order: what
 * belongs to a link that is not in the table is left out. The answer to the same question asked
 * again adds to the table; what it says otherwise counts.
 */
AkinDump akin_link_table_feed(AkinLinkTable *table, const void *buffer, gsize size);

/*
 * Whether a datagram of events can mean another outcome of the dumps. Errs on the side of TRUE:
 * a reading costs little, a missed change leaves wrong rules in force.
 */
gboolean akin_rtnetlink_is_news(const void *buffer, gsize size);
