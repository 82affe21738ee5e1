/* SPDX-License-Identifier: BSD-2-Clause */
#include "cells.h"
#include "nft-compiler.h"
#include "nftables.h"
#include "rule-facts.h"

/*
 * What the rules look up: services, forwards, trusted addresses, VM networks. A change of those is
 * a change of elements and of no rule.
 */

/* Every subnet of every VM network that is up, once, whatever interface it is on. */
static void
add_vm_networks(AkinNftCompiler *c, AkinFamily family)
{
    AkinNftPart *part =
        family == AKIN_IPV4
            ? akin_nft_add_set(c->ruleset, "vm_networks4", "type ipv4_addr\nflags interval")
            : akin_nft_add_set(c->ruleset, "vm_networks6", "type ipv6_addr\nflags interval");
    g_autoptr(GArray) all = akin_rule_facts_subnets(c->policy, c->situation);
    for (guint i = 0; i < all->len; i++) {
        const AkinPrefix *subnet = &g_array_index(all, AkinPrefix, i);
        g_autofree char *text = akin_prefix_format(subnet);
        if (subnet->family == family)
            akin_nft_line(part, "%s", text);
    }
    akin_nft_part_sort(part);
}

/* The same with the interface that each is on, which is where its packets come from. */
static void
add_vm_sides(AkinNftCompiler *c, AkinFamily family)
{
    AkinNftPart *part =
        family == AKIN_IPV4
            ? akin_nft_add_set(c->ruleset, "vm_sides4", "type ifname . ipv4_addr\nflags interval")
            : akin_nft_add_set(c->ruleset, "vm_sides6", "type ifname . ipv6_addr\nflags interval");
    for (guint i = 0; i < c->situation->interfaces->len; i++) {
        const AkinInterface *interface = c->situation->interfaces->pdata[i];
        if (!akin_network_is_up(c->policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        for (guint k = 0; k < subnets->len; k++) {
            const AkinPrefix *subnet = &g_array_index(subnets, AkinPrefix, k);
            g_autofree char *text = akin_prefix_format(subnet);
            if (subnet->family == family)
                akin_nft_line(part, "\"%s\" . %s", interface->name, text);
        }
    }
    akin_nft_part_sort(part);
}

/* nft cannot compare two interfaces; a pair of equal names says "the same VM network". */
static void
add_vm_links(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_set(c->ruleset, "vm_links", "type ifname . ifname");
    for (guint i = 0; i < c->situation->interfaces->len; i++) {
        const AkinInterface *interface = c->situation->interfaces->pdata[i];
        if (akin_interface_role(c->policy, interface) == AKIN_ROLE_VM_NETWORK)
            akin_nft_line(part, "\"%s\" . \"%s\"", interface->name, interface->name);
    }
    akin_nft_part_sort(part);
}

static void
add_trusted(AkinNftCompiler *c, AkinFamily family)
{
    AkinNftPart *part =
        family == AKIN_IPV4
            ? akin_nft_add_set(c->ruleset, "trusted4", "type ipv4_addr\nflags interval")
            : akin_nft_add_set(c->ruleset, "trusted6", "type ipv6_addr\nflags interval");
    g_autoptr(GArray) trusted = g_array_copy(c->policy->trusted);
    akin_prefixes_prune(trusted);
    for (guint i = 0; i < trusted->len; i++) {
        const AkinPrefix *prefix = &g_array_index(trusted, AkinPrefix, i);
        g_autofree char *text = akin_prefix_format(prefix);
        if (prefix->family == family)
            akin_nft_line(part, "%s", text);
    }
    akin_nft_part_sort(part);
}

static void
add_ports(AkinNftCompiler *c, const char *name, const GArray *cells)
{
    AkinNftPart *part = akin_nft_add_map(
        c->ruleset, name, "type inet_service . inet_proto : verdict\nflags interval\ncounter");
    for (guint i = 0; i < cells->len; i++) {
        const AkinPortRange *cell = &g_array_index(cells, AkinPortRange, i);
        const char *protocol = akin_protocol_name(cell->protocol);
        if (!akin_protocol_has_ports(cell->protocol))
            continue;
        if (cell->first == cell->last)
            akin_nft_line(part, "%u . %s : accept", cell->first, protocol);
        else
            akin_nft_line(part, "%u-%u . %s : accept", cell->first, cell->last, protocol);
    }
    akin_nft_part_sort(part);
}

static void
add_protocols(AkinNftCompiler *c, const char *name, const GArray *cells)
{
    AkinNftPart *part = akin_nft_add_map(c->ruleset, name, "type inet_proto : verdict\ncounter");
    for (guint i = 0; i < cells->len; i++) {
        const AkinPortRange *cell = &g_array_index(cells, AkinPortRange, i);
        if (cell->protocol == AKIN_PROTOCOL_ESP)
            akin_nft_line(part, "esp : accept");
        if (cell->protocol != AKIN_PROTOCOL_PING)
            continue;
        akin_nft_line(part, "icmp : accept");
        akin_nft_line(part, "ipv6-icmp : accept");
    }
    akin_nft_part_sort(part);
}

static void
add_services(AkinNftCompiler *c)
{
    g_autoptr(GArray) out = akin_cells(c->policy, AKIN_OUTGOING);
    g_autoptr(GArray) in = akin_cells(c->policy, AKIN_INCOMING);
    add_ports(c, AKIN_NFT_OUT_PORTS, out);
    add_protocols(c, AKIN_NFT_OUT_PROTOCOLS, out);
    add_ports(c, AKIN_NFT_IN_PORTS, in);
    add_protocols(c, AKIN_NFT_IN_PROTOCOLS, in);
}

/*
 * Forwards whose machine is in a VM network that is up. Three places hold each: where packets
 * from elsewhere are rewritten, where this computer's own are, and the list of machines' ports
 * that may be reached when a packet has been.
 */
static void
add_forwards(AkinNftCompiler *c, AkinFamily family)
{
    gboolean four = family == AKIN_IPV4;
    guint count = c->nat ? c->policy->forwards->len : 0;
    const AkinForward *forwards = (const AkinForward *) c->policy->forwards->data;
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < count; i++) {
        gboolean wanted =
            forwards[i].address.family == family &&
            akin_situation_find_network(c->policy, c->situation, &forwards[i].address);
        g_ptr_array_add(places, wanted ? akin_prefix_format(&forwards[i].address) : NULL);
    }

    AkinNftPart *part = akin_nft_add_map(
        c->ruleset, four ? "forwards4" : "forwards6",
        four ? "type inet_service . inet_proto . ipv4_addr : ipv4_addr . inet_service\n"
               "flags interval"
             : "type inet_service . inet_proto . ipv6_addr : ipv6_addr . inet_service\n"
               "flags interval");
    for (guint i = 0; i < count; i++) {
        g_autofree char *network = forwards[i].from == AKIN_FROM_NETWORK
                                       ? akin_prefix_format(&forwards[i].network)
                                       : g_strdup(four ? "0.0.0.0/0" : "::/0");
        if (places->pdata[i] && forwards[i].from != AKIN_FROM_LOOPBACK)
            akin_nft_line(part, "%u . %s . %s : %s . %u", forwards[i].port,
                          akin_protocol_name(forwards[i].protocol), network,
                          (char *) places->pdata[i], forwards[i].target_port);
    }
    akin_nft_part_sort(part);

    part = akin_nft_add_map(c->ruleset, four ? "own_forwards4" : "own_forwards6",
                            four ? "type inet_service . inet_proto : ipv4_addr . inet_service"
                                 : "type inet_service . inet_proto : ipv6_addr . inet_service");
    for (guint i = 0; i < count; i++) {
        if (places->pdata[i])
            akin_nft_line(part, "%u . %s : %s . %u", forwards[i].port,
                          akin_protocol_name(forwards[i].protocol), (char *) places->pdata[i],
                          forwards[i].target_port);
    }
    akin_nft_part_sort(part);
}

/* Two forwards may lead to one port of a machine; the set holds it once. */
static void
add_forward_targets(AkinNftCompiler *c, AkinFamily family)
{
    gboolean four = family == AKIN_IPV4;
    guint count = c->nat ? c->policy->forwards->len : 0;
    AkinNftPart *part = akin_nft_add_set(c->ruleset, four ? "forward_targets4" : "forward_targets6",
                                         four ? "type inet_service . inet_proto . ipv4_addr"
                                              : "type inet_service . inet_proto . ipv6_addr");
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < count; i++) {
        const AkinForward *forward = &g_array_index(c->policy->forwards, AkinForward, i);
        if (forward->address.family != family ||
            !akin_situation_find_network(c->policy, c->situation, &forward->address))
            continue;
        g_autofree char *address = akin_prefix_format(&forward->address);
        char *element = g_strdup_printf("%u . %s . %s", forward->target_port,
                                        akin_protocol_name(forward->protocol), address);
        if (g_hash_table_add(seen, element))
            akin_nft_line(part, "%s", element);
    }
    akin_nft_part_sort(part);
}

