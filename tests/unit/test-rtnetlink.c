/* SPDX-License-Identifier: BSD-2-Clause */
#include "rtnetlink.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/*
 * Answers of Linux 6.18, as base64. Of the links, attributes that nobody reads were taken out.
 *
 *   akin0  bridge, no carrier, 192.168.56.1/24 fd00:56::1/64 fe80::.../64
 *   eth0   198.51.100.2/24 2001:db8::2/64 fe80::.../64
 *   eth1   10.0.0.1 peer 10.9.0.5/24, fe80::.../64
 *   default metric 100 nexthop via 198.51.100.1 dev eth0 nexthop dev eth1
 *   default dev eth1 metric 600; 0.0.0.0/1 dev eth1; 128.0.0.0/1 dev eth1
 *   unreachable default metric 4294967295; 203.0.113.0/24 dev eth0
 *   default metric 1024 nexthop via fe80::1 dev eth0 nexthop via fe80::1 dev eth1
 *   default via fe80::2 dev eth0 metric 2000
 */
static const char captured_links[] =
    "SAAAABAAAgABAAAAvyYAAAAABAMBAAAASQABAAAAAAAHAAMAbG8AAAgABAAAAAEACgABAAAAAAAAAAAACgACAAAA"
    "AAAAAAAATAAAABAAAgABAAAAvyYAAAAAAQACAAAAAxAAAAAAAAAKAAMAYWtpbjAAAAAIAAQA3AUAAAoAAQACAAAA"
    "AAEAAAoAAgD///////8AAFAAAAAQAAIAAQAAAL8mAAAAAAEAAwAAAEMQAQAAAAAABwADAHAwAAAIAAQA3AUAAAoA"
    "AQCqJ7bIthcAAAoAAgD///////8AAAgABQAEAAAAVAAAABAAAgABAAAAvyYAAAAAAQAEAAAAQxABAAAAAAAJAAMA"
    "ZXRoMAAAAAAIAAQA3AUAAAoAAQDquhx1fLsAAAoAAgD///////8AAAgABQADAAAAUAAAABAAAgABAAAAvyYAAAAA"
    "AQAFAAAAQxABAAAAAAAHAAMAcDEAAAgABADcBQAACgABABZa4QAcrgAACgACAP///////wAACAAFAAYAAABUAAAA"
    "EAACAAEAAAC/JgAAAAABAAYAAABDEAEAAAAAAAkAAwBldGgxAAAAAAgABADcBQAACgABABYuAYeStAAACgACAP//"
    "/////wAACAAFAAUAAAAUAAAAAwACAAEAAAC/JgAAAAAAAA==";

static const char captured_addresses[] =
    "TAAAABQAAgABAAAAvyYAAAIIgP4BAAAACAABAH8AAAEIAAIAfwAAAQcAAwBsbwAACAAIAIAAAAAUAAYA////////"
    "//973QIAe90CAFAAAAAUAAIAAQAAAL8mAAACGIAAAgAAAAgAAQDAqDgBCAACAMCoOAEKAAMAYWtpbjAAAAAIAAgA"
    "gAAAABQABgD//////////33dAgB93QIAUAAAABQAAgABAAAAvyYAAAIYgAAEAAAACAABAMYzZAIIAAIAxjNkAgkA"
    "AwBldGgwAAAAAAgACACAAAAAFAAGAP//////////fd0CAH3dAgBQAAAAFAACAAEAAAC/JgAAAhiAAAYAAAAIAAEA"
    "CgkABQgAAgAKAAABCQADAGV0aDEAAAAACAAIAIAAAAAUAAYA//////////993QIAfd0CAFAAAAAUAAIAAQAAAL8m"
    "AAAKgID+AQAAABQAAQAAAAAAAAAAAAAAAAAAAAABFAAGAP//////////e90CAHvdAgAIAAgAgAAAAAUACwABAAAA"
    "SAAAABQAAgABAAAAvyYAAApAggACAAAAFAABAP0AAFYAAAAAAAAAAAAAAAEUAAYA//////////993QIAfd0CAAgA"
    "CACCAAAAUAAAABQAAgABAAAAvyYAAApAgP0CAAAAFAABAP6AAAAAAAAAbFgo//7+uaMUAAYA//////////973QIA"
    "e90CAAgACACAAAAABQALAAMAAABIAAAAFAACAAEAAAC/JgAACkCCAAQAAAAUAAEAIAENuAAAAAAAAAAAAAAAAhQA"
    "BgD//////////37dAgB+3QIACAAIAIIAAABQAAAAFAACAAEAAAC/JgAACkCA/QQAAAAUAAEA/oAAAAAAAADouhz/"
    "/nV8uxQABgD//////////3zdAgB83QIACAAIAIAAAAAFAAsAAwAAAFAAAAAUAAIAAQAAAL8mAAAKQID9BgAAABQA"
    "AQD+gAAAAAAAABQuAf/+h5K0FAAGAP//////////fN0CAHzdAgAIAAgAgAAAAAUACwADAAAAFAAAAAMAAgABAAAA"
    "vyYAAAAAAAA=";

