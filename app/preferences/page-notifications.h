/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* What this person wants to be told, and whether akin starts with the session. */
#define AKIN_TYPE_NOTIFICATIONS (akin_notifications_get_type())
G_DECLARE_FINAL_TYPE(AkinNotifications, akin_notifications, AKIN, NOTIFICATIONS, GtkBox)

GtkWidget *akin_notifications_new(AkinDesk *desk);
