/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "client.h"
#include "waiter.h"

/* The inside of AkinClient, for client*.c alone. */
struct _AkinClient {
    GObject parent;
    char *path, *sentence;
    AkinWaiter *waiter;
    GCancellable *dialing; /* while there is no connection yet */
    GDBusConnection *connection;
    guint subscriptions[2];
    guint generation; /* counts connections: an answer of an older one is nothing */
    guint waiting;    /* answers that the deadline watches over */
    guint deadline, announce, probe;
    gboolean incompatible, services_known, services_asked, services_again, refreshing,
        asking_rights;
    AkinFacts facts;
    AkinSnapshot *snapshot;
    GVariant *properties, *counts, *machines_answer;
    GHashTable *by_name; /* into facts.services */
    GList *changes;      /* that are not answered */
};

/* --- client.c: what is known ------------------------------------------------------------------ */

void akin_client_set_state(AkinClient *client, AkinClientState state, const char *sentence);
void akin_client_set_services(AkinClient *client, GPtrArray *services); /* takes */
void akin_client_set_machines(AkinClient *client, GPtrArray *machines); /* takes */
void akin_client_forget(AkinClient *client);
void akin_client_announce(AkinClient *client);
void akin_client_emit_transition(AkinClient *client, const char *what, const char *old,
                                 const char *new, const char *reason, const char *sentence);
void akin_client_clear_deadline(AkinClient *client);

/* The other end is no helper of ours. The connection stays: its end tells when to try again. */
void akin_client_turn_incompatible(AkinClient *client, const char *sentence);
void akin_client_turn_rubbish(AkinClient *client);

/* READY, as soon as everything that READY promises is known. */
void akin_client_turn_ready(AkinClient *client);

/* --- client-link.c: connection and calls ------------------------------------------------------ */

/* client is NULL when the connection is not the current one any more; else answer or error. */
typedef void (*AkinClientReply)(AkinClient *client, GVariant *answer, const GError *error,
                                gpointer data);

/* Calls the helper under the deadline; only while connected. The handler runs exactly once. */
void akin_client_send(AkinClient *client, const char *interface, const char *method, GVariant *args,
                      AkinClientReply handler, gpointer data);
void akin_client_send_unwatched(AkinClient *client, const char *interface, const char *method,
                                GVariant *args, AkinClientReply handler, gpointer data);

void akin_client_dial(gpointer client);
void akin_client_drop(AkinClient *client);

/* --- client-news.c: what the helper says ------------------------------------------------------ */

void akin_client_subscribe(AkinClient *client);
void akin_client_ask_properties(AkinClient *client, AkinClientReply then, gpointer data);
void akin_client_ask_services(AkinClient *client);
void akin_client_take_properties(AkinClient *client, GVariant *answer, const GError *error);
void akin_client_take_services(AkinClient *client, GVariant *answer, const GError *error);

/* --- client-call.c: changes ------------------------------------------------------------------- */

/* Tells everybody who waits for a change that the helper does not answer. */
void akin_client_fail_changes(AkinClient *client);
