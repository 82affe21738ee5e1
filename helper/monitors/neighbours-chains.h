/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "neighbours.h"

/* What others' chains stop, as far as it can be told from what a look has seen. Pure. */

/* What of a VM network, as bits. */
enum {
    AKIN_STOPS_OUTGOING = 1 << 0,
    AKIN_STOPS_ANSWERS = 1 << 1,
    AKIN_STOPS_FORWARDS = 1 << 2,
    AKIN_STOPS_WITHIN = 1 << 3, /* between its own machines, where the chain meets that at all */
};

/* Whether what has no rule of its own does not pass this chain, which is not ours. */
gboolean akin_chain_stops(const AkinChain *chain, AkinHook hook);

/* What a chain that stops forwarded packets does so to of a network that is up; 0: nothing. */
guint
akin_chain_stopped(const AkinChain *chain, const AkinSurroundings *seen, const AkinPolicy *policy,
                   const AkinSituation *situation, const AkinInterface *network);

/* Whose it is, by what is in its table. */
gboolean akin_chain_is_firewalld(const AkinChain *chain);
gboolean akin_chain_is_dockers(const GArray *chains, const AkinChain *chain);
gboolean akin_chain_is_ufws(const GArray *chains, const AkinChain *chain);

/* Whether there is a chain whose name begins so; beside: in its table, NULL: in any. */
gboolean akin_chains_have(const GArray *chains, const AkinChain *beside, const char *prefix);
gboolean akin_chains_have_table(const GArray *chains, const char *name);
