/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * A row of buttons, one for each page of a GtkStack: its child properties "title" and "icon-name".
 * In a header bar icon and title stand side by side; "narrow" puts the icon above and lets the
 * title get short, to fit below the pages of a window that is as narrow as a phone.
 */
#define AKIN_TYPE_SWITCHER (akin_switcher_get_type())
G_DECLARE_FINAL_TYPE(AkinSwitcher, akin_switcher, AKIN, SWITCHER, GtkBox)

/* Once, when the stack has its pages. short_titles: for narrow, of as many words as pages. */
void
akin_switcher_set_stack(AkinSwitcher *switcher, GtkStack *stack, const char *const *short_titles);
