/* SPDX-License-Identifier: BSD-2-Clause */
#include "forwarding-bsd.h"

#include "error.h"
#include "sysctl.h"

/*
 * IPv6 on FreeBSD: a computer that forwards stops heeding router advertisements unless rfc6204w3
 * is on (sys/netinet6/nd6_rtr.c), so that one comes first. macOS has no such switch.
 */

#define FORWARD4 "net.inet.ip.forwarding"
#define FORWARD6 "net.inet6.ip6.forwarding"
#define ADVERTISEMENTS "net.inet6.ip6.rfc6204w3"
#define RECORD_NAME "forwarding"

struct _AkinForwarding {
    AkinTools *tools;
    AkinSwitches *switches;
};

AkinForwarding *
akin_forwarding_new_with(AkinTools *tools, const char *state_dir)
{
    AkinForwarding *forwarding = g_new0(AkinForwarding, 1);
    forwarding->tools = tools;
    forwarding->switches = akin_switches_new(&akin_sysctl_switches, tools, state_dir, RECORD_NAME);
    return forwarding;
}

AkinForwarding *
akin_forwarding_new(const char *state_dir)
{
    return akin_forwarding_new_with(akin_tools_new(NULL, AKIN_TOOL_DEADLINE_MS), state_dir);
}

void
akin_forwarding_free(AkinForwarding *forwarding)
{
    akin_switches_free(forwarding->switches);
    akin_tools_free(forwarding->tools);
    g_free(forwarding);
}

static gboolean
is_on(const AkinForwarding *forwarding, const char *name, gboolean ours)
{
    return akin_switches_is_turned(forwarding->switches, name) == ours &&
           akin_switches_is(forwarding->switches, name, "1");
}

gboolean
akin_forwarding_is_on(const AkinForwarding *forwarding)
{
    return is_on(forwarding, FORWARD4, TRUE) || is_on(forwarding, FORWARD6, TRUE);
}

void
akin_forwarding_describe(AkinForwarding *forwarding, AkinSituation *situation)
{
    situation->routes4 = is_on(forwarding, FORWARD4, FALSE);
    situation->routes6 = is_on(forwarding, FORWARD6, FALSE);
}

static void
want(GHashTable *wanted, const char *name)
{
    g_hash_table_insert(wanted, g_strdup(name), g_strdup("1"));
}

static GHashTable *
wanted_switches(const AkinPolicy *policy, const AkinSituation *situation)
{
    GHashTable *wanted = akin_switches_table();
    if (!akin_nat_is_active(policy, situation))
        return wanted;
    if (policy->nat == AKIN_NAT_ON || akin_networks_have(policy, situation, AKIN_IPV4))
        want(wanted, FORWARD4);
    /* Where others have turned it on already, advertisements are theirs as well. */
    if (akin_networks_have(policy, situation, AKIN_IPV6) && !situation->routes6) {
        want(wanted, FORWARD6);
        want(wanted, ADVERTISEMENTS);
    }
    return wanted;
}

/* What is strict here are rules, and none of ours. */
void
akin_forwarding_loosen(AkinForwarding *forwarding)
{
    (void) forwarding;
}

/* A switch that cannot be read is left out by akin_switches_set: these must be there. */
static gboolean
is_as_wanted(const AkinForwarding *forwarding, GHashTable *wanted, const char *name, GError **error)
{
    if (!g_hash_table_contains(wanted, name) || akin_switches_is(forwarding->switches, name, "1"))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "%s does not become 1; see what ‘sysctl %s’ says", name, name);
    return FALSE;
}

gboolean
akin_forwarding_apply(AkinForwarding *forwarding, const AkinPolicy *policy,
                      const AkinSituation *situation, gboolean enforcing, GError **error)
{
    g_autoptr(GHashTable) wanted =
        enforcing ? wanted_switches(policy, situation) : akin_switches_table();
    return akin_switches_set(forwarding->switches, wanted, error) &&
           is_as_wanted(forwarding, wanted, FORWARD4, error) &&
           is_as_wanted(forwarding, wanted, FORWARD6, error);
}
