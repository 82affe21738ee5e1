/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* The fixed part that D-Bus messages begin with (D-Bus Specification, "Message Format"). Pure. */
#define AKIN_HEAD_SIZE 16

typedef struct {
    guint8 type;          /* 1: a method call */
    guint32 serial;       /* 0 is none */
    guint32 fields, body; /* bytes of each */
    guint64 rest;         /* bytes behind the fixed part, with the padding between the two */
} AkinHead;

/* bytes: AKIN_HEAD_SIZE of them. FALSE: no byte order or no version of D-Bus. */
gboolean akin_head_parse(AkinHead *head, const guint8 *bytes);
