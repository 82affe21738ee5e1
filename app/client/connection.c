/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include "client-error.h"
#include "dial.h"
#include "names.h"

/* Two steps, connection and proxy, in one GTask whose data is the path of the socket. */

static void
on_proxy(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(AkinHelper1) helper = akin_helper1_proxy_new_finish(result, &error);
    if (g_task_return_error_if_cancelled(task)) {
        /* GDBusProxy does not say so itself: to it, properties that cannot be read are no error. */
        g_clear_error(&error);
        return;
    }
    if (!helper) {
        g_task_return_error(task, akin_client_error_from_call(error));
        return;
    }
    g_autoptr(GVariant) version =
        g_dbus_proxy_get_cached_property(G_DBUS_PROXY(helper), "InterfaceVersion");
    if (akin_check_version(version, g_task_get_task_data(task), &error))
        g_task_return_pointer(task, g_steal_pointer(&helper), g_object_unref);
    else
        g_task_return_error(task, error);
}

static void
on_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GDBusConnection) connection = akin_dial_finish(result, &error);
    if (!connection) {
        g_task_return_error(task, error);
        return;
    }
    GCancellable *cancellable = g_task_get_cancellable(task);
    akin_helper1_proxy_new(connection, G_DBUS_PROXY_FLAGS_NONE, NULL, AKIN_OBJECT_PATH, cancellable,
                           on_proxy, g_steal_pointer(&task));
}

void
akin_connect(const char *socket_path, GCancellable *cancellable, GAsyncReadyCallback callback,
             gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, g_strdup(socket_path), g_free);
    akin_dial(socket_path, cancellable, on_connection, task);
}

AkinHelper1 *
akin_connect_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
