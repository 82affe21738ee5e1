/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-overview.h"

#include <glib/gi18n.h>
#include <string.h>

#include "build.h"
#include "column.h"
#include "label.h"
#include "model.h"
#include "switch-row.h"
#include "toggle.h"

struct _AkinOverview {
    GtkStack parent;
    AkinDesk *desk;
    GtkWidget *here, *away;
    GtkImage *icon, *away_icon;
    GtkWidget *hero, *away_button;
    GtkLabel *title, *rest, *away_title, *away_sentence;
    AkinSwitchRow *firewall, *nat, *panic;
    GtkContainer *warnings, *uplinks, *networks;
    /* What those three show, so that they are built again only when it is different. */
    GVariant *shown_warnings, *shown_uplinks, *shown_networks;
};

G_DEFINE_TYPE(AkinOverview, akin_overview, GTK_TYPE_STACK)

/* Whether *shown is something else than now, which it becomes. Takes a floating now. */
static gboolean
differs(GVariant **shown, GVariant *now)
{
    g_autoptr(GVariant) fresh = g_variant_ref_sink(now);
    if (*shown && g_variant_equal(*shown, fresh))
        return FALSE;
    g_clear_pointer(shown, g_variant_unref);
    *shown = g_steal_pointer(&fresh);
    return TRUE;
}

/* --- Warnings --------------------------------------------------------------------------------- */

/* Which change may help against a warning of the helper. */
static const struct {
    const char *warning, *button, *method;
} remedies[] = {
    {"stopped", N_("_Start"), "Start"},
    {"policy-broken", N_("_Read again"), "Reload"},
    {"", N_("_Try again"), "Restart"}, /* all others: load everything anew */
};

static void
on_remedy(GtkButton *button, gpointer data)
{
    AkinOverview *self = data;
    const char *method = g_object_get_data(G_OBJECT(button), "method");
    akin_desk_change(self->desk, GTK_WIDGET(button), method, NULL, NULL);
}

static void
add_warning(AkinOverview *self, const char *name, const char *sentence)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    guint i = 0;
    while (remedies[i].warning[0] && !g_str_equal(remedies[i].warning, name))
        i++;
    GtkWidget *button = gtk_button_new_with_mnemonic(_(remedies[i].button));
    GtkWidget *label = akin_build_label(sentence, NULL);
    g_object_set_data(G_OBJECT(button), "method", (gpointer) remedies[i].method);
    g_signal_connect_object(button, "clicked", G_CALLBACK(on_remedy), self, 0);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_sensitive(button, akin_desk_may_change(self->desk));
    akin_build_add_class(bar, "akin-bar");
    atk_object_set_role(gtk_widget_get_accessible(bar), ATK_ROLE_INFO_BAR);
    akin_build_name(bar, sentence);
    gtk_box_pack_start(
        GTK_BOX(bar), gtk_image_new_from_icon_name("dialog-warning-symbolic", GTK_ICON_SIZE_BUTTON),
        FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(bar), label, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(bar), button, FALSE, FALSE, 0);
    gtk_widget_show_all(bar);
    gtk_container_add(self->warnings, bar);
}

static void
show_warnings(AkinOverview *self, const AkinSnapshot *snapshot)
{
    GVariantIter iter;
    const char *name, *reason;
    if (!differs(&self->shown_warnings,
                 g_variant_new("(bb@a(ss))", snapshot->enforcing, akin_desk_may_change(self->desk),
                               snapshot->warnings)))
        return;
    akin_build_clear(self->warnings);
    if (!snapshot->enforcing)
        add_warning(self, "stopped",
                    _("akin is stopped: it protects nothing, and machines have no NAT."));
    g_variant_iter_init(&iter, snapshot->warnings);
    while (g_variant_iter_next(&iter, "(&s&s)", &name, &reason)) {
        g_autofree char *sentence = akin_sentence(reason);
        add_warning(self, name, sentence);
    }
    gtk_widget_set_visible(GTK_WIDGET(self->warnings),
                           !snapshot->enforcing || g_variant_n_children(snapshot->warnings) > 0);
}

