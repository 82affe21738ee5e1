/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine.h"
#include "tool.h"

/*
 * ipfw on FreeBSD, with natd(8) or the kernel's own nat as the policy wants it. It counts no
 * connections: its counters are of rules, which hold up to fifteen services' ports each.
 * AKIN_ERROR_NOT_SUPPORTED where another firewall is at work.
 */
AkinEngine *akin_engine_ipfw_new(const char *state_dir, GError **error);

/* The same somewhere else than on this computer. Folders are copied. */
typedef struct {
    AkinTools *tools; /* taken, also on failure */
    const char *state_dir;
    const char *runtime_dir; /* natd's files */
    guint natd_delay_ms;     /* see AKIN_NATD_DELAY_MS */
} AkinIpfwPlaces;

AkinEngine *akin_engine_ipfw_new_at(const AkinIpfwPlaces *places, GError **error);
