/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "samples.h"

static void
test_check(void)
{
    static const char *const good[] = {
        "vboxnet0",        "vboxnet*",       "a", "A*",  "_",    "0*",
        "br-lan",          "eth0.100",       "l", "lo1", "lox*", "lo0x",
        "abcdefghijklmno", "abcdefghijklmn*"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        gboolean valid = akin_pattern_check(good[i], &error);
        g_assert_no_error(error);
        g_assert_true(valid);
    }
}

static void
test_refused(void)
{
    static const char *const wrong[] = {"",
                                        "*",
                                        "**",
                                        "a**",
                                        "*a",
                                        "a*b",
                                        "vm net",
                                        "vmnet ",
                                        " vmnet",
                                        "vmnet\n",
                                        "vm/net",
                                        "abcdefghijklmnop",
                                        "abcdefghijklmno*",
                                        "vm?",
                                        "vm[0-9]",
                                        "vm\"",
                                        "vm'",
                                        "vm;",
                                        "vm,",
                                        "vm{",
                                        "vm}",
                                        "vm#",
                                        "vm$",
                                        "vm\\",
                                        "vm:",
                                        "vm@",
                                        "vm+",
                                        "vmnét",
                                        "vm\xff",
                                        "vm\u200b"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_pattern_check(wrong[i], &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_loopback(void)
{
    static const char *const wrong[] = {"lo", "lo0", "lo*", "l*", "lo0*"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_pattern_check(wrong[i], &error));
        g_assert_nonnull(strstr(error->message, "loopback"));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_matches(void)
{
    static const struct {
        const char *pattern, *name;
        gboolean matches;
    } rows[] = {
        {"vboxnet*", "vboxnet0", TRUE}, {"vboxnet*", "vboxnet", TRUE},
        {"vboxnet*", "vboxne", FALSE},  {"vboxnet*", "xvboxnet0", FALSE},
        {"vboxnet0", "vboxnet0", TRUE}, {"vboxnet0", "vboxnet01", FALSE},
        {"vboxnet0", "vboxnet", FALSE}, {"vmnet*", "VMNET0", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(akin_pattern_matches(rows[i].pattern, rows[i].name), ==, rows[i].matches);
}

static char *
patterns_of(const AkinPolicy *policy)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < policy->patterns->len; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "", (char *) policy->patterns->pdata[i]);
    return g_string_free(text, FALSE);
}

/* Sorted, each once, none that another one covers. */
static void
test_set(void)
{
    static const struct {
        const char *given, *kept;
    } rows[] = {
        {"vmnet*", "vmnet*"},    {"vmnet1 vmnet* vmnet12", "vmnet*"},
        {"vmnet* vm* v*", "v*"}, {"b a", "a b"},
        {"a a a", "a"},          {"a* a*", "a*"},
        {"vm vm*", "vm*"},       {"vmnet1 vmnet10", "vmnet1 vmnet10"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AkinPolicy) policy = akin_policy_new_default();
        g_auto(GStrv) given = g_strsplit(rows[i].given, " ", -1);
        g_assert_true(akin_policy_set_patterns(policy, (const char *const *) given, NULL));
        g_autofree char *kept = patterns_of(policy);
        g_assert_cmpstr(kept, ==, rows[i].kept);
    }
}

static void
test_set_refused(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autofree char *before = patterns_of(policy);
    const char *one_wrong[] = {"good*", "bad one", NULL};
    const char *none[] = {NULL};
    g_autoptr(GPtrArray) many = g_ptr_array_new();
    for (guint i = 0; i <= AKIN_PATTERNS_MAX; i++)
        g_ptr_array_add(many, "a");
    g_ptr_array_add(many, NULL);

    const char *const *const wrong[] = {one_wrong, none, (const char *const *) many->pdata};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_set_patterns(policy, wrong[i], &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
        g_autofree char *after = patterns_of(policy);
        g_assert_cmpstr(before, ==, after);
    }
    g_ptr_array_remove_index(many, 0);
    g_assert_true(akin_policy_set_patterns(policy, (const char *const *) many->pdata, NULL));
}

/* Leaving out what is covered never changes what is matched. */
static void
test_set_keeps_meaning(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    for (guint round = 0; round < 3000; round++) {
        char *given[5] = {0};
        for (guint i = 0; i < 4; i++) {
            g_autofree char *stem = sample_text(rand, "ab", 4);
            given[i] = g_strconcat("v", stem, g_rand_boolean(rand) ? "*" : "", NULL);
        }
        g_assert_true(akin_policy_set_patterns(policy, (const char *const *) given, NULL));
        for (guint i = 0; i < 20; i++) {
            g_autofree char *rest = sample_text(rand, "ab", 6);
            g_autofree char *name = g_strconcat("v", rest, NULL);
            gboolean wanted = FALSE, matches = FALSE;
            for (guint k = 0; k < 4; k++)
                wanted = wanted || akin_pattern_matches(given[k], name);
            for (guint k = 0; k < policy->patterns->len; k++)
                matches = matches || akin_pattern_matches(policy->patterns->pdata[k], name);
            g_assert_cmpint(wanted, ==, matches);
        }
        for (guint i = 0; i < 4; i++)
            g_free(given[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pattern/check", test_check);
    g_test_add_func("/pattern/refused", test_refused);
    g_test_add_func("/pattern/loopback", test_loopback);
    g_test_add_func("/pattern/matches", test_matches);
    g_test_add_func("/pattern/set", test_set);
    g_test_add_func("/pattern/set-refused", test_set_refused);
    g_test_add_func("/pattern/set-keeps-meaning", test_set_keeps_meaning);
    return g_test_run();
}
