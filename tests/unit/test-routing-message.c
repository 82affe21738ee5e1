/* SPDX-License-Identifier: BSD-2-Clause */
#include "routing-message.h"

#include <string.h>

#include "route-builder.h"

/*
 * Answers of FreeBSD 14, as base64; statistics of links were taken out. Those of macOS are built
 * by hand, after the headers of macOS 12: nobody had one to capture from.
 *
 *   lo0       127.0.0.1/8 ::1/128 fe80::1/64
 *   em0       198.51.100.2/24 2001:db8:a::2/64 fe80::e2:9ff:fe04:d40b/64, default routes
 *   vboxnet0  bridge, 192.168.56.1/24 fd00:56::1/64
 *   10.0.0.0/8 blackhole; 192.168.56.1 and ::1 by lo0
 *   on vboxnet0: this computer itself, .101 and ::101
 */
static const char captured_links[] =
    "4AAFDhAAAABJgAAAAQAAABgAAAACAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOBIBABgDAABsbzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAABgAAUMpAAAAAQAAAABAAAAAAAAABwcAAAAAAAA//////////8AAAAAAAAAAAAA"
    "AAAAAAAAHBwAAAAAAAD+gAAAAAAAAAAAAAAAAAABAQAAAAAAAAAAAAAAAAAAAAAAAABAAAUMpAAAAAEAAAABAAAAAA"
    "AAABACAAD/AAAAAAAAAAAAAAAQAgAAfwAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAYAAFDKQAAAAEAAAAAQAAAAAAAAAc"
    "HAAAAAAAAP////////////////////8AAAAAAAAAABwcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAA"
    "AAAAAAAAAA4AAFDhAAAABjiAAACgAAAAYABg4CAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOBIKAAYDBgBlbTAC4gkE1AsJBNQLAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABIAAUMpAAAAAEAAAAKAAAAAAAAABACAAD///8AAAAAAAAAAAAQAg"
    "AAxjNkAgAAAAAAAAAAEAIAAMYzZP8AAAAAAAAAAAAAAABYAAUMJAAAAAQAAAAKAAAAAAAAABwcAAAAAAAA////////"
    "//8AAAAAAAAAAAAAAAAAAAAAHBwAAAAAAAD+gAAAAAAAAADiCf/+BNQLCgAAAAAAAAAAAAAAWAAFDCQAAAAEAAAACg"
    "AAAAAAAAAcHAAAAAAAAP//////////AAAAAAAAAAAAAAAAAAAAABwcAAAAAAAAIAENuAAKAAAAAAAAAAAAAgAAAAAA"
    "AAAAAAAAAOAABQ4QAAAAQ4gAABoAAADRAAYOAgCYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADgSGgAGCAYAdmJveG5ldDB+prSvLA0AAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASAAFDKQAAAABAAAAGgAAAAAAAAAQAgAA////AAAAAAAAAAAAEAIA"
    "AMCoOAEAAAAAAAAAABACAADAqDj/AAAAAAAAAAAAAAAAWAAFDCQAAAAEAAAAGgAAAAAAAAAcHAAAAAAAAP////////"
    "//AAAAAAAAAAAAAAAAAAAAABwcAAAAAAAA/QAAVgAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAA==";

static const char captured_routes[] =
    "EAEFBAoAAAADCAAANwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3AUAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAKAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAQAgAAAAAAAAAAAAAAAAAAEAIAAMYzZAEAAAAAAAAAABACAAAAAAAAAAAAAAAAAAA4Eg"
    "oABgMGAGVtMALiCQTUCwkE1AsAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABACAADGM2QCAAAAAAAA"
    "AAAQAQUEAQAAAAMYAAA3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAwAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAABACAAAKAAAAAAAAAAAAAAAQAgAAfwAAAQAAAAAAAAAAEAIAAP8AAAAAAAAAAAAAAD"
    "gSAQAYAwAAbG8wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAIAAH8AAAEAAAAA"
    "AAAAAAABBQQBAAAABQgQADMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAwAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAEAIAAMCoOAEAAAAAAAAAABASGgDRAAAAAAAAAAAAAAA4EgEAGAMAAGxvMAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABACAAB/AAABAAAAAAAAAABQAQUECgAAAAMI"
    "AAA3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADcBQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAwAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAABwcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHBwAAAAAAAAgAQ24AAoAAAAAAAAAAAABAAAAAA"
    "AAAAAcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADgSCgAGAwYAZW0wAuIJBNQLCQTUCwAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHBwAAAAAAAAgAQ24AAoAAAAAAAAAAAACAAAAAAAAAAAgAQUEAQAAAAUIEA"
    "AzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAABwcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAEBIBABgAAAAAAAAAAAAAADgSAQAYAwAAbG8wAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHBwAAAAAAAAAAAAAAAAAAAAAAAAAAAABAA"
    "AAAAAAAAA=";

