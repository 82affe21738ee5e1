/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * A queue that is fair: users have their turns one after the other, and so have the clients of
 * each user; what one client asks for stays in its order. However much somebody asks for, others
 * wait for no more than one thing of each other user.
 *
 * Pure: what waits is not looked into, and not owned.
 */
typedef struct _AkinTurns AkinTurns;

AkinTurns *akin_turns_new(void);
void akin_turns_free(AkinTurns *turns); /* nothing may wait */

void akin_turns_add(AkinTurns *turns, guint user, gpointer client, gpointer item);

/*
 * Takes out the item whose turn it is. One that may not go yet lets those behind it pass, also of
 * its own client. NULL: none may go.
 */
typedef gboolean (*AkinTurnsMayGo)(gconstpointer item, gpointer user_data);
gpointer akin_turns_next(AkinTurns *turns, AkinTurnsMayGo may_go, gpointer user_data);

/* Takes out all items of a client, in no order. */
void akin_turns_forget(AkinTurns *turns, gconstpointer client, GDestroyNotify free_item);
