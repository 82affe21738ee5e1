/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-file.h"

#include <string.h>

#include "names.h"
#include "samples.h"

/* What is written over a file, and what is read of one that was damaged meanwhile. */

/* --- Writing ---------------------------------------------------------------------------------- */

/* All that a person wrote outlives every change; what is about a key stays above the key. */
static void
test_keeps_words(void)
{
    static const char before[] = "# On top.\n"
                                 "\n"
                                 "# Why the wall is up.\n"
                                 "[firewall]\n"
                                 "# about enabled\n"
                                 "enabled=true\n"
                                 "colour=red \\s;[x]\n"
                                 "\n"
                                 "# A group from the future.\n"
                                 "[later]\n"
                                 "key=value\n"
                                 "\n"
                                 "[service web]\n"
                                 "# about the ports\n"
                                 "out=tcp:80\n"
                                 "icon=web\n"
                                 "\n"
                                 "[services]\n"
                                 "# about ssh\n"
                                 "ssh=none\n"
                                 "\n"
                                 "[forwards]\n"
                                 "# about the web server\n"
                                 "tcp/80=192.168.56.101:80\n";
    static const char *const kept[] = {
        "# On top.\n",
        "# Why the wall is up.\n",
        "# about enabled\nenabled=false\n",
        "colour=red \\s;[x]\n",
        "# A group from the future.\n",
        "[later]\nkey=value\n",
        "# about the ports\nout=tcp:80\nicon=web\n",
        "# about ssh\nssh=out\n",
        "# about the web server\ntcp/80=192.168.56.101:80; [fd00:56::101]:80\n"};
    static const char *const ssh[] = {"ssh", NULL};
    g_autoptr(AkinPolicy) policy = sample_parse_policy(before);
    AkinForward forward = sample_forward("tcp", 80, "fd00:56::101", 80, "anyone");
    policy->firewall = FALSE;
    akin_policy_set_services(policy, ssh, AKIN_OUTGOING, TRUE, NULL);
    akin_policy_add_forward(policy, &forward, NULL);

    g_autofree char *text = akin_policy_format(policy, before);
    for (guint round = 0; round < 3; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
            if (!strstr(text, kept[i]))
                g_error("‘%s’ is lost in:\n%s", kept[i], text);
        }
        char *again = akin_policy_format(policy, text);
        g_assert_cmpstr(text, ==, again);
        g_free(text);
        text = again;
    }
}

static void
test_removes(void)
{
    static const char before[] = "[service web]\nout=tcp:80\n[service other]\nout=tcp:81\n"
                                 "[services]\nweb=out\nother=out\nhttp=none\n"
                                 "[forwards]\ntcp/80=192.168.56.101:80\ntcp/81=192.168.56.101:81\n";
    g_autoptr(AkinPolicy) policy = sample_parse_policy(before);
    g_assert_true(akin_policy_remove_service(policy, "web", NULL));
    g_assert_true(akin_policy_remove_forward(policy, AKIN_PROTOCOL_TCP, 80, NULL, NULL));
    g_autofree char *text = akin_policy_format(policy, before);
    g_assert_null(strstr(text, "web"));
    g_assert_null(strstr(text, "tcp/80"));
    g_assert_nonnull(strstr(text, "[service other]"));
    g_assert_nonnull(strstr(text, "tcp/81=192.168.56.101:81"));
    g_assert_nonnull(strstr(text, "http=none"));
    g_autoptr(AkinPolicy) again = sample_parse_policy(text);
    assert_same_policy(policy, again);
}

static char *
with_service(const char *before, gboolean there)
{
    g_autoptr(AkinPolicy) policy = sample_parse_policy(before);
    static const char *const names[] = {"game", NULL};
    if (there) {
        g_autoptr(AkinService) game = akin_service_new("game", NULL, "tcp:1", "", NULL);
        akin_policy_add_service(policy, game, NULL);
        akin_policy_set_services(policy, names, AKIN_OUTGOING, TRUE, NULL);
    } else {
        akin_policy_remove_service(policy, "game", NULL);
    }
    return akin_policy_format(policy, before);
}

/* What comes goes whole; what stands above a group stays there. */
static void
test_comes_and_goes(void)
{
    static const char before[] = "# On top.\n\n"
                                 "[services]\n"
                                 "http=out\n"
                                 "# touches http\n"
                                 "\n\n"
                                 "# What I forward.\n"
                                 "[forwards]\n"
                                 "tcp/80=192.168.56.101:80\n"
                                 "\n"
                                 "# The end.\n";
    g_autofree char *first = with_service(before, FALSE);
    g_autofree char *text = g_strdup(first);
    for (guint round = 0; round < 3; round++) {
        g_autofree char *with = with_service(text, TRUE);
        g_assert_nonnull(strstr(with, "http=out\n# touches http\ngame=out\n\n\n# What I forward.\n"
                                      "[forwards]\ntcp/80=192.168.56.101:80\n\n"));
        g_assert_true(g_str_has_suffix(with, "\n# The end.\n"));
        char *without = with_service(with, FALSE);
        g_assert_cmpstr(without, ==, first);
        g_free(text);
        text = without;
    }
    g_assert_nonnull(strstr(text, "http=out\n# touches http\n\n\n# What I forward.\n[forwards]\n"));
}

/* The comment above a group that goes is not lost. */
static void
test_comment_of_what_goes(void)
{
    static const char before[] =
        "[services]\ngame=out\n\n# My games.\n[service game]\nout=tcp:1\n\n"
        "# Ports.\n[forwards]\n";
    g_autofree char *text = with_service(before, FALSE);
    g_assert_nonnull(strstr(text, "[services]\n\n# My games.\n\n# Ports.\n[forwards]\n"));
}

