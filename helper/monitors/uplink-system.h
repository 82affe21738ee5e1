/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* What uplink.c needs of the operating system; one file for each. Private to monitors/. */

/*
 * A descriptor that becomes readable when the kernel tells of a change, and does not block; the
 * caller closes it. -1 with AKIN_ERROR_NOT_SUPPORTED or AKIN_ERROR_ENGINE_FAILED.
 */
int akin_uplink_system_open(GError **error);

/* Reads what there is, up to a limit. Whether a change may be among it. */
gboolean akin_uplink_system_hear(int fd);

/*
 * As AkinUplinkNews has it. *unsettled: something changed meanwhile, so that all should be read
 * once more. NULL with AKIN_ERROR_ENGINE_FAILED when the kernel cannot be asked. Any thread.
 */
GPtrArray *akin_uplink_system_list(gboolean *unsettled, GError **error);
