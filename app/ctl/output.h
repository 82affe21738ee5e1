/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <json-glib/json-glib.h>

#include "ctl.h"

/*
 * What akinctl writes. Always UTF-8, whatever the locale: scripts read it too. Text from the
 * helper or the command line goes through ctl_clean() first.
 */

/* Keeps the socket from becoming standard output when the caller has closed that. Call first. */
void ctl_output_init(void);

/* Standard output; CTL_ERROR_OUTPUT when nobody can read it, with an empty message if they left. */
gboolean ctl_print(const char *text, GError **error);
gboolean ctl_print_line(const char *text, GError **error);

/*
 * A line on the new state; it adds that nothing of it is in force after a stop, and that it will be
 * taken back during a trial that somebody else has begun.
 */
gboolean
ctl_print_state(const Ctl *ctl, const AkinSnapshot *snapshot, const char *text, GError **error);

/* The object that builder has built, on one line. */
gboolean ctl_print_json(JsonBuilder *builder, GError **error);

/* "akinctl: message" on standard error, and with json an object on standard output. */
void ctl_print_error(const GError *problem, gboolean json);

/* Members of the object that is being built. */
void ctl_json_string(JsonBuilder *builder, const char *name, const char *value);
void ctl_json_boolean(JsonBuilder *builder, const char *name, gboolean value);
void ctl_json_int(JsonBuilder *builder, const char *name, gint64 value);
/* strings is an "as". */
void ctl_json_strings(JsonBuilder *builder, const char *name, GVariant *strings);
