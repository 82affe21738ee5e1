/* SPDX-License-Identifier: BSD-2-Clause */
#include "tamper.h"

/*
 * ipfw and pf tell nobody about changes, so it is looked now and then: seldom enough to cost
 * nothing (a few milliseconds), often enough that a computer does not stay open.
 */
#define LOOK_SECONDS 10

struct _AkinTamperMonitor {
    guint look;
    AkinTampered tampered;
    gpointer user_data;
};

static gboolean
look(gpointer user_data)
{
    akin_tamper_monitor_suspect(user_data);
    return G_SOURCE_CONTINUE;
}

AkinTamperMonitor *
akin_tamper_monitor_new(AkinTampered tampered, gpointer user_data, GError **error)
{
    AkinTamperMonitor *monitor = g_new0(AkinTamperMonitor, 1);
    (void) error;
    monitor->tampered = tampered;
    monitor->user_data = user_data;
    monitor->look = g_timeout_add_seconds(LOOK_SECONDS, look, monitor);
    return monitor;
}

void
akin_tamper_monitor_free(AkinTamperMonitor *monitor)
{
    g_source_remove(monitor->look);
    g_free(monitor);
}

void
akin_tamper_monitor_suspect(AkinTamperMonitor *monitor)
{
    monitor->tampered(AKIN_TAMPER_PERHAPS, "another program", monitor->user_data);
}
