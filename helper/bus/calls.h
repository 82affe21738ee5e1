/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"
#include "peer.h"
#include "properties.h"

/*
 * Calls of clients on their way to the controller: each waits for its turn, each needs a right, and
 * somebody may have to be asked for a password before it is done. Main thread only.
 *
 * Root's come first. The others' are done one at a time, when nothing else is to be done, and
 * fairly by user (turns.h). The changes of one peer are done in their order; while a person types,
 * the peer may still look.
 */
typedef struct _AkinCalls AkinCalls;

AkinCalls *akin_calls_new(AkinController *controller, AkinProperties *properties);

/* No peer may have a call under way. */
void akin_calls_free(AkinCalls *calls);

/* Does the call when its turn has come, and answers it. Takes invocation. */
void akin_calls_take(AkinCalls *calls, AkinPeer *peer, GDBusMethodInvocation *invocation);

/* The peer is not behind any more. */
void akin_calls_go_on(AkinCalls *calls, AkinPeer *peer);

/* The controller's state is another: answers that were remembered are wrong. */
void akin_calls_changed(AkinCalls *calls);

/* The peer is about to go: nothing more is done for it, and no question stays open. */
void akin_calls_forget(AkinCalls *calls, AkinPeer *peer);

/* Whether somebody is being asked whether the peer may do something: at most 32 have that. */
gboolean akin_calls_is_asking(const AkinCalls *calls, const AkinPeer *peer);
