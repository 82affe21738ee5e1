/* SPDX-License-Identifier: BSD-2-Clause */
#include "cells.h"

#include <string.h>

#include "names.h"
#include "samples.h"

/* One place on the line of a protocol's ports: 0 for those that have none. */
#define PLACES 65536

static char *
cells_of(const AkinPolicy *policy, guint direction)
{
    g_autoptr(GArray) cells = akin_cells(policy, direction);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < cells->len; i++) {
        const AkinPortRange *cell = &g_array_index(cells, AkinPortRange, i);
        g_string_append_printf(text, "%s%s:%u-%u", i ? " " : "", akin_protocol_name(cell->protocol),
                               cell->first, cell->last);
    }
    return g_string_free(text, FALSE);
}

/* A policy in which nothing is allowed but what the text of services and states says. */
static AkinPolicy *
only(const char *text)
{
    g_autoptr(GString) whole = g_string_new(text);
    if (!strstr(text, "[services]"))
        g_string_append(whole, "[services]\n");
    GPtrArray *catalogue = akin_catalogue();
    for (guint i = 0; i < catalogue->len; i++)
        g_string_append_printf(whole, "%s=none\n", ((AkinService *) catalogue->pdata[i])->name);
    return sample_parse_policy(whole->str);
}

static void
test_cuts(void)
{
    static const struct {
        const char *services, *cells;
    } rows[] = {
        {"", ""},
        {"[service a]\nout=tcp:10-20\n[services]\na=out\n", "tcp:10-20"},
        {"[service a]\nout=tcp:10-20\n[services]\na=none\n", ""},
        {"[service a]\nin=tcp:10-20\n[services]\na=in\n", ""},
        {"[service a]\nout=tcp:10-20\n[service b]\nout=tcp:15\n[services]\na=out\nb=out\n",
         "tcp:10-14 tcp:15-15 tcp:16-20"},
        {"[service a]\nout=tcp:10-20\n[service b]\nout=tcp:21-30\n[services]\na=out\nb=out\n",
         "tcp:10-20 tcp:21-30"},
        {"[service a]\nout=tcp:10-20\n[service b]\nout=tcp:15-30\n[services]\na=out\nb=out\n",
         "tcp:10-14 tcp:15-20 tcp:21-30"},
        {"[service a]\nout=tcp:10-20\n[service b]\nout=tcp:10-20\n[services]\na=out\nb=out\n",
         "tcp:10-20"},
        {"[service a]\nout=tcp:1-65535\n[service b]\nout=tcp:65535\n[services]\na=out\nb=out\n",
         "tcp:1-65534 tcp:65535-65535"},
        {"[service a]\nout=tcp:65535;udp:1;esp;ping\n[service b]\nout=ping\n"
         "[services]\na=out\nb=out\n",
         "tcp:65535-65535 udp:1-1 esp:0-0 ping:0-0"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AkinPolicy) policy = only(rows[i].services);
        g_autofree char *cells = cells_of(policy, AKIN_OUTGOING);
        g_assert_cmpstr(cells, ==, rows[i].cells);
    }
}

/* Which services cover a place, as a sum that differs where their sets do. */
static void
cover(const AkinPolicy *policy, guint direction, guint64 (*cover)[PLACES])
{
    memset(cover, 0, (AKIN_PROTOCOL_PING + 1) * sizeof *cover);
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        const GArray *ports = akin_service_ports(state->service, direction);
        guint64 sign = ((guint64) g_str_hash(state->service->name) << 20) + i + 1;
        for (guint k = 0; k < ports->len && state->allowed & direction; k++) {
            const AkinPortRange *range = &g_array_index(ports, AkinPortRange, k);
            for (guint port = range->first; port <= range->last; port++)
                cover[range->protocol][port] += sign;
        }
    }
}

/*
 * Against brute force: the cells are exactly what is allowed, no place is in two, within a cell
 * all places belong to the same services, and a cut is only where a service begins or ends.
 */
static void
check_partition(const AkinPolicy *policy, guint direction)
{
    static guint64 wanted[AKIN_PROTOCOL_PING + 1][PLACES];
    static gboolean found[AKIN_PROTOCOL_PING + 1][PLACES];
    g_autoptr(GArray) cells = akin_cells(policy, direction);
    cover(policy, direction, wanted);
    memset(found, 0, sizeof found);
    for (guint i = 0; i < cells->len; i++) {
        const AkinPortRange *cell = &g_array_index(cells, AkinPortRange, i);
        const guint64 *line = wanted[cell->protocol];
        g_assert_cmpuint(cell->first, <=, cell->last);
        g_assert_true(i == 0 || cell[-1].protocol < cell->protocol || cell[-1].last < cell->first);
        for (guint port = cell->first; port <= cell->last; port++) {
            g_assert_false(found[cell->protocol][port]);
            found[cell->protocol][port] = TRUE;
            g_assert_cmpuint(line[port], ==, line[cell->first]);
        }
    }
    for (guint protocol = 0; protocol <= AKIN_PROTOCOL_PING; protocol++) {
        for (guint port = 0; port < PLACES; port++)
            g_assert_true(found[protocol][port] == (wanted[protocol][port] != 0));
    }
}

