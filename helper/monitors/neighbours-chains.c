/* SPDX-License-Identifier: BSD-2-Clause */
#include "neighbours-chains.h"

#include <string.h>

#include "names.h"

/*
 * Theory of operation
 *
 * A chain stops forwarded packets when its policy is to drop, or when it is firewalld's, which ends
 * in a rule that rejects. Whether a VM network's packets pass it all the same is read from few
 * rules: those of the chain itself, and of the chains that each program has for a person's own
 * rules. A rule there that lets the network through makes the finding go away, so that who has
 * followed the advice is not told again. Nothing else of their rules is understood, and a drop by
 * a rule is not seen, whether before one that lets through or in a chain whose policy is to accept.
 *
 * Four things are asked: whether machines get out, whether answers get back, whether what forwards
 * bring gets in, and what passes within a bridge. A rule counts for each that it lets through as a
 * whole: from or to the network, to or from the active NIC. Of its addresses, those have to be the
 * network's, and for a forward its machine's. A rule for one port or protocol lets no machine out,
 * since others stay in, but a forward needs no more than its own port; where only the protocol is
 * known, it is taken for that of the forward. A rule that matches anything else, a mark or a rate,
 * does not count.
 *
 * What iptables' matches of states match is not listed. To a network they are taken for answers, as
 * the rules of Docker and libvirt are; from a network that is named, for new connections, too, as
 * in a router's usual rules; and so are those to one port, which are written for forwards.
 */

/* The chains that programs have for a person's own rules, and where those lead. */
static const struct {
    const char *chain, *target;
} gates[] = {
    {"DOCKER-USER", "accept"},
    {"ufw-user-forward", "accept"},
    {"ufw6-user-forward", "accept"},
    {"filter_FORWARD_ZONES", "filter_FWD_trusted"},
};

/* --- Whose a chain is, and whether it stops anything ------------------------------------------ */

static gboolean
is_ours(const AkinChain *chain)
{
    return strcmp(chain->family, AKIN_NFT_FAMILY) == 0 && strcmp(chain->table, AKIN_NFT_TABLE) == 0;
}

gboolean
akin_chain_is_firewalld(const AkinChain *chain)
{
    return strcmp(chain->table, "firewalld") == 0;
}

gboolean
akin_chain_stops(const AkinChain *chain, AkinHook hook)
{
    return chain->hook == hook && !is_ours(chain) &&
           (chain->drops || akin_chain_is_firewalld(chain));
}

static gboolean
same_table(const AkinChain *a, const AkinChain *b)
{
    return strcmp(a->table, b->table) == 0 && strcmp(a->family, b->family) == 0;
}

gboolean
akin_chains_have(const GArray *chains, const AkinChain *beside, const char *prefix)
{
    for (guint i = 0; i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        if (g_str_has_prefix(chain->name, prefix) && (!beside || same_table(chain, beside)))
            return TRUE;
    }
    return FALSE;
}