static const char captured_routes4[] =
    "NAAAABgAIgABAAAAvyYAAAIBAAD+A/0BAAAAAAgADwD+AAAACAABAAAAAAAIAAQABgAAAEgAAAAYACIAAQAAAL8m"
    "AAACAAAA/gMAAQAAAAAIAA8A/gAAAAgABgBkAAAAHAAJABAAAAAEAAAACAAFAMYzZAEIAAAABgAAADQAAAAYACIA"
    "AQAAAL8mAAACAAAA/gP9AQAAAAAIAA8A/gAAAAgABgBYAgAACAAEAAYAAAAsAAAAGAAiAAEAAAC/JgAAAgAAAP4D"
    "AAcAAAAACAAPAP4AAAAIAAYA/////zwAAAAYACIAAQAAAL8mAAACGAAA/gL9AQAAAAAIAA8A/gAAAAgAAQAKCQAA"
    "CAAHAAoAAAEIAAQABgAAADQAAAAYACIAAQAAAL8mAAACAQAA/gP9AQAAAAAIAA8A/gAAAAgAAQCAAAAACAAEAAYA"
    "AAA8AAAAGAAiAAEAAAC/JgAAAhgAAP4C/QEQAAAACAAPAP4AAAAIAAEAwKg4AAgABwDAqDgBCAAEAAIAAAA8AAAA"
    "GAAiAAEAAAC/JgAAAhgAAP4C/QEAAAAACAAPAP4AAAAIAAEAxjNkAAgABwDGM2QCCAAEAAQAAAA0AAAAGAAiAAEA"
    "AAC/JgAAAhgAAP4D/QEAAAAACAAPAP4AAAAIAAEAywBxAAgABAAEAAAAFAAAAAMAIgABAAAAvyYAAAAAAAA=";

static const char captured_routes6[] =
    "dAAAABgAIgABAAAAvyYAAApAAAD+AgABAAAAAAgADwD+AAAAFAABACABDbgAAAAAAAAAAAAAAAAIAAYAAAEAAAgA"
    "BAAEAAAAJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAAAAB0AAAAGAAiAAEAAAC/JgAA"
    "CkAAAP4CAAEQAAAACAAPAP4AAAAUAAEA/QAAVgAAAAAAAAAAAAAAAAgABgAAAQAACAAEAAIAAAAkAAwAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAAHQAAAAYACIAAQAAAL8mAAAKQAAA/gIAARAAAAAIAA8A"
    "/gAAABQAAQD+gAAAAAAAAAAAAAAAAAAACAAGAAABAAAIAAQAAgAAACQADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAUAFAAAAAAAdAAAABgAIgABAAAAvyYAAApAAAD+AgABAAAAAAgADwD+AAAAFAABAP6AAAAAAAAA"
    "AAAAAAAAAAAIAAYAAAEAAAgABAAEAAAAJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAA"
    "AAB0AAAAGAAiAAEAAAC/JgAACkAAAP4CAAEAAAAACAAPAP4AAAAUAAEA/oAAAAAAAAAAAAAAAAAAAAgABgAAAQAA"
    "CAAEAAYAAAAkAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAAJQAAAAYACIAAQAAAL8m"
    "AAAKAAAA/gMAAQAAAAAIAA8A/gAAAAgABgAABAAAPAAJABwAAAAEAAAAFAAFAP6AAAAAAAAAAAAAAAAAAAEcAAAA"
    "BgAAABQABQD+gAAAAAAAAAAAAAAAAAABJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAA"
    "AAB0AAAAGAAiAAEAAAC/JgAACgAAAP4DAAEAAAAACAAPAP4AAAAIAAYA0AcAABQABQD+gAAAAAAAAAAAAAAAAAAC"
    "CAAEAAQAAAAkAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAABQAAAADACIAAQAAAL8m"
    "AAAAAAAA";

