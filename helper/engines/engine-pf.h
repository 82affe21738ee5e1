/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine.h"
#include "tool.h"

/*
 * pf on FreeBSD and macOS, in an anchor of akin's own. It counts no connections: pf counts by
 * rule, and one rule holds the ports of many services.
 */
typedef struct {
    const char *anchor;    /* akin's */
    const char *called_as; /* in the main ruleset */
    const char *module;    /* to be loaded; NULL: pf is built in */
    gboolean counts_users; /* pf stays enabled as long as somebody has a token */
    const char *advice;    /* what to do when the main ruleset does not call the anchor */
} AkinPfKind;

extern const AkinPfKind akin_pf_freebsd, akin_pf_macos;

/*
 * AKIN_ERROR_NOT_SUPPORTED where another firewall is at work, or the main ruleset does not call
 * the anchor. tools is taken, also on failure.
 */
AkinEngine *
akin_engine_pf_new(const AkinPfKind *kind, AkinTools *tools, const char *state_dir, GError **error);
