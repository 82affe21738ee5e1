/* SPDX-License-Identifier: BSD-2-Clause */
#include "address.h"

#include <string.h>

#include "samples.h"

static AkinPrefix
prefix_of(const char *text)
{
    AkinPrefix prefix;
    g_autoptr(GError) error = NULL;
    gboolean parsed = akin_prefix_parse(text, &prefix, &error);
    g_assert_no_error(error);
    g_assert_true(parsed);
    return prefix;
}

static void
test_parse(void)
{
    static const struct {
        const char *given, *canonical;
        AkinFamily family;
        guint8 length;
    } good[] = {
        {"192.168.56.101", "192.168.56.101", AKIN_IPV4, 32},
        {"0.0.0.0", "0.0.0.0", AKIN_IPV4, 32},
        {"255.255.255.255/32", "255.255.255.255", AKIN_IPV4, 32},
        {"192.168.56.0/24", "192.168.56.0/24", AKIN_IPV4, 24},
        {"0.0.0.0/0", "0.0.0.0/0", AKIN_IPV4, 0},
        {"128.0.0.0/1", "128.0.0.0/1", AKIN_IPV4, 1},
        {"fd00:56::101", "fd00:56::101", AKIN_IPV6, 128},
        {"FD00:0056:0:0::0101", "fd00:56::101", AKIN_IPV6, 128},
        {"fd00:56::/64", "fd00:56::/64", AKIN_IPV6, 64},
        {"::", "::", AKIN_IPV6, 128},
        {"::/0", "::/0", AKIN_IPV6, 0},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", AKIN_IPV6, 128},
    };
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        AkinPrefix prefix = prefix_of(good[i].given);
        g_autofree char *text = akin_prefix_format(&prefix);
        g_assert_cmpstr(text, ==, good[i].canonical);
        g_assert_cmpint(prefix.family, ==, good[i].family);
        g_assert_cmpuint(prefix.length, ==, good[i].length);
    }
}

