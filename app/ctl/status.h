/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <json-glib/json-glib.h>

#include "catalogue.h"

/* The text of `akinctl status`. */
char *ctl_status_format(const AkinSnapshot *snapshot, gboolean anyone_may_ping);

/* The object of `akinctl --json status`, which all commands that switch something print, too. */
gboolean ctl_status_print_json(Ctl *ctl, GError **error);

/* A line for each of Warnings that begins with "! ", of Notes with "- ". */
char *ctl_warnings_format(GVariant *warnings, GVariant *notes);
/* The members "warnings" and "notes". */
void ctl_warnings_json(JsonBuilder *builder, GVariant *warnings, GVariant *notes);

/* "NAT auto, active" */
char *ctl_nat_words(const AkinSnapshot *snapshot);

/* "10.0.0.1, 10.0.0.2" of an "as"; empty when there is none. */
char *ctl_join(GVariant *strings);
