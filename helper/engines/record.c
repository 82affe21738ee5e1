/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "boot.h"
#include "error.h"

struct _AkinRecord {
    char *path;
    GKeyFile *keys;
    gboolean unsaved; /* the file does not say what the keys say */
};

AkinRecord *
akin_record_new(const char *state_dir, const char *name)
{
    AkinRecord *record = g_new0(AkinRecord, 1);
    g_autofree char *boot = akin_boot_id();
    record->path = g_build_filename(state_dir, name, NULL);
    record->keys = g_key_file_new();
    g_key_file_load_from_file(record->keys, record->path, G_KEY_FILE_NONE, NULL);
    g_autofree char *recorded = g_key_file_get_string(record->keys, "boot", "id", NULL);
    if (g_strcmp0(boot, recorded) != 0) {
        g_key_file_unref(record->keys);
        record->keys = g_key_file_new();
        g_key_file_set_string(record->keys, "boot", "id", boot);
    }
    return record;
}

void
akin_record_free(AkinRecord *record)
{
    g_key_file_unref(record->keys);
    g_free(record->path);
    g_free(record);
}

GKeyFile *
akin_record_keys(AkinRecord *record)
{
    return record->keys;
}

static gboolean
write_file(const AkinRecord *record, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(record->path);
    g_autoptr(GError) refused = NULL;
    if (g_mkdir_with_parents(dir, 0700) != 0)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot note the kernel's old values: cannot make %s: %s", dir,
                    g_strerror(errno));
    else if (!g_key_file_save_to_file(record->keys, record->path, &refused))
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot note the kernel's old values: %s", refused->message);
    else
        return TRUE;
    return FALSE;
}

gboolean
akin_record_save(AkinRecord *record, gboolean changed, GError **error)
{
    record->unsaved = (changed || record->unsaved) && !write_file(record, error);
    return !record->unsaved;
}