static void
test_refused(void)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        "/",
                                        "/24",
                                        "localhost",
                                        "192.168.56",
                                        "192.168.56.256",
                                        "192.168.56.1.",
                                        "192.168.56.1.2",
                                        "010.0.0.1",
                                        "1.2.3.04",
                                        "0x7f.0.0.1",
                                        "2130706433",
                                        " 10.0.0.1",
                                        "10.0.0.1 ",
                                        "10.0.0.1\n",
                                        "10.0.0.0/",
                                        "10.0.0.0/33",
                                        "10.0.0.0/-1",
                                        "10.0.0.0/+8",
                                        "10.0.0.0/ 8",
                                        "10.0.0.0/8 ",
                                        "10.0.0.0/8/8",
                                        "10.0.0.0/255.0.0.0",
                                        "10.0.0.0/8\n9",
                                        "10.0.0.0/\033[31mred",
                                        "10.0.0.0/99999999999999999999",
                                        "fd00:56::/129",
                                        "fe80::1%eth0",
                                        "fd00::56::1",
                                        "[fd00::1]",
                                        "12345::",
                                        "fd00:56::g",
                                        ":::",
                                        "1:2:3:4:5:6:7:8:9",
                                        "１０.0.0.1",
                                        "\xff\xfe",
                                        "10.0.0.1; drop",
                                        "\"10.0.0.1\""};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        AkinPrefix prefix;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_prefix_parse(wrong[i], &prefix, &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

/* A message stays short and in one line whatever was sent. */
static void
test_refused_endless(void)
{
    g_autofree char *many = g_strnfill(100000, '9');
    g_autofree char *slashed = g_strconcat("10.0.0.0/", many, NULL);
    g_autofree char *zeros = g_strnfill(5000, '0');
    g_autofree char *inside = g_strconcat("10.0.0.1/", zeros, "8", NULL);
    const char *const endless[] = {many, slashed, inside};
    for (guint i = 0; i < G_N_ELEMENTS(endless); i++) {
        AkinPrefix prefix;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_prefix_parse(endless[i], &prefix, &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_host_bits(void)
{
    static const char *const wrong[][2] = {{"192.168.56.1/24", "192.168.56.0/24"},
                                           {"10.0.0.1/31", "10.0.0.0/31"},
                                           {"128.0.0.0/0", "0.0.0.0/0"},
                                           {"fd00:56::1/64", "fd00:56::/64"},
                                           {"fd00:56::1/127", "fd00:56::/127"}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        AkinPrefix prefix;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_prefix_parse(wrong[i][0], &prefix, &error));
        g_assert_nonnull(strstr(error->message, wrong[i][1]));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_address_only(void)
{
    AkinPrefix address;
    g_autoptr(GError) error = NULL;
    g_assert_true(akin_address_parse("192.168.56.101", &address, NULL));
    g_assert_true(akin_address_parse("fd00:56::101", &address, NULL));
    g_assert_cmpuint(address.length, ==, 128);
    g_assert_false(akin_address_parse("192.168.56.101/32", &address, &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

/* No bytes of one family are left over in a value of the other. */
static void
test_clean_value(void)
{
    AkinPrefix a, b;
    memset(&a, 0xaa, sizeof a);
    memset(&b, 0x55, sizeof b);
    g_assert_true(akin_address_parse("192.0.2.1", &a, NULL));
    g_assert_true(akin_address_parse("192.0.2.1", &b, NULL));
    g_assert_true(akin_prefix_equal(&a, &b));
    for (guint i = 4; i < sizeof a.bytes; i++)
        g_assert_cmpuint(a.bytes[i], ==, 0);
}

static void
test_contains(void)
{
    static const struct {
        const char *outer, *inner;
        gboolean contains;
    } rows[] = {
        {"192.168.56.0/24", "192.168.56.0/24", TRUE},
        {"192.168.56.0/24", "192.168.56.255", TRUE},
        {"192.168.56.0/24", "192.168.57.0", FALSE},
        {"192.168.56.0/24", "192.168.0.0/16", FALSE},
        {"192.168.56.0/25", "192.168.56.128", FALSE},
        {"0.0.0.0/0", "255.255.255.255", TRUE},
        {"0.0.0.0/0", "::1", FALSE},
        {"::/0", "127.0.0.1", FALSE},
        {"::/0", "ffff::", TRUE},
        {"fd00:56::/64", "fd00:56::ffff:ffff:ffff:ffff", TRUE},
        {"fd00:56::/64", "fd00:56:0:1::", FALSE},
        {"10.0.0.1", "10.0.0.1", TRUE},
        {"10.0.0.1", "10.0.0.0/31", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        AkinPrefix outer = prefix_of(rows[i].outer), inner = prefix_of(rows[i].inner);
        g_assert_cmpint(akin_prefix_contains(&outer, &inner), ==, rows[i].contains);
    }
}

static void
test_kinds(void)
{
    static const struct {
        const char *address;
        gboolean unicast, loopback, link_local;
    } rows[] = {
        {"192.0.2.1", TRUE, FALSE, FALSE},
        {"1.0.0.0", TRUE, FALSE, FALSE},
        {"223.255.255.255", TRUE, FALSE, FALSE},
        {"127.0.0.1", FALSE, TRUE, FALSE},
        {"127.255.255.255", FALSE, TRUE, FALSE},
        {"126.255.255.255", TRUE, FALSE, FALSE},
        {"0.0.0.0", FALSE, FALSE, FALSE},
        {"0.1.2.3", FALSE, FALSE, FALSE},
        {"224.0.0.1", FALSE, FALSE, FALSE},
        {"239.255.255.255", FALSE, FALSE, FALSE},
        {"240.0.0.1", FALSE, FALSE, FALSE},
        {"255.255.255.255", FALSE, FALSE, FALSE},
        {"169.254.1.1", TRUE, FALSE, TRUE},
        {"169.255.0.0", TRUE, FALSE, FALSE},
        {"2001:db8::1", TRUE, FALSE, FALSE},
        {"::1", FALSE, TRUE, FALSE},
        {"::", FALSE, FALSE, FALSE},
        {"::2", TRUE, FALSE, FALSE},
        {"ff02::1", FALSE, FALSE, FALSE},
        {"fe80::1", TRUE, FALSE, TRUE},
        {"febf::1", TRUE, FALSE, TRUE},
        {"fec0::1", TRUE, FALSE, FALSE},
        {"fd00::1", TRUE, FALSE, FALSE},
        {"::ffff:192.0.2.1", FALSE, FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        AkinPrefix address = prefix_of(rows[i].address);
        g_assert_cmpint(akin_prefix_is_unicast(&address), ==, rows[i].unicast);
        g_assert_cmpint(akin_prefix_is_loopback(&address), ==, rows[i].loopback);
        g_assert_cmpint(akin_prefix_is_link_local(&address), ==, rows[i].link_local);
    }
}

static AkinPrefix
random_prefix(GRand *rand)
{
    AkinPrefix address = {g_rand_boolean(rand) ? AKIN_IPV4 : AKIN_IPV6, 0, {0}};
    guint8 bits = akin_family_bits(address.family);
    for (guint i = 0; i < bits / 8u; i++)
        address.bytes[i] = g_rand_int_range(rand, 0, 3) ? 0 : g_rand_int_range(rand, 0, 256);
    return akin_prefix_network(&address, g_rand_int_range(rand, 0, bits + 1));
}

static void
test_round_trip(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 20000; i++) {
        AkinPrefix prefix = random_prefix(rand);
        g_autofree char *text = akin_prefix_format(&prefix);
        AkinPrefix again = prefix_of(text);
        g_assert_true(akin_prefix_equal(&prefix, &again));
        g_assert_cmpmem(prefix.bytes, 16, again.bytes, 16);
    }
}

/* An order: of one sign in both directions, and zero for equal values alone. */
static void
test_compare(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 20000; i++) {
        AkinPrefix a = random_prefix(rand), b = random_prefix(rand);
        int ab = akin_prefix_compare(&a, &b), ba = akin_prefix_compare(&b, &a);
        g_assert_true((ab < 0) == (ba > 0) && (ab == 0) == (ba == 0));
        g_assert_cmpint(ab == 0, ==, akin_prefix_equal(&a, &b));
        g_assert_cmpint(akin_prefix_contains(&a, &b) && akin_prefix_contains(&b, &a), ==, ab == 0);
    }
}

static gboolean
any_contains(const GArray *prefixes, const AkinPrefix *address, guint except)
{
    for (guint i = 0; i < prefixes->len; i++) {
        if (i != except && akin_prefix_contains(&g_array_index(prefixes, AkinPrefix, i), address))
            return TRUE;
    }
    return FALSE;
}

/* What is left covers what was there, and nothing in it covers another. */
static void
test_prune(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint round = 0; round < 1000; round++) {
        g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
        guint count = g_rand_int_range(rand, 0, 20);
        for (guint i = 0; i < count; i++) {
            AkinPrefix prefix = random_prefix(rand);
            g_array_append_val(all, prefix);
        }
        g_autoptr(GArray) pruned = g_array_copy(all);
        akin_prefixes_prune(pruned);
        for (guint i = 0; i < all->len; i++)
            g_assert_true(any_contains(pruned, &g_array_index(all, AkinPrefix, i), G_MAXUINT));
        for (guint i = 0; i < pruned->len; i++) {
            const AkinPrefix *prefix = &g_array_index(pruned, AkinPrefix, i);
            g_assert_false(any_contains(pruned, prefix, i));
            g_assert_true(i == 0 || akin_prefix_compare(prefix - 1, prefix) < 0);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/parse", test_parse);
    g_test_add_func("/address/refused", test_refused);
    g_test_add_func("/address/refused-endless", test_refused_endless);
    g_test_add_func("/address/host-bits", test_host_bits);
    g_test_add_func("/address/address-only", test_address_only);
    g_test_add_func("/address/clean-value", test_clean_value);
    g_test_add_func("/address/contains", test_contains);
    g_test_add_func("/address/kinds", test_kinds);
    g_test_add_func("/address/round-trip", test_round_trip);
    g_test_add_func("/address/compare", test_compare);
    g_test_add_func("/address/prune", test_prune);
    return g_test_run();
}
