/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-ipfw.h"
#include "engine-pf.h"
#include "engine.h"
#include "names.h"

static AkinEngine *
new_pf(const char *state_dir, GError **error)
{
    return akin_engine_pf_new(&akin_pf_freebsd, akin_tools_new(NULL, AKIN_TOOL_DEADLINE_MS),
                              state_dir, error);
}

const AkinEngineEntry akin_engines_here[] = {
    {"ipfw", akin_engine_ipfw_new},
    {"pf", new_pf},
    {NULL, NULL},
};

char *
akin_engine_lock_path(void)
{
    return g_strdup(AKIN_RUNTIME_DIR "/rules.lock");
}