/* FTP's data connections, where the kernel can follow them and the service is allowed. */
static void
add_ftp(AkinNftCompiler *c)
{
    if (c->situation->ftp_helper)
        akin_nft_add_object(c->ruleset, "ftp", "type \"ftp\" protocol tcp");
    AkinNftPart *part = akin_nft_add_set(c->ruleset, "ftp_ports", "type inet_service");
    const AkinServiceState *ftp = akin_policy_find_service(c->policy, "ftp");
    if (c->situation->ftp_helper && ftp && ftp->allowed & AKIN_OUTGOING)
        akin_nft_line(part, "21");
}

void
akin_nft_add_sets(AkinNftCompiler *c)
{
    add_ftp(c);
    add_vm_networks(c, AKIN_IPV4);
    add_vm_networks(c, AKIN_IPV6);
    add_vm_sides(c, AKIN_IPV4);
    add_vm_sides(c, AKIN_IPV6);
    add_vm_links(c);
    add_trusted(c, AKIN_IPV4);
    add_trusted(c, AKIN_IPV6);
    add_services(c);
    add_forwards(c, AKIN_IPV4);
    add_forwards(c, AKIN_IPV6);
    add_forward_targets(c, AKIN_IPV4);
    add_forward_targets(c, AKIN_IPV6);
}
