/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-listing.h"
#include "target.h"

/* Any text where libnftables answers in JSON: no count comes of what is no listing. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *json = g_strndup((const char *) data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    gboolean done = akin_nft_listing_count(json, counts, &error);
    g_assert(done == (error == NULL));
    return 0;
}
