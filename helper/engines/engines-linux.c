/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-nftables.h"
#include "engine.h"

const AkinEngineEntry akin_engines_here[] = {
    {"nftables", akin_engine_nftables_new},
    {NULL, NULL},
};
