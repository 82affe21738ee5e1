/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

#include <string.h>

#define METHOD_CALL 1
#define PROTOCOL_VERSION 1
#define ALIGNMENT 8 /* of the body */

static guint32
number(const guint8 *bytes, gboolean big_endian)
{
    guint32 value;
    memcpy(&value, bytes, sizeof value);
    return big_endian ? GUINT32_FROM_BE(value) : GUINT32_FROM_LE(value);
}

/* The head is complete: how much belongs to it? */
static gboolean
open_message(AkinFrame *frame, const char **offence)
{
    gboolean big_endian = frame->head[0] == 'B';
    guint32 body = number(frame->head + 4, big_endian);
    guint32 serial = number(frame->head + 8, big_endian);
    guint32 fields = number(frame->head + 12, big_endian);
    if ((!big_endian && frame->head[0] != 'l') || frame->head[3] != PROTOCOL_VERSION ||
        frame->head[1] != METHOD_CALL || serial == 0) {
        *offence = "sends what is no call";
        return FALSE;
    }
    frame->left = ((gsize) fields + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + body;
    frame->have = 0;
    if (fields > AKIN_FRAME_FIELDS_MAX || body > frame->max ||
        sizeof frame->head + frame->left > frame->max) {
        *offence = "sends a message that is too large";
        return FALSE;
    }
    return TRUE;
}

gboolean
akin_frame_feed(AkinFrame *frame, const guint8 *data, gsize size, const char **offence)
{
    while (size > 0) {
        gsize wanted = frame->left > 0 ? frame->left : sizeof frame->head - frame->have;
        gsize taken = MIN(wanted, size);
        if (frame->left > 0) {
            frame->left -= taken;
        } else {
            memcpy(frame->head + frame->have, data, taken);
            frame->have += taken;
            if (frame->have == sizeof frame->head && !open_message(frame, offence))
                return FALSE;
        }
        data += taken;
        size -= taken;
    }
    return TRUE;
}
