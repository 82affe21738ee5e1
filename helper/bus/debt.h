/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * What a client has asked for and not yet taken, in bytes: calls that are not answered, answers and
 * signals that are not read. GDBus queues all of it without limit; here is what bounds it.
 *
 * One reference counted ledger for each client. All functions may be called from any thread.
 */
typedef struct _AkinDebt AkinDebt;

/* How many calls may be unanswered, and how many bytes of what may be owed. */
#define AKIN_DEBT_CALLS_MAX 8
#define AKIN_DEBT_ASKED_MAX (16 * 1024)
#define AKIN_DEBT_ANSWERS_MAX (8 * 1024)
#define AKIN_DEBT_SIGNALS_MAX (64 * 1024)

AkinDebt *akin_debt_new(void);
AkinDebt *akin_debt_ref(AkinDebt *debt);
void akin_debt_unref(AkinDebt *debt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinDebt, akin_debt_unref)

/* Whether one more call may come in: only then is it read. */
gboolean akin_debt_has_room(AkinDebt *debt);

/* A call came in, a signal is about to be queued. FALSE: that is too much, drop the client. */
gboolean akin_debt_add_call(AkinDebt *debt, guint32 serial, GVariant *body);
gboolean akin_debt_add_signal(AkinDebt *debt, GVariant *body);

/* The answer to the call of this serial is about to be queued. body may be NULL. */
void akin_debt_add_answer(AkinDebt *debt, guint32 serial, GVariant *body);

/*
 * Whether so much is unread that the next call should wait for its turn, in which it costs no more
 * than itself. Whoever is told TRUE hears of the end of it, once, by akin_debt_write or
 * akin_debt_pay.
 */
gboolean akin_debt_is_behind(AkinDebt *debt);

/*
 * From now on this message is being written to the client: one is at a time, so the one before it
 * has been. And: the last one has been.
 *
 * TRUE: the client was behind (somebody has asked), and is not any more: calls that wait have their
 * turn.
 */
gboolean akin_debt_write(AkinDebt *debt, GDBusMessage *message);
gboolean akin_debt_pay(AkinDebt *debt);
