/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

#include "cells.h"
#include "nftables.h"

/* What nft lists in JSON (libnftables-json(5)), read back. Pure: text in, facts out. */

/*
 * The connections that the elements of a listed map have counted, appended to counts (of
 * AkinCellCount). What is not one of our elements is passed over.
 */
gboolean akin_nft_listing_count(const char *json, GArray *counts, GError **error);

/*
 * Whether a listed table has all sets, maps and chains of ruleset, each with as many elements or
 * rules as it should have. On a difference *difference says which; the caller frees it.
 */
gboolean akin_nft_listing_matches(const char *json, const AkinNftRuleset *ruleset,
                                  char **difference, GError **error);
