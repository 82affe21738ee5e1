/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "akin-helper1.h"

/*
 * A connection to the helper is its proxy: properties are loaded and kept up to date, signals are
 * delivered in the main context that is the thread's default when the connection is made.
 * Errors are in AKIN_CLIENT_ERROR, or G_IO_ERROR_CANCELLED.
 */

void akin_connect(const char *socket_path, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer data);
AkinHelper1 *akin_connect_finish(GAsyncResult *result, GError **error);

/*
 * The same within a time limit for the whole of it, for programs that do one thing. Runs the
 * thread's default main context meanwhile.
 */
AkinHelper1 *akin_connect_sync(const char *socket_path, guint seconds, GError **error);
