/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/* The catalogue: a row for each service, in groups, and a search entry above them. */
#define AKIN_TYPE_SERVICES (akin_services_get_type())
G_DECLARE_FINAL_TYPE(AkinServices, akin_services, AKIN, SERVICES, GtkBox)

GtkWidget *akin_services_new(AkinDesk *desk);

/* Puts the focus into the search entry. */
void akin_services_search(GtkWidget *services);
