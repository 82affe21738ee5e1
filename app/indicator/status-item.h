/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <libayatana-appindicator/app-indicator.h>

/* The library lacks it, and a subclass needs it. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AppIndicator, g_object_unref)

/*
 * An AppIndicator that makes its stand-in for a tray of X11 itself: the library's own renames it
 * while it appears, which GTK answers with a critical message, and has no tooltip.
 */
#define AKIN_TYPE_STATUS_ITEM (akin_status_item_get_type())
G_DECLARE_FINAL_TYPE(AkinStatusItem, akin_status_item, AKIN, STATUS_ITEM, AppIndicator)

/* icons: a folder with hicolor/. The menu is set by app_indicator_set_menu(). */
AkinStatusItem *akin_status_item_new(const char *id, const char *icon, const char *icons);

/* Panels show the title, which is the program's name, and what is spoken as their tooltip. */
void akin_status_item_show(AkinStatusItem *item, const char *icon, const char *spoken,
                           const char *tooltip);
