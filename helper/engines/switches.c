/* SPDX-License-Identifier: BSD-2-Clause */
#include "switches.h"

#include "error.h"
#include "record.h"

/* Of the record: switch=old;new */
#define GROUP "changed"

struct _AkinSwitches {
    const AkinSwitchClass *class;
    gpointer kernel;
    AkinRecord *record;
    GKeyFile *keys; /* the record's */
};

AkinSwitches *
akin_switches_new(const AkinSwitchClass *class, gpointer kernel, const char *state_dir,
                  const char *name)
{
    AkinSwitches *switches = g_new0(AkinSwitches, 1);
    switches->class = class;
    switches->kernel = kernel;
    switches->record = akin_record_new(state_dir, name);
    switches->keys = akin_record_keys(switches->record);
    return switches;
}

void
akin_switches_free(AkinSwitches *switches)
{
    akin_record_free(switches->record);
    g_free(switches);
}

GHashTable *
akin_switches_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

gboolean
akin_switches_is(const AkinSwitches *switches, const char *name, const char *value)
{
    g_autofree char *now = switches->class->read(switches->kernel, name, NULL);
    return g_strcmp0(now, value) == 0;
}

gboolean
akin_switches_is_turned(const AkinSwitches *switches, const char *name)
{
    return g_key_file_has_key(switches->keys, GROUP, name, NULL);
}

/* Keeps the first error; the rest goes on. */
static void
keep_first(GError **first, GError *error)
{
    if (*first)
        g_error_free(error);
    else
        *first = error;
}

/* The value; NULL when there is no such switch, or when it cannot be had, which is noted. */
static char *
read_or_note(AkinSwitches *switches, const char *name, gboolean *failed, GError **first)
{
    GError *error = NULL;
    char *value = switches->class->read(switches->kernel, name, &error);
    *failed = error && !g_error_matches(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND);
    if (*failed)
        keep_first(first, g_steal_pointer(&error));
    g_clear_error(&error);
    return value;
}

static void
put_back(AkinSwitches *switches, const char *name, GError **first)
{
    GError *error = NULL;
    gboolean failed;
    g_autofree char *now = read_or_note(switches, name, &failed, first);
    if (failed)
        return;
    g_auto(GStrv) values = g_key_file_get_string_list(switches->keys, GROUP, name, NULL, NULL);
    gboolean ours = values && g_strv_length(values) == 2 && g_strcmp0(now, values[1]) == 0;
    if (ours && !switches->class->write(switches->kernel, name, values[0], &error)) {
        keep_first(first, error);
        return;
    }
    if (ours && switches->class->undo)
        switches->class->undo(switches->kernel, name, switches->keys);
    g_key_file_remove_key(switches->keys, GROUP, name, NULL);
}

static gboolean
put_back_unwanted(AkinSwitches *switches, GHashTable *wanted, GError **first)
{
    gboolean changed = FALSE;
    g_auto(GStrv) names = g_key_file_get_keys(switches->keys, GROUP, NULL, NULL);
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; names && names[i]; i++) {
            if (switches->class->is_last(names[i]) != (pass == 0) ||
                g_hash_table_contains(wanted, names[i]))
                continue;
            put_back(switches, names[i], first);
            changed = TRUE;
        }
    }
    return changed;
}

/* Notes the old value of each switch that has to change. */
static gboolean
note_old_values(AkinSwitches *switches, GHashTable *wanted, GError **first)
{
    GHashTableIter iter;
    gpointer name, value;
    gboolean changed = FALSE;
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (akin_switches_is_turned(switches, name))
            continue;
        gboolean failed;
        g_autofree char *old = read_or_note(switches, name, &failed, first);
        if (!old || g_str_equal(old, value))
            continue;
        if (switches->class->note)
            switches->class->note(switches->kernel, name, switches->keys);
        const char *const values[] = {old, value};
        g_key_file_set_string_list(switches->keys, GROUP, name, values, 2);
        changed = TRUE;
    }
    return changed;
}

static void
turn(AkinSwitches *switches, GHashTable *wanted, GError **first)
{
    for (int pass = 0; pass < 2; pass++) {
        GHashTableIter iter;
        gpointer name, value;
        g_hash_table_iter_init(&iter, wanted);
        while (g_hash_table_iter_next(&iter, &name, &value)) {
            GError *error = NULL;
            if (switches->class->is_last(name) == (pass == 1) &&
                akin_switches_is_turned(switches, name) &&
                !akin_switches_is(switches, name, value) &&
                !switches->class->write(switches->kernel, name, value, &error))
                keep_first(first, error);
        }
    }
}

gboolean
akin_switches_set(AkinSwitches *switches, GHashTable *wanted, GError **error)
{
    GError *first = NULL;
    gboolean gone = put_back_unwanted(switches, wanted, &first);
    gboolean come = note_old_values(switches, wanted, &first);
    if (!akin_record_save(switches->record, gone || come, first ? NULL : &first) &&
        g_hash_table_size(wanted) > 0) {
        g_propagate_error(error, first);
        return FALSE;
    }
    turn(switches, wanted, &first);
    if (first)
        g_propagate_error(error, first);
    return first == NULL;
}
