/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-overview.h"

#include <glib/gi18n.h>
#include <string.h>

#include "build.h"
#include "column.h"
#include "label.h"
#include "model.h"
#include "networks.h"
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
    GSimpleAction *call, *mend; /* of the remedies */
    char *remark;
};

G_DEFINE_TYPE(AkinOverview, akin_overview, GTK_TYPE_STACK)

/* --- What needs a look ------------------------------------------------------------------------ */

/* What may help against a warning of the helper: a change, or a page; nothing against others. */
static const struct {
    const char *warning, *button, *action;
} remedies[] = {
    {"stopped", N_("_Start"), "overview.call::Start"},
    {"policy-broken", N_("_Read again"), "overview.call::Reload"},
    {"rules-refused", N_("_Try again"), "overview.call::Restart"},
    {"forwarding-refused", N_("_Try again"), "overview.call::Restart"},
    {"nat-degraded", N_("_Try again"), "overview.call::Restart"},
    {"trial", N_("_Keep"), "overview.call::Confirm"},
    {"trial", N_("_Take back"), "overview.call::Revert"},
    {"rp-filter", N_("_Put right"), "overview.mend::rp-filter"},
    {"uplink-unguarded", N_("_Patterns…"), "win.page(2)"},
};

static void
activate_call(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    AkinOverview *self = data;
    const char *method = g_variant_get_string(parameter, NULL);
    (void) action;
    akin_desk_change(self->desk, GTK_WIDGET(self), g_intern_string(method), NULL, NULL);
}

/* What the helper can put right by itself, until it is stopped. */
static void
activate_mend(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    AkinOverview *self = data;
    const char *warning = g_variant_get_string(parameter, NULL);
    (void) action;
    akin_desk_change(self->desk, GTK_WIDGET(self), "Mend", g_variant_new("(s)", warning), NULL);
}

static GtkWidget *
add_bar(AkinOverview *self, const char *icon, const char *sentence)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    GtkWidget *image = gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);
    akin_build_add_class(bar, "akin-bar");
    atk_object_set_role(gtk_widget_get_accessible(bar), ATK_ROLE_INFO_BAR);
    akin_build_name(bar, sentence);
    gtk_box_pack_start(GTK_BOX(bar), image, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(bar), akin_build_label(sentence, NULL), TRUE, TRUE, 0);
    gtk_widget_show_all(bar);
    gtk_container_add(self->warnings, bar);
    return bar;
}

static void
add_warning(AkinOverview *self, const char *name, const char *sentence)
{
    GtkWidget *bar = add_bar(self, "dialog-warning-symbolic", sentence);
    for (guint i = 0; i < G_N_ELEMENTS(remedies); i++) {
        if (!g_str_equal(remedies[i].warning, name))
            continue;
        GtkWidget *button = gtk_button_new_with_mnemonic(_(remedies[i].button));
        gtk_actionable_set_detailed_action_name(GTK_ACTIONABLE(button), remedies[i].action);
        gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
        akin_build_row_append(bar, button);
    }
}

static void
add_note(AkinOverview *self, const char *name, const char *sentence)
{
    (void) name;
    add_bar(self, "dialog-information-symbolic", sentence);
}

static void
add_each(AkinOverview *self, GVariant *sentences,
         void (*add)(AkinOverview *self, const char *name, const char *sentence))
{
    gsize count = g_variant_n_children(sentences);
    for (gsize i = 0; i < MIN(count, AKIN_BUILD_MOST_ROWS); i++) {
        const char *name, *reason;
        g_variant_get_child(sentences, i, "(&s&s)", &name, &reason);
        g_autofree char *sentence = akin_sentence(reason);
        add(self, name, sentence);
    }
    akin_build_add_more(self->warnings, count);
}

