/* SPDX-License-Identifier: BSD-2-Clause */
#include "socket.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "error.h"

static gboolean
fail(GError **error, const char *what, const char *path)
{
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED, "cannot %s %s: %s", what, path,
                g_strerror(errno));
    return FALSE;
}

/* Holding the lock means that no other helper serves the socket. */
static gboolean
take_lock(AkinListeningSocket *listening, GError **error)
{
    g_autofree char *path = g_strconcat(listening->path, ".lock", NULL);
    listening->lock = akin_lock_new(path, error);
    if (!listening->lock)
        g_prefix_error(error, "%s cannot be served: ", listening->path);
    return listening->lock != NULL;
}

/* Removes what a helper that was killed has left, and nothing else. */
static gboolean
remove_stale(const char *path, GSocketAddress *address, GError **error)
{
    GStatBuf status;
    if (g_lstat(path, &status) != 0)
        return errno == ENOENT || fail(error, "look at", path);
    if (!S_ISSOCK(status.st_mode)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED,
                    "%s is there and is no socket; move it away", path);
        return FALSE;
    }
    g_autoptr(GSocket) probe = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
    if (probe && g_socket_connect(probe, address, NULL, NULL)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE,
                    "another program serves %s; stop it first", path);
        return FALSE;
    }
    return g_unlink(path) == 0 || fail(error, "remove", path);
}

static gboolean
listen_at(AkinListeningSocket *listening, GSocketAddress *address, GError **error)
{
    g_autoptr(GError) reason = NULL;
    listening->socket = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &reason);
    /* The mode is right from the first moment: 0666, since anyone may look. */
    mode_t before = umask(0111);
    gboolean done = listening->socket && g_socket_bind(listening->socket, address, FALSE, &reason);
    umask(before);
    if (done) {
        g_socket_set_blocking(listening->socket, FALSE);
        g_socket_set_listen_backlog(listening->socket, SOMAXCONN);
        done = g_socket_listen(listening->socket, &reason);
    }
    if (!done)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED, "cannot listen at %s: %s",
                    listening->path, reason->message);
    return done;
}

AkinListeningSocket *
akin_listening_socket_new(const char *path, GError **error)
{
    /* sun_path of unix(4) has 104 bytes, of unix(7) 108. */
    if (strlen(path) > 100) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "the path of the socket is too long; it may have 100 bytes");
        return NULL;
    }
    g_autoptr(AkinListeningSocket) listening = g_new0(AkinListeningSocket, 1);
    listening->path = g_strdup(path);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    if (!take_lock(listening, error) || !remove_stale(path, address, error) ||
        !listen_at(listening, address, error))
        return NULL;
    return g_steal_pointer(&listening);
}

void
akin_listening_socket_free(AkinListeningSocket *listening)
{
    if (listening->socket) {
        g_unlink(listening->path);
        g_object_unref(listening->socket);
    }
    g_clear_pointer(&listening->lock, akin_lock_free);
    g_free(listening->path);
    g_free(listening);
}
