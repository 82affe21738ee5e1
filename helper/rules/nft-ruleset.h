/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nftables.h"

/*
 * A table as parts: sets and maps with elements, chains with rules, in the order in which they are
 * written. Private to rules/: nftables.c fills it, nft-ruleset.c writes and compares it.
 */

typedef enum {
    AKIN_NFT_OBJECT, /* written as declared, without content */
    AKIN_NFT_SET,    /* content: elements */
    AKIN_NFT_CHAIN,  /* content: rules, and # comments on lines of their own */
} AkinNftKind;

typedef struct {
    AkinNftKind kind;
    const char *name;
    const char *declaration; /* lines separated by \n */
    gboolean is_map;
    GPtrArray *lines; /* char *; elements "key" or "key : data", sorted when complete */
} AkinNftPart;

AkinNftRuleset *akin_nft_ruleset_new(void);

/* name and declaration are constants. The part stays valid until the next one is added. */
AkinNftPart *
akin_nft_add_object(AkinNftRuleset *ruleset, const char *name, const char *declaration);
AkinNftPart *akin_nft_add_set(AkinNftRuleset *ruleset, const char *name, const char *declaration);
AkinNftPart *akin_nft_add_map(AkinNftRuleset *ruleset, const char *name, const char *declaration);
AkinNftPart *akin_nft_add_chain(AkinNftRuleset *ruleset, const char *name, const char *declaration);

/* Sorts the elements, after which two rulesets can be compared. */
void akin_nft_part_sort(AkinNftPart *part);

/* A rule or an element; every word in it is a constant or has been validated. */
void akin_nft_line(AkinNftPart *part, const char *format, ...) G_GNUC_PRINTF(2, 3);
