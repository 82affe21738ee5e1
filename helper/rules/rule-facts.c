/* SPDX-License-Identifier: BSD-2-Clause */
#include "rule-facts.h"

#include <string.h>

#include "cells.h"
#include "names.h"

/*
 * Ports of natd are numbered from natd(8)'s own. A name always has the same one: a natd for
 * another interface can be made before the old one ends, and none has to move. (Two names that
 * meet, one pair in ten thousand, are told apart by their rank.)
 */
#define FIRST_NAT_PORT 8668
#define NAT_PORTS 10000

/* What ipfw(8) or pf.conf(5) would take for something else, also where they are quoted. */
static const char *const reserved_names[] = {"all", "any", "self", NULL};

static gboolean
is_nameable(const char *name)
{
    return g_ascii_isalpha(name[0]) && akin_name_is_plain(name) &&
           !g_strv_contains(reserved_names, name);
}

static GPtrArray *
new_words(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void
add_word(GPtrArray *words, char *word)
{
    if (g_ptr_array_find_with_equal_func(words, word, g_str_equal, NULL))
        g_free(word);
    else
        g_ptr_array_add(words, word);
}

static GPtrArray *
format_prefixes(const GArray *prefixes, AkinFamily family)
{
    GPtrArray *words = new_words();
    for (guint i = 0; i < prefixes->len; i++) {
        const AkinPrefix *prefix = &g_array_index(prefixes, AkinPrefix, i);
        if (prefix->family == family)
            g_ptr_array_add(words, akin_prefix_format(prefix));
    }
    return words;
}

/* --- Interfaces ------------------------------------------------------------------------------- */

static GArray *
collect_subnets(const AkinPolicy *policy, const AkinSituation *situation, gboolean nameable)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (!akin_network_is_up(policy, interface) || (nameable && !is_nameable(interface->name)))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        g_array_append_vals(all, subnets->data, subnets->len);
    }
    akin_prefixes_prune(all);
    return all;
}

GArray *
akin_rule_facts_subnets(const AkinPolicy *policy, const AkinSituation *situation)
{
    return collect_subnets(policy, situation, FALSE);
}

static void
network_clear(gpointer data)
{
    AkinNetworkFacts *network = data;
    g_ptr_array_unref(network->subnets4);
    g_ptr_array_unref(network->subnets6);
}

static void
collect_networks(AkinRuleFacts *facts)
{
    facts->networks = g_array_new(FALSE, FALSE, sizeof(AkinNetworkFacts));
    facts->links = g_ptr_array_new();
    g_array_set_clear_func(facts->networks, network_clear);
    for (guint i = 0; i < facts->situation->interfaces->len; i++) {
        AkinInterface *interface = facts->situation->interfaces->pdata[i];
        if (!interface->up || !is_nameable(interface->name) ||
            akin_interface_role(facts->policy, interface) != AKIN_ROLE_VM_NETWORK)
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        if (subnets->len == 0) {
            g_ptr_array_add(facts->links, interface->name);
            continue;
        }
        AkinNetworkFacts network = {interface->name, format_prefixes(subnets, AKIN_IPV4),
                                    format_prefixes(subnets, AKIN_IPV6)};
        g_array_append_val(facts->networks, network);
    }
}

static void
outside_clear(gpointer data)
{
    g_free(((AkinOutsideFacts *) data)->address4);
}

static guint16
choose_port(const GArray *outside, const char *name)
{
    guint hash = 0;
    for (const char *at = name; *at; at++)
        hash = hash * 31 + (guchar) *at;
    guint16 port = FIRST_NAT_PORT + hash % NAT_PORTS;
    for (guint i = 0; i < outside->len; i++) {
        if (g_array_index(outside, AkinOutsideFacts, i).port != port)
            continue;
        port++;
        i = -1;
    }
    return port;
}

static void
add_outside(AkinRuleFacts *facts, const AkinInterface *interface)
{
    AkinOutsideFacts outside = {.name = interface->name};
    if (!interface->up || !is_nameable(interface->name) ||
        akin_interface_role(facts->policy, interface) != AKIN_ROLE_OUTSIDE)
        return;
    for (guint i = 0; i < interface->addresses->len; i++) {
        AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, i);
        address.length = akin_family_bits(address.family);
        if (akin_prefix_is_link_local(&address) || !akin_prefix_is_unicast(&address))
            continue;
        add_word(facts->outside_own, akin_prefix_format(&address));
        if (address.family == AKIN_IPV6)
            outside.ipv6 = TRUE;
        else if (!outside.address4)
            outside.address4 = akin_prefix_format(&address);
    }
    if (outside.address4)
        outside.port = choose_port(facts->outside, outside.name);
    if (outside.address4 || outside.ipv6)
        g_array_append_val(facts->outside, outside);
}

/* Machines reach what is behind any outside interface, also one without a default route. */
static void
collect_outside(AkinRuleFacts *facts)
{
    facts->outside = g_array_new(FALSE, FALSE, sizeof(AkinOutsideFacts));
    facts->outside_own = new_words();
    g_array_set_clear_func(facts->outside, outside_clear);
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(facts->policy, facts->situation);
    for (guint i = 0; i < uplinks->len; i++)
        add_outside(facts, uplinks->pdata[i]);
    for (guint i = 0; i < facts->situation->interfaces->len; i++) {
        AkinInterface *interface = facts->situation->interfaces->pdata[i];
        if (!g_ptr_array_find(uplinks, interface, NULL))
            add_outside(facts, interface);
    }
}

