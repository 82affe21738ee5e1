/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * A file that takes the place of another, in two steps: all that can be known to fail does so in
 * the first, which leaves the old file alone, so that what has to happen in between may rely on
 * the second. (GLib's g_file_set_contents_full does both at once.) One writer a path.
 */
typedef struct _AkinNewFile AkinNewFile;

/*
 * Writes text beside path, mode 0600, as path with ".new" behind it; makes the folder where it is
 * missing. NULL with AKIN_ERROR_STORE_FAILED, and nothing is left behind.
 */
AkinNewFile *akin_new_file_write(const char *path, const char *text, GError **error);

/*
 * Puts it in place, durably: fsync, rename, fsync of the folder. FALSE with
 * AKIN_ERROR_STORE_FAILED, and the old file is as it was.
 */
gboolean akin_new_file_commit(AkinNewFile *file, GError **error);

/* Removes what was not committed. */
void akin_new_file_free(AkinNewFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinNewFile, akin_new_file_free)
