/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "facts.h"

/*
 * A row of a card: a title, a line of explanation, and a switch in the hands of toggle.h, whose
 * accessible name is the title. Property "title", with a mnemonic, and "about".
 */
#define AKIN_TYPE_SWITCH_ROW (akin_switch_row_get_type())
G_DECLARE_FINAL_TYPE(AkinSwitchRow, akin_switch_row, AKIN, SWITCH_ROW, GtkBox)

GtkSwitch *akin_switch_row_get_switch(AkinSwitchRow *row);
void akin_switch_row_set_about(AkinSwitchRow *row, const char *about);

/* A lock beside the switch says that a password is asked for, or that it cannot be moved. */
void akin_switch_row_set_rights(AkinSwitchRow *row, AkinMayControl rights);
