/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "debt.h"

/*
 * A socket as GDBus gets to see it, who would take whatever comes and queue whatever is to go:
 *
 * - Bytes that come in end with an error as soon as a message is too large (frame.h), and file
 *   descriptors that come with them are closed by the kernel.
 * - Nothing is read before akin_peer_stream_begin, nor while debt has no room: what the client
 *   sends stays in the socket, until that is full and the client has to wait.
 * - When the client has taken nothing for AKIN_PEER_STREAM_UNREAD_SECONDS, with the socket full of
 *   what is for it, writing ends with an error.
 *
 * Reading and writing may happen in any one thread.
 */
#define AKIN_PEER_STREAM_UNREAD_SECONDS 5

/* All that was to be written has been, and GDBus has let go of it. In the thread that writes. */
typedef void (*AkinPeerStreamWritten)(gpointer user_data);

/*
 * The stream holds references on socket and debt. It closes the socket when it is freed, not when
 * it is closed. free_user_data is called then. stranger: whose messages are small (frame.h).
 */
GIOStream *akin_peer_stream_new(GSocket *socket, gboolean stranger, AkinDebt *debt,
                                AkinPeerStreamWritten written, gpointer user_data,
                                GDestroyNotify free_user_data);

/* From now on it reads; from now on nothing more, whoever begins must end. Any thread. */
void akin_peer_stream_begin(GIOStream *stream);
void akin_peer_stream_end(GIOStream *stream);

/*
 * What the client did that ended the stream with this error, as the end of a sentence that begins
 * with "a client"; NULL: nothing bad.
 */
const char *akin_peer_stream_offence(const GError *error);
