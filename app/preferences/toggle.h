/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * A GtkSwitch that shows what somebody else knows. When a person moves it, the handle goes at
 * once and the colour follows when it is true (GtkSwitch: active and state); when the change
 * failed, the handle goes back. Showing the truth never asks for a change, so that two windows
 * cannot drive each other.
 */

/* A person wants it on or off: make the change, then akin_toggle_settle(), exactly once. */
typedef void (*AkinToggleAsk)(GtkSwitch *toggle, gboolean wanted, gpointer data);

/* Once for each switch. data must live as long as the switch answers to people. */
void akin_toggle_init(GtkSwitch *toggle, AkinToggleAsk ask, gpointer data);

/* What is true now. While a change is on its way, the handle stays where the person put it. */
void akin_toggle_show(GtkSwitch *toggle, gboolean truth);

/* A change has ended, well or badly; show the truth before. */
void akin_toggle_settle(GtkSwitch *toggle);
