/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Whether this desktop has a place for status icons: a StatusNotifierWatcher on the session bus,
 * or the system tray of X11. Looks once, after AKIN_TRAY_GRACE seconds.
 */
#define AKIN_TRAY_GRACE 3

typedef struct _AkinTray AkinTray;

AkinTray *akin_tray_look(void (*missing)(gpointer user_data), gpointer user_data);
void akin_tray_free(AkinTray *tray);
