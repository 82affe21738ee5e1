/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

#include <string.h>

#define METHOD_CALL 1

/* The head is complete: how much belongs to it? */
static gboolean
open_message(AkinFrame *frame, const char **offence)
{
    AkinHead head;
    if (!akin_head_parse(&head, frame->head) || head.type != METHOD_CALL || head.serial == 0) {
        *offence = "sends what is no call";
        return FALSE;
    }
    if (head.fields > AKIN_FRAME_FIELDS_MAX || AKIN_HEAD_SIZE + head.rest > frame->max) {
        *offence = "sends a message that is too large";
        return FALSE;
    }
    frame->left = head.rest;
    frame->have = 0;
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