/* --- What the computer is connected to -------------------------------------------------------- */

static void
add_badge(GtkWidget *row, const char *text)
{
    GtkWidget *badge = gtk_label_new(text);
    gtk_widget_set_valign(badge, GTK_ALIGN_CENTER);
    akin_build_add_class(badge, "akin-count");
    akin_build_add_class(badge, "akin-small");
    akin_build_row_append(row, badge);
}

static void
show_uplinks(AkinOverview *self, const AkinSnapshot *snapshot)
{
    GVariantIter iter;
    const char *nic;
    GVariant *addresses;
    if (!differs(&self->shown_uplinks,
                 g_variant_new("(s@a(sas))", snapshot->active_nic, snapshot->uplinks)))
        return;
    akin_build_clear(self->uplinks);
    g_variant_iter_init(&iter, snapshot->uplinks);
    while (g_variant_iter_loop(&iter, "(&s@as)", &nic, &addresses)) {
        g_autofree char *list = akin_build_list(addresses);
        GtkWidget *row = akin_build_row(nic, *list ? list : _("No address yet"));
        if (g_str_equal(nic, snapshot->active_nic))
            add_badge(row, _("active"));
        else
            add_badge(row, _("in reserve"));
        gtk_container_add(self->uplinks, row);
    }
    if (g_variant_n_children(snapshot->uplinks) == 0)
        gtk_container_add(self->uplinks,
                          akin_build_row(_("Not connected"), _("No network card has a way out. "
                                                               "akin follows when one gets it.")));
}

/* The networks and the machines heard in them, as one value to compare. */
static GVariant *
networks_and_machines(AkinOverview *self, const AkinSnapshot *snapshot)
{
    GPtrArray *machines = akin_client_get_machines(akin_desk_get_client(self->desk));
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a(sass)"));
    for (guint i = 0; i < machines->len; i++) {
        const AkinMachine *machine = g_ptr_array_index(machines, i);
        g_variant_builder_add(&list, "(s^ass)", machine->network, machine->addresses,
                              machine->hardware);
    }
    return g_variant_new("(b@a(sbas)a(sass))", akin_desk_may_change(self->desk), snapshot->networks,
                         &list);
}

static void
add_machine(AkinOverview *self, GtkContainer *card, const AkinMachine *machine)
{
    const char *address = machine->addresses[0];
    g_autofree char *name = g_strdup_printf(_("Forward a port to %s"), address);
    g_autofree char *addresses = g_strjoinv(", ", machine->addresses);
    GtkWidget *row = akin_build_row(addresses, machine->hardware);
    gtk_container_add(card, row);
    if (!akin_desk_may_change(self->desk))
        return;
    GtkWidget *button = gtk_button_new_with_label(_("Forward a port…"));
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), "win.add-forward");
    gtk_actionable_set_action_target(GTK_ACTIONABLE(button), "s", address);
    akin_build_name(button, name);
    akin_build_row_append(row, button);
}

static void
add_network(AkinOverview *self, const char *name, gboolean up, GVariant *subnets)
{
    GPtrArray *machines = akin_client_get_machines(akin_desk_get_client(self->desk));
    GtkWidget *card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    g_autofree char *list = akin_build_list(subnets);
    GtkWidget *row = akin_build_row(name, *list ? list : _("No subnet"));
    akin_build_add_class(card, "akin-card");
    gtk_container_add(GTK_CONTAINER(card), row);
    guint count = 0;
    for (guint i = 0; i < machines->len; i++) {
        const AkinMachine *machine = g_ptr_array_index(machines, i);
        if (!g_str_equal(machine->network, name))
            continue;
        add_machine(self, GTK_CONTAINER(card), machine);
        count++;
    }
    g_autofree char *seen =
        g_strdup_printf(g_dngettext(NULL, "%u machine seen", "%u machines seen", count), count);
    add_badge(row, !up ? _("down") : count ? seen : _("up"));
    gtk_widget_show(card);
    gtk_container_add(self->networks, card);
}