static const char captured_neighbours[] =
    "4AAFBBoAAAAFDBAAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAQAgAAwKg4AQAAAAAAAAAANhIaANEABgB+prSvLA0AAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAADgAAUEGgAAAAUEAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAA2AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABACAADAqDhlAAAAAAAAAAA2EhoA0QAGAAJgpHCp"
    "CwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPAABQQaAAAABQQAAAMAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADIkQNrAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHBwAAAAAAA"
    "D9AABWAAAAAAAAAAAAAAEBAAAAAAAAAAA2EhoA0QAGAAJgpHCpCwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAPAABQQaAAAABQwQAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHBwAAAAAAAD9AABWAAAAAAAAAAAAAAABAAAAAAAAAAA2EhoA0Q"
    "AGAH6mtK8sDQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

/* --- Helpers ---------------------------------------------------------------------------------- */

static const AkinRoutingLayout *const layouts[] = {&akin_test_freebsd, &akin_test_macos};

static void
feed_captured(AkinLinkTable *table, const char *text)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(text, &size);
    akin_routing_feed(&akin_test_freebsd, table, data, size);
}

/* As "em0 up 198.51.100.2/24; default 4/0", one line an interface. */
static char *
describe(GPtrArray *interfaces)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < interfaces->len; i++) {
        const AkinInterface *interface = interfaces->pdata[i];
        g_string_append_printf(text, "%s%s%s", interface->name, interface->up ? " up" : "",
                               interface->loopback ? " loopback" : "");
        for (guint k = 0; k < interface->addresses->len; k++) {
            g_autofree char *one =
                akin_prefix_format(&g_array_index(interface->addresses, AkinPrefix, k));
            g_string_append_printf(text, " %s", one);
        }
        for (guint k = 0; k < interface->defaults->len; k++) {
            const AkinRoute *route = &g_array_index(interface->defaults, AkinRoute, k);
            g_string_append_printf(text, " default %u/%u", route->family, route->length);
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static void
assert_table(AkinLinkTable *table, const char *expected)
{
    g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
    g_autofree char *text = describe(interfaces);
    g_assert_cmpstr(text, ==, expected);
}

static void
feed(const AkinRoutingLayout *layout, AkinLinkTable *table, GByteArray *messages)
{
    /* With nothing behind it, so that a sanitizer sees what is read too far. */
    g_autofree void *exact = g_memdup2(messages->data, messages->len);
    akin_routing_feed(layout, table, exact, messages->len);
}

/* One card "en0", number 4, that is up. */
static GByteArray *
one_card(const AkinRoutingLayout *layout)
{
    GByteArray *messages = g_byte_array_new();
    akin_build_link(layout, messages, 4, "en0", AKIN_BUILD_UP, FALSE);
    return messages;
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void
test_captured(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    feed_captured(table, captured_links);
    feed_captured(table, captured_routes);
    assert_table(table,
                 "em0 up 198.51.100.2/24 2001:db8:a::2/64 fe80::e2:9ff:fe04:d40b/64 default 4/0 "
                 "default 6/0\n"
                 "lo0 up loopback 127.0.0.1/8 ::1 fe80::1/64\n"
                 "vboxnet0 up 192.168.56.1/24 fd00:56::1/64\n");
}

static void
test_captured_neighbours(void)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(captured_neighbours, &size);
    g_autoptr(GArray) neighbours = g_array_new(FALSE, FALSE, sizeof(AkinNeighbour));
    static const guint8 hardware[] = {0x02, 0x60, 0xa4, 0x70, 0xa9, 0x0b};
    static const char *const addresses[] = {"192.168.56.101", "fd00:56::101"};
    akin_routing_neighbours(&akin_test_freebsd, neighbours, data, size);
    g_assert_cmpuint(neighbours->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const AkinNeighbour *one = &g_array_index(neighbours, AkinNeighbour, i);
        g_autofree char *address = akin_prefix_format(&one->address);
        g_assert_cmpuint(one->link, ==, 26);
        g_assert_cmpstr(address, ==, addresses[i]);
        g_assert_cmpmem(one->hardware, 6, hardware, 6);
    }
}

/* Every cut of a good answer is taken as far as it goes, and nothing is read behind it. */
static void
test_cut_short(void)
{
    static const char *const all[] = {captured_links, captured_routes, captured_neighbours};
    g_autoptr(GArray) neighbours = g_array_new(FALSE, FALSE, sizeof(AkinNeighbour));
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        gsize size;
        g_autofree guchar *data = g_base64_decode(all[i], &size);
        for (gsize cut = 0; cut < size; cut++) {
            g_autoptr(AkinLinkTable) table = akin_link_table_new();
            g_autofree void *part = g_memdup2(data, cut);
            akin_routing_feed(&akin_test_freebsd, table, part, cut);
            akin_routing_is_news(&akin_test_freebsd, part, cut);
            akin_routing_neighbours(&akin_test_freebsd, neighbours, part, cut);
        }
    }
}

/* Each byte in turn says something else. */
static void
test_changed_bytes(void)
{
    static const guint8 values[] = {0, 1, 3, 7, 0x7f, 0x80, 0xff};
    gsize size;
    g_autofree guchar *data = g_base64_decode(captured_links, &size);
    for (gsize at = 0; at < size; at++) {
        guchar kept = data[at];
        for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
            g_autoptr(AkinLinkTable) table = akin_link_table_new();
            data[at] = values[i];
            g_autofree void *copy = g_memdup2(data, size);
            akin_routing_feed(&akin_test_freebsd, table, copy, size);
            akin_routing_is_news(&akin_test_freebsd, copy, size);
        }
        data[at] = kept;
    }
}

