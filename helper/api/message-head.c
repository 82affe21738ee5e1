/* SPDX-License-Identifier: BSD-2-Clause */
#include "message-head.h"

#include <string.h>

#define PROTOCOL_VERSION 1
#define ALIGNMENT 8 /* of the body */

static guint32
number(const guint8 *bytes, gboolean big_endian)
{
    guint32 value;
    memcpy(&value, bytes, sizeof value);
    return big_endian ? GUINT32_FROM_BE(value) : GUINT32_FROM_LE(value);
}

gboolean
akin_head_parse(AkinHead *head, const guint8 *bytes)
{
    gboolean big_endian = bytes[0] == 'B';
    if ((!big_endian && bytes[0] != 'l') || bytes[3] != PROTOCOL_VERSION)
        return FALSE;
    head->type = bytes[1];
    head->body = number(bytes + 4, big_endian);
    head->serial = number(bytes + 8, big_endian);
    head->fields = number(bytes + 12, big_endian);
    head->rest = ((guint64) head->fields + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + head->body;
    return TRUE;
}
