/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "switches.h"
#include "tool.h"

/* Kernel switches of FreeBSD and macOS, by sysctl(8). */

/*
 * A number, as text; the caller frees it. NULL with AKIN_ERROR_NOT_FOUND when there is no such
 * switch, AKIN_ERROR_ENGINE_FAILED when it cannot be read.
 */
char *akin_sysctl_read(const AkinTools *tools, const char *name, GError **error);

/* kernel is an AkinTools. Forwarding is turned after all others. */
extern const AkinSwitchClass akin_sysctl_switches;
