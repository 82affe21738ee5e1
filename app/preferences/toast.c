/* SPDX-License-Identifier: BSD-2-Clause */
#include "toast.h"

#include <glib/gi18n.h>

/* Time to read two lines without haste, and to reach the button. */
#define SECONDS 10

struct _AkinToast {
    GtkRevealer parent;
    GtkWidget *frame;
    GtkLabel *label;
    GtkButton *button;
    guint timer;
};

G_DEFINE_TYPE(AkinToast, akin_toast, GTK_TYPE_REVEALER)

void
akin_toast_hide(AkinToast *toast)
{
    gtk_revealer_set_reveal_child(GTK_REVEALER(toast), FALSE);
    g_clear_handle_id(&toast->timer, g_source_remove);
}

static gboolean
is_being_read(AkinToast *toast)
{
    gboolean hovered = gtk_widget_get_state_flags(toast->frame) & GTK_STATE_FLAG_PRELIGHT;
    return hovered || gtk_container_get_focus_child(GTK_CONTAINER(toast)) != NULL;
}

static gboolean
on_time_is_over(gpointer data)
{
    AkinToast *toast = data;
    if (is_being_read(toast))
        return G_SOURCE_CONTINUE;
    toast->timer = 0;
    akin_toast_hide(toast);
    return G_SOURCE_REMOVE;
}

void
akin_toast_show(AkinToast *toast, const char *sentence, const char *button, const char *action,
                GVariant *target)
{
    GtkActionable *actionable = GTK_ACTIONABLE(toast->button);
    g_clear_handle_id(&toast->timer, g_source_remove);
    gtk_label_set_text(toast->label, sentence);
    gtk_widget_set_visible(GTK_WIDGET(toast->button), button != NULL);
    gtk_actionable_set_action_target_value(actionable, target);
    gtk_actionable_set_action_name(actionable, action);
    if (button)
        gtk_button_set_label(toast->button, button);
    gtk_revealer_set_reveal_child(GTK_REVEALER(toast), TRUE);
    toast->timer = g_timeout_add_seconds(SECONDS, on_time_is_over, toast);
    atk_object_set_name(gtk_widget_get_accessible(toast->frame), sentence);
}

static gboolean
on_crossing(AkinToast *toast, GdkEventCrossing *event)
{
    if (event->detail == GDK_NOTIFY_INFERIOR)
        return GDK_EVENT_PROPAGATE;
    if (event->type == GDK_ENTER_NOTIFY)
        gtk_widget_set_state_flags(toast->frame, GTK_STATE_FLAG_PRELIGHT, FALSE);
    else
        gtk_widget_unset_state_flags(toast->frame, GTK_STATE_FLAG_PRELIGHT);
    return GDK_EVENT_PROPAGATE;
}

static void
destroy(GtkWidget *widget)
{
    g_clear_handle_id(&AKIN_TOAST(widget)->timer, g_source_remove);
    GTK_WIDGET_CLASS(akin_toast_parent_class)->destroy(widget);
}

static void
akin_toast_class_init(AkinToastClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->destroy = destroy;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/toast.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinToast, frame);
    gtk_widget_class_bind_template_child(widget_class, AkinToast, label);
    gtk_widget_class_bind_template_child(widget_class, AkinToast, button);
    gtk_widget_class_bind_template_callback(widget_class, on_crossing);
    gtk_widget_class_bind_template_callback(widget_class, akin_toast_hide);
}

static void
akin_toast_init(AkinToast *toast)
{
    gtk_widget_init_template(GTK_WIDGET(toast));
}
