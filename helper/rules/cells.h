/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"

/*
 * Cells: the ports that are allowed in one direction, cut wherever a service begins or ends.
 * Services may overlap, elements of a kernel's set may not; and a toggle of one service leaves the
 * cells of all others, with their counters, as they are.
 */

/* An array of AkinPortRange, sorted, disjoint. Free with g_array_unref. */
GArray *akin_cells(const AkinPolicy *policy, guint direction);

/* What the kernel counted in one cell. */
typedef struct {
    AkinPortRange cell;
    guint64 connections;
} AkinCellCount;

/* The sum over the cells that lie in ports; a cell that two services share counts for both. */
guint64 akin_count_connections(const GArray *counts, const GArray *ports);
