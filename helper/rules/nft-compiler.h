/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nft-ruleset.h"
#include "policy.h"
#include "situation.h"

/* What the parts of the compiler for nftables share. Private to rules/. */
typedef struct {
    const AkinPolicy *policy;
    const AkinSituation *situation;
    AkinNftRuleset *ruleset;
    gboolean nat; /* is active */
} AkinNftCompiler;

/* Sets, maps and objects, before the chains that name them. */
void akin_nft_add_sets(AkinNftCompiler *compiler);
