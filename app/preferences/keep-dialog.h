/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * Asks whether a firewall that was just turned on, on trial, is to stay so, and counts the seconds
 * until it is taken back. Response GTK_RESPONSE_ACCEPT: keep it; any other: take it back. When the
 * time is up it destroys itself without a response. parent: nullable. Not shown yet.
 */
GtkWidget *akin_keep_dialog_new(GtkWindow *parent, guint seconds);
