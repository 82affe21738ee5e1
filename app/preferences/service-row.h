/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/*
 * One service: title, ports, a switch for each direction; opens to what it is for. Made in C and
 * not from a file, and its inner part when it is first opened, since there may be a thousand.
 */
#define AKIN_TYPE_SERVICE_ROW (akin_service_row_get_type())
G_DECLARE_FINAL_TYPE(AkinServiceRow, akin_service_row, AKIN, SERVICE_ROW, GtkBox)

/* Of the two columns of switches, in pixels: room for their heads in most languages. */
#define AKIN_SERVICE_COLUMN 76

GtkWidget *akin_service_row_new(AkinDesk *desk, const AkinServiceInfo *service);

/* What is known of it now; keeps nothing of service. may_change: see akin_desk_may_change(). */
void
akin_service_row_show(AkinServiceRow *row, const AkinServiceInfo *service, gboolean may_change);

/* "tcp 80, 8080 · udp 53" of PORTS. */
char *akin_service_ports(const char *ports);
