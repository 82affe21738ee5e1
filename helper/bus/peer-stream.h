/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * A socket as GDBus gets to see it: bytes that come in end with an error as soon as a message is
 * too large (frame.h), and file descriptors that come with them are closed by the kernel. GDBus
 * itself would take up to 128 MiB a message, and every descriptor.
 *
 * The stream holds a reference on socket and closes it when it is freed, not when it is closed.
 * Reading and writing may happen in any one thread.
 */
GIOStream *akin_peer_stream_new(GSocket *socket);

/* The error of a message that was refused. */
gboolean akin_peer_stream_refused(const GError *error);
