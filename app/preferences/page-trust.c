/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-trust.h"

#include <glib/gi18n.h>

#include "build.h"
#include "column.h"
#include "names.h"
#include "switch-row.h"
#include "toggle.h"
#include "word-list.h"

/* The service of the catalogue that is ping; incoming, it is for anyone. */
#define PING "ping"

struct _AkinTrust {
    GtkBox parent;
    AkinDesk *desk;
    AkinSwitchRow *anyone;
    AkinWordList *addresses;
};

G_DEFINE_TYPE(AkinTrust, akin_trust, GTK_TYPE_BOX)

static void
ask_anyone(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinTrust *self = data;
    const char *const names[] = {PING, NULL};
    akin_desk_change_toggle(self->desk, toggle, wanted ? "AllowServices" : "DenyServices",
                            g_variant_new("(^asu)", names, AKIN_INCOMING));
}

static GVariant *
one_address(const char *word)
{
    const char *const addresses[] = {word, NULL};
    return g_variant_new("(^as)", addresses);
}

static void
ask_add(AkinWordList *list, const char *word, gpointer data)
{
    AkinTrust *self = data;
    akin_desk_change(self->desk, GTK_WIDGET(list), "TrustPing", one_address(word),
                     akin_word_list_done);
}

static void
ask_remove(AkinWordList *list, const char *word, gpointer data)
{
    AkinTrust *self = data;
    g_autofree char *sentence = g_strdup_printf(_("%s may not ping any more."), word);
    akin_desk_change_with_undo(self->desk, GTK_WIDGET(list), "DistrustPing", one_address(word),
                               akin_word_list_done, sentence, AKIN_DESK_CHANGE,
                               g_variant_new("(sv)", "TrustPing", one_address(word)));
}

static void
on_changed(AkinTrust *self)
{
    AkinClient *client = akin_desk_get_client(self->desk);
    const AkinSnapshot *snapshot = akin_client_get_snapshot(client);
    const AkinServiceInfo *ping = akin_client_find_service(client, PING);
    gboolean may_change = akin_desk_may_change(self->desk);
    gtk_widget_set_sensitive(GTK_WIDGET(self->anyone), snapshot != NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->addresses), snapshot != NULL);
    if (!snapshot)
        return;
    gboolean anyone = ping && ping->allowed & AKIN_INCOMING;
    akin_toggle_show(akin_switch_row_get_switch(self->anyone), anyone);
    akin_switch_row_set_rights(self->anyone, may_change && ping
                                                 ? akin_client_get_may_control(client)
                                                 : AKIN_MAY_CONTROL_NO);
    akin_switch_row_set_about(self->anyone,
                              anyone ? _("Anyone can find this computer. The addresses below "
                                         "count when this is off.")
                                     : _("Off: only the addresses below get an answer."));
    akin_word_list_show(self->addresses, snapshot->trusted_pingers, may_change, FALSE);
}

GtkWidget *
akin_trust_new(AkinDesk *desk)
{
    AkinTrust *self = g_object_new(AKIN_TYPE_TRUST, NULL);
    self->desk = g_object_ref(desk);
    akin_toggle_init(akin_switch_row_get_switch(self->anyone), ask_anyone, self);
    akin_word_list_set_up(self->addresses, akin_check_trusted, _("Stop trusting %s"), ask_add,
                          ask_remove, self);
    g_signal_connect_object(akin_desk_get_client(desk), "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinTrust *self = AKIN_TRUST(widget);
    if (self->desk)
        g_signal_handlers_disconnect_by_data(akin_desk_get_client(self->desk), self);
    g_clear_object(&self->desk);
    GTK_WIDGET_CLASS(akin_trust_parent_class)->destroy(widget);
}

static void
akin_trust_class_init(AkinTrustClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->destroy = destroy;
    g_type_ensure(AKIN_TYPE_COLUMN);
    g_type_ensure(AKIN_TYPE_SWITCH_ROW);
    g_type_ensure(AKIN_TYPE_WORD_LIST);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/trust.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinTrust, anyone);
    gtk_widget_class_bind_template_child(widget_class, AkinTrust, addresses);
}

static void
akin_trust_init(AkinTrust *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
