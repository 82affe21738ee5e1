/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * libnftables in this process. It ends the program when it gets no file descriptor, so some are
 * held back for it; and one failed answer of the kernel leaves it confused for good, so it is made
 * anew after a failure. Main thread only.
 */
typedef struct _AkinNftContext AkinNftContext;

/* NULL with AKIN_ERROR_NOT_SUPPORTED. */
AkinNftContext *akin_nft_context_new(GError **error);
void akin_nft_context_free(AkinNftContext *context); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinNftContext, akin_nft_context_free)

/*
 * Runs commands as nft(8) would, all in one transaction. flags: NFT_CTX_OUTPUT_*, for what is
 * listed; output, which may be NULL, is the context's until the next call.
 * AKIN_ERROR_ENGINE_FAILED with libnftables' own complaint.
 */
gboolean akin_nft_context_run(AkinNftContext *context, const char *commands, unsigned flags,
                              const char **output, GError **error);
