/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/*
 * The bare connection to the socket, authenticated. Only root's helper, and one's own, is believed.
 * Errors are in AKIN_CLIENT_ERROR, or G_IO_ERROR_CANCELLED. When the queue of the socket is full it
 * is tried again for 2 seconds. No other time limit: a helper that accepts and is silent keeps it
 * waiting, which costs a file descriptor and no thread.
 */
void akin_dial(const char *socket_path, GCancellable *cancellable, GAsyncReadyCallback callback,
               gpointer data);
GDBusConnection *akin_dial_finish(GAsyncResult *result, GError **error);

gboolean akin_owner_is_trusted(uid_t owner, uid_t self);

/* Why there is no connection to this path, and what to do; error is the system's reason. */
GError *akin_connection_error(const char *socket_path, const GError *error);

/* Checks the property InterfaceVersion; version is nullable. AKIN_CLIENT_ERROR_INCOMPATIBLE. */
gboolean akin_check_version(GVariant *version, const char *socket_path, GError **error);
