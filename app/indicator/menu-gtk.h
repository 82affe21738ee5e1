/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "model.h"

/*
 * A GtkMenu that follows rows. Items stay the same while their rows do, so that an open menu does
 * not flicker and a panel is told only what is different.
 */
typedef struct _AkinMenu AkinMenu;
typedef void (*AkinMenuActivated)(const char *id, gpointer user_data);

AkinMenu *akin_menu_new(AkinMenuActivated activated, gpointer user_data);
void akin_menu_free(AkinMenu *menu);

GtkMenu *akin_menu_get_widget(AkinMenu *menu);

/* Rows are those of AkinModel; nothing of them is kept. */
void akin_menu_update(AkinMenu *menu, GPtrArray *rows);

/* The item of a row of the first level; NULL if there is none. */
GtkWidget *akin_menu_find(AkinMenu *menu, const char *id);
