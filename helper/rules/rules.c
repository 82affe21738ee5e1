/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <string.h>

#include "error.h"
#include "ipfw.h"
#include "nftables.h"
#include "pf.h"

static char *
nftables_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    return akin_nft_load_text(ruleset);
}

static char *
ipfw_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    return akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
}

static const struct {
    const char *engine;
    char *(*text)(const AkinPolicy *policy, const AkinSituation *situation);
} compilers[] = {
    {"nftables", nftables_text},
    {"ipfw", ipfw_text},
    {"pf", akin_pf_text},
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
                "no engine of that name; use nftables, ipfw or pf");
    return NULL;
}
