/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine.h"

#include <string.h>

#include "error.h"

static AkinEngine *
create(const AkinEngineEntry *entry, const char *state_dir, GError **error)
{
    g_autofree char *path = akin_engine_lock_path();
    g_autoptr(AkinLock) lock = akin_lock_new(path, error);
    if (!lock) {
        g_prefix_error(error, "rules can be loaded by one helper only, stop the other one: ");
        return NULL;
    }
    AkinEngine *engine = entry->create(state_dir, error);
    if (engine)
        engine->lock = g_steal_pointer(&lock);
    return engine;
}

AkinEngine *
akin_engine_new(const char *name, const char *state_dir, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (const AkinEngineEntry *entry = akin_engines_here; entry->name; entry++) {
        if (!name || strcmp(entry->name, name) == 0)
            return create(entry, state_dir, error);
        g_string_append_printf(known, "%s%s", known->len ? ", " : "", entry->name);
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                "no engine ‘%s’ on this system; it has %s", name, known->str);
    return NULL;
}

void
akin_engine_free(AkinEngine *engine)
{
    AkinLock *lock = engine->lock;
    engine->class->free(engine);
    g_clear_pointer(&lock, akin_lock_free);
}

void
akin_engine_listen(AkinEngine *engine, AkinEngineTroubled troubled, gpointer user_data)
{
    engine->troubled = troubled;
    engine->user_data = user_data;
}

void
akin_engine_tell_trouble(AkinEngine *engine, const char *trouble)
{
    if (engine->troubled)
        engine->troubled(trouble, engine->user_data);
}
