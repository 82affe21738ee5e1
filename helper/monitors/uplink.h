/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "situation.h"

/*
 * Watches interfaces, their addresses, the default routes and whether packets are forwarded, and
 * reads all of it after a change. Main thread only.
 *
 * Events come in bursts (a card going down is a dozen messages), so a reading begins soon after the
 * last message of a burst and never much later than the first. It runs in a thread of its own:
 * with thousands of interfaces the kernel takes seconds to list them. One that fails is tried again
 * soon, and then less and less often.
 */
typedef struct _AkinUplinkMonitor AkinUplinkMonitor;

/*
 * All interfaces now, sorted by name: an array of AkinInterface, for the callback to free with
 * g_ptr_array_unref. reason: that of akin_uplink_monitor_read, or "network changed".
 */
typedef void (*AkinUplinkNews)(GPtrArray *interfaces, const char *reason, gpointer user_data);

/* Watches from now on. NULL with AKIN_ERROR_NOT_SUPPORTED or AKIN_ERROR_ENGINE_FAILED. */
AkinUplinkMonitor *akin_uplink_monitor_new(AkinUplinkNews news, gpointer user_data, GError **error);
/* No news come any more, also of a reading that is under way. */
void akin_uplink_monitor_free(AkinUplinkMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinUplinkMonitor, akin_uplink_monitor_free)

/* Reads now; the news come later. reason must live as long as the program. */
void akin_uplink_monitor_read(AkinUplinkMonitor *monitor, const char *reason);

/*
 * The same at once, before anything else is asked for, for who has nothing to do meanwhile: news
 * come before it returns, unless it fails.
 */
void akin_uplink_monitor_wait(AkinUplinkMonitor *monitor, const char *reason);
