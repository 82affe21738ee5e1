/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink-samples.h"

/* What whole messages mean. */

static void
test_captured(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    g_assert_cmpint(netlink_feed_captured(table, netlink_captured_links), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(netlink_feed_captured(table, netlink_captured_addresses), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(netlink_feed_captured(table, netlink_captured_routes4), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(netlink_feed_captured(table, netlink_captured_routes6), ==, AKIN_DUMP_DONE);
    netlink_assert_table(table,
                         "akin0 up 192.168.56.1/24 fd00:56::1/64 fe80::6c58:28ff:fefe:b9a3/64\n"
                         "eth0 up 198.51.100.2/24 2001:db8::2/64 fe80::e8ba:1cff:fe75:7cbb/64"
                         " default4/0:100 default6/0:1024 default6/0:2000\n"
                         "eth1 up 10.0.0.1/32 fe80::142e:1ff:fe87:92b4/64 default4/0:100"
                         " default4/0:600 default4/1:0 default6/0:1024\n"
                         "lo loopback up 127.0.0.1/8 ::1/128\n"
                         "p0 up\n"
                         "p1 up\n");
}

/* Two readings of one state are equal, though the kernel may say things twice or in another order.
 */
static void
test_repeated(void)
{
    g_autoptr(AkinLinkTable) once = akin_link_table_new(), twice = akin_link_table_new();
    netlink_feed_captured(once, netlink_captured_links);
    netlink_feed_captured(once, netlink_captured_addresses);
    netlink_feed_captured(once, netlink_captured_routes4);
    netlink_feed_captured(twice, netlink_captured_links);
    netlink_feed_captured(twice, netlink_captured_routes4);
    netlink_feed_captured(twice, netlink_captured_addresses);
    netlink_feed_captured(twice, netlink_captured_addresses);
    netlink_feed_captured(twice, netlink_captured_routes4);
    g_autofree char *text = netlink_finish_text(once);
    netlink_assert_table(twice, text);
    netlink_assert_table(twice, "");
}

static void
test_names(void)
{
    static const struct {
        const char *name;
        gsize size;
        gboolean good;
    } cases[] = {
        {"eth0", 5, TRUE},
        {"abcdefghijklmno", 16, TRUE},
        {"abcdefghijklmnop", 17, FALSE}, /* 16 bytes */
        {"eth0", 4, FALSE},              /* no NUL */
        {"", 1, FALSE},
        {"", 0, FALSE},
        {"a/b", 4, FALSE},
        {"a b", 4, FALSE},
        {"a\nb", 4, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        g_autofree char *line = g_strdup_printf("%s down\n", cases[i].name);
        netlink_feed(table, netlink_link(2, 0, cases[i].name, cases[i].size));
        netlink_assert_table(table, cases[i].good ? line : "");
    }
}

static void
test_links(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    netlink_feed(table, netlink_link(0, IFF_UP, "zero", 5));
    netlink_feed(table, netlink_link(-1, IFF_UP, "minus", 6));
    netlink_feed(table, netlink_link(7, 0, "old", 4));
    netlink_feed(table, netlink_link(7, IFF_UP, "new", 4));
    struct ifinfomsg port = {.ifi_family = AF_BRIDGE, .ifi_index = 7};
    GByteArray *message = netlink_message_new(RTM_NEWLINK, &port, sizeof port);
    netlink_put(message, IFLA_IFNAME, "port", 5);
    netlink_feed(table, netlink_seal(message));
    struct ifinfomsg nameless = {.ifi_index = 8};
    netlink_feed(table, netlink_seal(netlink_message_new(RTM_NEWLINK, &nameless, sizeof nameless)));
    netlink_assert_table(table, "new up\n");
}

static void
test_addresses(void)
{
    static const struct {
        guint8 family, length, flags;
        gsize size;
        const char *expected;
    } cases[] = {
        {AF_INET, 24, 0, 4, "eth0 up 192.0.2.1/24\n"},
        {AF_INET, 0, IFA_F_DEPRECATED, 4, "eth0 up 192.0.2.1/0\n"},
        {AF_INET6, 64, IFA_F_TENTATIVE, 16, "eth0 up c000:201::/64\n"},
        {AF_INET6, 64, IFA_F_TENTATIVE | IFA_F_DADFAILED, 16, "eth0 up\n"},
        {AF_INET, 33, 0, 4, "eth0 up\n"},
        {AF_INET6, 129, 0, 16, "eth0 up\n"},
        {AF_INET, 24, 0, 16, "eth0 up\n"},
        {AF_INET, 24, 0, 3, "eth0 up\n"},
        {AF_INET6, 64, 0, 4, "eth0 up\n"},
        {AF_UNSPEC, 24, 0, 4, "eth0 up\n"},
        {AF_BRIDGE, 24, 0, 4, "eth0 up\n"},
        {255, 24, 0, 4, "eth0 up\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        netlink_feed(table, netlink_address(cases[i].family, cases[i].length, cases[i].flags,
                                            cases[i].size));
        netlink_assert_table(table, cases[i].expected);
    }
}

/* An address of a link that came up after the links were read. */
static void
test_unknown_link(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    netlink_feed(table, netlink_address(AF_INET, 24, 0, 4));
    netlink_feed(table, netlink_route(0, RT_TABLE_MAIN, RTN_UNICAST, 0));
    netlink_assert_table(table, "");
}

static void
test_routes(void)
{
    static const struct {
        guint8 length;
        guint32 table;
        guint8 type;
        guint flags;
        const char *expected;
    } cases[] = {
        {0, RT_TABLE_MAIN, RTN_UNICAST, 0, "eth0 up default4/0:0\n"},
        {1, RT_TABLE_MAIN, RTN_UNICAST, RTNH_F_ONLINK, "eth0 up default4/1:0\n"},
        {2, RT_TABLE_MAIN, RTN_UNICAST, 0, "eth0 up\n"},
        {0, 51820, RTN_UNICAST, 0, "eth0 up\n"},
        {0, RT_TABLE_LOCAL, RTN_UNICAST, 0, "eth0 up\n"},
        {0, RT_TABLE_MAIN, RTN_BLACKHOLE, 0, "eth0 up\n"},
        {0, RT_TABLE_MAIN, RTN_UNREACHABLE, 0, "eth0 up\n"},
        {0, RT_TABLE_MAIN, RTN_UNICAST, RTNH_F_DEAD, "eth0 up\n"},
        {0, RT_TABLE_MAIN, RTN_UNICAST, RTNH_F_LINKDOWN, "eth0 up\n"},
        {0, RT_TABLE_MAIN, RTN_UNICAST, RTM_F_CLONED, "eth0 up\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        netlink_feed(table,
                     netlink_route(cases[i].length, cases[i].table, cases[i].type, cases[i].flags));
        netlink_assert_table(table, cases[i].expected);
    }
}

/* The second of two hops has this length and is cut after size bytes. */
static void
feed_two_hops(AkinLinkTable *table, guint16 length, guint8 flags, gsize size)
{
    struct rtmsg header = {.rtm_family = AF_INET6, .rtm_type = RTN_UNICAST, .rtm_table = 254};
    struct rtnexthop hops[] = {{.rtnh_len = sizeof *hops, .rtnh_ifindex = 2},
                               {.rtnh_len = length, .rtnh_flags = flags, .rtnh_ifindex = 3}};
    GByteArray *message = netlink_message_new(RTM_NEWROUTE, &header, sizeof header);
    netlink_put_u32(message, RTA_PRIORITY, 1024);
    netlink_put(message, RTA_MULTIPATH, hops, sizeof *hops + size);
    netlink_feed(table, netlink_seal(message));
}

static void
test_hops(void)
{
    static const struct {
        guint16 length;
        guint8 flags;
        gsize size;
        gboolean good;
    } cases[] = {
        {8, 0, 8, TRUE},  {8, RTNH_F_DEAD, 8, FALSE}, {8, RTNH_F_LINKDOWN, 8, FALSE},
        {0, 0, 8, FALSE}, {7, 0, 8, FALSE},           {9, 0, 8, FALSE},
        {8, 0, 4, FALSE}, {65535, 0, 8, FALSE},       {8, 0, 0, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(AkinLinkTable) table = netlink_table_with_eth0();
        netlink_feed(table, netlink_link(3, IFF_UP, "eth1", 5));
        feed_two_hops(table, cases[i].length, cases[i].flags, cases[i].size);
        netlink_assert_table(table, cases[i].good
                                        ? "eth0 up default6/0:1024\neth1 up default6/0:1024\n"
                                        : "eth0 up default6/0:1024\neth1 up\n");
    }
}

static AkinDump
feed_end(guint16 type, const void *code, gsize size)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    return netlink_feed(table, netlink_seal(netlink_message_new(type, code, size)));
}

static void
test_ends(void)
{
    int good = 0, refused = -EPERM, wild = G_MININT32;
    g_assert_cmpint(feed_end(NLMSG_DONE, &good, sizeof good), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(feed_end(NLMSG_DONE, "", 0), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(feed_end(NLMSG_DONE, &refused, sizeof refused), ==, AKIN_DUMP_FAILED);
    g_assert_cmpint(errno, ==, EPERM);
    g_assert_cmpint(feed_end(NLMSG_ERROR, &refused, sizeof refused), ==, AKIN_DUMP_FAILED);
    g_assert_cmpint(errno, ==, EPERM);
    g_assert_cmpint(feed_end(NLMSG_ERROR, &wild, sizeof wild), ==, AKIN_DUMP_FAILED);
    g_assert_cmpint(feed_end(NLMSG_ERROR, "", 0), ==, AKIN_DUMP_FAILED);
    g_assert_cmpint(feed_end(NLMSG_NOOP, "", 0), ==, AKIN_DUMP_MORE);
}

/* Said once, by any message of an answer, and until that answer ends. */
static void
test_interrupted(void)
{
    int code = 0;
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    GByteArray *message = netlink_link(2, 0, "eth0", 5);
    ((struct nlmsghdr *) message->data)->nlmsg_flags = NLM_F_MULTI | NLM_F_DUMP_INTR;
    g_assert_cmpint(netlink_feed(table, message), ==, AKIN_DUMP_MORE);
    g_assert_cmpint(netlink_feed(table, netlink_link(3, 0, "eth1", 5)), ==, AKIN_DUMP_MORE);
    message = netlink_message_new(NLMSG_DONE, &code, sizeof code);
    g_assert_cmpint(netlink_feed(table, netlink_seal(message)), ==, AKIN_DUMP_INTERRUPTED);
    message = netlink_message_new(NLMSG_DONE, &code, sizeof code);
    g_assert_cmpint(netlink_feed(table, netlink_seal(message)), ==, AKIN_DUMP_DONE);
    netlink_assert_table(table, "eth0 down\neth1 down\n");
}

/* Asked again: a link of another number took a name over, and another was named anew. */
static void
test_asked_again(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    netlink_feed(table, netlink_link(2, 0, "akin0", 6));
    netlink_feed(table, netlink_link(3, 0, "eth0", 5));
    netlink_feed(table, netlink_link(9, IFF_UP, "akin0", 6));
    netlink_feed(table, netlink_link(3, 0, "wan0", 5));
    netlink_feed(table, netlink_link(10, 0, "eth0", 5));
    netlink_assert_table(table, "akin0 up\neth0 down\nwan0 down\n");
}

static void
test_news(void)
{
    struct ifinfomsg link = {.ifi_index = 2}, port = {.ifi_family = AF_BRIDGE, .ifi_index = 2};
    GByteArray *scan = netlink_message_new(RTM_NEWLINK, &link, sizeof link);
    netlink_put(scan, IFLA_IFNAME, "wlan0", 6);
    netlink_put(scan, IFLA_WIRELESS, "\0\0\0\0", 4);

    g_assert_false(akin_rtnetlink_is_news("", 0));
    g_assert_true(netlink_is_news(netlink_link(2, 0, "eth0", 5)));
    g_assert_true(
        netlink_is_news(netlink_seal(netlink_message_new(RTM_DELLINK, &link, sizeof link))));
    g_assert_false(
        netlink_is_news(netlink_seal(netlink_message_new(RTM_DELLINK, &port, sizeof port))));
    g_assert_false(netlink_is_news(netlink_seal(scan)));
    g_assert_true(netlink_is_news(netlink_address(AF_INET, 24, 0, 4)));
    g_assert_true(netlink_is_news(netlink_route(0, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_true(netlink_is_news(netlink_route(1, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_true(netlink_is_news(netlink_route(0, RT_TABLE_MAIN, RTN_UNREACHABLE, 0)));
    g_assert_false(netlink_is_news(netlink_route(24, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_false(netlink_is_news(netlink_route(0, RT_TABLE_LOCAL, RTN_UNICAST, 0)));
    g_assert_false(netlink_is_news(netlink_route(0, RT_TABLE_MAIN, RTN_UNICAST, RTM_F_CLONED)));
    g_assert_true(netlink_is_news(netlink_seal(netlink_message_new(RTM_DELNEXTHOP, "", 0))));
}

/* News behind noise in one datagram. */
static void
test_news_behind_noise(void)
{
    g_autoptr(GByteArray) both = netlink_route(24, RT_TABLE_MAIN, RTN_UNICAST, 0);
    g_autoptr(GByteArray) news = netlink_route(0, RT_TABLE_MAIN, RTN_UNICAST, 0);
    g_assert_false(akin_rtnetlink_is_news(both->data, both->len));
    g_byte_array_append(both, news->data, news->len);
    g_assert_true(akin_rtnetlink_is_news(both->data, both->len));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtnetlink/captured", test_captured);
    g_test_add_func("/rtnetlink/repeated", test_repeated);
    g_test_add_func("/rtnetlink/names", test_names);
    g_test_add_func("/rtnetlink/links", test_links);
    g_test_add_func("/rtnetlink/addresses", test_addresses);
    g_test_add_func("/rtnetlink/unknown-link", test_unknown_link);
    g_test_add_func("/rtnetlink/routes", test_routes);
    g_test_add_func("/rtnetlink/hops", test_hops);
    g_test_add_func("/rtnetlink/ends", test_ends);
    g_test_add_func("/rtnetlink/interrupted", test_interrupted);
    g_test_add_func("/rtnetlink/asked-again", test_asked_again);
    g_test_add_func("/rtnetlink/news", test_news);
    g_test_add_func("/rtnetlink/news-behind-noise", test_news_behind_noise);
    return g_test_run();
}
