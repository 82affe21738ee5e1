/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* Taking apart the words of a command line, and finding what was meant by them. Pure. */

/* A decimal port, 1..65535. AKIN_ERROR_INVALID_ARGUMENT, worded as the helper does. */
gboolean ctl_parse_port(const char *text, guint16 *port, GError **error);

/*
 * ADDRESS[:PORT] into its two parts: 10.0.0.1, 10.0.0.1:80, fd00::5, [fd00::5], [fd00::5]:80.
 * Without a port, *port stays. Whether the address is one, is for the helper to say.
 */
gboolean ctl_split_target(const char *text, char **address, guint16 *port, GError **error);

/* The word is one of the alternatives "on|off". */
gboolean ctl_word_is_one_of(const char *word, const char *alternatives);

/* How many letters must be changed, added, left out or swapped with a neighbour. */
guint ctl_distance(const char *a, const char *b);
