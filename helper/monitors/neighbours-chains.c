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
 * a rule in a chain whose policy is to accept is not seen.
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

static gboolean
has_forward(const AkinPolicy *policy, const AkinSituation *situation, const AkinChain *chain,
            const AkinInterface *network)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        if (meets(chain, forward->address.family) &&
            akin_situation_find_network(policy, situation, &forward->address) == network)
            return TRUE;
    }
    return FALSE;
}

/* ufw lets answers back by itself, and firewalld whatever belongs to what it lets out. */
static guint
stops_at_first(const AkinSurroundings *seen, const AkinPolicy *policy,
               const AkinSituation *situation, const AkinChain *chain, const AkinInterface *network)
{
    if (akin_chain_is_firewalld(chain))
        return AKIN_STOPS_OUTGOING | AKIN_STOPS_WITHIN;
    return AKIN_STOPS_OUTGOING | AKIN_STOPS_WITHIN |
           (has_forward(policy, situation, chain, network) ? AKIN_STOPS_FORWARDS : 0) |
           (akin_chain_is_ufws(seen->chains, chain) ? 0 : AKIN_STOPS_ANSWERS);
}

guint
akin_chain_stopped(const AkinChain *chain, const AkinSurroundings *seen, const AkinPolicy *policy,
                   const AkinSituation *situation, const AkinInterface *network)
{
    if (!concerns(chain, network))
        return 0;
    guint stopped = stops_at_first(seen, policy, situation, chain, network);
    for (guint i = 0; i < seen->doors->len; i++) {
        const AkinDoor *door = &g_array_index(seen->doors, AkinDoor, i);
        const AkinChain gate = {door->family, door->table, door->chain, AKIN_HOOK_FORWARD, TRUE};
        if (!same_table(chain, &gate) || g_strcmp0(gate_target(&gate), door->target) != 0)
            continue;
        if (names_match(door->from, network->name))
            stopped &= ~(AKIN_STOPS_OUTGOING | AKIN_STOPS_WITHIN);
        if (names_match(door->to, network->name))
            stopped &= ~(AKIN_STOPS_ANSWERS | AKIN_STOPS_FORWARDS | AKIN_STOPS_WITHIN);
        if (door->answers)
            stopped &= ~AKIN_STOPS_ANSWERS;
    }
    return stopped;
}
