/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-machines.h"

#include <glib/gi18n.h>

#include "build.h"
#include "column.h"
#include "forward-dialog.h"
#include "guard.h"
#include "networks.h"
#include "switch-row.h"
#include "toggle.h"
#include "word-list.h"

struct _AkinMachines {
    GtkBox parent;
    AkinDesk *desk;
    GtkToggleButton *nat_auto, *nat_on, *nat_off;
    GtkWidget *nat_card, *add_button;
    AkinSwitchRow *reach_host;
    GtkContainer *forwards, *networks;
    AkinWordList *patterns;
    guint nat_pending; /* changes of the NAT mode on their way */
    AkinGuard guard;   /* of the forwards */
    char *undo;        /* a pattern to be added again as soon as the list may be changed */
};

G_DEFINE_TYPE(AkinMachines, akin_machines, GTK_TYPE_BOX)

static const AkinSnapshot *
snapshot_of(AkinMachines *self)
{
    return akin_client_get_snapshot(akin_desk_get_client(self->desk));
}

/* --- NAT -------------------------------------------------------------------------------------- */

static void on_nat_toggled(GtkToggleButton *button, AkinMachines *self);

static void
show_nat(AkinMachines *self)
{
    const AkinSnapshot *snapshot = snapshot_of(self);
    GtkToggleButton *const buttons[] = {self->nat_auto, self->nat_on, self->nat_off};
    if (!snapshot || self->nat_pending > 0 || !self->nat_card)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(buttons); i++)
        g_signal_handlers_block_by_func(buttons[i], on_nat_toggled, self);
    for (guint i = 0; i < G_N_ELEMENTS(buttons); i++) {
        if (g_str_equal(gtk_buildable_get_name(GTK_BUILDABLE(buttons[i])) + strlen("nat_"),
                        snapshot->nat_mode))
            gtk_toggle_button_set_active(buttons[i], TRUE);
    }
    for (guint i = 0; i < G_N_ELEMENTS(buttons); i++)
        g_signal_handlers_unblock_by_func(buttons[i], on_nat_toggled, self);
}

static void
on_nat_done(GtkWidget *subject, const GError *error)
{
    AkinMachines *self = AKIN_MACHINES(subject);
    (void) error;
    self->nat_pending--;
    if (self->desk)
        show_nat(self);
}

/* The buttons are named after the modes: nat_auto. */
static void
on_nat_toggled(GtkToggleButton *button, AkinMachines *self)
{
    const char *mode = gtk_buildable_get_name(GTK_BUILDABLE(button)) + strlen("nat_");
    if (!gtk_toggle_button_get_active(button) || !self->desk)
        return;
    self->nat_pending++;
    akin_desk_change(self->desk, GTK_WIDGET(self), "SetNat", g_variant_new("(s)", mode),
                     on_nat_done);
}

static void
ask_reach_host(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinMachines *self = data;
    akin_desk_change_toggle(self->desk, toggle, "SetMachinesReachHost",
                            g_variant_new("(b)", wanted));
}

/* --- Forwards --------------------------------------------------------------------------------- */

static void
open_dialog(AkinMachines *self, GVariant *edit, const char *address)
{
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(self));
    if (!akin_desk_may_change(self->desk))
        return;
    GtkWidget *dialog = akin_forward_dialog_new(GTK_WINDOW(window), self->desk, edit, address);
    gtk_window_present(GTK_WINDOW(dialog));
}

void
akin_machines_add_forward(GtkWidget *machines, const char *address)
{
    open_dialog(AKIN_MACHINES(machines), NULL, address);
}

static void
on_add_forward(AkinMachines *self)
{
    open_dialog(self, NULL, NULL);
}

static void
activate_edit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action;
    open_dialog(data, parameter, NULL);
}

static void
on_removed(GtkWidget *subject, const GError *error)
{
    (void) error;
    akin_guard_end(&AKIN_MACHINES(subject)->guard);
}

static void
activate_remove(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    AkinMachines *self = data;
    AkinForwardInfo info = akin_forward_info(parameter);
    (void) action;
    GVariant *again = g_variant_new("(sqsqs)", info.protocol, info.port, info.address,
                                    info.target_port, info.from);
    akin_guard_begin(&self->guard);
    akin_desk_change_with_undo(self->desk, GTK_WIDGET(self), "RemoveForward",
                               g_variant_new("(sqs)", info.protocol, info.port, info.address),
                               on_removed, _("The forward was removed."), AKIN_DESK_CHANGE,
                               g_variant_new("(sv)", "AddForward", again));
}