static char *
format_broadcast(const AkinPrefix *address)
{
    AkinPrefix broadcast = *address;
    for (guint bit = address->length; bit < akin_family_bits(AKIN_IPV4); bit++)
        broadcast.bytes[bit / 8] |= 0x80 >> bit % 8;
    broadcast.length = akin_family_bits(AKIN_IPV4);
    return akin_prefix_format(&broadcast);
}

static void
collect_addresses(AkinRuleFacts *facts)
{
    facts->own = new_words();
    facts->everyone4 = new_words();
    add_word(facts->everyone4, g_strdup("224.0.0.0/4"));
    add_word(facts->everyone4, g_strdup("255.255.255.255"));
    for (guint i = 0; i < facts->situation->interfaces->len; i++) {
        const AkinInterface *interface = facts->situation->interfaces->pdata[i];
        for (guint k = 0; k < interface->addresses->len; k++) {
            AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, k);
            if (!akin_prefix_is_unicast(&address))
                continue;
            if (address.family == AKIN_IPV4 && address.length > 0 && address.length < 31)
                add_word(facts->everyone4, format_broadcast(&address));
            address.length = akin_family_bits(address.family);
            add_word(facts->own, akin_prefix_format(&address));
        }
    }
}

/* --- Forwards and pings ----------------------------------------------------------------------- */

static void
forward_clear(gpointer data)
{
    AkinForwardFacts *forward = data;
    g_free(forward->address);
    g_free(forward->from);
}

static void
add_forward(AkinRuleFacts *facts, const AkinForward *forward, GHashTable *seen)
{
    AkinForwardFacts new = {.forward = forward,
                            .protocol = akin_protocol_name(forward->protocol),
                            .address = akin_prefix_format(&forward->address)};
    new.from = forward->from == AKIN_FROM_NETWORK ? akin_prefix_format(&forward->network)
                                                  : g_strdup("any");
    new.repeated = !g_hash_table_add(
        seen, g_strdup_printf("%s %s %u", new.protocol, new.address, forward->target_port));
    g_array_append_val(facts->forwards, new);
}

/* Neither kernel translates what this computer sends to itself, as AKIN_FROM_LOOPBACK asks. */
static void
collect_forwards(AkinRuleFacts *facts)
{
    facts->forwards = g_array_new(FALSE, FALSE, sizeof(AkinForwardFacts));
    g_array_set_clear_func(facts->forwards, forward_clear);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; facts->nat && i < facts->policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(facts->policy->forwards, AkinForward, i);
        const AkinInterface *network =
            akin_situation_find_network(facts->policy, facts->situation, &forward->address);
        if (forward->from != AKIN_FROM_LOOPBACK && network && is_nameable(network->name))
            add_forward(facts, forward, seen);
    }
}

static void
collect_trusted(AkinRuleFacts *facts)
{
    g_autoptr(GArray) trusted = g_array_copy(facts->policy->trusted);
    akin_prefixes_prune(trusted);
    facts->trusted4 = format_prefixes(trusted, AKIN_IPV4);
    facts->trusted6 = format_prefixes(trusted, AKIN_IPV6);
    facts->ping_anyone = akin_ports_contain(facts->in, AKIN_PROTOCOL_PING, 0);
}

AkinRuleFacts *
akin_rule_facts_new(const AkinPolicy *policy, const AkinSituation *situation)
{
    AkinRuleFacts *facts = g_new0(AkinRuleFacts, 1);
    g_autoptr(GArray) subnets = collect_subnets(policy, situation, TRUE);
    facts->policy = policy;
    facts->situation = situation;
    facts->nat = akin_nat_is_active(policy, situation);
    facts->all4 = format_prefixes(subnets, AKIN_IPV4);
    facts->all6 = format_prefixes(subnets, AKIN_IPV6);
    facts->out = akin_cells(policy, AKIN_OUTGOING);
    facts->in = akin_cells(policy, AKIN_INCOMING);
    akin_ports_normalise(facts->out);
    akin_ports_normalise(facts->in);
    collect_networks(facts);
    collect_outside(facts);
    collect_addresses(facts);
    collect_forwards(facts);
    collect_trusted(facts);
    return facts;
}

void
akin_rule_facts_free(AkinRuleFacts *facts)
{
    GArray *arrays[] = {facts->networks, facts->outside, facts->forwards, facts->out, facts->in};
    GPtrArray *words[] = {facts->links,       facts->all4,      facts->all6,     facts->own,
                          facts->outside_own, facts->everyone4, facts->trusted4, facts->trusted6};
    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_unref(arrays[i]);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_unref(words[i]);
    g_free(facts);
}

/* --- Lists ------------------------------------------------------------------------------------ */

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
    return g_string_free(list, list->len == 0);
}

char *
akin_rule_facts_words(const GPtrArray *words, guint count, guint *at)
{
    GString *list = g_string_new(NULL);
    for (; *at < words->len && count > 0; ++*at, count--)
        g_string_append_printf(list, "%s%s", list->len ? "," : "", (char *) words->pdata[*at]);
    return g_string_free(list, list->len == 0);
}
