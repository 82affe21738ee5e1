/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * Holds one child, centred and never wider than AKIN_COLUMN_WIDTH: long lines are hard to read,
 * and a switch far from its words is hard to match with them.
 */
#define AKIN_COLUMN_WIDTH 640

#define AKIN_TYPE_COLUMN (akin_column_get_type())
G_DECLARE_FINAL_TYPE(AkinColumn, akin_column, AKIN, COLUMN, GtkBin)
