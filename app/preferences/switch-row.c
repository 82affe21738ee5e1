/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch-row.h"

#include <glib/gi18n.h>

struct _AkinSwitchRow {
    GtkBox parent;
    GtkLabel *title, *about;
    GtkWidget *lock;
    GtkSwitch *toggle;
};

G_DEFINE_TYPE(AkinSwitchRow, akin_switch_row, GTK_TYPE_BOX)

enum { PROP_TITLE = 1, PROP_ABOUT };

GtkSwitch *
akin_switch_row_get_switch(AkinSwitchRow *row)
{
    return row->toggle;
}

void
akin_switch_row_set_about(AkinSwitchRow *row, const char *about)
{
    if (g_strcmp0(gtk_label_get_text(row->about), about) == 0)
        return;
    gtk_label_set_text(row->about, about);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(row->toggle)), about);
}

void
akin_switch_row_set_rights(AkinSwitchRow *row, AkinMayControl rights)
{
    const char *why = rights == AKIN_MAY_CONTROL_ASK ? _("You will be asked for a password")
                                                     : _("Only administrators may change this");
    gtk_widget_set_visible(row->lock, rights != AKIN_MAY_CONTROL_YES);
    gtk_widget_set_tooltip_text(row->lock, why);
    atk_object_set_name(gtk_widget_get_accessible(row->lock), why);
    gtk_widget_set_sensitive(GTK_WIDGET(row->toggle), rights != AKIN_MAY_CONTROL_NO);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    AkinSwitchRow *row = AKIN_SWITCH_ROW(object);
    if (id == PROP_ABOUT) {
        akin_switch_row_set_about(row, g_value_get_string(value));
    } else if (id == PROP_TITLE) {
        gtk_label_set_text_with_mnemonic(row->title, g_value_get_string(value));
        atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(row->toggle)),
                            gtk_label_get_text(row->title));
    } else {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void
akin_switch_row_class_init(AkinSwitchRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    G_OBJECT_CLASS(class)->set_property = set_property;
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_TITLE,
                                    g_param_spec_string("title", NULL, NULL, "", flags));
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_ABOUT,
                                    g_param_spec_string("about", NULL, NULL, "", flags));
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/switch-row.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinSwitchRow, title);
    gtk_widget_class_bind_template_child(widget_class, AkinSwitchRow, about);
    gtk_widget_class_bind_template_child(widget_class, AkinSwitchRow, lock);
    gtk_widget_class_bind_template_child(widget_class, AkinSwitchRow, toggle);
}

static void
akin_switch_row_init(AkinSwitchRow *row)
{
    gtk_widget_init_template(GTK_WIDGET(row));
}
