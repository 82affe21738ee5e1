/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>
#include <sys/types.h>

/*
 * The server's side of D-Bus authentication (D-Bus Specification, "Authentication Protocol"),
 * mechanism EXTERNAL alone, line by line. Pure: it neither reads nor writes a socket.
 *
 * Ours, because GLib's own blocks a thread for each peer that does not speak; here a silent peer
 * costs a file descriptor and a deadline.
 */
typedef enum { AKIN_HANDSHAKE_GOES_ON, AKIN_HANDSHAKE_DONE, AKIN_HANDSHAKE_FAILED } AkinProgress;

typedef struct {
    uid_t uid;     /* of the peer, by the kernel */
    guint lines;   /* taken so far */
    gboolean data; /* a DATA line is due */
    gboolean ok;   /* only BEGIN is missing */
} AkinHandshake;

/* The longest line, with its CR LF, and how many a peer may need. */
#define AKIN_HANDSHAKE_LINE_MAX 256
#define AKIN_HANDSHAKE_LINES_MAX 16

/*
 * line without CR LF. The answer, with its CR LF, is appended to answer, if there is one. guid is
 * the server's, 32 hexadecimal digits.
 */
AkinProgress
akin_handshake_line(AkinHandshake *handshake, const char *line, const char *guid, GString *answer);
