/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* Text for a terminal. Pure. */

/*
 * Any bytes as valid UTF-8 on one line: control characters, line separators and the characters
 * that override the direction of writing become spaces, so that no text can fake another.
 */
char *ctl_clean(const char *text);

/* The same, keeping line ends and tabs. */
char *ctl_clean_lines(const char *text);

/* The same as ctl_clean, and not endless: for quoting a word in a message. */
char *ctl_excerpt(const char *text);

/* The columns that clean text takes. */
guint ctl_width(const char *text);

/*
 * Columns aligned by width, two spaces between them, none at the end of a line. Cells are cleaned.
 * A cell wider than the limit of its column pushes the rest of its own row only.
 */
typedef struct _CtlTable CtlTable;

CtlTable *ctl_table_new(guint columns);
/* As many cells as there are columns. */
void ctl_table_add(CtlTable *table, const char *const *cells);
/* A line of its own, such as a heading. */
void ctl_table_add_line(CtlTable *table, const char *text);
/* Frees the table. */
char *ctl_table_end(CtlTable *table);
