/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * A connection to a bus that hears no D-Bus message of more than max bytes: what is larger is read
 * and thrown away, and all others come as they are. What is no D-Bus ends it, as
 * G_IO_ERROR_INVALID_DATA. It holds no more than one read of it in memory.
 *
 * Holds a reference on connection, and closes it when it is closed.
 */
GIOStream *akin_sieve_new(GSocketConnection *connection, gsize max);
