/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * Says when the computer is about to sleep and when it has woken up. One file per operating
 * system implements it. Main thread only.
 */
typedef struct _AkinPowerMonitor AkinPowerMonitor;

typedef void (*AkinPowerChanged)(gboolean awake, gpointer user_data);

/*
 * Never fails: where sleep cannot be watched (no system bus), it logs that once and stays silent.
 * A bus or service that comes back is watched again.
 */
AkinPowerMonitor *akin_power_monitor_new(AkinPowerChanged changed, gpointer user_data);
void akin_power_monitor_free(AkinPowerMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinPowerMonitor, akin_power_monitor_free)
