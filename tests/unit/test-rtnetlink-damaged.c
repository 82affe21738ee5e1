/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink-samples.h"

/* Messages that lie about their lengths, are cut, or have any byte changed. */

/* Attributes that lie about their length, or end in the middle: the message is left out whole. */
static void
test_lying_attributes(void)
{
    static const guint8 bytes[4] = {192, 0, 2, 1};
    static const guint16 lengths[] = {0, 1, 3, 9, 12, 255, 65535};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        struct ifaddrmsg header = {.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 2};
        GByteArray *message = netlink_message_new(RTM_NEWADDR, &header, sizeof header);
        netlink_put(message, IFA_LOCAL, bytes, sizeof bytes);
        netlink_put_lying(message, IFA_ADDRESS, bytes, sizeof bytes, lengths[i]);
        netlink_feed(table, netlink_seal(message));
        netlink_assert_table(table, "eth0 up\n");
    }
}

static void
test_wrong_numbers(void)
{
    struct rtmsg header = {.rtm_family = AF_INET, .rtm_type = RTN_UNICAST, .rtm_table = 254};
    static const guint16 types[] = {RTA_TABLE, RTA_OIF, RTA_PRIORITY};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        GByteArray *message = netlink_message_new(RTM_NEWROUTE, &header, sizeof header);
        netlink_put_u32(message, RTA_OIF, 2);
        netlink_put(message, types[i], "\1\0", 2);
        netlink_feed(table, netlink_seal(message));
        netlink_assert_table(table, "eth0 up\n");
    }
}

/* Each prefix of a good answer: it never reads further, and never fails but by saying so. */
static void
test_truncated(void)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(netlink_captured_addresses, &size);
    for (gsize cut = 0; cut < size; cut++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        g_autofree guint8 *part = netlink_copy_of(data, cut);
        AkinDump state = akin_link_table_feed(table, part, cut);
        if (state == AKIN_DUMP_FAILED)
            g_assert_cmpint(errno, ==, EBADMSG);
        else
            g_assert_cmpint(state, ==, AKIN_DUMP_MORE);
        g_assert_cmpint(akin_rtnetlink_is_news(part, cut), ==, cut > 0);
    }
}

static void
test_message_lengths(void)
{
    static const guint32 lengths[] = {0, 1, 15, 53, 1000, G_MAXINT32, 0x80000000, G_MAXUINT32};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        GByteArray *message = netlink_link(2, 0, "eth0", 5);
        g_assert_cmpuint(message->len, <, 53);
        ((struct nlmsghdr *) message->data)->nlmsg_len = lengths[i];
        g_assert_true(akin_rtnetlink_is_news(message->data, message->len));
        g_assert_cmpint(netlink_feed(table, message), ==, AKIN_DUMP_FAILED);
        g_assert_cmpint(errno, ==, EBADMSG);
        netlink_assert_table(table, "");
    }
}

/* Too short for the structure behind the header. */
static void
test_short_messages(void)
{
    static const guint16 types[] = {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        g_assert_cmpint(netlink_feed(table, netlink_seal(netlink_message_new(types[i], "", 0))), ==,
                        AKIN_DUMP_MORE);
        g_assert_cmpint(
            netlink_feed(table, netlink_seal(netlink_message_new(types[i], "\2\0\0", 4))), ==,
            AKIN_DUMP_MORE);
        netlink_assert_table(table, "eth0 up\n");
        g_assert_true(netlink_is_news(netlink_seal(netlink_message_new(types[i], "", 0))));
    }
}

/* Any byte of a good answer changed to a few values: nothing crashes, names keep their promise. */
static void
test_flipped(void)
{
    static const guint8 values[] = {0, 1, 3, 0x7f, 0x80, 0xff};
    gsize size;
    g_autofree guchar *data = g_base64_decode(netlink_captured_links, &size);
    for (gsize i = 0; i < size * G_N_ELEMENTS(values); i++) {
        g_autofree guint8 *copy = netlink_copy_of(data, size);
        copy[i / G_N_ELEMENTS(values)] = values[i % G_N_ELEMENTS(values)];
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        akin_link_table_feed(table, copy, size);
        netlink_feed_captured(table, netlink_captured_addresses);
        akin_rtnetlink_is_news(copy, size);
        g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
        for (guint k = 0; k < interfaces->len; k++) {
            const char *name = ((AkinInterface *) interfaces->pdata[k])->name;
            g_assert_cmpuint(strlen(name), >, 0);
            g_assert_cmpuint(strlen(name), <, IFNAMSIZ);
            g_assert_null(strpbrk(name, "/ \t\n"));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtnetlink/lying-attributes", test_lying_attributes);
    g_test_add_func("/rtnetlink/wrong-numbers", test_wrong_numbers);
    g_test_add_func("/rtnetlink/truncated", test_truncated);
    g_test_add_func("/rtnetlink/message-lengths", test_message_lengths);
    g_test_add_func("/rtnetlink/short-messages", test_short_messages);
    g_test_add_func("/rtnetlink/flipped", test_flipped);
    return g_test_run();
}
