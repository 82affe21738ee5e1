/* SPDX-License-Identifier: BSD-2-Clause */
#include "status-item.h"

struct _AkinStatusItem {
    AppIndicator parent;
    GtkStatusIcon *stand_in; /* NULL unless there is no other way */
    char *tooltip;
};

G_DEFINE_TYPE(AkinStatusItem, akin_status_item, APP_INDICATOR_TYPE)

static void
pop_up(AkinStatusItem *item, guint button, guint32 time)
{
    gtk_menu_popup(app_indicator_get_menu(APP_INDICATOR(item)), NULL, NULL,
                   gtk_status_icon_position_menu, item->stand_in, button, time);
}

static void
on_activate(GtkStatusIcon *icon, gpointer data)
{
    (void) icon;
    pop_up(data, 1, gtk_get_current_event_time());
}

static void
on_popup_menu(GtkStatusIcon *icon, guint button, guint32 time, gpointer data)
{
    (void) icon;
    pop_up(data, button, time);
}

static GtkStatusIcon *
akin_status_item_fallback(AppIndicator *indicator)
{
    AkinStatusItem *item = AKIN_STATUS_ITEM(indicator);
    item->stand_in =
        g_object_new(GTK_TYPE_STATUS_ICON, "icon-name", app_indicator_get_icon(indicator), "title",
                     app_indicator_get_title(indicator), "tooltip-text", item->tooltip, NULL);
    g_signal_connect(item->stand_in, "activate", G_CALLBACK(on_activate), item);
    g_signal_connect(item->stand_in, "popup-menu", G_CALLBACK(on_popup_menu), item);
    return item->stand_in;
}

static void
akin_status_item_unfallback(AppIndicator *indicator, GtkStatusIcon *icon)
{
    AkinStatusItem *item = AKIN_STATUS_ITEM(indicator);
    item->stand_in = NULL;
    g_signal_handlers_disconnect_by_data(icon, item);
    g_object_unref(icon);
}

static void
akin_status_item_finalize(GObject *object)
{
    g_free(AKIN_STATUS_ITEM(object)->tooltip);
    G_OBJECT_CLASS(akin_status_item_parent_class)->finalize(object);
}

static void
akin_status_item_init(AkinStatusItem *item)
{
    (void) item;
}

static void
akin_status_item_class_init(AkinStatusItemClass *class)
{
    AppIndicatorClass *indicator_class = APP_INDICATOR_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = akin_status_item_finalize;
    indicator_class->fallback = akin_status_item_fallback;
    indicator_class->unfallback = akin_status_item_unfallback;
}

AkinStatusItem *
akin_status_item_new(const char *id, const char *icon, const char *icons)
{
    return g_object_new(AKIN_TYPE_STATUS_ITEM, "id", id, "category", "SystemServices", "icon-name",
                        icon, "icon-theme-path", icons, "title", "akin", NULL);
}

void
akin_status_item_show(AkinStatusItem *item, const char *icon, const char *spoken,
                      const char *tooltip)
{
    AppIndicator *indicator = APP_INDICATOR(item);
    g_free(item->tooltip);
    item->tooltip = g_strdup(tooltip);
    app_indicator_set_icon_full(indicator, icon, spoken);
    app_indicator_set_status(indicator, APP_INDICATOR_STATUS_ACTIVE);
    if (item->stand_in)
        g_object_set(item->stand_in, "icon-name", icon, "tooltip-text", tooltip, NULL);
}
