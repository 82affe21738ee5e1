/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <string.h>

#include "error.h"
#include "nftables.h"

static char *
nftables_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    return akin_nft_load_text(ruleset);
}

static const struct {
    const char *engine;
    char *(*text)(const AkinPolicy *policy, const AkinSituation *situation);
} compilers[] = {
    {"nftables", nftables_text},
};

char *
akin_rules_text(const char *engine, const AkinPolicy *policy, const AkinSituation *situation,
                GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(compilers); i++) {
        if (strcmp(compilers[i].engine, engine) == 0)
            return compilers[i].text(policy, situation);
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                "no engine of that name; this akin knows nftables");
    return NULL;
}
