/* SPDX-License-Identifier: BSD-2-Clause */
#include "machines.h"

#include <net/if.h>
#include <net/route.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include "routing-system.h"

/* The tables of arp(8) and ndp(8), which have a route for each neighbour. */
static gboolean
read_table(int family, GArray *neighbours, GError **error)
{
    gsize size;
    g_autofree void *answer = akin_routing_ask(family, NET_RT_FLAGS, RTF_LLINFO, &size, error);
    if (!answer)
        return FALSE;
    akin_routing_neighbours(&akin_routing_here, neighbours, answer, size);
    return TRUE;
}

GArray *
akin_machines_list(GError **error)
{
    g_autoptr(GArray) neighbours = g_array_new(FALSE, FALSE, sizeof(AkinNeighbour));
    if (!read_table(AF_INET, neighbours, error) || !read_table(AF_INET6, neighbours, error))
        return NULL;
    GArray *machines = akin_machines_new();
    for (guint i = 0; i < neighbours->len; i++) {
        const AkinNeighbour *neighbour = &g_array_index(neighbours, AkinNeighbour, i);
        akin_machines_add(machines, neighbour->link, &neighbour->address, neighbour->hardware);
    }
    akin_machines_sort(machines);
    return machines;
}
