/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "frame.h"
#include "handshake.h"
#include "message.h"
#include "target.h"

/*
 * Any bytes from a client: first lines of the handshake, then messages. Who is somebody else never
 * gets through, messages are found however the bytes are cut, and what is passed on is a call
 * indeed.
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
    const char *offence;
    gboolean taken = akin_frame_feed(&whole, data, size, &offence);
    size_t at = 0;
    while (at < size && akin_frame_feed(&piecemeal, data + at, 1, &offence))
        at++;
    g_assert(taken == (at == size));
    g_assert(!taken || whole.left == piecemeal.left);
    g_assert(!taken || whole.left <= AKIN_FRAME_MAX);
}

/* What GDBus reads as a message and we let it have, it can also dispatch and answer. */
static void
try_message(const uint8_t *data, size_t size)
{
    AkinFrame frame = {.max = AKIN_FRAME_MAX};
    const char *offence;
    if (size < 16 || !akin_frame_feed(&frame, data, size, &offence) || frame.left > 0 ||
        frame.have > 0)
        return;
    g_autoptr(GDBusMessage) message = g_dbus_message_new_from_blob(
        (guchar *) data, size, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, NULL);
    if (!message || akin_message_offence(message))
        return;
    g_assert_nonnull(strrchr(g_dbus_message_get_path(message), '/'));
    g_assert_cmpuint(strlen(g_dbus_message_get_member(message)), >, 0);
    g_object_unref(g_dbus_message_new_method_reply(message));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    try_frames(data, size);
    try_message(data, size);
    try_handshake(text);
    return 0;
}
