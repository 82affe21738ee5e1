/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "caution.h"
#include "model.h"

/* Tells a person why something was not done that was asked for in a window closed since. */
typedef void (*AkinPreferencesTell)(GtkApplication *app, const char *sentence);

/*
 * The preferences window. Not shown yet; closing destroys it, so that nothing of it stays in
 * memory while only the icon is there. Keeps a reference on caution.
 */
GtkWidget *
akin_preferences_new(GtkApplication *app, AkinCaution *caution, AkinPreferencesTell tell);

/* Turns to a page; AKIN_PAGE_ABOUT opens the dialog, AKIN_PAGE_NONE leaves the page as it is. */
void akin_preferences_show_page(GtkWidget *preferences, AkinPage page);

/* Turns to the virtual machines and begins a new forward; address may be NULL. */
void akin_preferences_add_forward(GtkWidget *preferences, const char *address);

/* Says something on the first page for as long as it is true; "": nothing. */
void akin_preferences_set_remark(GtkWidget *preferences, const char *sentence);
