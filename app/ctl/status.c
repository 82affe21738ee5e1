/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"

#include <string.h>

#include "commands.h"
#include "error.h"
#include "forward.h"
#include "output.h"
#include "text.h"

char *
ctl_join(GVariant *strings)
{
    g_autofree const char **words = g_variant_get_strv(strings, NULL);
    return g_strjoinv(", ", (char **) words);
}

char *
ctl_nat_words(const AkinSnapshot *snapshot)
{
    if (!snapshot->enforcing)
        return g_strdup_printf("%s, stopped", snapshot->nat_mode);
    if (strcmp(snapshot->nat_mode, "auto") == 0)
        return g_strdup(snapshot->nat_active ? "auto, active"
                                             : "auto, idle until a VM network is up");
    if (strcmp(snapshot->nat_mode, "off") == 0)
        return g_strdup("off, machines do not reach outside");
    return g_strdup_printf("%s, %s", snapshot->nat_mode, snapshot->nat_active ? "active" : "idle");
}

static void
add(CtlTable *table, const char *label, const char *value)
{
    const char *const cells[] = {label, value};
    ctl_table_add(table, cells);
}

static void
add_uplinks(CtlTable *table, const AkinSnapshot *snapshot)
{
    const char *label = "Uplinks", *name;
    GVariant *addresses;
    GVariantIter iter;
    g_variant_iter_init(&iter, snapshot->uplinks);
    while (g_variant_iter_loop(&iter, "(&s@as)", &name, &addresses)) {
        g_autofree char *list = ctl_join(addresses);
        g_autofree char *value = g_strjoin("  ", name, list[0] ? list : "no address", NULL);
        add(table, label, value);
        label = "";
    }
    if (label[0])
        add(table, label, "none");
}

static void
add_networks(CtlTable *table, const AkinSnapshot *snapshot)
{
    const char *label = "VM networks", *name;
    gboolean up;
    GVariant *subnets;
    GVariantIter iter;
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_loop(&iter, "(&sb@as)", &name, &up, &subnets)) {
        g_autofree char *list = ctl_join(subnets);
        g_autofree char *value =
            g_strjoin("  ", name, up ? "up" : "down", list[0] ? list : "no subnet", NULL);
        add(table, label, value);
        label = "";
    }
    if (label[0]) {
        g_autofree char *patterns = ctl_join(snapshot->network_patterns);
        g_autofree char *value = g_strdup_printf("none that is named %s", patterns);
        add(table, label, value);
    }
}

static void
add_forwards(CtlTable *table, const AkinSnapshot *snapshot)
{
    const char *label = "Forwards";
    CtlForward forward;
    GVariantIter iter;
    g_variant_iter_init(&iter, snapshot->forwards);
    while (ctl_forward_next(&iter, &forward)) {
        g_autofree char *value = ctl_forward_sentence(&forward);
        add(table, label, value);
        label = "";
    }
    if (label[0])
        add(table, label, "none");
}

static void
add_pingers(CtlTable *table, const AkinSnapshot *snapshot, gboolean anyone_may_ping)
{
    g_autofree char *trusted = ctl_join(snapshot->trusted_pingers);
    const char *who = trusted[0] ? trusted : "nobody";
    add(table, "Ping from", anyone_may_ping ? "anyone" : who);
}

static void
append_lines(GString *text, char mark, GVariant *sentences)
{
    const char *sentence;
    GVariantIter iter;
    g_variant_iter_init(&iter, sentences);
    while (g_variant_iter_next(&iter, "(&s&s)", NULL, &sentence)) {
        g_autofree char *clean = ctl_clean(sentence);
        g_string_append_printf(text, "%c %s\n", mark, clean);
    }
}

char *
ctl_warnings_format(GVariant *warnings, GVariant *notes)
{
    GString *text = g_string_new(NULL);
    append_lines(text, '!', warnings);
    append_lines(text, '-', notes);
    return g_string_free(text, FALSE);
}

char *
ctl_status_format(const AkinSnapshot *snapshot, gboolean anyone_may_ping)
{
    g_autofree char *headline = akin_snapshot_headline(snapshot);
    g_autofree char *first = ctl_clean(headline);
    g_autofree char *nat = ctl_nat_words(snapshot);
    CtlTable *table = ctl_table_new(2);
    add(table, "Enforcing", snapshot->enforcing ? "yes" : "no, start it with: akinctl start");
    add(table, "Firewall", snapshot->firewall ? "on" : "off");
    add(table, "NAT", nat);
    add(table, "Panic", snapshot->panic ? "on, end it with: akinctl panic off" : "off");
    add(table, "Active NIC", snapshot->active_nic[0] ? snapshot->active_nic : "none");
    add_uplinks(table, snapshot);
    add_networks(table, snapshot);
    add(table, "Machines",
        snapshot->machines_reach_host ? "may use this computer's services"
                                      : "may use DHCP and DNS of this computer only");
    add_forwards(table, snapshot);
    add_pingers(table, snapshot, anyone_may_ping);
    add(table, "Engine", snapshot->engine);
    g_autofree char *details = ctl_table_end(table);
    g_autofree char *warnings = ctl_warnings_format(snapshot->warnings, snapshot->notes);
    return g_strconcat(first, "\n\n", details, warnings[0] ? "\n" : "", warnings, NULL);
}

gboolean
ctl_status(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    if (ctl->json)
        return ctl_status_print_json(ctl, error);
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    if (!catalogue)
        return FALSE;
    g_autofree char *text = ctl_status_format(snapshot, ctl_catalogue_lets_anyone_ping(catalogue));
    return ctl_print(text, error);
}

gboolean
ctl_nic(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    if (snapshot->active_nic[0] == '\0') {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                    "there is no active NIC; connect one that has a default route");
        return FALSE;
    }
    if (!ctl->json)
        return ctl_print_line(snapshot->active_nic, error);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_json_string(builder, "nic", snapshot->active_nic);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}