static void
test_both_systems(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        g_autoptr(GByteArray) messages = one_card(layouts[i]);
        akin_build_address(layouts[i], messages, 4, "192.0.2.7", 23);
        akin_build_address(layouts[i], messages, 4, "2001:db8::7", 60);
        akin_build_link(layouts[i], messages, 9, "lo0", AKIN_BUILD_UP | AKIN_BUILD_LOOPBACK, FALSE);
        akin_build_address(layouts[i], messages, 9, "127.0.0.1", 8);
        akin_build_link(layouts[i], messages, 10, "utun3", 0, FALSE);
        akin_build_route(layouts[i], messages, 4, "0.0.0.0", 0, AKIN_BUILD_GOOD);
        akin_build_route(layouts[i], messages, 4, "::", 0, AKIN_BUILD_GOOD);
        feed(layouts[i], table, messages);
        assert_table(table, "en0 up 192.0.2.7/23 2001:db8::7/60 default 4/0 default 6/0\n"
                            "lo0 up loopback 127.0.0.1/8\n"
                            "utun3\n");
    }
}

/* A VPN's two halves; a route to a network is none, nor one that refuses or is for bound sockets.
 */
static void
test_which_routes_are_defaults(void)
{
    static const struct {
        const char *to;
        guint8 length;
        guint32 flags;
        const char *expected;
    } routes[] = {
        {"0.0.0.0", 1, AKIN_BUILD_GOOD, "en0 up default 4/1\n"},
        {"128.0.0.0", 1, AKIN_BUILD_GOOD, "en0 up default 4/1\n"},
        {"8000::", 1, AKIN_BUILD_GOOD, "en0 up default 6/1\n"},
        {"0.0.0.0", 2, AKIN_BUILD_GOOD, "en0 up\n"},
        {"10.0.0.0", 8, AKIN_BUILD_GOOD, "en0 up\n"},
        {"0.0.0.0", 0, AKIN_BUILD_GOOD | AKIN_BUILD_REJECT, "en0 up\n"},
        {"0.0.0.0", 0, AKIN_BUILD_GOOD | AKIN_BUILD_BLACKHOLE, "en0 up\n"},
        {"0.0.0.0", 0, AKIN_BUILD_GOOD | AKIN_BUILD_HOST, "en0 up\n"},
        {"0.0.0.0", 0, 0, "en0 up\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(layouts) * G_N_ELEMENTS(routes); i++) {
        const AkinRoutingLayout *layout = layouts[i % 2];
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        g_autoptr(GByteArray) messages = one_card(layout);
        akin_build_route(layout, messages, 4, routes[i / 2].to, routes[i / 2].length,
                         routes[i / 2].flags);
        feed(layout, table, messages);
        assert_table(table, routes[i / 2].expected);
    }
}

static void
test_scoped_routes_are_left_out_on_macos(void)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    g_autoptr(GByteArray) messages = one_card(&akin_test_macos);
    akin_build_route(&akin_test_macos, messages, 4, "0.0.0.0", 0,
                     AKIN_BUILD_GOOD | AKIN_BUILD_SCOPED);
    feed(&akin_test_macos, table, messages);
    assert_table(table, "en0 up\n");
}

