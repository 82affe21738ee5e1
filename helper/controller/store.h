/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"

/*
 * The policy file. Written atomically and durably (new file, fsync, rename, fsync of the folder),
 * mode 0600; a second copy in the state folder is the last good policy, for the day somebody
 * breaks the file with an editor. What a person wrote is never overwritten: a file that was
 * edited since akin read it has to be read again first.
 */
typedef struct _AkinStore AkinStore;

/* Paths are copied; nothing is read or made yet. */
AkinStore *akin_store_new(const char *path, const char *state_dir);
void akin_store_free(AkinStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinStore, akin_store_free)

/*
 * The policy in the file; the default policy when there is none. NULL with
 * AKIN_ERROR_POLICY_BROKEN, "/etc/akin/akin.conf: line 7: ...", also when the file is not
 * somebody's whom we trust (another owner, writable for others, no plain file).
 */
AkinPolicy *akin_store_read(AkinStore *store, GError **error);

/*
 * What in the file that was read last means nothing to us, in a sentence; NULL: nothing. The
 * store's, until it reads again.
 */
const char *akin_store_remark(const AkinStore *store);

/* What was read last is in force: it is the last good policy, and may be written over. */
void akin_store_accept(AkinStore *store);

/* The last good policy; the default one when none is known (*known FALSE). Never NULL. */
AkinPolicy *akin_store_read_last_good(AkinStore *store, gboolean *known);

/* Whether the file on disk is the one that was read or written last. AKIN_ERROR_POLICY_BROKEN. */
gboolean akin_store_check_unchanged(const AkinStore *store, GError **error);

/*
 * Writing is two steps, between which the kernel gets the policy. Preparing does all that can be
 * refused and leaves the file as it is: AKIN_ERROR_STORE_FAILED when it cannot be written,
 * the error of akin_store_check_unchanged.
 */
gboolean akin_store_prepare(AkinStore *store, const AkinPolicy *policy, GError **error);

/* Puts what was prepared in place, durably. AKIN_ERROR_STORE_FAILED; then the file is as it was. */
gboolean akin_store_commit(AkinStore *store, GError **error);

/* Forgets what was prepared, if anything was. */
void akin_store_discard(AkinStore *store);

/*
 * Keeps a text of that name in the state folder, durably; NULL: no such file. Does nothing when it
 * is so already. AKIN_ERROR_STORE_FAILED.
 */
gboolean akin_store_keep(AkinStore *store, const char *name, const char *text, GError **error);

/* Whether a file holds a valid policy, for --check-config; remarks go to the log. */
gboolean akin_store_check(const char *path, GError **error);
