/* SPDX-License-Identifier: BSD-2-Clause */
#include "system-bus.h"

#include <gio/gunixconnection.h>

#include "greet.h"
#include "sieve.h"

/* Four steps in one GTask: socket, greeting, sieve, and what GDBus does with it. */

static void
on_connection(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    (void) source;
    GDBusConnection *bus = g_dbus_connection_new_finish(result, &error);
    if (bus)
        g_task_return_pointer(task, bus, g_object_unref);
    else
        g_task_return_error(task, error);
}

static void
on_greeted(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    (void) source;
    g_autoptr(GIOStream) stream = akin_greet_finish(result, &error);
    if (!stream) {
        g_task_return_error(task, error);
        return;
    }
    g_autoptr(GIOStream) sieve = akin_sieve_new(G_SOCKET_CONNECTION(stream), AKIN_SYSTEM_BUS_MAX);
    g_dbus_connection_new(sieve, NULL, G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                          g_task_get_cancellable(task), on_connection, g_object_ref(task));
}

static void
on_stream(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    (void) source;
    g_autoptr(GIOStream) stream = g_dbus_address_get_stream_finish(result, NULL, &error);
    if (!stream)
        g_task_return_error(task, error);
    else if (!G_IS_UNIX_CONNECTION(stream))
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                "the system bus is not on a Unix socket");
    else
        akin_greet(G_SOCKET_CONNECTION(stream), g_task_get_cancellable(task), on_greeted,
                   g_object_ref(task));
}

void
akin_system_bus_connect(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    GError *error = NULL;
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    if (!address) {
        g_task_return_error(task, error);
        return;
    }
    g_dbus_address_get_stream(address, cancellable, on_stream, g_steal_pointer(&task));
}

GDBusConnection *
akin_system_bus_connect_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