static AkinDump
feed_captured(AkinLinkTable *table, const char *text)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(text, &size);
    return akin_link_table_feed(table, data, size);
}

/* A message under construction; its length is set by seal. */

static GByteArray *
message_new(guint16 type, const void *header, gsize size)
{
    GByteArray *message = g_byte_array_new();
    struct nlmsghdr head = {.nlmsg_type = type};
    g_byte_array_append(message, (const void *) &head, sizeof head);
    g_byte_array_append(message, header, size);
    return message;
}

/* length: what the attribute says of itself, which may be a lie. */
static void
put_lying(GByteArray *message, guint16 type, const void *data, gsize size, guint16 length)
{
    static const guint8 padding[RTA_ALIGNTO];
    struct rtattr head = {.rta_type = type, .rta_len = length};
    g_byte_array_append(message, (const void *) &head, sizeof head);
    g_byte_array_append(message, data, size);
    g_byte_array_append(message, padding, RTA_ALIGN(size) - size);
}

static void
put(GByteArray *message, guint16 type, const void *data, gsize size)
{
    put_lying(message, type, data, size, RTA_LENGTH(size));
}

static void
put_u32(GByteArray *message, guint16 type, guint32 value)
{
    put(message, type, &value, sizeof value);
}

static GByteArray *
seal(GByteArray *message)
{
    ((struct nlmsghdr *) message->data)->nlmsg_len = message->len;
    return message;
}

static GByteArray *
link_message(int index, guint flags, const void *name, gsize size)
{
    struct ifinfomsg link = {.ifi_index = index, .ifi_flags = flags};
    GByteArray *message = message_new(RTM_NEWLINK, &link, sizeof link);
    put(message, IFLA_IFNAME, name, size);
    return seal(message);
}

static GByteArray *
address_message(guint8 family, guint8 length, guint8 flags, gsize size)
{
    static const guint8 bytes[16] = {192, 0, 2, 1};
    struct ifaddrmsg header = {
        .ifa_family = family, .ifa_prefixlen = length, .ifa_flags = flags, .ifa_index = 2};
    GByteArray *message = message_new(RTM_NEWADDR, &header, sizeof header);
    put(message, IFA_ADDRESS, bytes, size);
    return seal(message);
}

static GByteArray *
route_message(guint8 length, guint32 table, guint8 type, guint flags)
{
    struct rtmsg header = {.rtm_family = AF_INET,
                           .rtm_dst_len = length,
                           .rtm_type = type,
                           .rtm_flags = flags,
                           .rtm_table = RT_TABLE_COMPAT};
    GByteArray *message = message_new(RTM_NEWROUTE, &header, sizeof header);
    put_u32(message, RTA_TABLE, table);
    put_u32(message, RTA_OIF, 2);
    return seal(message);
}

/* g_memdup2 is of GLib 2.68, and we build with 2.66. */
static guint8 *
copy_of(const guint8 *data, gsize size)
{
    guint8 *copy = g_malloc(size);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* Takes message. A copy of exactly its size, so that a sanitiser sees each byte read behind it. */
static AkinDump
feed(AkinLinkTable *table, GByteArray *message)
{
    gsize size;
    g_autofree guint8 *data = g_byte_array_steal(message, &size);
    g_byte_array_unref(message);
    g_autofree guint8 *exact = copy_of(data, size);
    return akin_link_table_feed(table, exact, size);
}

static gboolean
is_news(GByteArray *message)
{
    gboolean news = akin_rtnetlink_is_news(message->data, message->len);
    g_byte_array_unref(message);
    return news;
}

/* A table with eth0, number 2. */
static AkinLinkTable *
table_with_eth0(void)
{
    AkinLinkTable *table = akin_link_table_new();
    g_assert_cmpint(feed(table, link_message(2, IFF_UP, "eth0", 5)), ==, AKIN_DUMP_MORE);
    return table;
}

static char *
interface_text(const AkinInterface *interface)
{
    GString *text = g_string_new(interface->name);
    if (interface->loopback)
        g_string_append(text, " loopback");
    g_string_append(text, interface->up ? " up" : " down");
    for (guint i = 0; i < interface->addresses->len; i++) {
        AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, i);
        guint length = address.length;
        address.length = akin_family_bits(address.family);
        g_autofree char *shown = akin_prefix_format(&address);
        g_string_append_printf(text, " %s/%u", shown, length);
    }
    for (guint i = 0; i < interface->defaults->len; i++) {
        const AkinRoute *route = &g_array_index(interface->defaults, AkinRoute, i);
        g_string_append_printf(text, " default%u/%u:%u", route->family, route->length,
                               route->metric);
    }
    return g_string_free(text, FALSE);
}

