/* SPDX-License-Identifier: BSD-2-Clause */
#include "build.h"

#include <glib/gi18n.h>

#include "label.h"

void
akin_build_add_class(GtkWidget *widget, const char *name)
{
    gtk_style_context_add_class(gtk_widget_get_style_context(widget), name);
}

void
akin_build_name(GtkWidget *widget, const char *accessible_name)
{
    atk_object_set_name(gtk_widget_get_accessible(widget), accessible_name);
}

static void
destroy(GtkWidget *widget, gpointer data)
{
    (void) data;
    gtk_widget_destroy(widget);
}

void
akin_build_clear(GtkContainer *container)
{
    gtk_container_foreach(container, destroy, NULL);
}

static G_DEFINE_QUARK(akin - build - state, state);

gboolean
akin_build_begin(GtkContainer *container, GVariant *state)
{
    GVariant *shown = g_object_get_qdata(G_OBJECT(container), state_quark());
    g_autoptr(GVariant) fresh = g_variant_ref_sink(state);
    if (shown && g_variant_equal(shown, fresh))
        return FALSE;
    g_object_set_qdata_full(G_OBJECT(container), state_quark(), g_steal_pointer(&fresh),
                            (GDestroyNotify) g_variant_unref);
    akin_build_clear(container);
    return TRUE;
}

GtkWidget *
akin_build_label(const char *text, const char *classes)
{
    g_autofree char *clean = text ? akin_label(text, AKIN_BUILD_MOST_LETTERS) : NULL;
    GtkWidget *label = gtk_label_new(clean);
    g_auto(GStrv) words = g_strsplit(classes ? classes : "", " ", -1);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    for (guint i = 0; words[i]; i++)
        akin_build_add_class(label, words[i]);
    gtk_widget_show(label);
    return label;
}

GtkWidget *
akin_build_icon_button(const char *icon, const char *name)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(button, name);
    akin_build_name(button, name);
    gtk_widget_show(button);
    return button;
}

GtkWidget *
akin_build_action_button(const char *icon, const char *name, const char *action, GVariant *target)
{
    GtkWidget *button = akin_build_icon_button(icon, name);
    gtk_actionable_set_action_target_value(GTK_ACTIONABLE(button), target);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    return button;
}

GtkWidget *
akin_build_row(const char *title, const char *about)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    akin_build_add_class(row, "akin-row");
    gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
    gtk_container_add(GTK_CONTAINER(words), akin_build_label(title, NULL));
    if (about)
        gtk_container_add(GTK_CONTAINER(words), akin_build_label(about, "dim-label akin-small"));
    gtk_box_pack_start(GTK_BOX(row), words, TRUE, TRUE, 0);
    gtk_widget_show_all(row);
    return row;
}

void
akin_build_add_more(GtkContainer *card, gsize count)
{
    if (count <= AKIN_BUILD_MOST_ROWS)
        return;
    guint more = count - AKIN_BUILD_MOST_ROWS;
    g_autofree char *words =
        g_strdup_printf(g_dngettext(NULL, "and %u more", "and %u more", more), more);
    gtk_container_add(card, akin_build_row(words, NULL));
}

void
akin_build_row_append(GtkWidget *row, GtkWidget *widget)
{
    gtk_widget_show(widget);
    gtk_box_pack_start(GTK_BOX(row), widget, FALSE, FALSE, 0);
}

void
akin_build_row_append_badge(GtkWidget *row, const char *text)
{
    GtkWidget *badge = gtk_label_new(text);
    gtk_widget_set_valign(badge, GTK_ALIGN_CENTER);
    akin_build_add_class(badge, "akin-count");
    akin_build_add_class(badge, "akin-small");
    akin_build_row_append(row, badge);
}

char *
akin_build_list(GVariant *words)
{
    g_autofree const char **list = g_variant_get_strv(words, NULL);
    return g_strjoinv(", ", (char **) list);
}
