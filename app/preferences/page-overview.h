/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* The state in a sentence, the three switches, what the computer is connected to. */
#define AKIN_TYPE_OVERVIEW (akin_overview_get_type())
G_DECLARE_FINAL_TYPE(AkinOverview, akin_overview, AKIN, OVERVIEW, GtkStack)

GtkWidget *akin_overview_new(AkinDesk *desk);

/* Says something for as long as it is true, besides what the helper warns of; "": nothing. */
void akin_overview_set_remark(GtkWidget *overview, const char *sentence);
