/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Switches of the kernel that akin turns and puts back: a name, a value, both text. The old values
 * are in a record, which is written before any switch is turned, so that there is no moment at
 * which an old value is known to nobody.
 */
typedef struct _AkinSwitches AkinSwitches;

/* How this kernel's are read and turned. kernel is what akin_switches_new was given. */
typedef struct {
    /* The caller frees it. NULL with AKIN_ERROR_NOT_FOUND when there is no such switch. */
    char *(*read)(gpointer kernel, const char *name, GError **error);
    gboolean (*write)(gpointer kernel, const char *name, const char *value, GError **error);
    /* Turned after all others, and put back before them. */
    gboolean (*is_last)(const char *name);
    /* What turning it will overwrite besides is noted before, and undone after; may be NULL. */
    void (*note)(gpointer kernel, const char *name, GKeyFile *record);
    void (*undo)(gpointer kernel, const char *name, GKeyFile *record);
} AkinSwitchClass;

/* class and kernel must outlive it; state_dir and name, those of the record, are copied. */
AkinSwitches *akin_switches_new(const AkinSwitchClass *class, gpointer kernel,
                                const char *state_dir, const char *name);
void akin_switches_free(AkinSwitches *switches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinSwitches, akin_switches_free)

/* Names to values, both text. Free with g_hash_table_unref. */
GHashTable *akin_switches_table(void);

/*
 * Turns what differs from wanted, again if somebody else has turned it meanwhile, and puts back
 * what is wanted no more, but for what somebody else has changed. A switch that the kernel does
 * not have is left out. On failure (AKIN_ERROR_ENGINE_FAILED) the others are set all the same, and
 * what could not be put back is the next time; unless the record could not be written: then none is
 * turned.
 */
gboolean akin_switches_set(AkinSwitches *switches, GHashTable *wanted, GError **error);

/* Whether the switch has the value now. */
gboolean akin_switches_is(const AkinSwitches *switches, const char *name, const char *value);

/* Whether akin has turned it. */
gboolean akin_switches_is_turned(const AkinSwitches *switches, const char *name);
