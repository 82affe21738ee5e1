/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * The one place that runs a program: no shell, an absolute path, an environment of its own, a
 * deadline after which it is killed, and bounded output. A call blocks until the program has
 * ended. Main thread only.
 */
typedef struct _AkinTools AkinTools;

/* What a system's program may take; far more than any of them does. */
#define AKIN_TOOL_DEADLINE_MS 10000

/* folder: where alone programs are found, copied; NULL: in this system's own folders of them. */
AkinTools *akin_tools_new(const char *folder, guint deadline_ms);
void akin_tools_free(AkinTools *tools);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinTools, akin_tools_free)

gboolean akin_tools_have(const AkinTools *tools, const char *name);

/*
 * argv begins with the program's name and ends with NULL; input NULL: nothing to read. output and
 * complaints, what it wrote to its standard output and error, may be NULL; the caller frees them.
 * AKIN_ERROR_ENGINE_FAILED when it is not there, or ends otherwise than with 0, and then nothing
 * is returned.
 */
gboolean akin_tool_run(const AkinTools *tools, const char *const *argv, const char *input,
                       char **output, char **complaints, GError **error);

/* The same for a program that reads nothing and whose words do not matter; ends with NULL. */
gboolean akin_tool_call(const AkinTools *tools, GError **error, ...) G_GNUC_NULL_TERMINATED;
