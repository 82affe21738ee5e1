/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* What pfctl(8) prints. Pure. */

/*
 * Whether a listing of the main ruleset calls the anchor for everything: has a line such as
 * `anchor "akin" all`, and none before it that decides about all packets. keyword: "anchor",
 * "nat-anchor" or "rdr-anchor".
 */
gboolean akin_pf_listing_calls(const char *text, const char *keyword, const char *anchor);

/* Of `pfctl -s info`. AKIN_ERROR_ENGINE_FAILED when it does not say. */
gboolean akin_pf_listing_enabled(const char *text, gboolean *enabled, GError **error);

/* The number in "Token : 1234", which macOS's `pfctl -E` prints; NULL without. */
char *akin_pf_listing_token(const char *text);
