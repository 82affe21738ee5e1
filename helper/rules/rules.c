/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <string.h>

#include "error.h"
#include "ipfw.h"
#include "natd.h"
#include "nftables.h"
#include "pf.h"

static char *
nftables_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    return akin_nft_load_text(ruleset);
}

/* Of a line in a file ipfw(8) reads no more. */
#define IPFW_LINE_MAX 4095

/* The lines of a text as comments. */
static void
append_comment(GString *text, const char *lines)
{
    g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
    for (guint i = 0; split[i] && *split[i]; i++)
        g_string_append_printf(text, "#   %s\n", split[i]);
}

static char *
ipfw_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    AkinIpfwNat nat = akin_ipfw_nat(policy, situation);
    gboolean kernel = nat == AKIN_IPFW_KERNEL;
    g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
    g_autofree char *rules = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, nat);
    GString *text = g_string_new("# to load: ipfw -q /absolute/name/of/this/file\n");
    if (kernel && instances->len > 0)
        g_string_append(text, "# needs: sysctl net.inet.ip.fw.one_pass=0\n");
    for (guint i = 0; i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        if (kernel) {
            gboolean fits = strlen(instance->kernel) < IPFW_LINE_MAX;
            g_string_append_printf(text, "%s%s\n", fits ? "" : "# needs: ipfw ", instance->kernel);
            continue;
        }
        g_string_append_printf(text, "# needs: natd -f FILE -P PIDFILE for %s, FILE:\n",
                               instance->interface);
        append_comment(text, instance->natd);
    }
    g_string_append(text, rules);
    return g_string_free(text, FALSE);
}

static char *
pf_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autofree char *rules = akin_pf_text(policy, situation);
    return g_strconcat("# to load: pfctl -a " AKIN_PF_ANCHOR " -f FILE\n"
                       "# needs, in this order in the main ruleset:\n"
                       "#   scrub in all fragment reassemble\n"
                       "#   nat-anchor \"" AKIN_PF_ANCHOR "\"\n"
                       "#   rdr-anchor \"" AKIN_PF_ANCHOR "\"\n"
                       "#   anchor \"" AKIN_PF_ANCHOR "\"\n",
                       rules, NULL);
}

static const struct {
    const char *engine;
    char *(*text)(const AkinPolicy *policy, const AkinSituation *situation);
} compilers[] = {
    {"nftables", nftables_text},
    {"ipfw", ipfw_text},
    {"pf", pf_text},
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
