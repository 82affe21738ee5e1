/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * A file that is locked as long as this process lives, for what there must be only one of. The
 * file is removed at the end while it is still locked, and its folder if it was made and is empty,
 * so that nothing stays behind.
 */
typedef struct _AkinLock AkinLock;

/*
 * Makes the folder of path where it is missing. AKIN_ERROR_IN_USE when another process holds the
 * lock, AKIN_ERROR_STORE_FAILED when the file cannot be made.
 */
AkinLock *akin_lock_new(const char *path, GError **error);
void akin_lock_free(AkinLock *lock); /* NULL: there is none */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinLock, akin_lock_free)
