/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* NAT, forwards, VM networks, and which interfaces are such. */
#define AKIN_TYPE_MACHINES (akin_machines_get_type())
G_DECLARE_FINAL_TYPE(AkinMachines, akin_machines, AKIN, MACHINES, GtkBox)

GtkWidget *akin_machines_new(AkinDesk *desk);

/* Begins a new forward to this machine; address may be NULL. */
void akin_machines_add_forward(GtkWidget *machines, const char *address);

/* One more pattern of names of VM networks; what it came to is said by the desk. */
void akin_machines_add_pattern(GtkWidget *machines, const char *pattern);