/* The kernel keeps the routes of a card that is down, and on FreeBSD of one without a carrier. */
static void
test_a_card_out_of_use_is_no_uplink(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        g_autoptr(GByteArray) messages = g_byte_array_new();
        akin_build_link(layouts[i], messages, 4, "en0", 0, FALSE);
        akin_build_route(layouts[i], messages, 4, "0.0.0.0", 0, AKIN_BUILD_GOOD);
        feed(layouts[i], table, messages);
        assert_table(table, "en0\n");
    }
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    g_autoptr(GByteArray) messages = g_byte_array_new();
    akin_build_link(&akin_test_freebsd, messages, 4, "em0", AKIN_BUILD_UP, TRUE);
    akin_build_route(&akin_test_freebsd, messages, 4, "0.0.0.0", 0, AKIN_BUILD_GOOD);
    feed(&akin_test_freebsd, table, messages);
    assert_table(table, "em0 up\n");
}

/* Another version, another kind, a mask with holes, a name that no rule could hold. */
static void
test_what_is_left_out(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(AkinLinkTable) table = akin_link_table_new();
        g_autoptr(GByteArray) messages = one_card(layouts[i]);
        gsize at = messages->len;
        akin_build_address(layouts[i], messages, 4, "192.0.2.7", 24);
        messages->data[at + 2] = 4;
        at = messages->len;
        akin_build_address(layouts[i], messages, 4, "192.0.2.7", 24);
        messages->data[at + 3] = 0x12;
        akin_build_address(layouts[i], messages, 5, "192.0.2.7", 24);
        at = messages->len;
        akin_build_address(layouts[i], messages, 4, "192.0.2.7", 24);
        messages->data[at + layouts[i]->address_size + 5] = 0xfb;
        akin_build_link(layouts[i], messages, 6, "a b", AKIN_BUILD_UP, FALSE);
        akin_build_link(layouts[i], messages, 7, "a/b", AKIN_BUILD_UP, FALSE);
        akin_build_link(layouts[i], messages, 8, "sixteenlettersxx", AKIN_BUILD_UP, FALSE);
        akin_build_link(layouts[i], messages, 9, "", AKIN_BUILD_UP, FALSE);
        akin_build_link(layouts[i], messages, 0, "zero", AKIN_BUILD_UP, FALSE);
        feed(layouts[i], table, messages);
        assert_table(table, "en0 up\n");
    }
}

static void
test_a_length_that_lies(void)
{
    static const guint8 lengths[] = {0, 1, 2, 7, 9, 19, 0xff};
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(lengths); k++) {
            g_autoptr(AkinLinkTable) table = akin_link_table_new();
            g_autoptr(GByteArray) messages = g_byte_array_new();
            akin_build_link(layouts[i], messages, 4, "en0", AKIN_BUILD_UP, FALSE);
            /* Of the address of the link: it says how long the name is, and that it is. */
            messages->data[layouts[i]->link_size] = lengths[k];
            messages->data[layouts[i]->link_size + 5] = 200;
            feed(layouts[i], table, messages);
            assert_table(table, "");
        }
    }
}

static void
assert_news(const AkinRoutingLayout *layout, GByteArray *messages, gboolean expected)
{
    g_autofree void *exact = g_memdup2(messages->data, messages->len);
    g_assert_cmpint(akin_routing_is_news(layout, exact, messages->len), ==, expected);
}

