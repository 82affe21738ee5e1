/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* Adds a service of the user's own, or edits one; nothing is kept of it. Destroys itself. */
GtkWidget *akin_service_dialog_new(GtkWindow *parent, AkinDesk *desk, const AkinServiceInfo *edit);
