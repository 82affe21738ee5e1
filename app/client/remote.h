/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * Whether somebody is logged in on this computer from elsewhere, whom a firewall may cut off. One
 * file per way to know. The callback runs in the main context of the caller, within
 * AKIN_REMOTE_LIMIT seconds; where nobody can tell, nobody is.
 */
#define AKIN_REMOTE_LIMIT 2

void akin_remote_ask(GAsyncReadyCallback callback, gpointer data);
gboolean akin_remote_ask_finish(GAsyncResult *result);
