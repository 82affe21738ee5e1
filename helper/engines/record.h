/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * What akin has done to the kernel besides its rules and has to take back, in a file of the state
 * folder, so that a helper that was killed leaves nothing behind for good. Only of this boot:
 * after another one the kernel is fresh.
 */
typedef struct _AkinRecord AkinRecord;

/* Reads what is there. state_dir need not exist yet; both are copied. */
AkinRecord *akin_record_new(const char *state_dir, const char *name);
void akin_record_free(AkinRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinRecord, akin_record_free)

/* To be read and changed; the record's. The group "boot" is its own. */
GKeyFile *akin_record_keys(AkinRecord *record);

/*
 * Writes what was changed, and what an earlier call could not write; atomically. Comes before what
 * it tells of is done. AKIN_ERROR_ENGINE_FAILED.
 */
gboolean akin_record_save(AkinRecord *record, gboolean changed, GError **error);
