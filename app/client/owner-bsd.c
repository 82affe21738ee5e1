/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include <errno.h>
#include <unistd.h>

/* FreeBSD and macOS. GLib tells nothing of a socket on the former. */
gboolean
akin_owner_read(GSocket *socket, uid_t *uid, GError **error)
{
    gid_t gid;
    if (getpeereid(g_socket_get_fd(socket), uid, &gid) == 0)
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
    return FALSE;
}
