/* SPDX-License-Identifier: BSD-2-Clause */
#include <nftables/libnftables.h>
#include <stdlib.h>

#include "loop.h"

/*
 * The limit: libnftables in process with a kept context, and nothing around it.
 *
 *     nft-loop FIRST STEP...        files of nft commands; FIRST is run once, before anything is
 * timed
 */

typedef struct {
    struct nft_ctx *nft;
    char **texts;
} Limit;

static void
run_text(struct nft_ctx *nft, const char *text)
{
    if (nft_run_cmd_from_buffer(nft, text) != 0)
        die("%s", nft_ctx_get_error_buffer(nft));
}

static double
step(unsigned number, void *user_data)
{
    Limit *limit = user_data;
    run_text(limit->nft, limit->texts[number]);
    return now_us();
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: nft-loop FIRST STEP...");
    Limit limit = {nft_ctx_new(NFT_CTX_DEFAULT), calloc(argc, sizeof(char *))};
    nft_ctx_buffer_error(limit.nft);
    nft_ctx_buffer_output(limit.nft);
    for (int i = 1; i < argc; i++)
        limit.texts[i - 1] = read_text(argv[i]);
    run_text(limit.nft, limit.texts[0]);
    limit.texts++;
    loop(argc - 2, step, &limit);
    return EXIT_SUCCESS;
}
