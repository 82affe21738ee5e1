/* SPDX-License-Identifier: BSD-2-Clause */
#include "rule-facts.h"

#include <string.h>

#include "cells.h"
#include "names.h"

/* natd's port of its own (natd(8)); each further uplink takes the next one. */
#define FIRST_NAT_PORT 8668

static char *
join_prefixes(const GArray *prefixes, AkinFamily family)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < prefixes->len; i++) {
        const AkinPrefix *prefix = &g_array_index(prefixes, AkinPrefix, i);
        g_autofree char *text = akin_prefix_format(prefix);
        if (prefix->family == family)
            g_string_append_printf(list, "%s%s", list->len ? "," : "", text);
    }
    return g_string_free(list, FALSE);
}

GArray *
akin_rule_facts_subnets(const AkinPolicy *policy, const AkinSituation *situation)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (!akin_network_is_up(policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        g_array_append_vals(all, subnets->data, subnets->len);
    }
    akin_prefixes_prune(all);
    return all;
}

static void
network_clear(gpointer data)
{
    AkinNetworkFacts *network = data;
    g_free(network->subnets4);
    g_free(network->subnets6);
}

static GArray *
collect_networks(const AkinPolicy *policy, const AkinSituation *situation)
{
    GArray *networks = g_array_new(FALSE, FALSE, sizeof(AkinNetworkFacts));
    g_array_set_clear_func(networks, network_clear);
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (!akin_network_is_up(policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        AkinNetworkFacts network = {interface->name, join_prefixes(subnets, AKIN_IPV4),
                                    join_prefixes(subnets, AKIN_IPV6)};
        g_array_append_val(networks, network);
    }
    return networks;
}

static void
uplink_clear(gpointer data)
{
    g_free(((AkinUplinkFacts *) data)->address4);
}

static char *
first_address4(const AkinInterface *interface)
{
    for (guint i = 0; i < interface->addresses->len; i++) {
        AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, i);
        address.length = akin_family_bits(address.family);
        if (address.family == AKIN_IPV4)
            return akin_prefix_format(&address);
    }
    return NULL;
}

/* An uplink with a name that could be anything but a name in a rule gets no NAT. */
static GArray *
collect_uplinks(const AkinPolicy *policy, const AkinSituation *situation)
{
    GArray *uplinks = g_array_new(FALSE, FALSE, sizeof(AkinUplinkFacts));
    g_array_set_clear_func(uplinks, uplink_clear);
    g_autoptr(GPtrArray) all = akin_situation_uplinks(policy, situation);
    for (guint i = 0; i < all->len; i++) {
        const AkinInterface *interface = all->pdata[i];
        if (!akin_name_is_plain(interface->name))
            continue;
        AkinUplinkFacts uplink = {interface->name, first_address4(interface),
                                  FIRST_NAT_PORT + uplinks->len};
        g_array_append_val(uplinks, uplink);
    }
    return uplinks;
}

static void
forward_clear(gpointer data)
{
    AkinForwardFacts *forward = data;
    g_free(forward->address);
    g_free(forward->from);
}

static GArray *
collect_forwards(const AkinPolicy *policy, const AkinSituation *situation, gboolean nat)
{
    GArray *forwards = g_array_new(FALSE, FALSE, sizeof(AkinForwardFacts));
    g_array_set_clear_func(forwards, forward_clear);
    for (guint i = 0; nat && i < policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        if (forward->from == AKIN_FROM_LOOPBACK ||
            !akin_situation_find_network(policy, situation, &forward->address))
            continue;
        AkinForwardFacts facts = {
            forward, akin_protocol_name(forward->protocol), akin_prefix_format(&forward->address),
            forward->from == AKIN_FROM_NETWORK ? akin_prefix_format(&forward->network)
                                               : g_strdup("any")};
        g_array_append_val(forwards, facts);
    }
    return forwards;
}

static char *
join_trusted(const AkinPolicy *policy, const GArray *in, AkinFamily family)
{
    if (akin_ports_contain(in, AKIN_PROTOCOL_PING, 0))
        return g_strdup("any");
    g_autoptr(GArray) trusted = g_array_copy(policy->trusted);
    akin_prefixes_prune(trusted);
    return join_prefixes(trusted, family);
}

AkinRuleFacts *
akin_rule_facts_new(const AkinPolicy *policy, const AkinSituation *situation)
{
    AkinRuleFacts *facts = g_new0(AkinRuleFacts, 1);
    g_autoptr(GArray) subnets = akin_rule_facts_subnets(policy, situation);
    facts->policy = policy;
    facts->nat = akin_nat_is_active(policy, situation);
    facts->networks = collect_networks(policy, situation);
    facts->uplinks = collect_uplinks(policy, situation);
    facts->forwards = collect_forwards(policy, situation, facts->nat);
    facts->all4 = join_prefixes(subnets, AKIN_IPV4);
    facts->all6 = join_prefixes(subnets, AKIN_IPV6);
    facts->out = akin_cells(policy, AKIN_OUTGOING);
    facts->in = akin_cells(policy, AKIN_INCOMING);
    akin_ports_normalise(facts->out);
    akin_ports_normalise(facts->in);
    facts->trusted4 = join_trusted(policy, facts->in, AKIN_IPV4);
    facts->trusted6 = join_trusted(policy, facts->in, AKIN_IPV6);
    return facts;
}

void
akin_rule_facts_free(AkinRuleFacts *facts)
{
    g_array_unref(facts->networks);
    g_array_unref(facts->uplinks);
    g_array_unref(facts->forwards);
    g_array_unref(facts->out);
    g_array_unref(facts->in);
    g_free(facts->all4);
    g_free(facts->all6);
    g_free(facts->trusted4);
    g_free(facts->trusted6);
    g_free(facts);
}

char *
akin_rule_facts_ports(const GArray *ranges, AkinProtocol protocol, char dash, guint count,
                      guint *at)
{
    GString *list = g_string_new(NULL);
    for (; *at < ranges->len && count > 0; ++*at) {
        const AkinPortRange *range = &g_array_index(ranges, AkinPortRange, *at);
        if (range->protocol != protocol)
            continue;
        g_string_append_printf(list, "%s%u", list->len ? "," : "", range->first);
        if (range->last != range->first)
            g_string_append_printf(list, "%c%u", dash, range->last);
        count--;
    }
    gboolean found = list->len > 0;
    char *text = g_string_free(list, FALSE);
    if (!found)
        g_clear_pointer(&text, g_free);
    return text;
}
