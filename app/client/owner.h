/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/*
 * Who listens at the other end of a connected Unix socket, from the kernel and not from his words.
 * One file per operating system. Errors are the system's, in G_IO_ERROR.
 */
gboolean akin_owner_read(GSocket *socket, uid_t *uid, GError **error);
