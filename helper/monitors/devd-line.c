/* SPDX-License-Identifier: BSD-2-Clause */
#include "devd-line.h"

#include <string.h>

/*
 * "!system=ACPI subsystem=Suspend type=\\_SB_ notify=0x03", and "!system=kernel subsystem=power
 * type=resume" from FreeBSD 13 on. A computer may say both: the second one is no change.
 */
static const struct {
    const char *system, *subsystem, *type; /* type NULL: any */
    AkinDevdNews news;
} known[] = {
    {"ACPI", "Suspend", NULL, AKIN_DEVD_ASLEEP},
    {"ACPI", "Resume", NULL, AKIN_DEVD_AWAKE},
    {"kernel", "power", "suspend", AKIN_DEVD_ASLEEP},
    {"kernel", "power", "resume", AKIN_DEVD_AWAKE},
};

/* The value of the word "key=value", whatever stands around it, is this one. */
static gboolean
has(char **words, const char *key, const char *value)
{
    for (guint i = 0; words[i]; i++) {
        gsize length = strlen(key);
        if (strncmp(words[i], key, length) == 0 && words[i][length] == '=')
            return strcmp(words[i] + length + 1, value) == 0;
    }
    return FALSE;
}

AkinDevdNews
akin_devd_read(const char *line, gsize size)
{
    if (size == 0 || line[0] != '!')
        return AKIN_DEVD_NOTHING;
    g_autofree char *text = g_strndup(line + 1, size - 1);
    g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (has(words, "system", known[i].system) && has(words, "subsystem", known[i].subsystem) &&
            (!known[i].type || has(words, "type", known[i].type)))
            return known[i].news;
    }
    return AKIN_DEVD_NOTHING;
}
