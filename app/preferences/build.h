/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/* Widgets that the pages make themselves, since their number is known only while running. */

/* A label that wraps and starts at the left; classes is a list of words, or NULL. */
GtkWidget *akin_build_label(const char *text, const char *classes);

/* A flat button with an icon; name is its tooltip and its accessible name. */
GtkWidget *akin_build_icon_button(const char *icon, const char *name);

/*
 * What is shown of what comes from the helper: GTK takes seconds for a word of thousands of
 * letters, or for thousands of rows.
 */
enum { AKIN_BUILD_MOST_LETTERS = 500, AKIN_BUILD_MOST_ROWS = 200 };

/* The last row of a card of that many, count, of which the first are shown; nothing if all are. */
void akin_build_add_more(GtkContainer *card, gsize count);

/* A row of a card with a title and, unless about is NULL, a dim line below it. */
GtkWidget *akin_build_row(const char *title, const char *about);

/* Such a button that activates an action, with its target, which may be floating. */
GtkWidget *
akin_build_action_button(const char *icon, const char *name, const char *action, GVariant *target);

/* Puts a widget at the right end of such a row. */
void akin_build_row_append(GtkWidget *row, GtkWidget *widget);

/* A word or two in a grey pill, put there. */
void akin_build_row_append_badge(GtkWidget *row, const char *text);

/*
 * Whether a container must be filled anew, because what it shows depends on state, which is not
 * what it was: then it is empty. Takes a floating state.
 */
gboolean akin_build_begin(GtkContainer *container, GVariant *state);

void akin_build_add_class(GtkWidget *widget, const char *name);
void akin_build_name(GtkWidget *widget, const char *accessible_name);
void akin_build_clear(GtkContainer *container);

/* "192.168.56.1, fd00:56::1" of an as. */
char *akin_build_list(GVariant *words);
