/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-context.h"

#include <nftables/libnftables.h>
#include <string.h>

#include "error.h"
#include "reserve.h"

struct _AkinNftContext {
    struct nft_ctx *nft; /* NULL: the last one has failed */
    AkinReserve *reserve;
};

static struct nft_ctx *
make(void)
{
    struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    if (nft) {
        nft_ctx_buffer_output(nft);
        nft_ctx_buffer_error(nft);
    }
    return nft;
}

AkinNftContext *
akin_nft_context_new(GError **error)
{
    g_autoptr(AkinNftContext) context = g_new0(AkinNftContext, 1);
    context->nft = make();
    context->reserve = akin_reserve_new();
    if (context->nft)
        return g_steal_pointer(&context);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED, "libnftables does not start");
    return NULL;
}

void
akin_nft_context_free(AkinNftContext *context)
{
    if (!context)
        return;
    g_clear_pointer(&context->nft, nft_ctx_free);
    akin_reserve_free(context->reserve);
    g_free(context);
}

/* The first line of libnftables' complaint, without the place in our text. */
static char *
first_complaint(struct nft_ctx *nft)
{
    const char *text = nft_ctx_get_error_buffer(nft);
    const char *start = text ? strstr(text, "Error: ") : NULL;
    start = start ? start + strlen("Error: ") : text && *text ? text : "no reason given";
    return g_strndup(start, strcspn(start, "\n"));
}

/* With the descriptors that are held back. */
static gboolean
run(AkinNftContext *context, const char *commands, unsigned flags)
{
    if (!context->nft)
        context->nft = make();
    if (!context->nft)
        return FALSE;
    nft_ctx_output_set_flags(context->nft, flags);
    return nft_run_cmd_from_buffer(context->nft, commands) == 0;
}

gboolean
akin_nft_context_run(AkinNftContext *context, const char *commands, unsigned flags,
                     const char **output, GError **error)
{
    if (!akin_reserve_release(context->reserve, error))
        return FALSE;
    gboolean done = run(context, commands, flags);
    akin_reserve_take_back(context->reserve);
    if (done) {
        if (output)
            *output = nft_ctx_get_output_buffer(context->nft);
        return TRUE;
    }
    g_autofree char *complaint =
        context->nft ? first_complaint(context->nft) : g_strdup("libnftables does not start");
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "the kernel refused: %s", complaint);
    g_clear_pointer(&context->nft, nft_ctx_free);
    return FALSE;
}