static void
test_news(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        const AkinRoutingLayout *layout = layouts[i];
        /* A link, its addresses, one that comes or goes. */
        static const guint8 news[] = {0xc, 0xd, 0xe, 0x11};
        for (guint k = 0; k < G_N_ELEMENTS(news); k++) {
            g_autoptr(GByteArray) messages = one_card(layout);
            messages->data[3] = news[k];
            assert_news(layout, messages, TRUE);
        }
        /* Found missing, redirected, resolved; groups; FreeBSD's wireless cards; an answer. */
        static const guint8 noise[] = {4, 5, 6, 7, 0xb, 0xf, 0x10, 0x12};
        for (guint k = 0; k < G_N_ELEMENTS(noise); k++) {
            g_autoptr(GByteArray) messages = g_byte_array_new();
            akin_build_route(layout, messages, 4, "0.0.0.0", 0, AKIN_BUILD_GOOD);
            messages->data[3] = noise[k];
            assert_news(layout, messages, FALSE);
        }
    }
}

static void
test_news_of_routes(void)
{
    for (guint i = 0; i < 3 * G_N_ELEMENTS(layouts); i++) {
        const AkinRoutingLayout *layout = layouts[i % 2];
        g_autoptr(GByteArray) one = g_byte_array_new(), other = g_byte_array_new();
        akin_build_route(layout, one, 4, "::", 0, AKIN_BUILD_GOOD | AKIN_BUILD_REJECT);
        akin_build_route(layout, other, 4, "192.0.2.1", 32, AKIN_BUILD_GOOD | AKIN_BUILD_HOST);
        one->data[3] = other->data[3] = 1 + i / 2; /* added, deleted, changed */
        assert_news(layout, one, TRUE);
        assert_news(layout, other, FALSE);
        g_byte_array_append(other, one->data, one->len);
        assert_news(layout, other, TRUE);
        g_byte_array_set_size(other, other->len - one->len - 1);
        assert_news(layout, other, TRUE); /* cut short: who knows */
    }
    g_assert_false(akin_routing_is_news(&akin_test_freebsd, "", 0));
}

/* Who was only asked for has no hardware address yet. */
static void
test_neighbours(void)
{
    static const guint8 hardware[] = {2, 0, 0, 0, 0, 7};
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(GArray) neighbours = g_array_new(FALSE, FALSE, sizeof(AkinNeighbour));
        g_autoptr(GByteArray) messages = g_byte_array_new();
        akin_build_neighbour(layouts[i], messages, 4, "192.0.2.8", NULL, 0);
        akin_build_neighbour(layouts[i], messages, 4, "192.0.2.7", hardware, 0);
        akin_build_neighbour(layouts[i], messages, 4, "2001:db8::9", hardware, AKIN_BUILD_OWN);
        akin_build_neighbour(layouts[i], messages, 4, "2001:db8::7", hardware, 0);
        akin_routing_neighbours(layouts[i], neighbours, messages->data, messages->len);
        g_assert_cmpuint(neighbours->len, ==, 2);
        const AkinNeighbour *one = &g_array_index(neighbours, AkinNeighbour, 0);
        g_autofree char *address = akin_prefix_format(&one->address);
        g_assert_cmpstr(address, ==, "192.0.2.7");
        g_assert_cmpmem(one->hardware, 6, hardware, 6);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/routing/captured", test_captured);
    g_test_add_func("/routing/captured-neighbours", test_captured_neighbours);
    g_test_add_func("/routing/cut-short", test_cut_short);
    g_test_add_func("/routing/changed-bytes", test_changed_bytes);
    g_test_add_func("/routing/both-systems", test_both_systems);
    g_test_add_func("/routing/defaults", test_which_routes_are_defaults);
    g_test_add_func("/routing/scoped", test_scoped_routes_are_left_out_on_macos);
    g_test_add_func("/routing/out-of-use", test_a_card_out_of_use_is_no_uplink);
    g_test_add_func("/routing/left-out", test_what_is_left_out);
    g_test_add_func("/routing/lying-length", test_a_length_that_lies);
    g_test_add_func("/routing/news", test_news);
    g_test_add_func("/routing/news-of-routes", test_news_of_routes);
    g_test_add_func("/routing/neighbours", test_neighbours);
    return g_test_run();
}
