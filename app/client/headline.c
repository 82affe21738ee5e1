/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

#include <glib/gi18n.h>

static void
append(GString *line, const char *part)
{
    g_string_append_printf(line, "%s%s", line->len > 0 ? " · " : "", part);
}

/* NAT is worth a word when it runs, and when machines that are up miss it. */
static void
append_nat(GString *line, const AkinSnapshot *snapshot)
{
    guint up = akin_snapshot_count_up(snapshot);
    if (!snapshot->nat_active && up > 0) {
        append(line, _("NAT off"));
    } else if (snapshot->nat_active && up == 0) {
        append(line, _("NAT on"));
    } else if (snapshot->nat_active) {
        g_autofree char *part =
            g_strdup_printf(ngettext("NAT for %u network", "NAT for %u networks", up), up);
        append(line, part);
    }
}

char *
akin_snapshot_details(const AkinSnapshot *snapshot)
{
    GString *line = g_string_new(NULL);
    guint warnings = g_variant_n_children(snapshot->warnings);
    if (snapshot->enforcing && !snapshot->panic) {
        append_nat(line, snapshot);
        append(line, snapshot->active_nic[0] ? snapshot->active_nic : _("not connected"));
    }
    if (warnings > 0) {
        g_autofree char *part = g_strdup_printf(
            ngettext("%u thing to look at", "%u things to look at", warnings), warnings);
        append(line, part);
    }
    return g_string_free(line, FALSE);
}

char *
akin_snapshot_headline(const AkinSnapshot *snapshot)
{
    g_autofree char *details = akin_snapshot_details(snapshot);
    const char *begin = _("Firewall on");
    if (!snapshot->enforcing)
        begin = _("Stopped: akin protects nothing");
    else if (snapshot->panic)
        begin = _("Everything blocked");
    else if (!snapshot->firewall)
        begin = _("Firewall off: everything gets in");
    return g_strjoin(" · ", begin, *details ? details : NULL, NULL);
}