gboolean
akin_chains_have_table(const GArray *chains, const char *name)
{
    for (guint i = 0; i < chains->len; i++) {
        if (strcmp(g_array_index(chains, AkinChain, i).table, name) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
akin_chain_is_dockers(const GArray *chains, const AkinChain *chain)
{
    return akin_chains_have(chains, chain, "DOCKER-USER");
}

gboolean
akin_chain_is_ufws(const GArray *chains, const AkinChain *chain)
{
    return akin_chains_have(chains, chain, "ufw-") || akin_chains_have(chains, chain, "ufw6-");
}

/* Where a rule of this chain has to lead to let a network through; NULL: it is no gate. */
static const char *
gate_target(const AkinChain *chain)
{
    for (guint i = 0; i < G_N_ELEMENTS(gates); i++) {
        if (strcmp(chain->name, gates[i].chain) == 0)
            return gates[i].target;
    }
    return akin_chain_stops(chain, AKIN_HOOK_FORWARD) && !akin_chain_is_firewalld(chain) ? "accept"
                                                                                         : NULL;
}

GPtrArray *
akin_chains_list_gates(const GArray *chains)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < chains->len; i++) {
        AkinChain *chain = &g_array_index(chains, AkinChain, i);
        gboolean beside = FALSE;
        for (guint k = 0; gate_target(chain) && !beside && k < chains->len; k++) {
            const AkinChain *other = &g_array_index(chains, AkinChain, k);
            beside = akin_chain_stops(other, AKIN_HOOK_FORWARD) && same_table(chain, other);
        }
        if (beside)
            g_ptr_array_add(list, chain);
    }
    return list;
}

/* --- What it stops of a VM network ------------------------------------------------------------ */

static gboolean
meets(const AkinChain *chain, AkinFamily family)
{
    return strcmp(chain->family, "inet") == 0 ||
           (strcmp(chain->family, "ip6") == 0) == (family == AKIN_IPV6);
}

static gboolean
concerns(const AkinChain *chain, const AkinInterface *network)
{
    for (guint i = 0; i < network->addresses->len; i++) {
        if (meets(chain, g_array_index(network->addresses, AkinPrefix, i).family))
            return TRUE;
    }
    return FALSE;
}

static gboolean
names_match(char **names, const char *interface)
{
    for (guint i = 0; names && names[i]; i++) {
        if (akin_pattern_matches(names[i], interface))
            return TRUE;
    }
    return FALSE;
}

/* What is asked of doors. */
typedef struct {
    const AkinChain *chain;
    const GArray *doors;
    const AkinInterface *network;
    const char *nic; /* the active one; "" when there is none */
} Asked;

static gboolean
names_end(const AkinDoorEnd *end, const char *interface)
{
    return !end->names || names_match(end->names, interface) != end->others;
}

static gboolean
holds(const AkinDoorEnd *end, const AkinPrefix *prefix)
{
    for (guint i = 0; end->addresses && i < end->addresses->len; i++) {
        if (akin_prefix_contains(&g_array_index(end->addresses, AkinPrefix, i), prefix))
            return TRUE;
    }
    return !end->addresses;
}

/* All machines: of one family, since a rule of addresses has a twin for the other. */
static gboolean
is_network(const AkinDoorEnd *end, const Asked *asked)
{
    g_autoptr(GArray) subnets = akin_interface_subnets(asked->network);
    gboolean held = FALSE;
    for (guint i = 0; i < subnets->len; i++)
        held |= holds(end, &g_array_index(subnets, AkinPrefix, i));
    return held && names_end(end, asked->network->name);
}

/* Without an active NIC, whichever interface is named may become it. */
static gboolean
is_nic(const AkinDoorEnd *end, const Asked *asked)
{
    return *asked->nic == '\0' || names_end(end, asked->nic);
}

static gboolean
is_outside(const AkinDoorEnd *end, const Asked *asked)
{
    return is_nic(end, asked) && !end->addresses;
}

static gboolean
leads_on(const AkinDoor *door, const Asked *asked)
{
    const AkinChain gate = {door->family, door->table, door->chain, AKIN_HOOK_FORWARD, TRUE};
    return same_table(asked->chain, &gate) && g_strcmp0(gate_target(&gate), door->target) == 0;
}

/* What of the network it lets through as a whole, without forwards. */
static guint
lets(const AkinDoor *door, const Asked *asked)
{
    gboolean from = is_network(&door->from, asked), to = is_network(&door->to, asked);
    gboolean fresh =
        door->states & AKIN_DOOR_NEW || (door->states & AKIN_DOOR_PERHAPS_NEW && door->from.names);
    gboolean answers = door->states & AKIN_DOOR_ANSWERS;
    if (door->particular || door->ports)
        return 0;
    guint within = from && to && fresh ? AKIN_STOPS_WITHIN : 0;
    if (door->bridged)
        return within;
    return within | (from && fresh && is_outside(&door->to, asked) ? AKIN_STOPS_OUTGOING : 0) |
           (to && answers && is_outside(&door->from, asked) ? AKIN_STOPS_ANSWERS : 0);
}

static gboolean
has_port(const AkinDoor *door, guint16 port)
{
    for (guint i = 0; door->ports && i < door->ports->len; i++) {
        const AkinDoorPorts *ports = &g_array_index(door->ports, AkinDoorPorts, i);
        if (ports->first <= port && port <= ports->last)
            return TRUE;
    }
    return !door->ports;
}

static gboolean
lets_forward(const AkinDoor *door, const AkinForward *forward, const Asked *asked)
{
    gboolean fresh = door->states & AKIN_DOOR_NEW ||
                     (door->states & AKIN_DOOR_PERHAPS_NEW && (door->particular || door->ports));
    gboolean from = forward->from == AKIN_FROM_NETWORK ? holds(&door->from, &forward->network)
                                                       : !door->from.addresses;
    return fresh && !door->bridged && from && is_nic(&door->from, asked) &&
           names_end(&door->to, asked->network->name) && holds(&door->to, &forward->address) &&
           has_port(door, forward->target_port);
}

static gboolean
is_let(const AkinForward *forward, const Asked *asked)
{
    for (guint i = 0; i < asked->doors->len; i++) {
        const AkinDoor *door = &g_array_index(asked->doors, AkinDoor, i);
        if (leads_on(door, asked) && lets_forward(door, forward, asked))
            return TRUE;
    }
    return FALSE;
}

/* Whether a forward to the network is stopped; what this computer itself sends is not forwarded. */
static gboolean
stops_forward(const AkinPolicy *policy, const AkinSituation *situation, const Asked *asked)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        if (forward->from != AKIN_FROM_LOOPBACK && meets(asked->chain, forward->address.family) &&
            akin_situation_find_network(policy, situation, &forward->address) == asked->network &&
            !is_let(forward, asked))
            return TRUE;
    }
    return FALSE;
}

guint
akin_chain_stopped(const AkinChain *chain, const AkinSurroundings *seen, const AkinPolicy *policy,
                   const AkinSituation *situation, const AkinInterface *network)
{
    const Asked asked = {chain, seen->doors, network, akin_situation_active_nic(policy, situation)};
    gboolean firewalld = akin_chain_is_firewalld(chain);
    if (!concerns(chain, network))
        return 0;
    guint stopped = AKIN_STOPS_OUTGOING | AKIN_STOPS_WITHIN;
    /* ufw lets answers back by itself, and firewalld also what was translated. */
    if (!firewalld && !akin_chain_is_ufws(seen->chains, chain))
        stopped |= AKIN_STOPS_ANSWERS;
    for (guint i = 0; i < seen->doors->len; i++) {
        const AkinDoor *door = &g_array_index(seen->doors, AkinDoor, i);
        if (leads_on(door, &asked))
            stopped &= ~lets(door, &asked);
    }
    if (!firewalld && stops_forward(policy, situation, &asked))
        stopped |= AKIN_STOPS_FORWARDS;
    return stopped;
}
