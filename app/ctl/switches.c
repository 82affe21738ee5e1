/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "commands.h"
#include "error.h"
#include "output.h"
#include "status.h"

/* Every change here is confirmed by a sentence on the new state, or by the object of status. */

static char *
say_stopped(const AkinSnapshot *snapshot)
{
    (void) snapshot;
    return g_strdup("Stopped: nothing of akin is in the kernel until akinctl start");
}

static char *
say_kept(const AkinSnapshot *snapshot)
{
    (void) snapshot;
    return g_strdup("Kept: what was on trial is saved");
}

static char *
say_reverted(const AkinSnapshot *snapshot)
{
    (void) snapshot;
    return g_strdup("Taken back: all is as before the trial");
}

static char *
say_firewall(const AkinSnapshot *snapshot)
{
    return g_strdup(snapshot->firewall ? "Firewall on" : "Firewall off: everything gets in");
}

static char *
say_nat(const AkinSnapshot *snapshot)
{
    g_autofree char *words = ctl_nat_words(snapshot);
    return g_strconcat("NAT ", words, NULL);
}

static char *
say_panic(const AkinSnapshot *snapshot)
{
    if (snapshot->panic)
        return g_strdup(snapshot->enforcing ? "Everything blocked" : "Panic on");
    return snapshot->enforcing ? akin_snapshot_headline(snapshot) : g_strdup("Panic off");
}

static char *
say_reach_host(const AkinSnapshot *snapshot)
{
    return g_strdup(snapshot->machines_reach_host
                        ? "Machines may use this computer's services"
                        : "Machines may use DHCP and DNS of this computer only");
}

/* of a(sbas) */
static char *
join_names(GVariant *networks)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    const char *name;
    GVariantIter iter;
    g_variant_iter_init(&iter, networks);
    while (g_variant_iter_next(&iter, "(&sbas)", &name, NULL, NULL))
        g_string_append_printf(joined, "%s%s", joined->len > 0 ? ", " : "", name);
    return g_string_free(g_steal_pointer(&joined), FALSE);
}

/* What a pattern that was meant otherwise leaves out, a missing star say, shows at once. */
static char *
say_patterns(const AkinSnapshot *snapshot)
{
    g_autofree char *patterns = ctl_join(snapshot->network_patterns);
    g_autofree char *present = join_names(snapshot->networks);
    return g_strconcat("VM networks are named ", patterns,
                       "; here now: ", present[0] ? present : "none", NULL);
}

static gboolean
change(Ctl *ctl, const char *method, GVariant *args, char *(*say)(const AkinSnapshot *),
       GError **error)
{
    if (!ctl_change(ctl, method, args, error))
        return FALSE;
    if (ctl->json)
        return ctl_status_print_json(ctl, error);
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autofree char *sentence = say(snapshot);
    gboolean says_it = say == say_stopped || say == akin_snapshot_headline;
    return says_it ? ctl_print_line(sentence, error)
                   : ctl_print_state(ctl, snapshot, sentence, error);
}

/* The command line has been checked: it is one of "on|off". */
static GVariant *
on_off(char **args)
{
    return g_variant_new("(b)", strcmp(args[0], "on") == 0);
}

gboolean
ctl_start(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    return change(ctl, "Start", NULL, akin_snapshot_headline, error);
}

gboolean
ctl_stop(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    return change(ctl, "Stop", NULL, say_stopped, error);
}

gboolean
ctl_restart(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    return change(ctl, "Restart", NULL, akin_snapshot_headline, error);
}

/* With what the file says in vain, or so that something is lost by it: nobody may have meant that.
 */
gboolean
ctl_reload(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    if (!change(ctl, "Reload", NULL, akin_snapshot_headline, error))
        return FALSE;
    g_autoptr(AkinSnapshot) snapshot = ctl->json ? NULL : ctl_snapshot(ctl, error);
    if (!snapshot)
        return ctl->json;
    g_autofree char *warnings = ctl_warnings_format(snapshot->warnings, snapshot->notes);
    return ctl_print(warnings, error);
}

gboolean
ctl_confirm(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    return change(ctl, "Confirm", NULL, say_kept, error);
}

gboolean
ctl_revert(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    return change(ctl, "Revert", NULL, say_reverted, error);
}

gboolean
ctl_firewall(Ctl *ctl, char **args, GError **error)
{
    return change(ctl, "SetFirewall", on_off(args), say_firewall, error);
}

gboolean
ctl_nat(Ctl *ctl, char **args, GError **error)
{
    return change(ctl, "SetNat", g_variant_new("(s)", args[0]), say_nat, error);
}

gboolean
ctl_panic(Ctl *ctl, char **args, GError **error)
{
    return change(ctl, "SetPanic", on_off(args), say_panic, error);
}

gboolean
ctl_network_reach_host(Ctl *ctl, char **args, GError **error)
{
    return change(ctl, "SetMachinesReachHost", on_off(args), say_reach_host, error);
}

static gboolean
list_patterns(Ctl *ctl, GError **error)
{
    if (ctl->json)
        return ctl_status_print_json(ctl, error);
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autofree const char **patterns = g_variant_get_strv(snapshot->network_patterns, NULL);
    for (guint i = 0; patterns[i]; i++) {
        if (!ctl_print_line(patterns[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
ctl_network_patterns(Ctl *ctl, char **args, GError **error)
{
    if (strcmp(args[0], "list") == 0 && !args[1])
        return list_patterns(ctl, error);
    if (strcmp(args[0], "list") == 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "list stands alone; to set patterns name all of them, without it");
        return FALSE;
    }
    return change(ctl, "SetNetworkPatterns", g_variant_new("(^as)", args), say_patterns, error);
}
