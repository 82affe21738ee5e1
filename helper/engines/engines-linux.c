/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/stat.h>

#include "engine-nftables.h"
#include "engine.h"
#include "names.h"

const AkinEngineEntry akin_engines_here[] = {
    {"nftables", akin_engine_nftables_new},
    {NULL, NULL},
};

char *
akin_engine_lock_path(void)
{
    struct stat space = {0};
    stat("/proc/self/ns/net", &space);
    return g_strdup_printf(AKIN_RUNTIME_DIR "/rules-%lu.lock", (gulong) space.st_ino);
}
