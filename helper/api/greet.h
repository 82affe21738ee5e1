/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * The client's side of D-Bus authentication (D-Bus Specification, "Authentication Protocol"), with
 * the mechanism EXTERNAL alone, on a connection that is fresh.
 *
 * Ours, because GLib's own goes on with any other mechanism that the peer likes better, takes a
 * line of any length, and blocks a thread for a peer that does not speak. Errors:
 * G_IO_ERROR_INVALID_DATA for whoever does not welcome us in one line, _CONNECTION_CLOSED,
 * _CANCELLED.
 */
void akin_greet(GSocketConnection *stream, GCancellable *cancellable, GAsyncReadyCallback callback,
                gpointer data);
GIOStream *akin_greet_finish(GAsyncResult *result, GError **error);
