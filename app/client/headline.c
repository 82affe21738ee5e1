/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

static void
append(GString *line, const char *part)
{
    g_string_append_printf(line, " · %s", part);
}

/* NAT is worth a word when it runs, and when machines that are up miss it. */
static void
append_nat(GString *line, const AkinSnapshot *snapshot)
{
    guint up = akin_snapshot_count_up(snapshot);
    if (!snapshot->nat_active && up > 0)
        append(line, "NAT off");
    else if (snapshot->nat_active && up == 0)
        append(line, "NAT on");
    else if (snapshot->nat_active)
        g_string_append_printf(line, " · NAT for %u %s", up, up == 1 ? "network" : "networks");
}

char *
akin_snapshot_headline(const AkinSnapshot *snapshot)
{
    GString *line = g_string_new(NULL);
    gsize warnings = g_variant_n_children(snapshot->warnings);
    if (!snapshot->enforcing) {
        g_string_append(line, "Stopped: akin protects nothing");
    } else if (snapshot->panic) {
        g_string_append(line, "Everything blocked");
    } else {
        g_string_append(line,
                        snapshot->firewall ? "Firewall on" : "Firewall off: everything gets in");
        append_nat(line, snapshot);
        append(line, snapshot->active_nic[0] ? snapshot->active_nic : "not connected");
    }
    if (warnings > 0)
        g_string_append_printf(line, " · %" G_GSIZE_FORMAT " %s to look at", warnings,
                               warnings == 1 ? "thing" : "things");
    return g_string_free(line, FALSE);
}