static const GActionEntry actions[] = {
    {.name = "edit", .activate = activate_edit, .parameter_type = "(sqsqsb)"},
    {.name = "remove", .activate = activate_remove, .parameter_type = "(sqsqsb)"},
};

/* "Port 80 of this computer → 192.168.56.101 port 8080 (tcp)" */
static char *
describe(const AkinForwardInfo *info)
{
    return g_strdup_printf(_("Port %u of this computer → %s port %u (%s)"), info->port,
                           info->address, info->target_port, info->protocol);
}

/* Why a forward does not work now, the first thing to mend first. */
static const char *
describe_obstacle(const AkinSnapshot *snapshot)
{
    if (!snapshot->enforcing)
        return _("not while akin is stopped");
    if (snapshot->panic)
        return _("not while everything is blocked");
    if (g_str_equal(snapshot->nat_mode, "off"))
        return _("not while NAT is off");
    return _("not while its VM network is down");
}

static char *
describe_from(const AkinForwardInfo *info, const char *obstacle)
{
    g_autofree char *from = NULL;
    if (g_str_equal(info->from, "anyone"))
        from = g_strdup(_("For anyone"));
    else if (g_str_equal(info->from, "loopback"))
        from = g_strdup(_("For this computer only"));
    else
        from = g_strdup_printf(_("For %s"), info->from);
    if (info->works)
        return g_steal_pointer(&from);
    return g_strdup_printf("%s · %s", from, obstacle);
}

static void
add_row(AkinMachines *self, GVariant *forward, const char *obstacle, gboolean may_change)
{
    AkinForwardInfo info = akin_forward_info(forward);
    g_autofree char *words = describe(&info);
    g_autofree char *from = describe_from(&info, obstacle);
    g_autofree char *edit = g_strdup_printf(_("Edit: %s"), words);
    g_autofree char *remove = g_strdup_printf(_("Remove: %s"), words);
    GtkWidget *row = akin_build_row(words, from);
    gtk_container_add(self->forwards, row);
    if (!may_change)
        return;
    akin_build_row_append(
        row, akin_build_action_button("document-edit-symbolic", edit, "forward.edit", forward));
    akin_build_row_append(
        row, akin_build_action_button("user-trash-symbolic", remove, "forward.remove", forward));
}

static void
show_forwards(AkinMachines *self, const AkinSnapshot *snapshot, gboolean may_change)
{
    const char *obstacle = describe_obstacle(snapshot);
    gsize count = g_variant_n_children(snapshot->forwards);
    if (!akin_build_begin(self->forwards, g_variant_new("(bs@a(sqsqsb))", may_change, obstacle,
                                                        snapshot->forwards)))
        return;
    akin_guard_rest(&self->guard, GTK_WIDGET(self->forwards));
    for (gsize i = 0; i < MIN(count, AKIN_BUILD_MOST_ROWS); i++) {
        g_autoptr(GVariant) forward = g_variant_get_child_value(snapshot->forwards, i);
        add_row(self, forward, obstacle, may_change);
    }
    akin_build_add_more(self->forwards, count);
    if (count == 0)
        gtk_container_add(self->forwards,
                          akin_build_row(_("No port is forwarded"),
                                         _("A forward lets others reach a program in a machine, "
                                           "through a port of this computer.")));
}

/* --- Patterns --------------------------------------------------------------------------------- */

/* The patterns, with one more or with one less. Without a snapshot there is nobody to send it to.
 */
static GVariant *
changed_patterns(const AkinSnapshot *snapshot, const char *add, const char *remove)
{
    GVariantIter iter;
    GVariantBuilder list;
    const char *pattern;
    g_variant_builder_init(&list, G_VARIANT_TYPE("as"));
    if (snapshot)
        g_variant_iter_init(&iter, snapshot->network_patterns);
    while (snapshot && g_variant_iter_next(&iter, "&s", &pattern)) {
        if (g_strcmp0(pattern, remove) != 0)
            g_variant_builder_add(&list, "s", pattern);
    }
    if (add)
        g_variant_builder_add(&list, "s", add);
    return g_variant_new("(as)", &list);
}

static void on_patterns_done(GtkWidget *subject, const GError *error);

/* One change at a time: each sends the whole list as it is then, with one more or with one less. */
static void
add_pattern(AkinMachines *self, const char *pattern)
{
    akin_desk_change(self->desk, GTK_WIDGET(self->patterns), "SetNetworkPatterns",
                     changed_patterns(snapshot_of(self), pattern, NULL), on_patterns_done);
}