/* A catalogue that changes its mind does so for all who have not said anything. */
static void
test_only_decided(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autofree char *text = akin_policy_format(policy, NULL);
    g_assert_null(strstr(text, "http="));
    g_assert_true(g_str_has_prefix(text, "# "));
}

static void
test_round_trip(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 300; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autofree char *text = akin_policy_format(policy, NULL);
        g_autoptr(AkinPolicy) again = sample_parse_policy(text);
        assert_same_policy(policy, again);
        g_autofree char *same = akin_policy_format(again, text);
        g_assert_cmpstr(text, ==, same);
    }
}

/* Whatever the file held before, it says the new policy afterwards; only the order of own services
 * is the file's. */
static void
test_round_trip_over_another(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 200; i++) {
        g_autoptr(AkinPolicy) first = sample_policy(rand);
        g_autoptr(AkinPolicy) second = sample_policy(rand);
        g_autofree char *before = akin_policy_format(first, NULL);
        g_autofree char *after = akin_policy_format(second, before);
        g_autoptr(AkinPolicy) again = sample_parse_policy(after);
        g_autofree char *plain = akin_policy_format(again, NULL);
        g_autoptr(AkinPolicy) plain_again = sample_parse_policy(plain);
        assert_same_policy(again, plain_again);
        g_assert_cmpuint(again->services->len, ==, second->services->len);
        g_assert_cmpuint(again->forwards->len, ==, second->forwards->len);
        for (guint k = 0; k < second->services->len; k++) {
            const AkinServiceState *wanted = &g_array_index(second->services, AkinServiceState, k);
            const AkinServiceState *found = akin_policy_find_service(again, wanted->service->name);
            g_assert_nonnull(found);
            g_assert_cmpuint(found->allowed, ==, wanted->allowed);
            g_assert_cmpstr(found->service->title, ==, wanted->service->title);
        }
    }
}

static void
test_titles(void)
{
    static const char *const titles[] = {" leading", "trailing ",  "  both  ", "a\\b",
                                         "\\n",      "a;b",        "[x]",      "a=b",
                                         "#x",       "中\u3000文", "%s",       "\\"};
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_autoptr(AkinPolicy) policy = akin_policy_new_default();
        g_autoptr(AkinService) service = akin_service_new("x", titles[i], "tcp:1", "", NULL);
        g_assert_nonnull(service);
        akin_policy_add_service(policy, service, NULL);
        g_autofree char *text = akin_policy_format(policy, NULL);
        g_autoptr(AkinPolicy) again = sample_parse_policy(text);
        assert_same_policy(policy, again);
    }
}

/* --- Damage ----------------------------------------------------------------------------------- */

static void
damage(GRand *rand, GString *text)
{
    static const char odd[] = "\n\n[]=;#\\ \t\r\0\xff\xc3\"/:.,-09az*";
    gsize at = g_rand_int_range(rand, 0, (gint32) text->len);
    switch (g_rand_int_range(rand, 0, 4)) {
    case 0: text->str[at] = odd[g_rand_int_range(rand, 0, sizeof odd - 1)]; break;
    case 1: text->str[at] ^= 1 << g_rand_int_range(rand, 0, 8); break;
    case 2: g_string_erase(text, at, MIN(text->len - at, at % 20 + 1)); break;
    default: g_string_insert_c(text, at, odd[g_rand_int_range(rand, 0, sizeof odd - 1)]); break;
    }
}

/* Either a policy, which can be written and read again, or one line that names a line. */
static void
test_damaged(void)
{
    g_autoptr(GRand) rand = sample_rand();
    guint valid = 0, broken = 0;
    for (guint i = 0; i < 4000; i++) {
        g_autoptr(AkinPolicy) whole = i % 20 ? NULL : sample_policy(rand);
        static char *base;
        if (whole) {
            g_free(base);
            base = akin_policy_format(whole, NULL);
        }
        g_autoptr(GString) text = g_string_new(base);
        for (guint k = g_rand_int_range(rand, 1, 4); k > 0 && text->len > 0; k--)
            damage(rand, text);
        g_autoptr(GError) error = NULL;
        g_autoptr(AkinPolicy) policy = akin_policy_parse(text->str, text->len, NULL, &error);
        if (policy) {
            g_autofree char *written = akin_policy_format(policy, text->str);
            g_autoptr(AkinPolicy) again = sample_parse_policy(written);
            assert_same_policy(policy, again);
            valid++;
        } else {
            if (!g_regex_match_simple("^(line [1-9][0-9]*: |the file is )", error->message, 0, 0))
                g_error("no line in ‘%s’ for:\n%s", error->message, text->str);
            assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
            broken++;
        }
        if (i == 3999)
            g_clear_pointer(&base, g_free);
    }
    g_test_message("%u were still valid, %u broken", valid, broken);
    g_assert_cmpuint(valid, >, 100);
    g_assert_cmpuint(broken, >, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy-file/keeps-words", test_keeps_words);
    g_test_add_func("/policy-file/removes", test_removes);
    g_test_add_func("/policy-file/comes-and-goes", test_comes_and_goes);
    g_test_add_func("/policy-file/comment-of-what-goes", test_comment_of_what_goes);
    g_test_add_func("/policy-file/only-decided", test_only_decided);
    g_test_add_func("/policy-file/round-trip", test_round_trip);
    g_test_add_func("/policy-file/round-trip-over-another", test_round_trip_over_another);
    g_test_add_func("/policy-file/titles", test_titles);
    g_test_add_func("/policy-file/damaged", test_damaged);
    return g_test_run();
}
