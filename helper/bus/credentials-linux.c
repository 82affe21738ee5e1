/* SPDX-License-Identifier: BSD-2-Clause */
#include "credentials.h"

#include <errno.h>
#include <sys/socket.h>

#include "error.h"

gboolean
akin_credentials_read(GSocket *socket, uid_t *uid, GError **error)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, "cannot tell who connects: %s",
                    g_strerror(errno));
        return FALSE;
    }
    *uid = credentials.uid;
    return TRUE;
}
