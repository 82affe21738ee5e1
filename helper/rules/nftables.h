/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "names.h"
#include "policy.h"
#include "situation.h"

/*
 * The traffic contract as an nftables table (nft(8)), compiled from policy and situation. Pure.
 *
 * The table's structure never changes while akin runs: services, forwards and trusted addresses are
 * elements of sets and maps; switches and networks are the rules of a few chains. A change is
 * therefore a small transaction on what differs, and the cost of a packet does not grow with the
 * services.
 */
typedef struct _AkinNftRuleset AkinNftRuleset;

/* Maps whose elements count connections. */
#define AKIN_NFT_OUT_PORTS "out_ports"
#define AKIN_NFT_OUT_PROTOCOLS "out_protocols"
#define AKIN_NFT_IN_PORTS "in_ports"
#define AKIN_NFT_IN_PROTOCOLS "in_protocols"

AkinNftRuleset *akin_nft_compile(const AkinPolicy *policy, const AkinSituation *situation);
void akin_nft_ruleset_free(AkinNftRuleset *ruleset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinNftRuleset, akin_nft_ruleset_free)

/*
 * The whole table, in one transaction, replacing whatever table of this name there is. While the
 * kernel takes the old one down, a few packets that are on their way through it are dropped.
 */
char *akin_nft_load_text(const AkinNftRuleset *ruleset);

/*
 * The same without dropping any: every set and chain is emptied and filled again in place. What
 * else somebody has put into the table stays, and it fails when there is a set of another type.
 */
char *akin_nft_refill_text(const AkinNftRuleset *ruleset);

/* What turns a table that holds from into one that holds to; "" when that is nothing. */
char *akin_nft_update_text(const AkinNftRuleset *from, const AkinNftRuleset *to);

/* Takes the table away; no error when there is none. */
const char *akin_nft_remove_text(void);

/*
 * For comparing with what the kernel lists: the names of all sets and maps, and of all chains, in
 * order, with the number of elements or rules each must have.
 */
typedef void (*AkinNftVisit)(const char *name, gboolean is_chain, guint size, gpointer user_data);
void akin_nft_visit(const AkinNftRuleset *ruleset, AkinNftVisit visit, gpointer user_data);
