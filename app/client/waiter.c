/* SPDX-License-Identifier: BSD-2-Clause */
#include "waiter.h"

#include <gio/gio.h>

/*
 * Theory of operation. A GFileMonitor of a folder that does not exist polls every four seconds, so
 * the monitor is put on the nearest folder above the socket that exists, and moves down when the
 * next part of the path appears there (at boot /run/akin comes with the helper).
 */
enum { FIRST_DELAY = 100, QUICK_TRIES = 6, SLOW_SECONDS = 10 };

struct _AkinWaiter {
    char *path;
    AkinWaiterTry try;
    gpointer user_data;
    guint tries, timer;
    GFileMonitor *monitor;
    char *folder, *awaited; /* what is monitored; the entry of it that leads to the socket */
};

static void watch(AkinWaiter *waiter);

static void
unwatch(AkinWaiter *waiter)
{
    if (waiter->monitor)
        g_file_monitor_cancel(waiter->monitor);
    g_clear_object(&waiter->monitor);
    g_clear_pointer(&waiter->folder, g_free);
    g_clear_pointer(&waiter->awaited, g_free);
}

static void
try_now(AkinWaiter *waiter)
{
    g_clear_handle_id(&waiter->timer, g_source_remove);
    waiter->try(waiter->user_data);
}

static void
on_event(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
    AkinWaiter *waiter = data;
    (void) monitor, (void) other;
    g_autofree char *path = g_file_get_path(file);
    gboolean folder_gone =
        event == G_FILE_MONITOR_EVENT_DELETED && g_strcmp0(path, waiter->folder) == 0;
    if (!folder_gone && g_strcmp0(path, waiter->awaited) != 0)
        return;
    watch(waiter);
    if (g_file_test(waiter->path, G_FILE_TEST_EXISTS)) {
        waiter->tries = 0;
        try_now(waiter);
    }
}

static void
watch(AkinWaiter *waiter)
{
    g_autofree char *awaited = g_strdup(waiter->path);
    g_autofree char *folder = g_path_get_dirname(awaited);
    while (!g_file_test(folder, G_FILE_TEST_IS_DIR) && strchr(folder + 1, '/')) {
        g_free(awaited);
        awaited = g_steal_pointer(&folder);
        folder = g_path_get_dirname(awaited);
    }
    if (waiter->monitor && g_strcmp0(folder, waiter->folder) == 0)
        return;
    unwatch(waiter);
    g_autoptr(GFile) file = g_file_new_for_path(folder);
    waiter->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_NONE, NULL, NULL);
    if (!waiter->monitor)
        return;
    waiter->folder = g_steal_pointer(&folder);
    waiter->awaited = g_steal_pointer(&awaited);
    g_signal_connect(waiter->monitor, "changed", G_CALLBACK(on_event), waiter);
}

static gboolean
on_timer(gpointer data)
{
    AkinWaiter *waiter = data;
    waiter->timer = 0;
    try_now(waiter);
    return G_SOURCE_REMOVE;
}

void
akin_waiter_wait(AkinWaiter *waiter, gboolean by_file)
{
    watch(waiter);
    g_clear_handle_id(&waiter->timer, g_source_remove);
    if (waiter->tries < QUICK_TRIES)
        waiter->timer = g_timeout_add(FIRST_DELAY << waiter->tries++, on_timer, waiter);
    else if (!by_file || !waiter->monitor)
        waiter->timer = g_timeout_add_seconds(SLOW_SECONDS, on_timer, waiter);
}

void
akin_waiter_stop(AkinWaiter *waiter, gboolean fresh)
{
    g_clear_handle_id(&waiter->timer, g_source_remove);
    if (!fresh)
        return;
    unwatch(waiter);
    waiter->tries = 0;
}

AkinWaiter *
akin_waiter_new(const char *path, AkinWaiterTry try, gpointer user_data)
{
    AkinWaiter *waiter = g_new0(AkinWaiter, 1);
    waiter->path = g_canonicalize_filename(path, NULL);
    waiter->try = try;
    waiter->user_data = user_data;
    return waiter;
}

void
akin_waiter_free(AkinWaiter *waiter)
{
    akin_waiter_stop(waiter, TRUE);
    g_free(waiter->path);
    g_free(waiter);
}
