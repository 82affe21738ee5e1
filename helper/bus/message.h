/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * Whether GDBus can bear a message that it has read. It asks whether a call has the header fields
 * that it must have, and not of which types they are (as of GLib 2.74): it then takes a path or a
 * member that is none for a string, and gives the answer to a sender that is no name. Pure.
 *
 * NULL: it can. Else what is wrong with it, as the end of "a client that …": a static string.
 */
const char *akin_message_offence(GDBusMessage *message);
