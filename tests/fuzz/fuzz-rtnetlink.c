/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "rtnetlink.h"
#include "target.h"

/* Any datagrams from the kernel: the first two bytes of each say how long it is. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    while (size >= 2) {
        gsize length = MIN((gsize) data[0] << 8 | data[1], size - 2);
        /* Aligned, and with nothing behind it. */
        g_autofree void *datagram = g_memdup2(data + 2, length);
        akin_link_table_feed(table, datagram, length);
        akin_rtnetlink_is_news(datagram, length);
        data += 2 + length;
        size -= 2 + length;
    }
    g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
    for (guint i = 0; i < interfaces->len; i++) {
        const AkinInterface *interface = interfaces->pdata[i];
        g_assert(interface->name && *interface->name);
    }
    return 0;
}
