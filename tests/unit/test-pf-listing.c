/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf-listing.h"

#include "samples.h"

static void
test_calls(void)
{
    static const char *const yes[] = {
        "anchor \"akin\" all\n",
        "scrub in all fragment reassemble\nblock drop in all\nanchor \"akin\" all",
        "pass quick on lo0 all flags S/SA keep state\nanchor \"akin\" all \n",
        "block drop quick allow\nanchor \"akin\" all\n",
    };
    static const char *const no[] = {
        "",
        "anchor \"akin\" on em0 all\n",
        "anchor \"akin\" inet all\n",
        "anchor \"akin2\" all\n",
        "nat-anchor \"akin\" all\n",
        "# anchor \"akin\" all\n",
        "anchor \"akin\" all extra\n",
        "block drop quick all\nanchor \"akin\" all\n",
        "pass in quick all flags S/SA keep state\nanchor \"akin\" all\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(yes); i++)
        g_assert_true(akin_pf_listing_calls(yes[i], "anchor", "akin"));
    for (guint i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(akin_pf_listing_calls(no[i], "anchor", "akin"));
}

static void
test_enabled(void)
{
    static const char *const rubbish[] = {
        "", "\n", "Status:", "Status: ", "Status: Perhaps\n", " Status: Enabled\n", "\001\377"};
    gboolean enabled = FALSE;
    g_assert_true(akin_pf_listing_enabled("No ALTQ support in kernel\n"
                                          "Status: Enabled for 0 days 00:00:05   Debug: Urgent\n",
                                          &enabled, NULL));
    g_assert_true(enabled);
    g_assert_true(akin_pf_listing_enabled("Status: Disabled\n", &enabled, NULL));
    g_assert_false(enabled);
    for (guint i = 0; i < G_N_ELEMENTS(rubbish); i++) {
        GError *error = NULL;
        g_assert_false(akin_pf_listing_enabled(rubbish[i], &enabled, &error));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    }
}

static void
test_token(void)
{
    static const char *const none[] = {
        "",          "Token : ", "Token : -1", "Token : x",
        "token : 1", "Token: 1", "Token :  1", "Token : 999999999999999999999"};
    g_autofree char *token = akin_pf_listing_token("pf enabled\nToken : 15634298769434265543\n");
    g_assert_cmpstr(token, ==, "15634298769434265543");
    for (guint i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_null(akin_pf_listing_token(none[i]));
}

/* Cut off anywhere and changed anywhere: an answer, never a crash. */
static void
test_mutations(void)
{
    static const char good[] = "anchor \"akin\" all\nStatus: Enabled for 0 days\nToken : 1234\n";
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 20000; i++) {
        gboolean enabled;
        g_autofree char *text = g_strdup(good);
        for (gint changes = g_rand_int_range(rand, 1, 4); changes > 0; changes--)
            text[g_rand_int_range(rand, 0, sizeof good - 1)] =
                (char) g_rand_int_range(rand, 0, 256);
        GError *error = NULL;
        akin_pf_listing_calls(text, "anchor", "akin");
        if (!akin_pf_listing_enabled(text, &enabled, &error))
            assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        g_autofree char *token = akin_pf_listing_token(text);
        g_assert_true(!token || g_ascii_isdigit(*token));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pf-listing/calls", test_calls);
    g_test_add_func("/pf-listing/enabled", test_enabled);
    g_test_add_func("/pf-listing/token", test_token);
    g_test_add_func("/pf-listing/mutations", test_mutations);
    return g_test_run();
}
