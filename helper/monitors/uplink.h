/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "situation.h"

/*
 * Watches interfaces, their addresses, the default routes and whether packets are forwarded. One
 * file per operating system implements it. Main thread only.
 *
 * Events come in bursts (a card going down is a dozen messages), so the monitor only says that
 * something changed, soon after the last message of a burst and never much later than the first;
 * the reader then asks for everything. An overrun of the kernel's queue is a change as well.
 */
typedef struct _AkinUplinkMonitor AkinUplinkMonitor;

typedef void (*AkinUplinkChanged)(gpointer user_data);

/* Watches from now on. NULL with AKIN_ERROR_NOT_SUPPORTED or AKIN_ERROR_ENGINE_FAILED. */
AkinUplinkMonitor *
akin_uplink_monitor_new(AkinUplinkChanged changed, gpointer user_data, GError **error);
void akin_uplink_monitor_free(AkinUplinkMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinUplinkMonitor, akin_uplink_monitor_free)

/*
 * All interfaces now, sorted by name: an array of AkinInterface, the caller's to free with
 * g_ptr_array_unref. NULL with AKIN_ERROR_ENGINE_FAILED when the kernel cannot be asked.
 */
GPtrArray *akin_uplink_monitor_read(AkinUplinkMonitor *monitor, GError **error);
