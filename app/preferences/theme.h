/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/* How akin's windows look on top of the person's theme: ui/style.css. */

/* Once for the program, when the resources are there. */
void akin_theme_load(void);

/* Has the window know whether the theme is a dark one, from now on. */
void akin_theme_follow(GtkWidget *window);
