/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-listing.h"

#include <string.h>

#include "samples.h"

#define LAST "65535 set 31 deny ip from any to any\n"

static AkinIpfwListing *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    AkinIpfwListing *listing = akin_ipfw_listing_parse(text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(listing);
    return listing;
}

/* As FreeBSD's ipfw prints it (show_static_rule in sbin/ipfw/ipfw2.c). */
static void
test_listing(void)
{
    g_autoptr(AkinIpfwListing) listing =
        parse("00010 set 20 allow ip from any to any via lo*\n"
              "# DISABLED 00010 set 21 allow ip from any to any via lo*\n"
              "00020 set 20 deny ip4 from 127.0.0.0/8 to any\n"
              "# DISABLED 00020 set 21 deny ip4 from 127.0.0.0/8 to any\n"
              "00100 set 20 allow udp from any to any // 00200 set 5 said the comment\n" LAST);
    g_assert_cmpuint(listing->ours[0].rules, ==, 3);
    g_assert_true(listing->ours[0].in_force);
    g_assert_cmpuint(listing->ours[1].rules, ==, 2);
    g_assert_false(listing->ours[1].in_force);
    g_assert_null(listing->foreign);
}

static void
test_empty(void)
{
    g_autoptr(AkinIpfwListing) listing = parse(LAST);
    g_assert_cmpuint(listing->ours[0].rules, ==, 0);
    g_assert_cmpuint(listing->ours[1].rules, ==, 0);
    g_assert_false(listing->ours[0].in_force || listing->ours[1].in_force);
}

static void
test_foreign(void)
{
    g_autoptr(AkinIpfwListing) enabled = parse("00100 set 0 allow ip from any to any\n" LAST);
    g_assert_nonnull(strstr(enabled->foreign, "00100"));
    g_autoptr(AkinIpfwListing) disabled =
        parse("# DISABLED 00100 set 3 allow ip from any to any\n" LAST);
    g_assert_null(disabled->foreign);
    g_autoptr(AkinIpfwListing) of_set_31 = parse("00100 set 31 allow ip from any to any\n" LAST);
    g_assert_nonnull(of_set_31->foreign);
}

/* Any change of a rule shows; a change of the other set, or of others' rules, does not. */
static void
test_fingerprint(void)
{
    static const char before[] = "00010 set 20 allow ip from any to any via lo*\n"
                                 "00020 set 20 deny ip4 from 127.0.0.0/8 to any\n" LAST;
    static const char *const same[] = {"00005 set 0 allow ip from any to any\n"
                                       "00010 set 20 allow ip from any to any via lo*\n"
                                       "# DISABLED 00020 set 21 deny ip4 from 127.0.0.0/8 to any\n"
                                       "00020 set 20 deny ip4 from 127.0.0.0/8 to any\n" LAST};
    static const char *const others[] = {
        "00010 set 20 allow ip from any to any via lo*\n" LAST,
        "00010 set 20 allow ip from any to any via lo*\n"
        "00020 set 20 allow ip4 from 127.0.0.0/8 to any\n" LAST,
        "# DISABLED 00010 set 20 allow ip from any to any via lo*\n"
        "# DISABLED 00020 set 20 deny ip4 from 127.0.0.0/8 to any\n" LAST,
        "00020 set 20 deny ip4 from 127.0.0.0/8 to any\n"
        "00010 set 20 allow ip from any to any via lo*\n" LAST,
    };
    g_autoptr(AkinIpfwListing) listing = parse(before);
    for (guint i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autoptr(AkinIpfwListing) other = parse(same[i]);
        g_assert_cmpstr(listing->ours[0].fingerprint, ==, other->ours[0].fingerprint);
    }
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(AkinIpfwListing) other = parse(others[i]);
        g_assert_cmpstr(listing->ours[0].fingerprint, !=, other->ours[0].fingerprint);
    }
}

static void
test_rubbish(void)
{
    static const char *const texts[] = {
        "",
        "\n",
        "ipfw: retrieving config failed: Protocol not available\n",
        "00010 set 20 allow ip from any to any\n", /* cut off */
        LAST "00010 set 20",
        LAST "00010 set 20 ",
        LAST "00010 set 32 allow\n",
        LAST "65536 set 20 allow\n",
        LAST "99999999999999999999999 set 20 allow\n",
        LAST "-1 set 20 allow\n",
        LAST "+10 set 20 allow\n",
        LAST " 00010 set 20 allow\n",
        LAST "00010 set -1 allow\n",
        LAST "00010 set  allow\n",
        LAST "00010  set 20 allow\n",
        LAST "00010 allow ip from any to any\n",
        LAST "# DISABLED \n",
        LAST "# DISABLED # DISABLED 00010 set 20 allow\n",
        LAST "\001\377\033[2J\n",
        LAST "Testing only, list disabled\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;
        g_assert_null(akin_ipfw_listing_parse(texts[i], &error));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    }
}

/* Cut off anywhere and changed anywhere: an answer or an error, never a crash. */
static void
test_mutations(void)
{
    static const char good[] = "00010 set 20 allow ip from any to any via lo*\n"
                               "# DISABLED 00010 set 21 deny ip from any to any\n" LAST;
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 20000; i++) {
        g_autofree char *text = g_strdup(good);
        for (gint changes = g_rand_int_range(rand, 1, 4); changes > 0; changes--)
            text[g_rand_int_range(rand, 0, sizeof good - 1)] =
                (char) g_rand_int_range(rand, 0, 256);
        GError *error = NULL;
        g_autoptr(AkinIpfwListing) listing = akin_ipfw_listing_parse(text, &error);
        g_assert_true((listing == NULL) == (error != NULL));
        if (error)
            assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        else
            g_assert_cmpuint(listing->ours[0].rules + listing->ours[1].rules, <=, 4);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ipfw-listing/listing", test_listing);
    g_test_add_func("/ipfw-listing/empty", test_empty);
    g_test_add_func("/ipfw-listing/foreign", test_foreign);
    g_test_add_func("/ipfw-listing/fingerprint", test_fingerprint);
    g_test_add_func("/ipfw-listing/rubbish", test_rubbish);
    g_test_add_func("/ipfw-listing/mutations", test_mutations);
    return g_test_run();
}
