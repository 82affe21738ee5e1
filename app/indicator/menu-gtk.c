/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu-gtk.h"

#include <string.h>

struct _AkinMenu {
    GtkWidget *widget;
    AkinMenuActivated activated;
    gpointer user_data;
    gboolean updating; /* setting a check "activates" it too */
};

#define ROW_ID "akin-row-id"
#define ROW_KIND "akin-row-kind"

static void update_shell(AkinMenu *menu, GtkWidget *shell, GPtrArray *rows);

static const char *
item_id(GtkWidget *item)
{
    return g_object_get_data(G_OBJECT(item), ROW_ID);
}

static gboolean
item_is(GtkWidget *item, const AkinRow *row)
{
    return strcmp(item_id(item), row->id) == 0 &&
           GPOINTER_TO_INT(g_object_get_data(G_OBJECT(item), ROW_KIND)) == (int) row->kind;
}

static void
on_activate(GtkMenuItem *item, gpointer data)
{
    AkinMenu *menu = data;
    if (menu->updating || gtk_menu_item_get_submenu(item))
        return;
    g_autofree char *id = g_strdup(item_id(GTK_WIDGET(item)));
    menu->activated(id, menu->user_data);
}

static GtkWidget *
item_new(AkinMenu *menu, const AkinRow *row)
{
    GtkWidget *item;
    if (row->kind == AKIN_ROW_SEPARATOR)
        item = gtk_separator_menu_item_new();
    else if (row->kind == AKIN_ROW_CHECK)
        item = gtk_check_menu_item_new_with_label("");
    else
        item = gtk_menu_item_new_with_label("");
    if (row->kind != AKIN_ROW_SEPARATOR)
        gtk_menu_item_set_use_underline(GTK_MENU_ITEM(item), TRUE);
    g_object_set_data_full(G_OBJECT(item), ROW_ID, g_strdup(row->id), g_free);
    g_object_set_data(G_OBJECT(item), ROW_KIND, GINT_TO_POINTER(row->kind));
    if (row->kind == AKIN_ROW_SUBMENU)
        gtk_menu_item_set_submenu(GTK_MENU_ITEM(item), gtk_menu_new());
    g_signal_connect(item, "activate", G_CALLBACK(on_activate), menu);
    return item;
}

/* To a panel an underscore marks a mnemonic, whatever the item says; so it does to our own menu. */
static char *
escape_underscores(const char *label)
{
    g_auto(GStrv) parts = g_strsplit(label, "_", -1);
    return g_strjoinv("__", parts);
}

static void
update_item(AkinMenu *menu, GtkWidget *item, const AkinRow *row)
{
    if (row->kind == AKIN_ROW_SEPARATOR)
        return;
    g_autofree char *label = escape_underscores(row->label);
    if (g_strcmp0(gtk_menu_item_get_label(GTK_MENU_ITEM(item)), label) != 0)
        gtk_menu_item_set_label(GTK_MENU_ITEM(item), label);
    if (gtk_widget_get_sensitive(item) != row->sensitive)
        gtk_widget_set_sensitive(item, row->sensitive);
    if (row->kind == AKIN_ROW_CHECK)
        gtk_check_menu_item_set_active(GTK_CHECK_MENU_ITEM(item), row->checked);
    if (row->kind == AKIN_ROW_SUBMENU)
        update_shell(menu, gtk_menu_item_get_submenu(GTK_MENU_ITEM(item)), row->children);
}

static void
remove_others(GtkWidget *shell, GPtrArray *rows)
{
    g_autoptr(GList) items = gtk_container_get_children(GTK_CONTAINER(shell));
    g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < rows->len; i++) {
        AkinRow *row = rows->pdata[i];
        g_hash_table_insert(wanted, row->id, row);
    }
    for (GList *l = items; l; l = l->next) {
        const AkinRow *row = g_hash_table_lookup(wanted, item_id(l->data));
        if (!row || !item_is(l->data, row))
            gtk_widget_destroy(l->data);
    }
}

/* What is left is in the order of the rows, or is made anew from where it is not. */
static void
update_shell(AkinMenu *menu, GtkWidget *shell, GPtrArray *rows)
{
    remove_others(shell, rows);
    g_autoptr(GList) items = gtk_container_get_children(GTK_CONTAINER(shell));
    GHashTable *left = g_hash_table_new(g_str_hash, g_str_equal);
    for (GList *l = items; l; l = l->next)
        g_hash_table_add(left, (gpointer) item_id(l->data));
    GList *next = items;
    for (guint i = 0; i < rows->len; i++) {
        const AkinRow *row = rows->pdata[i];
        GtkWidget *item = next && item_is(next->data, row) ? next->data : NULL;
        if (item) {
            next = next->next;
        } else {
            while (next && g_hash_table_contains(left, row->id)) {
                GtkWidget *old = next->data;
                g_hash_table_remove(left, item_id(old));
                next = next->next;
                gtk_widget_destroy(old);
            }
            item = item_new(menu, row);
            gtk_menu_shell_insert(GTK_MENU_SHELL(shell), item, (int) i);
            gtk_widget_show(item);
        }
        update_item(menu, item, row);
    }
    g_hash_table_unref(left);
}

void
akin_menu_update(AkinMenu *menu, GPtrArray *rows)
{
    menu->updating = TRUE;
    update_shell(menu, menu->widget, rows);
    menu->updating = FALSE;
}

GtkMenu *
akin_menu_get_widget(AkinMenu *menu)
{
    return GTK_MENU(menu->widget);
}

GtkWidget *
akin_menu_find(AkinMenu *menu, const char *id)
{
    g_autoptr(GList) items = gtk_container_get_children(GTK_CONTAINER(menu->widget));
    for (GList *l = items; l; l = l->next) {
        if (strcmp(item_id(l->data), id) == 0)
            return l->data;
    }
    return NULL;
}

AkinMenu *
akin_menu_new(AkinMenuActivated activated, gpointer user_data)
{
    AkinMenu *menu = g_new0(AkinMenu, 1);
    menu->widget = g_object_ref_sink(gtk_menu_new());
    menu->activated = activated;
    menu->user_data = user_data;
    return menu;
}

void
akin_menu_free(AkinMenu *menu)
{
    gtk_widget_destroy(menu->widget);
    g_object_unref(menu->widget);
    g_free(menu);
}
