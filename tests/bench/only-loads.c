/* SPDX-License-Identifier: BSD-2-Clause */
#include <gio/gio.h>
#include <nftables/libnftables.h>
#include <stdio.h>

/* The least a helper can weigh: GIO and libnftables in memory, a connection's types, and nothing
 * done. */

int
main(void)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    g_type_ensure(G_TYPE_DBUS_CONNECTION);
    g_type_ensure(G_TYPE_SOCKET_CONNECTION);
    puts("ready");
    fflush(stdout);
    g_main_loop_run(loop);
    nft_ctx_free(nft);
    return 0;
}
