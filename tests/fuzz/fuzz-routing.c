/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "devd-line.h"
#include "routing-message.h"
#include "target.h"

/* Anything from the kernel of FreeBSD or macOS, as the first byte says, or from FreeBSD's devd. */

static const AkinRoutingLayout layouts[] = {
    {152, 168, 20, 20, 1, 8, 28, 0x1008, 0x300000},
    {92, 112, 20, 0, 0, 4, 30, 0x1001008, 0x300000},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const AkinRoutingLayout *layout = &layouts[data[0] % G_N_ELEMENTS(layouts)];
    /* With nothing behind it. */
    g_autofree void *bytes = g_memdup2(data + 1, --size);
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    g_autoptr(GArray) neighbours = g_array_new(FALSE, FALSE, sizeof(AkinNeighbour));
    akin_routing_feed(layout, table, bytes, size);
    akin_routing_is_news(layout, bytes, size);
    akin_routing_neighbours(layout, neighbours, bytes, size);
    akin_devd_read(bytes ? bytes : "", size);
    g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
    for (guint i = 0; i < interfaces->len; i++) {
        const AkinInterface *interface = interfaces->pdata[i];
        g_assert(interface->name && *interface->name);
    }
    return 0;
}
