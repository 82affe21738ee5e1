/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * One sentence over the lower edge of the page, which goes by itself: after a while in which the
 * pointer and the focus were elsewhere, so that nobody loses it while reading.
 */
#define AKIN_TYPE_TOAST (akin_toast_get_type())
G_DECLARE_FINAL_TYPE(AkinToast, akin_toast, AKIN, TOAST, GtkRevealer)

/* Replaces what is there. button NULL: none; else action, with its target, is what it does. */
void akin_toast_show(AkinToast *toast, const char *sentence, const char *button, const char *action,
                     GVariant *target);
void akin_toast_hide(AkinToast *toast);
