/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"
#include "peer.h"

/*
 * Calls of clients on their way to the controller: each needs a right, and somebody may have to be
 * asked for a password before it is done. Main thread only.
 *
 * The calls of one peer that need asking are done one after the other, in their order; while a
 * person types, the peer may still look.
 */
typedef struct _AkinCalls AkinCalls;

AkinCalls *akin_calls_new(AkinController *controller);

/* No peer may have a call under way. */
void akin_calls_free(AkinCalls *calls);

/* Does the call, now or later, and answers it. Takes invocation. */
void akin_calls_take(AkinCalls *calls, AkinPeer *peer, GDBusMethodInvocation *invocation);

/* The peer is about to go: nothing more is done for it, and no question stays open. */
void akin_calls_forget(AkinCalls *calls, AkinPeer *peer);