/* All that is in the table, one line an interface. */
static char *
finish_text(AkinLinkTable *table)
{
    g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < interfaces->len; i++) {
        g_autofree char *line = interface_text(interfaces->pdata[i]);
        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

static void
assert_table(AkinLinkTable *table, const char *expected)
{
    g_autofree char *text = finish_text(table);
    g_assert_cmpstr(text, ==, expected);
}

static void
test_captured(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    g_assert_cmpint(feed_captured(table, captured_links), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(feed_captured(table, captured_addresses), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(feed_captured(table, captured_routes4), ==, AKIN_DUMP_DONE);
    g_assert_cmpint(feed_captured(table, captured_routes6), ==, AKIN_DUMP_DONE);
    assert_table(table, "akin0 up 192.168.56.1/24 fd00:56::1/64 fe80::6c58:28ff:fefe:b9a3/64\n"
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
    feed_captured(once, captured_links);
    feed_captured(once, captured_addresses);
    feed_captured(once, captured_routes4);
    feed_captured(twice, captured_links);
    feed_captured(twice, captured_routes4);
    feed_captured(twice, captured_addresses);
    feed_captured(twice, captured_addresses);
    feed_captured(twice, captured_routes4);
    g_autofree char *text = finish_text(once);
    assert_table(twice, text);
    assert_table(twice, "");
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
        feed(table, link_message(2, 0, cases[i].name, cases[i].size));
        assert_table(table, cases[i].good ? line : "");
    }
}

static void
test_links(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    feed(table, link_message(0, IFF_UP, "zero", 5));
    feed(table, link_message(-1, IFF_UP, "minus", 6));
    feed(table, link_message(7, 0, "old", 4));
    feed(table, link_message(7, IFF_UP, "new", 4));
    struct ifinfomsg port = {.ifi_family = AF_BRIDGE, .ifi_index = 7};
    GByteArray *message = message_new(RTM_NEWLINK, &port, sizeof port);
    put(message, IFLA_IFNAME, "port", 5);
    feed(table, seal(message));
    struct ifinfomsg nameless = {.ifi_index = 8};
    feed(table, seal(message_new(RTM_NEWLINK, &nameless, sizeof nameless)));
    assert_table(table, "new up\n");
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
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        feed(table,
             address_message(cases[i].family, cases[i].length, cases[i].flags, cases[i].size));
        assert_table(table, cases[i].expected);
    }
}

/* An address of a link that came up after the links were read. */
static void
test_unknown_link(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    feed(table, address_message(AF_INET, 24, 0, 4));
    feed(table, route_message(0, RT_TABLE_MAIN, RTN_UNICAST, 0));
    assert_table(table, "");
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
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        feed(table, route_message(cases[i].length, cases[i].table, cases[i].type, cases[i].flags));
        assert_table(table, cases[i].expected);
    }
}

/* The second of two hops has this length and is cut after size bytes. */
static void
feed_two_hops(AkinLinkTable *table, guint16 length, guint8 flags, gsize size)
{
    struct rtmsg header = {.rtm_family = AF_INET6, .rtm_type = RTN_UNICAST, .rtm_table = 254};
    struct rtnexthop hops[] = {{.rtnh_len = sizeof *hops, .rtnh_ifindex = 2},
                               {.rtnh_len = length, .rtnh_flags = flags, .rtnh_ifindex = 3}};
    GByteArray *message = message_new(RTM_NEWROUTE, &header, sizeof header);
    put_u32(message, RTA_PRIORITY, 1024);
    put(message, RTA_MULTIPATH, hops, sizeof *hops + size);
    feed(table, seal(message));
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
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        feed(table, link_message(3, IFF_UP, "eth1", 5));
        feed_two_hops(table, cases[i].length, cases[i].flags, cases[i].size);
        assert_table(table, cases[i].good ? "eth0 up default6/0:1024\neth1 up default6/0:1024\n"
                                          : "eth0 up default6/0:1024\neth1 up\n");
    }
}

