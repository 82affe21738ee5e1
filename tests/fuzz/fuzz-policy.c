/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "policy-file.h"
#include "rules.h"
#include "target.h"

/*
 * Any bytes as the policy file. What is taken can be written and read again without a change, and
 * every compiler makes rules of it.
 */

static AkinPolicy *
parse(const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);
    AkinPolicy *policy = akin_policy_parse(text, length, remarks, &error);
    g_assert((policy == NULL) == (error != NULL));
    g_assert(!error || g_utf8_validate(error->message, -1, NULL));
    return policy;
}

static void
compile(const AkinPolicy *policy)
{
    g_autoptr(AkinSituation) situation = akin_situation_new();
    for (const char *const *engine = (const char *[]){"nftables", "ipfw", "pf", NULL}; *engine;
         engine++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *rules = akin_rules_text(*engine, policy, situation, &error);
        g_assert_no_error(error);
        g_assert(g_utf8_validate(rules, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    g_autoptr(AkinPolicy) policy = parse(text, size);
    if (!policy)
        return 0;
    g_autofree char *written = akin_policy_format(policy, text);
    g_autoptr(AkinPolicy) again = parse(written, strlen(written));
    g_assert(again);
    g_autofree char *fresh = akin_policy_format(policy, NULL);
    g_autofree char *fresh_again = akin_policy_format(again, NULL);
    g_assert_cmpstr(fresh, ==, fresh_again);
    compile(policy);
    return 0;
}
