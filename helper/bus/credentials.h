/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/*
 * Who is at the other end of a Unix socket, from the kernel and not from the peer's words.
 * One file per operating system.
 */
gboolean akin_credentials_read(GSocket *socket, uid_t *uid, GError **error);
