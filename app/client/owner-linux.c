/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include <errno.h>
#include <sys/socket.h>

/* Not GLib's, which believes nobody of another PID namespace. */
gboolean
akin_owner_read(GSocket *socket, uid_t *uid, GError **error)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
        *uid = credentials.uid;
        return TRUE;
    }
    g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
    return FALSE;
}
