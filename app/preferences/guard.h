/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * Keeps the buttons of a list's rows from being pressed by mistake. Their action is off while a
 * change of the list is under way, and for a moment after rows have moved: the second click of two
 * would meet another row. Plain data, all zero at first.
 */
typedef struct {
    GSimpleAction *action; /* not owned */
    guint under_way;
    guint rest; /* source */
} AkinGuard;

void akin_guard_set_up(AkinGuard *guard, GActionMap *map, const char *action);
void akin_guard_clear(AkinGuard *guard);

void akin_guard_begin(AkinGuard *guard);
void akin_guard_end(AkinGuard *guard);

/* The rows of the list were made anew. */
void akin_guard_rest(AkinGuard *guard, GtkWidget *list);
