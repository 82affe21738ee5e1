/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include <sys/stat.h>
#include <sys/un.h>

#include "client-error.h"
#include "error.h"
#include "names.h"

/* Two steps, connection and proxy, in one GTask whose data is the path of the socket. */

static char *
how_to_start(const char *socket_path)
{
    if (g_strcmp0(socket_path, AKIN_SOCKET_PATH) != 0) {
        g_autofree char *quoted = g_shell_quote(socket_path);
        return g_strdup_printf("sudo akin-helper --socket %s", quoted);
    }
    if (g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR))
        return g_strdup("sudo systemctl start akin-helper");
    return g_strdup(AKIN_START_HELPER);
}

/* Whether something else than a socket has this path. */
static gboolean
is_other_file(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISSOCK(found.st_mode);
}

GError *
akin_connection_error(const char *socket_path, const GError *error)
{
    if (is_other_file(socket_path))
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                           "%s is not a socket; name the socket of the helper", socket_path);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_autofree char *command = how_to_start(socket_path);
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                           "no helper at %s: start it with: %s", socket_path, command);
    }
    /* A full queue of the socket; a helper that hangs up, as it does on too many connections. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                           "the helper at %s takes no more connections; try again, or see its log",
                           socket_path);
    return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                       "no connection to the helper at %s: %s", socket_path, error->message);
}

static gboolean
check_version(AkinHelper1 *helper, const char *socket_path, GError **error)
{
    g_autoptr(GVariant) version =
        g_dbus_proxy_get_cached_property(G_DBUS_PROXY(helper), "InterfaceVersion");
    if (!version || !g_variant_is_of_type(version, G_VARIANT_TYPE_UINT32)) {
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_STRANGER,
                    "what answers at %s is not akin's helper; choose another socket", socket_path);
        return FALSE;
    }
    if (g_variant_get_uint32(version) != AKIN_INTERFACE_VERSION) {
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_STRANGER,
                    "the helper speaks version %u of its interface and this program version %u; "
                    "install one version of akin and restart the helper",
                    g_variant_get_uint32(version), AKIN_INTERFACE_VERSION);
        return FALSE;
    }
    return TRUE;
}

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
    if (!helper)
        g_task_return_error(task, akin_client_error_from_call(error));
    else if (!check_version(helper, g_task_get_task_data(task), &error))
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_steal_pointer(&helper), g_object_unref);
}

static void
on_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection =
        g_dbus_connection_new_for_address_finish(result, &error);
    if (g_task_return_error_if_cancelled(task))
        return;
    if (!connection) {
        g_task_return_error(task, akin_connection_error(g_task_get_task_data(task), error));
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
    (void) AKIN_ERROR; /* registers the names of the helper's errors */
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, g_strdup(socket_path), g_free);
    /* GLib would cut it off and connect to another path. */
    if (strlen(socket_path) >= sizeof((struct sockaddr_un){0}.sun_path)) {
        g_task_return_new_error(task, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                                "the path of the socket is too long; the most is %zu bytes",
                                sizeof((struct sockaddr_un){0}.sun_path) - 1);
        g_object_unref(task);
        return;
    }
    g_autofree char *escaped = g_dbus_address_escape_value(socket_path);
    g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
    g_dbus_connection_new_for_address(address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                      cancellable, on_connection, task);
}

AkinHelper1 *
akin_connect_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
