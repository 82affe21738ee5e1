/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "check.h"
#include "known.h"

/* What is typed must never lead to a warning of GLib's, which would end the tests. */
static void
assert_right(AkinCheck check, const char *text)
{
    g_autofree char *wrong = check(text);
    g_assert_cmpstr(wrong, ==, NULL);
}

/* part: a word of the sentence that tells this refusal from others. */
static void
assert_wrong(AkinCheck check, const char *text, const char *part)
{
    g_autofree char *wrong = check(text);
    g_assert_nonnull(wrong);
    if (!strstr(wrong, part))
        g_error("‘%s’ is refused with “%s”, not with “%s”", text, wrong, part);
}

static void
test_ports(void)
{
    static const char *const right[] = {
        "",          "tcp:80",   "tcp:80,8080-8090;udp:53", " tcp: 80 , 443 ; udp : 53 ", "esp",
        "tcp:1;esp", "tcp:65535"};
    static const char *const wrong[][2] = {
        {"80", "tcp:80 or udp:80"},
        {"80,443", "tcp:80,443 or udp:80,443"},
        {"tcp:80 udp:53", "semicolon"},
        {"tcp:80 443", "comma"},
        {"8 0", "comma"},
        {"tcp:0", "from 1 to 65535"},
        {"tcp:080", "from 1 to 65535"},
        {"tcp:65536", "from 1 to 65535"},
        {"tcp:9-8", "backwards"},
        {"tcp:", "missing"},
        {"tcp:80,", "missing"},
        {"sctp:1", "not a protocol"},
        {"tcp:80;", "which protocol"},
        {"tcp:1-2-3", "from 1 to 65535"},
        {"tcp:99999999999999999999", "from 1 to 65535"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(right); i++)
        assert_right(akin_check_ports, right[i]);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_wrong(akin_check_ports, wrong[i][0], wrong[i][1]);
}

static void
test_port(void)
{
    assert_right(akin_check_port, " 80 ");
    assert_wrong(akin_check_port, "80a", "from 1 to 65535");
    assert_wrong(akin_check_port, "-1", "from 1 to 65535");
    assert_wrong(akin_check_port, "", "from 1 to 65535");
}

static void
test_name_and_title(void)
{
    g_autofree char *long_name = g_strnfill(32, 'a');
    g_autofree char *long_title = g_strnfill(201, 'a');
    assert_right(akin_check_name, "my-game-2");
    assert_wrong(akin_check_name, "-x", "begins with");
    assert_wrong(akin_check_name, "A", "a-z");
    assert_wrong(akin_check_name, "", "1 to 31");
    assert_wrong(akin_check_name, long_name, "1 to 31");
    assert_right(akin_check_title, "Grün & Spaß 游戏");
    assert_wrong(akin_check_title, "a\tb", "cannot be seen");
    assert_wrong(akin_check_title, " ", "1 to 200");
    assert_wrong(akin_check_title, long_title, "1 to 200");
}

static void
test_suggested_name(void)
{
    static const char *const names[][2] = {
        {"My Game!", "my-game"},
        {"Grün & Spaß", "grun-spass"},
        {"游戏", ""},
        {"--a--", "a"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = akin_check_suggest_name(names[i][0]);
        g_assert_cmpstr(name, ==, names[i][1]);
    }
}

static void
test_networks(void)
{
    static const char *const right[] = {"198.51.100.9",  " 198.51.100.0/24 ", "198.51.100.9/32",
                                        "2001:db8::/32", "2001:db8::1",       "2001:db8::1/128",
                                        "203.0.113.0/25"};
    static const char *const wrong[][2] = {
        {"2001:db8::/129", "from 0 to 128"},
        {"2001:db8::/999999999999", "from 0 to 128"},
        {"1.2.3.4/-1", "from 0 to 32"},
        {"1.2.3.4/33", "from 0 to 32"},
        {"1.2.3.4/", "from 0 to 32"},
        {"1.2.3.4/ 8", "from 0 to 32"},
        {"1.2.3.4/8/9", "from 0 to 32"},
        {"1.2.3.4/24", "write 1.2.3.0/24"},
        {"2001:db8::1/32", "write 2001:db8::/32"},
        {"1.2.3", "198.51.100.9"},
        {"/24", "198.51.100.9"},
        {"", "198.51.100.9"},
        {"fe80::1%lo", "198.51.100.9"},
        {"example.org", "198.51.100.9"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(right); i++) {
        assert_right(akin_check_network, right[i]);
        assert_right(akin_check_trusted, right[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_wrong(akin_check_network, wrong[i][0], wrong[i][1]);
        assert_wrong(akin_check_trusted, wrong[i][0], wrong[i][1]);
    }
    assert_right(akin_check_network, "0.0.0.0/0");
}

static void
test_whom_nobody_trusts(void)
{
    static const char *const nobody[] = {
        "127.0.0.1", "127.0.0.0/8",     "::1", "224.0.0.1",   "ff02::1",       "0.0.0.0",
        "0.0.0.1",   "255.255.255.255", "::",  "240.0.0.0/4", "::ffff:1.2.3.4"};
    assert_wrong(akin_check_trusted, "0.0.0.0/0", "everyone");
    assert_wrong(akin_check_trusted, "::/0", "everyone");
    for (guint i = 0; i < G_N_ELEMENTS(nobody); i++) {
        assert_wrong(akin_check_trusted, nobody[i], "another computer");
        if (!strchr(nobody[i], '/'))
            assert_wrong(akin_check_machine, nobody[i], "No machine");
    }
    assert_right(akin_check_machine, " 192.168.56.101");
    assert_wrong(akin_check_machine, "fe80::1", "No machine");
    assert_wrong(akin_check_machine, "192.168.56.0/24", "Write an address");
}

static void
test_patterns(void)
{
    assert_right(akin_check_pattern, "vboxnet*");
    assert_right(akin_check_pattern, "virbr0");
    assert_wrong(akin_check_pattern, "l*", "loopback");
    assert_wrong(akin_check_pattern, "lo", "loopback");
    assert_wrong(akin_check_pattern, "*", "Write a name");
    assert_wrong(akin_check_pattern, "a*b", "Write a name");
    assert_wrong(akin_check_pattern, "abcdefghijklmnop", "15");
}

/* --- What is known of the computer -------------------------------------------------------------
 */

static GVariant *
parse(const char *type, const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, &error);
    g_assert_no_error(error);
    return g_variant_ref_sink(value);
}

typedef struct {
    AkinSnapshot snapshot;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    (void) data;
    fixture->snapshot.uplinks = parse("a(sas)", "[('en0', ['198.51.100.9/24', '2001:db8::9'])]");
    fixture->snapshot.networks =
        parse("a(sbas)", "[('vboxnet0', true, ['192.168.56.0/24', 'fd00:56::/64']),"
                         " ('vboxnet1', false, ['192.168.57.0/24']),"
                         " ('vboxnet2', true, ['198.51.100.0/24', '10.9.9.0/31'])]");
    fixture->snapshot.forwards =
        parse("a(sqsqsb)", "[('tcp', 80, '192.168.56.101', 8080, 'anyone', true)]");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    (void) data;
    g_variant_unref(fixture->snapshot.uplinks);
    g_variant_unref(fixture->snapshot.networks);
    g_variant_unref(fixture->snapshot.forwards);
}

static void
test_machine(Fixture *fixture, gconstpointer data)
{
    static const char *const right[] = {
        "192.168.56.101", " fd00:56::101 ", "198.51.100.8", "10.9.9.0",
        "10.9.9.1",       "fd00:56::",      "rubbish",      ""};
    static const char *const wrong[][2] = {
        {"198.51.100.9", "itself"},          {"2001:db8::9", "itself"},
        {"192.168.57.101", "No VM network"}, {"10.0.0.1", "No VM network"},
        {"192.168.56.0", "of the network"},  {"192.168.56.255", "of the network"},
    };
    (void) data;
    for (guint i = 0; i < G_N_ELEMENTS(right); i++) {
        g_autofree char *refused = akin_known_machine(&fixture->snapshot, right[i]);
        g_assert_cmpstr(refused, ==, NULL);
    }
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *refused = akin_known_machine(&fixture->snapshot, wrong[i][0]);
        g_assert_nonnull(refused);
        g_assert_nonnull(strstr(refused, wrong[i][1]));
    }
}

static void
test_taken_port(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *protocol, *address;
        guint port;
        gboolean taken;
    } cases[] = {
        {"tcp", "192.168.56.102", 80, TRUE},
        {"udp", "192.168.56.102", 80, FALSE},
        {"tcp", "192.168.56.102", 81, FALSE},
        {"tcp", "fd00:56::102", 80, FALSE},
        {"tcp", "", 80, FALSE},
    };
    (void) data;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *refused = akin_known_port(&fixture->snapshot, cases[i].protocol,
                                                   cases[i].port, cases[i].address, NULL);
        g_assert_cmpint(refused != NULL, ==, cases[i].taken);
    }
    g_autoptr(GVariant) itself = g_variant_get_child_value(fixture->snapshot.forwards, 0);
    g_assert_null(akin_known_port(&fixture->snapshot, "tcp", 80, "192.168.56.102", itself));
}

static void
test_source(void)
{
    g_autofree char *refused = akin_known_source("2001:db8::/32", "192.168.56.101");
    g_assert_nonnull(refused);
    g_assert_null(akin_known_source("203.0.113.0/24", "192.168.56.101"));
    g_assert_null(akin_known_source("203.0.113.0/24", ""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/ports", test_ports);
    g_test_add_func("/check/port", test_port);
    g_test_add_func("/check/name-and-title", test_name_and_title);
    g_test_add_func("/check/suggested-name", test_suggested_name);
    g_test_add_func("/check/networks", test_networks);
    g_test_add_func("/check/whom-nobody-trusts", test_whom_nobody_trusts);
    g_test_add_func("/check/patterns", test_patterns);
    g_test_add("/known/machine", Fixture, NULL, set_up, test_machine, tear_down);
    g_test_add("/known/taken-port", Fixture, NULL, set_up, test_taken_port, tear_down);
    g_test_add_func("/known/source", test_source);
    return g_test_run();
}
