/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nftables.h"

/*
 * As much of nft(8) as our texts need: a table of sets, maps and chains that transactions change.
 * What nft would refuse (an element that is there already, one to delete that is not) and every
 * line that is not of the known forms ends the test.
 */
typedef struct {
    GHashTable *sets;         /* name -> GHashTable of key -> "key" or "key : data" */
    GHashTable *chains;       /* name -> GPtrArray of rules, without comments */
    GHashTable *declarations; /* name -> what stands before the elements or rules */
} NftModel;

/* An empty one, or one that has loaded the ruleset. */
NftModel *nft_model_new(void);
NftModel *nft_model_of(const AkinNftRuleset *ruleset);
NftModel *nft_model_compile(const AkinPolicy *policy, const AkinSituation *situation);
void nft_model_free(NftModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NftModel, nft_model_free)

/* One transaction, as it would be given to `nft -f`. */
void nft_model_run(NftModel *model, const char *text);

/* Two models are equal when these texts are; the caller frees it. */
char *nft_model_dump(const NftModel *model);

/* The elements of a set or map, and the rules of a chain. Never NULL. */
GHashTable *nft_model_set(const NftModel *model, const char *name);
GPtrArray *nft_model_chain(const NftModel *model, const char *name);

/* Whether one of the chain's rules is exactly this, or has this in it. */
gboolean nft_model_has_rule(const NftModel *model, const char *chain, const char *rule);
gboolean nft_model_has_words(const NftModel *model, const char *chain, const char *words);
