/* SPDX-License-Identifier: BSD-2-Clause */
#include "indicator.h"
#include "menu-gtk.h"
#include "status-item.h"
#include "tray.h"

struct _AkinIndicator {
    AkinStatusItem *icon;
    AkinMenu *menu;
    AkinTray *tray;
    AkinModel *model;
    char *icons;
    GObject *root; /* of the menu on the bus */
    const AkinIndicatorEvents *events;
    gpointer user_data;
};

static void
on_activated(const char *id, gpointer data)
{
    AkinIndicator *indicator = data;
    const AkinRow *row = akin_rows_find(indicator->model->rows, id);
    if (row)
        indicator->events->activated(row, indicator->user_data);
}

static void
on_show(GtkWidget *widget, gpointer data)
{
    AkinIndicator *indicator = data;
    (void) widget;
    indicator->events->opened(indicator->user_data);
}

static void
on_about_to_show(GObject *root, gpointer data)
{
    AkinIndicator *indicator = data;
    (void) root;
    indicator->events->opened(indicator->user_data);
}

static void
on_homeless(gpointer data)
{
    AkinIndicator *indicator = data;
    indicator->events->homeless(indicator->user_data);
}

/* A panel that draws the menu itself says so to the root of the menu that is on the bus. */
static void
watch_root(AkinIndicator *indicator)
{
    g_autoptr(GObject) server = NULL;
    g_object_get(indicator->icon, "dbus-menu-server", &server, NULL);
    if (server)
        g_object_get(server, "root-node", &indicator->root, NULL);
    if (indicator->root)
        g_signal_connect(indicator->root, "about-to-show", G_CALLBACK(on_about_to_show), indicator);
}

static void
set_up(AkinIndicator *indicator)
{
    GtkMenu *menu = akin_menu_get_widget(indicator->menu);
    indicator->icon = akin_status_item_new("akin", indicator->model->icon, indicator->icons);
    app_indicator_set_menu(APP_INDICATOR(indicator->icon), menu);
    app_indicator_set_secondary_activate_target(APP_INDICATOR(indicator->icon),
                                                akin_menu_find(indicator->menu, "preferences"));
    g_signal_connect(menu, "show", G_CALLBACK(on_show), indicator);
    watch_root(indicator);
}

void
akin_indicator_update(AkinIndicator *indicator, AkinModel *model)
{
    g_clear_pointer(&indicator->model, akin_model_free);
    indicator->model = model;
    akin_menu_update(indicator->menu, model->rows);
    GtkWidget *headline = akin_menu_find(indicator->menu, "headline");
    atk_object_set_name(gtk_widget_get_accessible(headline), model->spoken);
    if (!indicator->icon)
        set_up(indicator);
    akin_status_item_show(indicator->icon, model->icon, model->spoken, model->tooltip);
}

AkinIndicator *
akin_indicator_new(const char *icons, const AkinIndicatorEvents *events, gpointer user_data)
{
    AkinIndicator *indicator = g_new0(AkinIndicator, 1);
    indicator->icons = g_strdup(icons);
    indicator->events = events;
    indicator->user_data = user_data;
    indicator->menu = akin_menu_new(on_activated, indicator);
    indicator->tray = akin_tray_look(on_homeless, indicator);
    return indicator;
}

void
akin_indicator_free(AkinIndicator *indicator)
{
    akin_tray_free(indicator->tray);
    if (indicator->root)
        g_signal_handlers_disconnect_by_data(indicator->root, indicator);
    g_clear_object(&indicator->root);
    g_signal_handlers_disconnect_by_data(akin_menu_get_widget(indicator->menu), indicator);
    g_clear_object(&indicator->icon);
    akin_menu_free(indicator->menu);
    g_clear_pointer(&indicator->model, akin_model_free);
    g_free(indicator->icons);
    g_free(indicator);
}
