/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "ipfw-listing.h"
#include "pf-listing.h"
#include "target.h"

/* Any text where ipfw(8) or pfctl(8) answers: an answer or an error. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) no_status = NULL;
    gboolean enabled;
    g_autoptr(AkinIpfwListing) listing = akin_ipfw_listing_parse(text, &error);
    g_assert((listing != NULL) == (error == NULL));
    g_assert(akin_pf_listing_enabled(text, &enabled, &no_status) == (no_status == NULL));
    akin_pf_listing_calls(text, "rdr-anchor", "akin");
    g_autofree char *token = akin_pf_listing_token(text);
    g_assert(!token || g_ascii_isdigit(*token));
    return 0;
}