static void
show_warnings(AkinOverview *self, const AkinSnapshot *snapshot)
{
    gsize count = g_variant_n_children(snapshot->warnings) + g_variant_n_children(snapshot->notes);
    g_simple_action_set_enabled(self->call, akin_desk_may_change(self->desk));
    g_simple_action_set_enabled(self->mend, akin_desk_may_change(self->desk));
    if (!akin_build_begin(self->warnings,
                          g_variant_new("(bs@a(ss)@a(ss))", snapshot->enforcing, self->remark,
                                        snapshot->warnings, snapshot->notes)))
        return;
    if (!snapshot->enforcing)
        add_warning(self, "stopped",
                    _("akin is stopped: it protects nothing, and machines have no NAT."));
    add_each(self, snapshot->warnings, add_warning);
    add_each(self, snapshot->notes, add_note);
    if (*self->remark)
        add_bar(self, "dialog-information-symbolic", self->remark);
    gtk_widget_set_visible(GTK_WIDGET(self->warnings),
                           !snapshot->enforcing || *self->remark || count > 0);
}

/* --- What the computer is connected to -------------------------------------------------------- */

static void
show_uplinks(AkinOverview *self, const AkinSnapshot *snapshot)
{
    gsize count = g_variant_n_children(snapshot->uplinks);
    if (!akin_build_begin(self->uplinks,
                          g_variant_new("(s@a(sas))", snapshot->active_nic, snapshot->uplinks)))
        return;
    for (gsize i = 0; i < MIN(count, AKIN_BUILD_MOST_ROWS); i++) {
        const char *nic;
        g_autoptr(GVariant) addresses = NULL;
        g_variant_get_child(snapshot->uplinks, i, "(&s@as)", &nic, &addresses);
        g_autofree char *list = akin_build_list(addresses);
        GtkWidget *row = akin_build_row(nic, *list ? list : _("No address yet"));
        gboolean active = g_str_equal(nic, snapshot->active_nic);
        akin_build_row_append_badge(row, active ? _("active") : _("in reserve"));
        gtk_container_add(self->uplinks, row);
    }
    akin_build_add_more(self->uplinks, count);
    if (count == 0)
        gtk_container_add(self->uplinks,
                          akin_build_row(_("Not connected"), _("No network card has a way out. "
                                                               "akin follows when one gets it.")));
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
    if (!snapshot->enforcing)
        return snapshot->panic ? _("Holds again when akin is started.")
                               : _("Blocks nothing while akin is stopped.");
    return snapshot->panic ? _("Nothing gets out or in. Machines still reach this computer.")
                           : _("Cuts this computer off at once, also what is connected.");
}

static void
show_switches(AkinOverview *self, const AkinSnapshot *snapshot, AkinMayControl rights)
{
    g_autofree char *nat = describe_nat(snapshot);
    AkinSwitchRow *const rows[] = {self->firewall, self->nat, self->panic};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GtkWidget *toggle = GTK_WIDGET(akin_switch_row_get_switch(rows[i]));
        akin_switch_row_set_rights(rows[i], rights);
        if (!snapshot->enforcing)
            gtk_widget_set_sensitive(toggle, FALSE);
    }
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
        akin_networks_show(self->networks, facts, akin_desk_may_change(self->desk));
    } else {
        show_away(self, facts);
    }
    gtk_stack_set_visible_child(GTK_STACK(self), here ? self->here : self->away);
}

void
akin_overview_set_remark(GtkWidget *overview, const char *sentence)
{
    AkinOverview *self = AKIN_OVERVIEW(overview);
    g_free(self->remark);
    self->remark = g_strdup(sentence);
    on_changed(self);
}

static const GActionEntry actions[] = {
    {.name = "call", .activate = activate_call, .parameter_type = "s"},
    {.name = "mend", .activate = activate_mend, .parameter_type = "s"},
};

static void
add_actions(AkinOverview *self)
{
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(group), actions, G_N_ELEMENTS(actions), self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "overview", G_ACTION_GROUP(group));
    self->call = G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(group), "call"));
    self->mend = G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(group), "mend"));
}

GtkWidget *
akin_overview_new(AkinDesk *desk)
{
    AkinOverview *self = g_object_new(AKIN_TYPE_OVERVIEW, NULL);
    self->desk = g_object_ref(desk);
    add_actions(self);
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
    GTK_WIDGET_CLASS(akin_overview_parent_class)->destroy(widget);
}

static void
finalize(GObject *object)
{
    g_free(AKIN_OVERVIEW(object)->remark);
    G_OBJECT_CLASS(akin_overview_parent_class)->finalize(object);
}

static void
akin_overview_class_init(AkinOverviewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
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
    self->remark = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
}
