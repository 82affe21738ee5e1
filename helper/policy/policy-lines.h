/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* Where in the text of a key file something stands, which GKeyFile does not say. Pure. */

/*
 * The line of a group's key, counting from 1; 0 when it is not there. The last one, which is the
 * one that counts when a key stands there twice. key NULL: the line of the group itself.
 */
guint akin_lines_find(const char *text, const char *group, const char *key);

/* A key that has two values or more in the group, to be freed; NULL: none has. */
char *akin_lines_find_repeated(const char *text, const char *group);

/* The first line that GKeyFile refuses in a text that it refuses. */
guint akin_lines_refused(const char *text, GKeyFileFlags flags);