/* Attributes that lie about their length, or end in the middle: the message is left out whole. */
static void
test_lying_attributes(void)
{
    static const guint8 bytes[4] = {192, 0, 2, 1};
    static const guint16 lengths[] = {0, 1, 3, 9, 12, 255, 65535};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        struct ifaddrmsg header = {.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 2};
        GByteArray *message = message_new(RTM_NEWADDR, &header, sizeof header);
        put(message, IFA_LOCAL, bytes, sizeof bytes);
        put_lying(message, IFA_ADDRESS, bytes, sizeof bytes, lengths[i]);
        feed(table, seal(message));
        assert_table(table, "eth0 up\n");
    }
}

static void
test_wrong_numbers(void)
{
    struct rtmsg header = {.rtm_family = AF_INET, .rtm_type = RTN_UNICAST, .rtm_table = 254};
    static const guint16 types[] = {RTA_TABLE, RTA_OIF, RTA_PRIORITY};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        GByteArray *message = message_new(RTM_NEWROUTE, &header, sizeof header);
        put_u32(message, RTA_OIF, 2);
        put(message, types[i], "\1\0", 2);
        feed(table, seal(message));
        assert_table(table, "eth0 up\n");
    }
}

/* Each prefix of a good answer: it never reads further, and never fails but by saying so. */
static void
test_truncated(void)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(captured_addresses, &size);
    for (gsize cut = 0; cut < size; cut++) {
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        g_autofree guint8 *part = copy_of(data, cut);
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
        GByteArray *message = link_message(2, 0, "eth0", 5);
        g_assert_cmpuint(message->len, <, 53);
        ((struct nlmsghdr *) message->data)->nlmsg_len = lengths[i];
        g_assert_true(akin_rtnetlink_is_news(message->data, message->len));
        g_assert_cmpint(feed(table, message), ==, AKIN_DUMP_FAILED);
        g_assert_cmpint(errno, ==, EBADMSG);
        assert_table(table, "");
    }
}

/* Too short for the structure behind the header. */
static void
test_short_messages(void)
{
    static const guint16 types[] = {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(AkinLinkTable) table = table_with_eth0();
        g_assert_cmpint(feed(table, seal(message_new(types[i], "", 0))), ==, AKIN_DUMP_MORE);
        g_assert_cmpint(feed(table, seal(message_new(types[i], "\2\0\0", 4))), ==, AKIN_DUMP_MORE);
        assert_table(table, "eth0 up\n");
        g_assert_true(is_news(seal(message_new(types[i], "", 0))));
    }
}

static AkinDump
feed_end(guint16 type, const void *code, gsize size)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    return feed(table, seal(message_new(type, code, size)));
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
    GByteArray *message = link_message(2, 0, "eth0", 5);
    ((struct nlmsghdr *) message->data)->nlmsg_flags = NLM_F_MULTI | NLM_F_DUMP_INTR;
    g_assert_cmpint(feed(table, message), ==, AKIN_DUMP_MORE);
    g_assert_cmpint(feed(table, link_message(3, 0, "eth1", 5)), ==, AKIN_DUMP_MORE);
    message = message_new(NLMSG_DONE, &code, sizeof code);
    g_assert_cmpint(feed(table, seal(message)), ==, AKIN_DUMP_INTERRUPTED);
    message = message_new(NLMSG_DONE, &code, sizeof code);
    g_assert_cmpint(feed(table, seal(message)), ==, AKIN_DUMP_DONE);
    assert_table(table, "eth0 down\neth1 down\n");
}

/* Asked again: a link of another number took a name over, and another was named anew. */
static void
test_asked_again(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    feed(table, link_message(2, 0, "akin0", 6));
    feed(table, link_message(3, 0, "eth0", 5));
    feed(table, link_message(9, IFF_UP, "akin0", 6));
    feed(table, link_message(3, 0, "wan0", 5));
    feed(table, link_message(10, 0, "eth0", 5));
    assert_table(table, "akin0 up\neth0 down\nwan0 down\n");
}

