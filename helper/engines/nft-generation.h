/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * The generation of all nftables rules in this network namespace: a number that every committed
 * transaction of anybody raises by one (NFT_MSG_GETGEN in linux/netfilter/nf_tables.h). Asking
 * costs some ten microseconds and no listing. AKIN_ERROR_NOT_SUPPORTED when the
 * kernel cannot be asked at all, AKIN_ERROR_ENGINE_FAILED when it does not answer.
 */
typedef struct _AkinNftGeneration AkinNftGeneration;

AkinNftGeneration *akin_nft_generation_new(GError **error);
void akin_nft_generation_free(AkinNftGeneration *generation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinNftGeneration, akin_nft_generation_free)

gboolean akin_nft_generation_read(AkinNftGeneration *generation, guint32 *number, GError **error);
