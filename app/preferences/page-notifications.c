/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-notifications.h"

#include "column.h"
#include "switch-row.h"
#include "toggle.h"

struct _AkinNotifications {
    GtkBox parent;
    AkinDesk *desk;
    GtkContainer *kinds;
    GtkSwitch *toggles[AKIN_NOTICE_N_KINDS];
    AkinSwitchRow *autostart;
};

G_DEFINE_TYPE(AkinNotifications, akin_notifications, GTK_TYPE_BOX)

static void
on_changed(AkinNotifications *self)
{
    AkinSettings *settings = akin_desk_get_settings(self->desk);
    for (int kind = 0; kind < AKIN_NOTICE_N_KINDS; kind++)
        akin_toggle_show(self->toggles[kind], akin_settings_get_notice(settings, kind));
    akin_toggle_show(akin_switch_row_get_switch(self->autostart),
                     akin_settings_get_autostart(settings));
}

/* The settings are ours: the change is made on the spot, or never. */
static void
finish(AkinNotifications *self, GtkSwitch *toggle, GError *error)
{
    g_autoptr(GError) reason = error;
    if (reason)
        akin_desk_say_error(self->desk, reason);
    on_changed(self);
    akin_toggle_settle(toggle);
}

static void
ask_kind(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinNotifications *self = data;
    GError *error = NULL;
    for (int kind = 0; kind < AKIN_NOTICE_N_KINDS; kind++) {
        if (self->toggles[kind] == toggle)
            akin_settings_set_notice(akin_desk_get_settings(self->desk), kind, wanted, &error);
    }
    finish(self, toggle, error);
}

static void
ask_autostart(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinNotifications *self = data;
    GError *error = NULL;
    akin_settings_set_autostart(akin_desk_get_settings(self->desk), wanted, &error);
    finish(self, toggle, error);
}

static void
add_kinds(AkinNotifications *self)
{
    for (int kind = 0; kind < AKIN_NOTICE_N_KINDS; kind++) {
        AkinSwitchRow *row =
            g_object_new(AKIN_TYPE_SWITCH_ROW, "title", akin_notice_kind_title(kind), "about",
                         akin_notice_kind_about(kind), NULL);
        self->toggles[kind] = akin_switch_row_get_switch(row);
        akin_toggle_init(self->toggles[kind], ask_kind, self);
        gtk_container_add(self->kinds, GTK_WIDGET(row));
    }
}

GtkWidget *
akin_notifications_new(AkinDesk *desk)
{
    AkinNotifications *self = g_object_new(AKIN_TYPE_NOTIFICATIONS, NULL);
    self->desk = g_object_ref(desk);
    add_kinds(self);
    akin_toggle_init(akin_switch_row_get_switch(self->autostart), ask_autostart, self);
    g_signal_connect_object(akin_desk_get_settings(desk), "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinNotifications *self = AKIN_NOTIFICATIONS(widget);
    if (self->desk)
        g_signal_handlers_disconnect_by_data(akin_desk_get_settings(self->desk), self);
    g_clear_object(&self->desk);
    GTK_WIDGET_CLASS(akin_notifications_parent_class)->destroy(widget);
}

static void
akin_notifications_class_init(AkinNotificationsClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->destroy = destroy;
    g_type_ensure(AKIN_TYPE_COLUMN);
    g_type_ensure(AKIN_TYPE_SWITCH_ROW);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/notifications.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinNotifications, kinds);
    gtk_widget_class_bind_template_child(widget_class, AkinNotifications, autostart);
}

static void
akin_notifications_init(AkinNotifications *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