static void
show_networks(AkinOverview *self, const AkinSnapshot *snapshot)
{
    GVariantIter iter;
    const char *name;
    gboolean up;
    GVariant *subnets;
    if (!differs(&self->shown_networks, networks_and_machines(self, snapshot)))
        return;
    akin_build_clear(self->networks);
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_loop(&iter, "(&sb@as)", &name, &up, &subnets))
        add_network(self, name, up, subnets);
    if (g_variant_n_children(snapshot->networks) > 0)
        return;
    GtkWidget *card = akin_build_row(_("No VM network is there"),
                                     _("Start a machine on a host-only network such as vboxnet0, "
                                       "and it shows up here."));
    akin_build_add_class(card, "akin-card");
    gtk_container_add(self->networks, card);
}

/* --- Headline and switches -------------------------------------------------------------------- */

/* "akin-on-symbolic" is the class "on". */
static void
show_hero(AkinOverview *self, const AkinFacts *facts)
{
    static const char *const classes[] = {"on", "nat", "off", "panic", "attention", "away"};
    GtkStyleContext *style = gtk_widget_get_style_context(self->hero);
    const char *shown = akin_model_icon(facts);
    g_autofree char *headline = akin_model_headline(facts);
    g_autofree char *rest = akin_model_rest(facts);
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
        g_autofree char *icon = g_strdup_printf("akin-%s-symbolic", classes[i]);
        if (g_str_equal(icon, shown))
            gtk_style_context_add_class(style, classes[i]);
        else
            gtk_style_context_remove_class(style, classes[i]);
    }
    gtk_image_set_from_icon_name(self->icon, shown, GTK_ICON_SIZE_DIALOG);
    gtk_label_set_text(self->title, akin_model_title(facts));
    gtk_label_set_text(self->rest, rest);
    gtk_widget_set_visible(GTK_WIDGET(self->rest), *rest != '\0');
    akin_build_name(self->hero, headline);
}

static char *
describe_nat(const AkinSnapshot *snapshot)
{
    guint up = akin_snapshot_count_up(snapshot);
    if (g_str_equal(snapshot->nat_mode, "off"))
        return g_strdup(_("Off: machines see each other and this computer only."));
    if (!snapshot->enforcing)
        return g_strdup(_("Runs again when akin is started."));
    if (snapshot->panic)
        return g_strdup(_("Nothing gets through while everything is blocked."));
    if (!snapshot->nat_active)
        return g_strdup(_("Waiting: it runs while a VM network is up."));
    if (up == 0)
        return g_strdup(_("Running. No VM network is up now."));
    return g_strdup_printf(g_dngettext(NULL,
                                       "Running: %u network reaches the internet through "
                                       "this computer.",
                                       "Running: %u networks reach the internet through "
                                       "this computer.",
                                       up),
                           up);
}

static const char *
describe_firewall(const AkinSnapshot *snapshot)
{
    if (!snapshot->enforcing)
        return _("This is what holds when akin is started.");
    return snapshot->firewall ? _("Only what you allow gets out and in.")
                              : _("Anyone near you on the network can reach this computer.");
}

static const char *
describe_panic(const AkinSnapshot *snapshot)
{
    return snapshot->panic && snapshot->enforcing
               ? _("Nothing gets out or in. Machines still reach this computer.")
               : _("Cuts this computer off at once, also what is connected.");
}

static void
show_switches(AkinOverview *self, const AkinSnapshot *snapshot, AkinMayControl rights)
{
    g_autofree char *nat = describe_nat(snapshot);
    AkinSwitchRow *const rows[] = {self->firewall, self->nat, self->panic};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        akin_switch_row_set_rights(rows[i], rights);
    akin_toggle_show(akin_switch_row_get_switch(self->firewall), snapshot->firewall);
    akin_toggle_show(akin_switch_row_get_switch(self->nat),
                     !g_str_equal(snapshot->nat_mode, "off"));
    akin_toggle_show(akin_switch_row_get_switch(self->panic), snapshot->panic);
    akin_switch_row_set_about(self->firewall, describe_firewall(snapshot));
    akin_switch_row_set_about(self->nat, nat);
    akin_switch_row_set_about(self->panic, describe_panic(snapshot));
}

