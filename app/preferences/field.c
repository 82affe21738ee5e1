/* SPDX-License-Identifier: BSD-2-Clause */
#include "field.h"

#include <glib/gi18n.h>

struct _AkinField {
    GtkBox parent;
    GtkLabel *title, *wrong;
    GtkEntry *entry;
    AkinCheck check;
    char *objection;
};

G_DEFINE_TYPE(AkinField, akin_field, GTK_TYPE_BOX)

enum { PROP_TITLE = 1, PROP_PLACEHOLDER };
enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static char *
what_is_wrong(AkinField *field)
{
    char *wrong = field->check ? field->check(gtk_entry_get_text(field->entry)) : NULL;
    return wrong ? wrong : g_strdup(field->objection);
}

static void
show(AkinField *field)
{
    g_autofree char *wrong = akin_field_is_empty(field) ? NULL : what_is_wrong(field);
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(field->entry));
    gtk_label_set_text(field->wrong, wrong ? wrong : "");
    gtk_widget_set_visible(GTK_WIDGET(field->wrong), wrong != NULL);
    if (wrong)
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_ERROR);
    else
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_ERROR);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(field->entry)),
                               wrong ? wrong : "");
}

static void
on_changed(AkinField *field)
{
    show(field);
    g_signal_emit(field, signals[CHANGED], 0);
}

void
akin_field_set_check(AkinField *field, AkinCheck check)
{
    field->check = check;
    show(field);
}

void
akin_field_set_objection(AkinField *field, const char *sentence)
{
    g_free(field->objection);
    field->objection = g_strdup(sentence);
    show(field);
}

GtkEntry *
akin_field_get_entry(AkinField *field)
{
    return field->entry;
}

const char *
akin_field_get_text(AkinField *field)
{
    return gtk_entry_get_text(field->entry);
}

void
akin_field_set_text(AkinField *field, const char *text)
{
    gtk_entry_set_text(field->entry, text);
}

gboolean
akin_field_is_empty(AkinField *field)
{
    g_autofree char *text = akin_check_trim(gtk_entry_get_text(field->entry));
    return *text == '\0';
}

gboolean
akin_field_is_right(AkinField *field)
{
    g_autofree char *wrong = what_is_wrong(field);
    return wrong == NULL;
}

/* --- Choices ---------------------------------------------------------------------------------- */

static void
on_choice(GtkMenuItem *item, gpointer data)
{
    AkinField *field = data;
    gtk_entry_set_text(field->entry, gtk_menu_item_get_label(item));
    gtk_widget_grab_focus(GTK_WIDGET(field->entry));
    gtk_editable_set_position(GTK_EDITABLE(field->entry), -1);
}

void
akin_field_set_choices(AkinField *field, const char *const *words)
{
    GtkWidget *menu = gtk_menu_new();
    GtkWidget *button = gtk_menu_button_new();
    GtkWidget *parent = gtk_widget_get_parent(GTK_WIDGET(field->entry));
    for (guint i = 0; words[i]; i++) {
        GtkWidget *item = gtk_menu_item_new_with_label(words[i]);
        g_signal_connect(item, "activate", G_CALLBACK(on_choice), field);
        gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
    }
    gtk_widget_show_all(menu);
    gtk_menu_button_set_popup(GTK_MENU_BUTTON(button), menu);
    gtk_widget_set_tooltip_text(button, _("Machines seen"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Machines seen"));
    gtk_widget_show(button);
    gtk_box_pack_start(GTK_BOX(parent), button, FALSE, FALSE, 0);
}

/* --- The widget ------------------------------------------------------------------------------- */

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    AkinField *field = AKIN_FIELD(object);
    if (id == PROP_PLACEHOLDER) {
        gtk_entry_set_placeholder_text(field->entry, g_value_get_string(value));
    } else if (id == PROP_TITLE) {
        gtk_label_set_text_with_mnemonic(field->title, g_value_get_string(value));
        atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(field->entry)),
                            gtk_label_get_text(field->title));
    } else {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void
finalize(GObject *object)
{
    g_free(AKIN_FIELD(object)->objection);
    G_OBJECT_CLASS(akin_field_parent_class)->finalize(object);
}

static void
akin_field_class_init(AkinFieldClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    G_OBJECT_CLASS(class)->set_property = set_property;
    G_OBJECT_CLASS(class)->finalize = finalize;
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_TITLE,
                                    g_param_spec_string("title", NULL, NULL, "", flags));
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_PLACEHOLDER,
                                    g_param_spec_string("placeholder", NULL, NULL, "", flags));
    signals[CHANGED] = g_signal_new("changed", AKIN_TYPE_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/field.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinField, title);
    gtk_widget_class_bind_template_child(widget_class, AkinField, wrong);
    gtk_widget_class_bind_template_child(widget_class, AkinField, entry);
    gtk_widget_class_bind_template_callback(widget_class, on_changed);
}

static void
akin_field_init(AkinField *field)
{
    gtk_widget_init_template(GTK_WIDGET(field));
}
