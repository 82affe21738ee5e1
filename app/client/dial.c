/* SPDX-License-Identifier: BSD-2-Clause */
#include "dial.h"

#include <gio/gunixconnection.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client-error.h"
#include "error.h"
#include "greet.h"
#include "names.h"
#include "owner.h"

/* How long, and how often, it is tried again to get into the queue of the socket. */
enum { QUEUE_MS = 2000, QUEUE_AGAIN_MS = 20 };

typedef struct {
    char *path;
    gint64 begun; /* monotonic */
} Dialing;

static void
dialing_free(gpointer data)
{
    Dialing *dialing = data;
    g_free(dialing->path);
    g_free(dialing);
}

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

/* --- Three steps: socket, greeting, connection, in one GTask whose data is a Dialing -------- */

/* error may be one that is to be shown already. */
static void
fail(GTask *task, GError *error)
{
    g_autoptr(GError) reason = error;
    if (g_task_return_error_if_cancelled(task))
        return;
    if (reason->domain == AKIN_CLIENT_ERROR)
        g_task_return_error(task, g_steal_pointer(&reason));
    else
        g_task_return_error(
            task, akin_connection_error(((Dialing *) g_task_get_task_data(task))->path, reason));
}

static void
on_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GDBusConnection) connection = g_dbus_connection_new_finish(result, &error);
    if (!connection)
        fail(task, error);
    else if (!g_task_return_error_if_cancelled(task))
        g_task_return_pointer(task, g_steal_pointer(&connection), g_object_unref);
}

static void
on_greeted(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GIOStream) stream = akin_greet_finish(result, &error);
    if (!stream) {
        fail(task, error);
        return;
    }
    GCancellable *cancellable = g_task_get_cancellable(task);
    g_dbus_connection_new(stream, NULL, G_DBUS_CONNECTION_FLAGS_NONE, NULL, cancellable,
                          on_connection, g_steal_pointer(&task));
}

gboolean
akin_owner_is_trusted(uid_t owner, uid_t self)
{
    return owner == 0 || owner == self;
}

static gboolean
check_owner(GSocket *socket, const char *path, GError **error)
{
    uid_t owner;
    if (!akin_owner_read(socket, &owner, error))
        return FALSE;
    if (akin_owner_is_trusted(owner, geteuid()))
        return TRUE;
    g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                _("what answers at %s is run by user %u and not by root; choose another socket"),
                path, (unsigned) owner);
    return FALSE;
}

/* Who listens is looked at before a word is said or heard. */
static GSocketConnection *
connect_to(const char *path, GCancellable *cancellable, GError **error)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
    if (!socket)
        return NULL;
    g_socket_set_blocking(socket, FALSE); /* a full queue is an error, and nobody waits in here */
    if (!g_socket_connect(socket, address, cancellable, error) || !check_owner(socket, path, error))
        return NULL;
    g_socket_set_blocking(socket, TRUE);
    return g_socket_connection_factory_create_connection(socket);
}

static gboolean
is_queue_full(const Dialing *dialing, const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
           g_get_monotonic_time() - dialing->begun < QUEUE_MS * 1000;
}

/* Whether to come again: somebody may be filling the queue so that nobody else gets in. */
static gboolean
try_to_connect(gpointer data)
{
    GTask *task = data;
    Dialing *dialing = g_task_get_task_data(task);
    GCancellable *cancellable = g_task_get_cancellable(task);
    GError *error = NULL;
    if (g_task_return_error_if_cancelled(task))
        return G_SOURCE_REMOVE;
    g_autoptr(GSocketConnection) stream = connect_to(dialing->path, cancellable, &error);
    if (stream) {
        akin_greet(stream, cancellable, on_greeted, g_object_ref(task));
    } else if (is_queue_full(dialing, error)) {
        g_error_free(error);
        return G_SOURCE_CONTINUE;
    } else {
        fail(task, error);
    }
    return G_SOURCE_REMOVE;
}

void
akin_dial(const char *socket_path, GCancellable *cancellable, GAsyncReadyCallback callback,
          gpointer data)
{
    (void) AKIN_ERROR; /* registers the names of the helper's errors */
    g_type_ensure(G_TYPE_UNIX_CONNECTION);
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Dialing *dialing = g_new0(Dialing, 1);
    dialing->path = g_strdup(socket_path);
    dialing->begun = g_get_monotonic_time();
    g_task_set_task_data(task, dialing, dialing_free);
    /* GLib would cut it off and connect to another path. */
    if (strlen(socket_path) >= sizeof((struct sockaddr_un){0}.sun_path)) {
        g_task_return_new_error(task, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                                _("the path of the socket is too long; the most is %zu bytes"),
                                sizeof((struct sockaddr_un){0}.sun_path) - 1);
        return;
    }
    if (!try_to_connect(task))
        return;
    g_autoptr(GSource) again = g_timeout_source_new(QUEUE_AGAIN_MS);
    g_task_attach_source(task, again, try_to_connect);
}

GDBusConnection *
akin_dial_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