void
akin_machines_add_pattern(GtkWidget *machines, const char *pattern)
{
    AkinMachines *self = AKIN_MACHINES(machines);
    if (akin_word_list_is_busy(self->patterns)) {
        g_free(self->undo);
        self->undo = g_strdup(pattern);
    } else if (snapshot_of(self)) {
        akin_word_list_begin(self->patterns);
        add_pattern(self, pattern);
    }
}

static void
on_patterns_done(GtkWidget *subject, const GError *error)
{
    GtkWidget *page = gtk_widget_get_ancestor(subject, AKIN_TYPE_MACHINES);
    akin_word_list_done(subject, error);
    if (!page)
        return; /* the window is gone */
    g_autofree char *undo = g_steal_pointer(&AKIN_MACHINES(page)->undo);
    if (undo)
        akin_machines_add_pattern(page, undo);
}

static void
ask_add_pattern(AkinWordList *list, const char *word, gpointer data)
{
    (void) list;
    add_pattern(data, word);
}

static void
ask_remove_pattern(AkinWordList *list, const char *word, gpointer data)
{
    AkinMachines *self = data;
    g_autofree char *sentence = g_strdup_printf(_("“%s” is not a VM network any more."), word);
    akin_desk_change_with_undo(self->desk, GTK_WIDGET(list), "SetNetworkPatterns",
                               changed_patterns(snapshot_of(self), NULL, word), on_patterns_done,
                               sentence, "offer.pattern", g_variant_new_string(word));
}

/* --- The page --------------------------------------------------------------------------------- */

static void
on_changed(AkinMachines *self)
{
    const AkinFacts *facts = akin_client_get_facts(akin_desk_get_client(self->desk));
    const AkinSnapshot *snapshot = facts->snapshot;
    gboolean may_change = akin_desk_may_change(self->desk);
    gtk_widget_set_sensitive(self->nat_card, may_change);
    gtk_widget_set_sensitive(self->add_button, may_change);
    gtk_widget_set_sensitive(GTK_WIDGET(self->reach_host), snapshot != NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->forwards), snapshot != NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->networks), snapshot != NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->patterns), snapshot != NULL);
    if (!snapshot)
        return;
    show_nat(self);
    akin_switch_row_set_rights(self->reach_host,
                               may_change ? facts->may_control : AKIN_MAY_CONTROL_NO);
    akin_toggle_show(akin_switch_row_get_switch(self->reach_host), snapshot->machines_reach_host);
    show_forwards(self, snapshot, may_change);
    akin_networks_show(self->networks, facts, may_change);
    akin_word_list_show(self->patterns, snapshot->network_patterns, may_change, TRUE);
}

GtkWidget *
akin_machines_new(AkinDesk *desk)
{
    AkinMachines *self = g_object_new(AKIN_TYPE_MACHINES, NULL);
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    self->desk = g_object_ref(desk);
    g_action_map_add_action_entries(G_ACTION_MAP(group), actions, G_N_ELEMENTS(actions), self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "forward", G_ACTION_GROUP(group));
    akin_guard_set_up(&self->guard, G_ACTION_MAP(group), "remove");
    akin_toggle_init(akin_switch_row_get_switch(self->reach_host), ask_reach_host, self);
    akin_word_list_set_up(self->patterns, akin_check_pattern, _("Remove the pattern %s"),
                          ask_add_pattern, ask_remove_pattern, self);
    g_signal_connect_object(akin_desk_get_client(desk), "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinMachines *self = AKIN_MACHINES(widget);
    if (self->desk)
        g_signal_handlers_disconnect_by_data(akin_desk_get_client(self->desk), self);
    akin_guard_clear(&self->guard);
    g_clear_pointer(&self->undo, g_free);
    g_clear_object(&self->desk);
    GTK_WIDGET_CLASS(akin_machines_parent_class)->destroy(widget);
}

static void
akin_machines_class_init(AkinMachinesClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->destroy = destroy;
    g_type_ensure(AKIN_TYPE_COLUMN);
    g_type_ensure(AKIN_TYPE_SWITCH_ROW);
    g_type_ensure(AKIN_TYPE_WORD_LIST);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/machines.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, nat_auto);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, nat_on);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, nat_off);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, nat_card);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, add_button);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, reach_host);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, forwards);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, networks);
    gtk_widget_class_bind_template_child(widget_class, AkinMachines, patterns);
    gtk_widget_class_bind_template_callback(widget_class, on_nat_toggled);
    gtk_widget_class_bind_template_callback(widget_class, on_add_forward);
}

static void
akin_machines_init(AkinMachines *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
