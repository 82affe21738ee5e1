/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "rtnetlink.h"

/* Messages of rtnetlink(7), as a kernel has sent them and made by hand, and
 * what is made of them. */

/*
 * Answers of Linux 6.18, as base64. Of the links, attributes that nobody reads
 * were taken out.
 *
 *   akin0  bridge, no carrier, 192.168.56.1/24 fd00:56::1/64 fe80::.../64
 *   eth0   198.51.100.2/24 2001:db8::2/64 fe80::.../64
 *   eth1   10.0.0.1 peer 10.9.0.5/24, fe80::.../64
 *   default metric 100 nexthop via 198.51.100.1 dev eth0 nexthop dev eth1
 *   default dev eth1 metric 600; 0.0.0.0/1 dev eth1; 128.0.0.0/1 dev eth1
 *   unreachable default metric 4294967295; 203.0.113.0/24 dev eth0
 *   default metric 1024 nexthop via fe80::1 dev eth0 nexthop via fe80::1 dev
 * eth1 default via fe80::2 dev eth0 metric 2000
 */
extern const char netlink_captured_links[], netlink_captured_addresses[],
    netlink_captured_routes4[], netlink_captured_routes6[];
AkinDump netlink_feed_captured(AkinLinkTable *table, const char *text);

/* A message under construction; its length is set by netlink_seal, which
 * returns it. */
GByteArray *netlink_message_new(guint16 type, const void *header, gsize size);
void netlink_put(GByteArray *message, guint16 type, const void *data, gsize size);
void netlink_put_u32(GByteArray *message, guint16 type, guint32 value);
/* length: what the attribute says of itself, which may be a lie. */
void
netlink_put_lying(GByteArray *message, guint16 type, const void *data, gsize size, guint16 length);
GByteArray *netlink_seal(GByteArray *message);

/* Whole messages; addresses and routes are those of link number 2. size: of the
 * attribute. */
GByteArray *netlink_link(int index, guint flags, const void *name, gsize size);
GByteArray *netlink_address(guint8 family, guint8 length, guint8 flags, gsize size);
GByteArray *netlink_route(guint8 length, guint32 table, guint8 type, guint flags);

/* Exactly size bytes, so that a sanitiser sees each byte read behind them;
 * g_free. */
guint8 *netlink_copy_of(const guint8 *data, gsize size);

/* Take the message. */
AkinDump netlink_feed(AkinLinkTable *table, GByteArray *message);
gboolean netlink_is_news(GByteArray *message);

/* A table with eth0, number 2. */
AkinLinkTable *netlink_table_with_eth0(void);

/* All that is in the table, one line an interface; it is empty afterwards. The
 * caller frees it. */
char *netlink_finish_text(AkinLinkTable *table);
void netlink_assert_table(AkinLinkTable *table, const char *expected);
