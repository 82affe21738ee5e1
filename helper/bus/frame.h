/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

#include "message-head.h"

/*
 * Where D-Bus messages begin and end in a stream of bytes (D-Bus Specification, "Message Format"),
 * and whether they are calls of a size that we take. Pure.
 *
 * GDBus reserves what a message's first bytes ask for, up to 128 MiB, before anybody can refuse it,
 * and then makes objects of it that take up to fifty times as much, in a thread that serves all
 * clients. What is no call costs us as much and is answered by nobody. Of what akinctl and the app
 * can send, only lists of hundreds of ports or addresses are longer than a stranger's message may
 * be: for these one must be an administrator before, and not become one by polkit's word.
 */
#define AKIN_FRAME_MAX (64 * 1024)          /* a whole message */
#define AKIN_FRAME_STRANGERS_MAX (4 * 1024) /* of who may only look, or polkit decides about */
#define AKIN_FRAME_FIELDS_MAX 2048          /* its header fields */

typedef struct {
    gsize max;                   /* of the two above: set by whoever begins; the rest is {0} then */
    guint8 head[AKIN_HEAD_SIZE]; /* as far as it has come */
    gsize have;
    gsize left; /* of the message behind it */
} AkinFrame;

/*
 * Takes the next bytes of a stream. FALSE once a message is too large, is no call, has no serial
 * number, or an unknown byte order or version: then the stream is of no use any more, and neither
 * is frame. *offence then says which, as the end of "a client that …": a static string.
 */
gboolean akin_frame_feed(AkinFrame *frame, const guint8 *data, gsize size, const char **offence);
