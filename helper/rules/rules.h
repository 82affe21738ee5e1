/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * The ruleset that the named engine would load, as text to read, or to load by hand as comments at
 * its beginning say: every compiler runs on every system. NULL with AKIN_ERROR_NOT_SUPPORTED for an
 * unknown name; the caller frees it.
 */
char *akin_rules_text(const char *engine, const AkinPolicy *policy, const AkinSituation *situation,
                      GError **error);
