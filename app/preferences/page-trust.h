/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* Who may ping this computer. */
#define AKIN_TYPE_TRUST (akin_trust_get_type())
G_DECLARE_FINAL_TYPE(AkinTrust, akin_trust, AKIN, TRUST, GtkBox)

GtkWidget *akin_trust_new(AkinDesk *desk);
