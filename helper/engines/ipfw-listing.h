/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * What `ipfw -S list` prints: rules with their numbers and sets. Pure. Only the beginning of each
 * line is understood; how the rest is written differs between versions.
 */
typedef struct {
    guint rules;       /* in all */
    gboolean in_force; /* there are some, and the set is enabled */
    char *fingerprint; /* of the lines; to be compared with the same kernel's only */
} AkinIpfwSet;

typedef struct {
    AkinIpfwSet ours[2]; /* AKIN_IPFW_SET_A, AKIN_IPFW_SET_B */
    char *foreign;       /* an enabled rule that is neither ours nor the kernel's last; or NULL */
} AkinIpfwListing;

/*
 * NULL with AKIN_ERROR_ENGINE_FAILED when it is no such listing: each has the kernel's last rule,
 * 65535.
 */
AkinIpfwListing *akin_ipfw_listing_parse(const char *text, GError **error);
void akin_ipfw_listing_free(AkinIpfwListing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinIpfwListing, akin_ipfw_listing_free)
