/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* A row of Forwards in org.akin.Helper1.xml. */
typedef struct {
    const char *protocol, *address, *from;
    guint16 port, target_port;
    gboolean works;
} AkinForwardInfo;

/* From a child of Forwards, "(sqsqsb)", whose strings it uses. */
AkinForwardInfo akin_forward_info(GVariant *forward);

/*
 * Adds a forward, or edits one: edit, a child of Forwards, NULL for a new one. address: the
 * machine of a new one, or NULL. Destroys itself.
 */
GtkWidget *
akin_forward_dialog_new(GtkWindow *parent, AkinDesk *desk, GVariant *edit, const char *address);
