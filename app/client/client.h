/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "facts.h"

/*
 * The one connection of a long-lived program to the helper: asynchronous, made again by itself,
 * never blocking the main loop. Belongs to the thread that made it.
 *
 * Signals:
 *   changed ()
 *     Anything that the getters return may be different now. At most once a turn of the main loop.
 *   transition (string what, string old, string new, string reason, string sentence)
 *     A line of the helper's log as it comes (org.akin.Helper1.xml). Not repeated on reconnecting.
 *
 * Bounds: a helper silent for AKIN_CLIENT_PATIENCE seconds makes the state NOT_ANSWERING, and what
 * waits for it fails; the connection stays, and the state is READY again with its next answer.
 * Nothing runs while nothing happens: no timer polls, and without a helper a monitor waits for
 * its socket.
 */
#define AKIN_CLIENT_PATIENCE 10

#define AKIN_TYPE_CLIENT (akin_client_get_type())
G_DECLARE_FINAL_TYPE(AkinClient, akin_client, AKIN, CLIENT, GObject)

/* Connects as soon as the main loop runs. socket_path NULL: the path of this system. */
AkinClient *akin_client_new(const char *socket_path);

/*
 * All below is the client's, and valid until the next turn of the main loop.
 */

/* Everything that is known now, for akin_model_new() and those who draw. Never NULL. */
const AkinFacts *akin_client_get_facts(AkinClient *client);

/* Parts of it: state, properties (NULL before the first READY and without a helper; the last known
 * while NOT_ANSWERING). */
AkinClientState akin_client_get_state(AkinClient *client);
const AkinSnapshot *akin_client_get_snapshot(AkinClient *client);

/* Of AkinServiceInfo, in reading order, and of AkinMachine; empty without a helper. Never NULL. */
GPtrArray *akin_client_get_services(AkinClient *client);
GPtrArray *akin_client_get_machines(AkinClient *client);
const AkinServiceInfo *akin_client_find_service(AkinClient *client, const char *name);

AkinMayControl akin_client_get_may_control(AkinClient *client);

/*
 * For when somebody looks: asks for connections of services, machines and rights, which the
 * helper does not announce; "changed" follows if any is different. Also finds out whether the
 * helper still answers. Cheap; call it when a page is shown, and every second or two while it is.
 */
void akin_client_refresh(AkinClient *client);

/* Tries to connect now, for a "Try again" button; nothing if connected. */
void akin_client_retry(AkinClient *client);

/*
 * Calls a method that needs rights and answers nothing, and lets the system ask the person for a
 * password, within AKIN_CHANGE_LIMIT seconds (call.h). args may be floating, NULL for none. When
 * the callback runs after success, the getters already show the new state. Errors may be shown as
 * they are: those of api/error.h when the helper refused (nothing has changed then),
 * AKIN_CLIENT_ERROR when it did not answer, G_IO_ERROR_CANCELLED (the change may still happen).
 * Cancelling does not undo.
 */
void
akin_client_change_async(AkinClient *client, const char *method, GVariant *args,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean akin_client_change_finish(AkinClient *client, GAsyncResult *result, GError **error);
