/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

#include <glib/gi18n.h>

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
akin_snapshot_headline(const AkinSnapshot *snapshot)
{
    GString *line = g_string_new(NULL);
    guint warnings = g_variant_n_children(snapshot->warnings);
    if (!snapshot->enforcing) {
        g_string_append(line, _("Stopped: akin protects nothing"));
    } else if (snapshot->panic) {
        g_string_append(line, _("Everything blocked"));
    } else {
        g_string_append(line, snapshot->firewall ? _("Firewall on")
                                                 : _("Firewall off: everything gets in"));
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
