/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "neighbours.h"

/* What nft lists in JSON (libnftables-json(5)), as facts. Pure. */

/* No listing of rules that a person wrote comes near it. */
#define AKIN_LISTING_MAX (1024 * 1024)

/*
 * Adds the chains of a listing to chains, or the doors among its rules to doors. What it does not
 * know is passed over. AKIN_ERROR_ENGINE_FAILED when it is no listing, or a longer one than above.
 */
gboolean akin_chains_read(const char *json, GArray *chains, GError **error);
gboolean akin_doors_read(const char *json, GArray *doors, GError **error);
