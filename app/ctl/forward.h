/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <json-glib/json-glib.h>

/* A forward as the helper sent it. */
typedef struct {
    const char *protocol;
    guint16 port;
    const char *address;
    guint16 target_port;
    const char *from; /* "anyone", "loopback" or a network */
    gboolean works;
} CtlForward;

/* The next of forwards, an a(sqsqsb). Strings live as long as the variant. */
gboolean ctl_forward_next(GVariantIter *forwards, CtlForward *forward);

/* "tcp 80 → 192.168.56.101 port 80, from anyone" */
char *ctl_forward_sentence(const CtlForward *forward);

/* The member "forwards". */
void ctl_forwards_json(JsonBuilder *builder, GVariant *forwards);
