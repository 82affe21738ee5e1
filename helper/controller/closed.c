/* SPDX-License-Identifier: BSD-2-Clause */
#include "closed.h"

#include "names.h"
#include "rules.h"

/* What panic lets pass, whatever networks there will be. */
static char *
closed_text(const AkinPolicy *policy, const char *engine, GError **error)
{
    g_autoptr(AkinPolicy) closed = akin_policy_copy(policy);
    g_autoptr(AkinSituation) nothing = akin_situation_new();
    closed->firewall = TRUE;
    closed->panic = TRUE;
    return akin_rules_text(engine, closed, nothing, error);
}

void
akin_closed_keep(AkinStore *store, const AkinPolicy *policy, const char *engine)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (policy->fail_closed && !(text = closed_text(policy, engine, &error)))
        g_warning("cannot keep rules for the start of the computer: %s", error->message);
    else if (!akin_store_keep(store, AKIN_CLOSED_NAME, text, &error))
        g_warning("cannot keep rules for the start of the computer: %s", error->message);
}
