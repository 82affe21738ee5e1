/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Whether root may believe what is in a folder: nobody but root, or whoever runs the helper, can
 * put, change or exchange anything there.
 *
 * Each part of the folder's real path, from / on, must be a folder of one of the two that neither
 * group nor others may write to. A parent with the sticky bit, as /tmp, is one as well, unless the
 * part below it is missing: anybody could be first to make that. Below the others what is missing
 * will be made by us. Looks, and changes nothing.
 *
 * *path becomes the real path, to be used from then on: whoever owns a link on the way could lead
 * it elsewhere afterwards. FALSE with AKIN_ERROR_INVALID_ARGUMENT, "/tmp/x belongs to user 1000;
 * choose a --state-dir that only root may write to", where wanted is "a --state-dir".
 */
gboolean akin_trust_folder(char **path, const char *wanted, GError **error);

/* The same of the folder that a file is in, or will be. The file itself is not looked at. */
gboolean akin_trust_folder_of(char **file, const char *wanted, GError **error);
