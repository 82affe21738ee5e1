/* SPDX-License-Identifier: BSD-2-Clause */
#include "credentials.h"

#include <errno.h>
#include <unistd.h>

#include "error.h"

/*
 * The process is left out: it is for polkit alone, which decides on Linux only, and macOS does not
 * say who opened a socket but who used it last.
 */
gboolean
akin_credentials_read(GSocket *socket, AkinCredentials *who, GError **error)
{
    uid_t uid;
    gid_t gid;
    if (getpeereid(g_socket_get_fd(socket), &uid, &gid) != 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, "cannot tell who connects: %s",
                    g_strerror(errno));
        return FALSE;
    }
    *who = (AkinCredentials){.uid = uid, .account = uid};
    return TRUE;
}
