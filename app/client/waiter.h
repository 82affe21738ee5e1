/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Decides when to try again to reach a socket: a few times quickly, since a helper that restarts
 * is back in a moment; at once when the socket appears; and every ten seconds only where waiting
 * for the file cannot help. Main thread.
 */
typedef struct _AkinWaiter AkinWaiter;
typedef void (*AkinWaiterTry)(gpointer user_data);

AkinWaiter *akin_waiter_new(const char *path, AkinWaiterTry try, gpointer user_data);
void akin_waiter_free(AkinWaiter *waiter);

/*
 * An attempt has failed: calls try later, once. by_file: a helper that comes would make the socket
 * anew, so that no timer is needed in the long run.
 */
void akin_waiter_wait(AkinWaiter *waiter, gboolean by_file);

/* Nothing to wait for: connected, or trying. fresh: the next wait starts quickly again. */
void akin_waiter_stop(AkinWaiter *waiter, gboolean fresh);