static void
ask_firewall(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinOverview *self = data;
    akin_desk_change_toggle(self->desk, toggle, "SetFirewall", g_variant_new("(b)", wanted));
}

static void
ask_nat(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinOverview *self = data;
    akin_desk_change_toggle(self->desk, toggle, "SetNat",
                            g_variant_new("(s)", wanted ? "auto" : "off"));
}

static void
ask_panic(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinOverview *self = data;
    akin_desk_change_toggle(self->desk, toggle, "SetPanic", g_variant_new("(b)", wanted));
}

/* --- The page --------------------------------------------------------------------------------- */

static void
on_try_again(AkinOverview *self)
{
    akin_client_retry(akin_desk_get_client(self->desk));
}

static void
show_away(AkinOverview *self, const AkinFacts *facts)
{
    gtk_image_set_from_icon_name(self->away_icon, akin_model_icon(facts), GTK_ICON_SIZE_DIALOG);
    gtk_label_set_text(self->away_title, akin_model_title(facts));
    g_autofree char *sentence = akin_sentence(facts->sentence);
    gtk_label_set_text(self->away_sentence, sentence);
    gtk_widget_set_visible(self->away_button, facts->state != AKIN_CLIENT_CONNECTING);
}

static void
on_changed(AkinOverview *self)
{
    AkinClient *client = akin_desk_get_client(self->desk);
    const AkinFacts *facts = akin_client_get_facts(client);
    gboolean here = facts->state == AKIN_CLIENT_READY && facts->snapshot;
    if (here) {
        show_hero(self, facts);
        show_switches(self, facts->snapshot, facts->may_control);
        show_warnings(self, facts->snapshot);
        show_uplinks(self, facts->snapshot);
        show_networks(self, facts->snapshot);
    } else {
        show_away(self, facts);
    }
    gtk_stack_set_visible_child(GTK_STACK(self), here ? self->here : self->away);
}

GtkWidget *
akin_overview_new(AkinDesk *desk)
{
    AkinOverview *self = g_object_new(AKIN_TYPE_OVERVIEW, NULL);
    self->desk = g_object_ref(desk);
    akin_toggle_init(akin_switch_row_get_switch(self->firewall), ask_firewall, self);
    akin_toggle_init(akin_switch_row_get_switch(self->nat), ask_nat, self);
    akin_toggle_init(akin_switch_row_get_switch(self->panic), ask_panic, self);
    g_signal_connect_object(akin_desk_get_client(desk), "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinOverview *self = AKIN_OVERVIEW(widget);
    if (self->desk)
        g_signal_handlers_disconnect_by_data(akin_desk_get_client(self->desk), self);
    g_clear_object(&self->desk);
    g_clear_pointer(&self->shown_warnings, g_variant_unref);
    g_clear_pointer(&self->shown_uplinks, g_variant_unref);
    g_clear_pointer(&self->shown_networks, g_variant_unref);
    GTK_WIDGET_CLASS(akin_overview_parent_class)->destroy(widget);
}

static void
akin_overview_class_init(AkinOverviewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->destroy = destroy;
    g_type_ensure(AKIN_TYPE_COLUMN);
    g_type_ensure(AKIN_TYPE_SWITCH_ROW);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/overview.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, here);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, away);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, icon);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, hero);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, title);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, rest);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, away_icon);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, away_title);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, away_sentence);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, away_button);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, firewall);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, nat);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, panic);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, warnings);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, uplinks);
    gtk_widget_class_bind_template_child(widget_class, AkinOverview, networks);
    gtk_widget_class_bind_template_callback(widget_class, on_try_again);
}

static void
akin_overview_init(AkinOverview *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
