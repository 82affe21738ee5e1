/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine.h"

#include <string.h>

#include "error.h"

AkinEngine *
akin_engine_new(const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (const AkinEngineEntry *entry = akin_engines_here; entry->name; entry++) {
        if (!name || strcmp(entry->name, name) == 0)
            return entry->create(error);
        g_string_append_printf(known, "%s%s", known->len ? ", " : "", entry->name);
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                "no engine ‘%s’ on this system; it has %s", name, known->str);
    return NULL;
}

void
akin_engine_free(AkinEngine *engine)
{
    engine->class->free(engine);
}
