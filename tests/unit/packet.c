/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet.h"

#include <stdlib.h>
#include <string.h>

gboolean
packet_same_end(const PacketEnd *a, const PacketEnd *b)
{
    return akin_prefix_equal(&a->address, &b->address) && a->port == b->port;
}

PacketEnd
packet_end(const char *address, guint port)
{
    PacketEnd end = {.port = port};
    if (!akin_address_parse(address, &end.address, NULL))
        g_error("‘%s’ is no address", address);
    return end;
}

gboolean
packet_in_prefix(const PacketEnd *end, const char *prefix)
{
    AkinPrefix parsed;
    if (!akin_prefix_parse(prefix, &parsed, NULL))
        g_error("‘%s’ is no network", prefix);
    return parsed.family == end->address.family && akin_prefix_contains(&parsed, &end->address);
}

gboolean
packet_in_ports(guint port, const char *range, char dash)
{
    const char *last = strchr(range, dash);
    guint first = atoi(range);
    return port >= first && port <= (last ? (guint) atoi(last + 1) : first);
}
