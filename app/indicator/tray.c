/* SPDX-License-Identifier: BSD-2-Clause */
#include "tray.h"

#include <gtk/gtk.h>
#if defined(AKIN_X11) && defined(GDK_WINDOWING_X11)
#include <gdk/gdkx.h>
#endif

#define WATCHER "org.kde.StatusNotifierWatcher"

struct _AkinTray {
    void (*missing)(gpointer user_data);
    gpointer user_data;
    guint timer;
    GCancellable *cancellable;
};

static gboolean
has_system_tray(void)
{
#if defined(AKIN_X11) && defined(GDK_WINDOWING_X11)
    GdkScreen *screen = gdk_screen_get_default();
    if (!GDK_IS_X11_SCREEN(screen))
        return FALSE;
    Display *display = GDK_SCREEN_XDISPLAY(screen);
    g_autofree char *name =
        g_strdup_printf("_NET_SYSTEM_TRAY_S%d", gdk_x11_screen_get_screen_number(screen));
    return XGetSelectionOwner(display, XInternAtom(display, name, False)) != None;
#else
    return FALSE;
#endif
}

static void
on_owner(GObject *source, GAsyncResult *result, gpointer data)
{
    AkinTray *tray = data;
    g_autoptr(GError) error = NULL;
    gboolean owned = FALSE;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (answer)
        g_variant_get(answer, "(b)", &owned);
    if (!owned)
        tray->missing(tray->user_data);
}

static void
on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    AkinTray *tray = data;
    (void) source;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (bus)
        g_dbus_connection_call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "NameHasOwner",
                               g_variant_new("(s)", WATCHER), G_VARIANT_TYPE("(b)"),
                               G_DBUS_CALL_FLAGS_NONE, -1, tray->cancellable, on_owner, tray);
    else
        tray->missing(tray->user_data);
}

static gboolean
look(gpointer data)
{
    AkinTray *tray = data;
    tray->timer = 0;
    if (!has_system_tray())
        g_bus_get(G_BUS_TYPE_SESSION, tray->cancellable, on_bus, tray);
    return G_SOURCE_REMOVE;
}

AkinTray *
akin_tray_look(void (*missing)(gpointer user_data), gpointer user_data)
{
    AkinTray *tray = g_new0(AkinTray, 1);
    tray->missing = missing;
    tray->user_data = user_data;
    tray->cancellable = g_cancellable_new();
    tray->timer = g_timeout_add_seconds(AKIN_TRAY_GRACE, look, tray);
    return tray;
}

void
akin_tray_free(AkinTray *tray)
{
    g_clear_handle_id(&tray->timer, g_source_remove);
    g_cancellable_cancel(tray->cancellable);
    g_object_unref(tray->cancellable);
    g_free(tray);
}