static void
test_news(void)
{
    struct ifinfomsg link = {.ifi_index = 2}, port = {.ifi_family = AF_BRIDGE, .ifi_index = 2};
    GByteArray *scan = message_new(RTM_NEWLINK, &link, sizeof link);
    put(scan, IFLA_IFNAME, "wlan0", 6);
    put(scan, IFLA_WIRELESS, "\0\0\0\0", 4);

    g_assert_false(akin_rtnetlink_is_news("", 0));
    g_assert_true(is_news(link_message(2, 0, "eth0", 5)));
    g_assert_true(is_news(seal(message_new(RTM_DELLINK, &link, sizeof link))));
    g_assert_false(is_news(seal(message_new(RTM_DELLINK, &port, sizeof port))));
    g_assert_false(is_news(seal(scan)));
    g_assert_true(is_news(address_message(AF_INET, 24, 0, 4)));
    g_assert_true(is_news(route_message(0, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_true(is_news(route_message(1, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_true(is_news(route_message(0, RT_TABLE_MAIN, RTN_UNREACHABLE, 0)));
    g_assert_false(is_news(route_message(24, RT_TABLE_MAIN, RTN_UNICAST, 0)));
    g_assert_false(is_news(route_message(0, RT_TABLE_LOCAL, RTN_UNICAST, 0)));
    g_assert_false(is_news(route_message(0, RT_TABLE_MAIN, RTN_UNICAST, RTM_F_CLONED)));
    g_assert_true(is_news(seal(message_new(RTM_DELNEXTHOP, "", 0))));
}

/* News behind noise in one datagram. */
static void
test_news_behind_noise(void)
{
    g_autoptr(GByteArray) both = route_message(24, RT_TABLE_MAIN, RTN_UNICAST, 0);
    g_autoptr(GByteArray) news = route_message(0, RT_TABLE_MAIN, RTN_UNICAST, 0);
    g_assert_false(akin_rtnetlink_is_news(both->data, both->len));
    g_byte_array_append(both, news->data, news->len);
    g_assert_true(akin_rtnetlink_is_news(both->data, both->len));
}

/* Any byte of a good answer changed to a few values: nothing crashes, names keep their promise. */
static void
test_flipped(void)
{
    static const guint8 values[] = {0, 1, 3, 0x7f, 0x80, 0xff};
    gsize size;
    g_autofree guchar *data = g_base64_decode(captured_links, &size);
    for (gsize i = 0; i < size * G_N_ELEMENTS(values); i++) {
        g_autofree guint8 *copy = copy_of(data, size);
        copy[i / G_N_ELEMENTS(values)] = values[i % G_N_ELEMENTS(values)];
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        akin_link_table_feed(table, copy, size);
        feed_captured(table, captured_addresses);
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
    g_test_add_func("/rtnetlink/captured", test_captured);
    g_test_add_func("/rtnetlink/repeated", test_repeated);
    g_test_add_func("/rtnetlink/names", test_names);
    g_test_add_func("/rtnetlink/links", test_links);
    g_test_add_func("/rtnetlink/addresses", test_addresses);
    g_test_add_func("/rtnetlink/unknown-link", test_unknown_link);
    g_test_add_func("/rtnetlink/routes", test_routes);
    g_test_add_func("/rtnetlink/hops", test_hops);
    g_test_add_func("/rtnetlink/lying-attributes", test_lying_attributes);
    g_test_add_func("/rtnetlink/wrong-numbers", test_wrong_numbers);
    g_test_add_func("/rtnetlink/truncated", test_truncated);
    g_test_add_func("/rtnetlink/message-lengths", test_message_lengths);
    g_test_add_func("/rtnetlink/short-messages", test_short_messages);
    g_test_add_func("/rtnetlink/ends", test_ends);
    g_test_add_func("/rtnetlink/interrupted", test_interrupted);
    g_test_add_func("/rtnetlink/asked-again", test_asked_again);
    g_test_add_func("/rtnetlink/news", test_news);
    g_test_add_func("/rtnetlink/news-behind-noise", test_news_behind_noise);
    g_test_add_func("/rtnetlink/flipped", test_flipped);
    return g_test_run();
}
