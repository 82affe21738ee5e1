/* SPDX-License-Identifier: BSD-2-Clause */
#include "dial.h"

#include <glib/gi18n.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "client-error.h"
#include "error.h"
#include "names.h"

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
                           _("%s is not a socket; name the socket of the helper"), socket_path);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_autofree char *command = how_to_start(socket_path);
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                           _("no helper at %s: start it with: %s"), socket_path, command);
    }
    /* A full queue of the socket; a helper that hangs up, as it does on too many connections. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
        return g_error_new(
            AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
            _("the helper at %s takes no more connections; try again, or see its log"),
            socket_path);
    /* What no step of connecting knows: the other end does not speak this protocol. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_FAILED) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                           _("what answers at %s is not akin's helper; choose another socket"),
                           socket_path);
    return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                       _("no connection to the helper at %s: %s"), socket_path, error->message);
}

gboolean
akin_check_version(GVariant *version, const char *socket_path, GError **error)
{
    if (!version || !g_variant_is_of_type(version, G_VARIANT_TYPE_UINT32)) {
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                    _("what answers at %s is not akin's helper; choose another socket"),
                    socket_path);
        return FALSE;
    }
    if (g_variant_get_uint32(version) != AKIN_INTERFACE_VERSION) {
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                    _("the helper speaks version %u of its interface and this program version %u; "
                      "install one version of akin and restart the helper"),
                    g_variant_get_uint32(version), AKIN_INTERFACE_VERSION);
        return FALSE;
    }
    return TRUE;
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
    if (connection)
        g_task_return_pointer(task, g_steal_pointer(&connection), g_object_unref);
    else
        g_task_return_error(task, akin_connection_error(g_task_get_task_data(task), error));
}

void
akin_dial(const char *socket_path, GCancellable *cancellable, GAsyncReadyCallback callback,
          gpointer data)
{
    (void) AKIN_ERROR; /* registers the names of the helper's errors */
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, g_strdup(socket_path), g_free);
    /* GLib would cut it off and connect to another path. */
    if (strlen(socket_path) >= sizeof((struct sockaddr_un){0}.sun_path)) {
        g_task_return_new_error(task, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                                _("the path of the socket is too long; the most is %zu bytes"),
                                sizeof((struct sockaddr_un){0}.sun_path) - 1);
        return;
    }
    g_autofree char *escaped = g_dbus_address_escape_value(socket_path);
    g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
    g_dbus_connection_new_for_address(address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                      cancellable, on_connection, g_steal_pointer(&task));
}

GDBusConnection *
akin_dial_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
