/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <string.h>

#include "samples.h"

static const char *const engines[] = {"nftables", "ipfw", "pf"};

static void
test_engines(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    for (guint i = 0; i < G_N_ELEMENTS(engines); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = akin_rules_text(engines[i], policy, situation, &error);
        g_assert_no_error(error);
        g_assert_true(g_str_has_suffix(text, "\n"));
    }
}

static void
test_unknown_engine(void)
{
    static const char *const wrong[] = {"", "iptables", "nftables ", "NFTABLES", "pf\n", "\xff"};
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(akin_rules_text(wrong[i], policy, situation, &error));
        assert_refused(&error, AKIN_ERROR_NOT_SUPPORTED);
    }
}

/* Neither a shell's letters, nor what is no plain text, from whatever policy and situation. */
static void
test_letters(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 300; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        for (guint k = 0; k < G_N_ELEMENTS(engines); k++) {
            g_autofree char *text = akin_rules_text(engines[k], policy, situation, NULL);
            for (const char *c = text; *c; c++)
                g_assert_true(g_ascii_isprint(*c) || *c == '\n' || *c == '\t');
            g_assert_null(strpbrk(text, "\\`$%?^~"));
        }
    }
}

/* The same policy and situation give the same text: what is loaded can be compared. */
static void
test_pure(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 100; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinPolicy) copy = akin_policy_copy(policy);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(AkinSituation) again = akin_situation_copy(situation);
        for (guint k = 0; k < G_N_ELEMENTS(engines); k++) {
            g_autofree char *text = akin_rules_text(engines[k], policy, situation, NULL);
            g_autofree char *same = akin_rules_text(engines[k], copy, again, NULL);
            g_assert_cmpstr(text, ==, same);
        }
        assert_same_policy(policy, copy);
        g_assert_true(akin_situation_equal(situation, again));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/engines", test_engines);
    g_test_add_func("/rules/unknown-engine", test_unknown_engine);
    g_test_add_func("/rules/letters", test_letters);
    g_test_add_func("/rules/pure", test_pure);
    return g_test_run();
}
