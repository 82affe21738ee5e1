/* SPDX-License-Identifier: BSD-2-Clause */
#include "cells.h"

/* A place on the line of ports where one more (or one less) service is allowed. */
typedef struct {
    guint32 at; /* protocol << 17 | port: one line for all protocols, with room for 65536 */
    int step;
} Edge;

static int
compare_edges(gconstpointer a, gconstpointer b)
{
    guint32 x = ((const Edge *) a)->at, y = ((const Edge *) b)->at;
    return x < y ? -1 : x > y;
}

static GArray *
collect_edges(const AkinPolicy *policy, guint direction)
{
    GArray *edges = g_array_sized_new(FALSE, FALSE, sizeof(Edge), 4 * policy->services->len);
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        if (!(state->allowed & direction))
            continue;
        const GArray *ports = akin_service_ports(state->service, direction);
        for (guint k = 0; k < ports->len; k++) {
            const AkinPortRange *range = &g_array_index(ports, AkinPortRange, k);
            guint32 line = (guint32) range->protocol << 17;
            Edge both[] = {{line | range->first, 1}, {(line | range->last) + 1, -1}};
            g_array_append_vals(edges, both, 2);
        }
    }
    g_array_sort(edges, compare_edges);
    return edges;
}

GArray *
akin_cells(const AkinPolicy *policy, guint direction)
{
    g_autoptr(GArray) edges = collect_edges(policy, direction);
    GArray *cells = g_array_sized_new(FALSE, FALSE, sizeof(AkinPortRange), edges->len);
    int depth = 0;
    for (guint i = 0; i + 1 < edges->len; i++) {
        const Edge *edge = &g_array_index(edges, Edge, i);
        depth += edge->step;
        if (depth == 0 || edge[1].at == edge->at)
            continue;
        AkinPortRange cell = {edge->at >> 17, edge->at & 0x1ffff, (edge[1].at - 1) & 0x1ffff};
        g_array_append_val(cells, cell);
    }
    return cells;
}

guint64
akin_count_connections(const GArray *counts, const GArray *ports)
{
    guint64 connections = 0;
    for (guint i = 0; i < counts->len; i++) {
        const AkinCellCount *count = &g_array_index(counts, AkinCellCount, i);
        if (akin_ports_contain(ports, count->cell.protocol, count->cell.first))
            connections += count->connections;
    }
    return connections;
}
