/* SPDX-License-Identifier: BSD-2-Clause */
#include "power.h"

#include "system-bus.h"

/*
 * logind (or elogind) says PrepareForSleep(TRUE) before the computer sleeps and
 * PrepareForSleep(FALSE) after it woke up: org.freedesktop.login1(5). We hold no delay lock: the
 * rules are in the kernel and need nothing done before it sleeps.
 */
#define LOGIND "org.freedesktop.login1"

/*
 * A bus that was lost is usually back at once, after an update, or never. Each try waits twice as
 * long as the one before it. Where there was no bus from the start, as when the computer boots and
 * the rules come before everything else, the first try is when its socket or the folder of that
 * appears, so that a computer without a bus is never woken up for it.
 */
#define BUS_FOLDER "/run/dbus"
#define BUS_SOCKET "system_bus_socket"
#define RETRY_FIRST_SECONDS 2
#define RETRY_LAST_SECONDS 600

struct _AkinPowerMonitor {
    AkinPowerChanged changed;
    gpointer user_data;
    gboolean asleep;
    GCancellable *cancellable;
    GDBusConnection *bus; /* NULL while there is none */
    guint subscription;
    guint watch;
    gulong closed;
    guint retry;
    guint retry_seconds;    /* 0 until a bus has been there */
    GFileMonitor *expected; /* of a folder in which a bus would appear; NULL: not waiting */
};

static void connect_to_bus(AkinPowerMonitor *monitor);

static void
set_awake(AkinPowerMonitor *monitor, gboolean awake)
{
    if (monitor->asleep != awake)
        return;
    monitor->asleep = !awake;
    monitor->changed(awake, monitor->user_data);
}

/* The user may free the monitor in its callback, so that is always the last thing done. */
static void
on_prepare_for_sleep(GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *parameters,
                     gpointer user_data)
{
    gboolean start;
    (void) bus, (void) sender, (void) path, (void) interface, (void) signal;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(parameters, "(b)", &start);
    set_awake(user_data, !start);
}

/* Whoever gets this far is awake, and nobody is left to say so. */
static void
on_logind_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    (void) bus, (void) name;
    set_awake(user_data, TRUE);
}

static void
drop_bus(AkinPowerMonitor *monitor)
{
    if (!monitor->bus)
        return;
    g_bus_unwatch_name(monitor->watch);
    g_dbus_connection_signal_unsubscribe(monitor->bus, monitor->subscription);
    g_signal_handler_disconnect(monitor->bus, monitor->closed);
    g_clear_object(&monitor->bus);
}

static gboolean
on_retry(gpointer user_data)
{
    AkinPowerMonitor *monitor = user_data;
    monitor->retry = 0;
    monitor->retry_seconds = MIN(2 * monitor->retry_seconds, RETRY_LAST_SECONDS);
    connect_to_bus(monitor);
    return G_SOURCE_REMOVE;
}

static void
on_closed(GDBusConnection *bus, gboolean remote_peer_vanished, GError *error, gpointer user_data)
{
    AkinPowerMonitor *monitor = user_data;
    (void) bus, (void) remote_peer_vanished, (void) error;
    g_message("the system bus is gone: sleep and wake are not watched until it is back");
    drop_bus(monitor);
    monitor->retry_seconds = RETRY_FIRST_SECONDS;
    monitor->retry = g_timeout_add_seconds(monitor->retry_seconds, on_retry, monitor);
    set_awake(monitor, TRUE);
}

static void
watch_bus(AkinPowerMonitor *monitor, GDBusConnection *bus)
{
    if (monitor->retry_seconds > 0)
        g_message("the system bus is there: sleep and wake are watched");
    monitor->bus = bus;
    monitor->closed = g_signal_connect(bus, "closed", G_CALLBACK(on_closed), monitor);
    monitor->subscription = g_dbus_connection_signal_subscribe(
        bus, LOGIND, LOGIND ".Manager", "PrepareForSleep", "/org/freedesktop/login1", NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, monitor, NULL);
    monitor->watch = g_bus_watch_name_on_connection(bus, LOGIND, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                    NULL, on_logind_vanished, monitor, NULL);
}

static void
on_folder_changed(GFileMonitor *folder, GFile *file, GFile *other, GFileMonitorEvent event,
                  gpointer user_data)
{
    AkinPowerMonitor *monitor = user_data;
    g_autofree char *name = g_file_get_basename(file);
    (void) folder, (void) other;
    if (event != G_FILE_MONITOR_EVENT_CREATED ||
        (g_strcmp0(name, "dbus") != 0 && g_strcmp0(name, BUS_SOCKET) != 0))
        return;
    g_clear_object(&monitor->expected);
    monitor->retry_seconds = RETRY_FIRST_SECONDS;
    monitor->retry = g_timeout_add_seconds(monitor->retry_seconds, on_retry, monitor);
}

static void
expect_bus(AkinPowerMonitor *monitor)
{
    gboolean there = g_file_test(BUS_FOLDER, G_FILE_TEST_IS_DIR);
    g_autoptr(GFile) folder = g_file_new_for_path(there ? BUS_FOLDER : "/run");
    monitor->expected = g_file_monitor_directory(folder, G_FILE_MONITOR_NONE, NULL, NULL);
    if (monitor->expected)
        g_signal_connect(monitor->expected, "changed", G_CALLBACK(on_folder_changed), monitor);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *bus = akin_system_bus_connect_finish(result, &error);
    (void) source;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the monitor is gone */

    AkinPowerMonitor *monitor = user_data;
    if (bus)
        watch_bus(monitor, bus);
    else if (monitor->retry_seconds > 0)
        monitor->retry = g_timeout_add_seconds(monitor->retry_seconds, on_retry, monitor);
    else {
        g_message("no system bus: sleep and wake are not watched (%s)", error->message);
        expect_bus(monitor);
    }
}

/* Returns at once: a bus that does not answer must not keep the rules from being loaded. */
static void
connect_to_bus(AkinPowerMonitor *monitor)
{
    akin_system_bus_connect(monitor->cancellable, on_connected, monitor);
}

AkinPowerMonitor *
akin_power_monitor_new(AkinPowerChanged changed, gpointer user_data)
{
    AkinPowerMonitor *monitor = g_new0(AkinPowerMonitor, 1);
    monitor->changed = changed;
    monitor->user_data = user_data;
    monitor->cancellable = g_cancellable_new();
    connect_to_bus(monitor);
    return monitor;
}

void
akin_power_monitor_free(AkinPowerMonitor *monitor)
{
    g_cancellable_cancel(monitor->cancellable);
    g_clear_handle_id(&monitor->retry, g_source_remove);
    drop_bus(monitor);
    if (monitor->expected)
        g_signal_handlers_disconnect_by_data(monitor->expected, monitor);
    g_clear_object(&monitor->expected);
    g_object_unref(monitor->cancellable);
    g_free(monitor);
}
