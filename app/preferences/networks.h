/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "facts.h"

/*
 * Fills a box with a card for each VM network: its subnets, and the machines heard in it, each
 * with a button that forwards a port to it if that may be done. facts has a snapshot.
 */
void akin_networks_show(GtkContainer *box, const AkinFacts *facts, gboolean may_change);