static void
test_partition(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 60; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        check_partition(policy, AKIN_OUTGOING);
        check_partition(policy, AKIN_INCOMING);
    }
}

static void
test_default(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    check_partition(policy, AKIN_OUTGOING);
    g_autofree char *incoming = cells_of(policy, AKIN_INCOMING);
    g_assert_cmpstr(incoming, ==, "tcp:22-22");
}

static gboolean
has_cell(const GArray *cells, const AkinPortRange *wanted)
{
    for (guint i = 0; i < cells->len; i++) {
        const AkinPortRange *cell = &g_array_index(cells, AkinPortRange, i);
        if (cell->protocol == wanted->protocol && cell->first == wanted->first &&
            cell->last == wanted->last)
            return TRUE;
    }
    return FALSE;
}

static gboolean
meets(const AkinPortRange *cell, const GArray *ports)
{
    for (guint i = 0; i < ports->len; i++) {
        const AkinPortRange *range = &g_array_index(ports, AkinPortRange, i);
        if (range->protocol == cell->protocol && range->first <= cell->last &&
            cell->first <= range->last)
            return TRUE;
    }
    return FALSE;
}

/* Whether the cell is cut by the service's ports, or belongs to a range that is. */
static gboolean
is_concerned(const AkinPolicy *policy, const AkinService *service, const AkinPortRange *cell)
{
    if (meets(cell, service->out))
        return TRUE;
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        const GArray *ports = state->service->out;
        for (guint k = 0; k < ports->len && state->allowed & AKIN_OUTGOING; k++) {
            const AkinPortRange *range = &g_array_index(ports, AkinPortRange, k);
            if (range->protocol == cell->protocol && range->first <= cell->first &&
                cell->last <= range->last && meets(range, service->out))
                return TRUE;
        }
    }
    return FALSE;
}

/* A toggle leaves all cells, and so their counters, of services that share no port with it. */
static void
test_toggle(void)
{
    guint kept = 0;
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 500; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(GArray) before = akin_cells(policy, AKIN_OUTGOING);
        guint index = g_rand_int_range(rand, 0, policy->services->len);
        AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, index);
        state->allowed ^= akin_service_offers(state->service) & AKIN_OUTGOING;
        g_autoptr(GArray) after = akin_cells(policy, AKIN_OUTGOING);
        for (guint k = 0; k < before->len + after->len; k++) {
            const GArray *cells = k < before->len ? before : after;
            const GArray *others = k < before->len ? after : before;
            const AkinPortRange *cell =
                &g_array_index(cells, AkinPortRange, k < before->len ? k : k - before->len);
            if (is_concerned(policy, state->service, cell))
                continue;
            g_assert_true(has_cell(others, cell));
            kept++;
        }
    }
    g_assert_cmpuint(kept, >, 10000);
}

static void
test_count(void)
{
    const AkinCellCount measured[] = {
        {{AKIN_PROTOCOL_TCP, 10, 14}, 1},           {{AKIN_PROTOCOL_TCP, 15, 15}, 20},
        {{AKIN_PROTOCOL_TCP, 16, 20}, 300},         {{AKIN_PROTOCOL_UDP, 10, 20}, 4000},
        {{AKIN_PROTOCOL_PING, 0, 0}, 50000},        {{AKIN_PROTOCOL_PING, 0, 0}, 600000},
        {{AKIN_PROTOCOL_TCP, 99, 99}, G_MAXUINT32},
    };
    static const struct {
        const char *ports;
        guint64 connections;
    } rows[] = {{"tcp:10-20", 321},         {"tcp:15", 20},   {"udp:10-20", 4000},
                {"tcp:10-20;ping", 650321}, {"tcp:21-98", 0}, {"esp", 0},
                {"tcp:99", G_MAXUINT32},    {"", 0}};
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    g_array_append_vals(counts, measured, G_N_ELEMENTS(measured));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GArray) ports = akin_ports_parse(rows[i].ports, NULL);
        g_assert_cmpuint(akin_count_connections(counts, ports), ==, rows[i].connections);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cells/cuts", test_cuts);
    g_test_add_func("/cells/partition", test_partition);
    g_test_add_func("/cells/default", test_default);
    g_test_add_func("/cells/toggle", test_toggle);
    g_test_add_func("/cells/count", test_count);
    return g_test_run();
}
