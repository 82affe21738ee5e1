/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "frame.h"
#include "handshake.h"
#include "target.h"

/*
 * Any bytes from a client: first lines of the handshake, then messages. Who is somebody else never
 * gets through, and messages are found however the bytes are cut.
 */
#define UID 1000
#define GUID "0123456789abcdef0123456789abcdef"

static void
try_handshake(char *text)
{
    AkinHandshake handshake = {.uid = UID};
    AkinProgress progress = AKIN_HANDSHAKE_GOES_ON;
    gboolean named = strstr(text, "31303030") != NULL || strstr(text, "AUTH EXTERNAL") != NULL;
    for (char *line = text; line && progress == AKIN_HANDSHAKE_GOES_ON;) {
        char *end = strchr(line, '\n');
        g_autoptr(GString) answer = g_string_new(NULL);
        if (end)
            *end++ = '\0';
        progress = akin_handshake_line(&handshake, line, GUID, answer);
        g_assert(answer->len < AKIN_HANDSHAKE_LINE_MAX);
        line = end;
    }
    g_assert(progress != AKIN_HANDSHAKE_DONE || (handshake.ok && named));
}

static void
try_frames(const uint8_t *data, size_t size)
{
    AkinFrame whole = {.max = AKIN_FRAME_MAX}, piecemeal = {.max = AKIN_FRAME_MAX};
    gboolean taken = akin_frame_feed(&whole, data, size);
    size_t at = 0;
    while (at < size && akin_frame_feed(&piecemeal, data + at, 1))
        at++;
    g_assert(taken == (at == size));
    g_assert(!taken || whole.left == piecemeal.left);
    g_assert(!taken || whole.left <= AKIN_FRAME_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    try_frames(data, size);
    try_handshake(text);
    return 0;
}
