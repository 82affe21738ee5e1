/* SPDX-License-Identifier: BSD-2-Clause */
#include "warnings.h"

#include <string.h>

struct _AkinWarnings {
    GArray *list;
};

static void
warning_clear(gpointer data)
{
    AkinWarning *warning = data;
    g_free(warning->name);
    g_free(warning->sentence);
}

AkinWarnings *
akin_warnings_new(void)
{
    AkinWarnings *warnings = g_new0(AkinWarnings, 1);
    warnings->list = g_array_new(FALSE, FALSE, sizeof(AkinWarning));
    g_array_set_clear_func(warnings->list, warning_clear);
    return warnings;
}

void
akin_warnings_free(AkinWarnings *warnings)
{
    g_array_unref(warnings->list);
    g_free(warnings);
}

static AkinWarning *
find(const AkinWarnings *warnings, const char *name, guint *index)
{
    for (*index = 0; *index < warnings->list->len; ++*index) {
        AkinWarning *warning = &g_array_index(warnings->list, AkinWarning, *index);
        if (strcmp(warning->name, name) == 0)
            return warning;
    }
    return NULL;
}

/* Takes sentence. */
static void
set(AkinWarnings *warnings, const char *name, gboolean note, char *sentence)
{
    guint index;
    AkinWarning fresh = {g_strdup(name), sentence, note};
    AkinWarning *known = find(warnings, name, &index);
    if (known) {
        warning_clear(known);
        *known = fresh;
    } else {
        g_array_append_val(warnings->list, fresh);
    }
}

static void
put(AkinWarnings *warnings, const char *name, gboolean note, const char *sentence)
{
    if (sentence)
        set(warnings, name, note, g_strdup(sentence));
    else
        akin_warnings_clear(warnings, name);
}

void
akin_warnings_set(AkinWarnings *warnings, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(warnings, name, FALSE, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void
akin_warnings_clear(AkinWarnings *warnings, const char *name)
{
    guint index;
    if (find(warnings, name, &index))
        g_array_remove_index(warnings->list, index);
}

void
akin_warnings_put(AkinWarnings *warnings, const char *name, const char *sentence)
{
    put(warnings, name, FALSE, sentence);
}

void
akin_warnings_note(AkinWarnings *warnings, const char *name, const char *sentence)
{
    put(warnings, name, TRUE, sentence);
}

gboolean
akin_warnings_has(const AkinWarnings *warnings, const char *name)
{
    guint index;
    return find(warnings, name, &index) != NULL;
}

const GArray *
akin_warnings_list(const AkinWarnings *warnings)
{
    return warnings->list;
}
