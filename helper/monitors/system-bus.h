/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * A connection to the system bus, of its own: shared ones of g_bus_get are given out again after
 * they were closed, as long as anybody holds a reference.
 *
 * On a system bus everybody may send signals to everybody, of up to 32 MiB, and GDBus makes objects
 * of them that take up to a hundred times as much before it asks whether anybody wants them. Here
 * messages of more than AKIN_SYSTEM_BUS_MAX bytes are passed over: nobody who is asked anything by
 * us has so much to say. Descriptors are not taken.
 */
#define AKIN_SYSTEM_BUS_MAX (64 * 1024)

/* Returns at once. Errors of GIO; G_IO_ERROR_CANCELLED. */
void akin_system_bus_connect(GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
GDBusConnection *akin_system_bus_connect_finish(GAsyncResult *result, GError **error);
