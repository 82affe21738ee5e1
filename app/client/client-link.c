/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gi18n.h>

#include "client-error.h"
#include "client-private.h"
#include "dial.h"
#include "names.h"

/* --- Calls and their deadline ----------------------------------------------------------------- */

static gboolean
on_deadline(gpointer data)
{
    AkinClient *client = data;
    client->deadline = 0;
    akin_client_set_state(client, AKIN_CLIENT_NOT_ANSWERING,
                          _("the helper does not answer; see what it is doing in its log"));
    akin_client_fail_changes(client);
    return G_SOURCE_REMOVE;
}

static void
arm_deadline(AkinClient *client)
{
    akin_client_clear_deadline(client);
    if (client->incompatible)
        return; /* what else it says, or does not, is no news */
    client->deadline = g_timeout_add_seconds(AKIN_CLIENT_PATIENCE, on_deadline, client);
}

typedef struct {
    GWeakRef client;
    guint generation; /* of the connection */
    gboolean watched; /* by the deadline */
    AkinClientReply handler;
    gpointer data;
} Call;

static Call *
call_new(AkinClient *client, AkinClientReply handler, gpointer data)
{
    Call *call = g_new0(Call, 1);
    g_weak_ref_init(&call->client, client);
    call->generation = client->generation;
    call->handler = handler;
    call->data = data;
    return call;
}

static void
call_free(Call *call)
{
    g_weak_ref_clear(&call->client);
    g_free(call);
}

/* by_helper: it lives; else the connection has ended, which is told elsewhere. */
static void
answered(AkinClient *client, gboolean by_helper)
{
    if (--client->waiting == 0)
        akin_client_clear_deadline(client);
    else
        arm_deadline(client);
    if (by_helper)
        akin_client_turn_ready(client);
}

static void
on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    Call *call = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(AkinClient) client = g_weak_ref_get(&call->client);
    gboolean current = client && call->generation == client->generation;
    if (call->handler)
        call->handler(current ? client : NULL, answer, error, call->data);
    if (current && call->watched && call->generation == client->generation)
        answered(client, answer || g_dbus_error_is_remote_error(error));
    call_free(call);
}

static void
send_call(AkinClient *client, const char *interface, const char *method, GVariant *args, Call *call)
{
    g_dbus_connection_call(client->connection, NULL, AKIN_OBJECT_PATH, interface, method, args,
                           NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, on_reply, call);
}

void
akin_client_send(AkinClient *client, const char *interface, const char *method, GVariant *args,
                 AkinClientReply handler, gpointer data)
{
    Call *call = call_new(client, handler, data);
    call->watched = TRUE;
    if (client->waiting++ == 0)
        arm_deadline(client);
    send_call(client, interface, method, args, call);
}

void
akin_client_send_unwatched(AkinClient *client, const char *interface, const char *method,
                           GVariant *args, AkinClientReply handler, gpointer data)
{
    send_call(client, interface, method, args, call_new(client, handler, data));
}

/* --- Connection ------------------------------------------------------------------------------- */

void
akin_client_drop(AkinClient *client)
{
    client->generation++;
    client->waiting = 0;
    /* Answers that are still out belong to this connection, and will not be seen. */
    client->incompatible = client->refreshing = client->asking_rights = FALSE;
    client->services_known = client->services_asked = client->services_again = FALSE;
    client->facts.asleep = FALSE;
    akin_client_clear_deadline(client);
    if (client->dialing)
        g_cancellable_cancel(client->dialing);
    g_clear_object(&client->dialing);
    if (!client->connection)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(client->subscriptions); i++)
        g_dbus_connection_signal_unsubscribe(client->connection, client->subscriptions[i]);
    g_signal_handlers_disconnect_by_data(client->connection, client);
    g_dbus_connection_close(client->connection, NULL, NULL, NULL);
    g_clear_object(&client->connection);
}

/* Whoever hangs up because it cannot follow our protocol, or we not its, is no helper. */
static gboolean
ended_in_rubbish(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
on_closed(GDBusConnection *connection, gboolean remote, GError *error, gpointer data)
{
    AkinClient *client = data;
    (void) connection, (void) remote;
    gboolean incompatible = ended_in_rubbish(error);
    akin_client_drop(client);
    akin_client_forget(client);
    if (incompatible)
        akin_client_turn_rubbish(client);
    else
        akin_client_set_state(client, AKIN_CLIENT_NO_HELPER,
                              _("the helper went away; see why in its log"));
    client->incompatible = FALSE;
    akin_waiter_wait(client->waiter, FALSE);
}

static void
dialing_failed(AkinClient *client, const GError *error)
{
    gboolean incompatible =
        g_error_matches(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE);
    /* A socket that is there may be served again without being made anew. */
    gboolean by_file = !g_file_test(client->path, G_FILE_TEST_EXISTS);
    akin_client_forget(client);
    akin_client_set_state(client, incompatible ? AKIN_CLIENT_INCOMPATIBLE : AKIN_CLIENT_NO_HELPER,
                          error->message);
    akin_waiter_wait(client->waiter, by_file);
}

static void
take_connection(AkinClient *client, GDBusConnection *connection)
{
    client->connection = g_object_ref(connection);
    g_signal_connect(connection, "closed", G_CALLBACK(on_closed), client);
    if (g_dbus_connection_is_closed(connection)) {
        on_closed(connection, TRUE, NULL, client); /* the signal may have come before we listened */
        return;
    }
    akin_client_subscribe(client);
    akin_client_ask_properties(client, NULL, NULL);
    akin_client_ask_services(client);
}

static void
on_dialed(GObject *source, GAsyncResult *result, gpointer data)
{
    Call *call = data;
    (void) source;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection = akin_dial_finish(result, &error);
    g_autoptr(AkinClient) client = g_weak_ref_get(&call->client);
    gboolean current = client && call->generation == client->generation;
    call_free(call);
    if (!current) {
        if (connection)
            g_dbus_connection_close(connection, NULL, NULL, NULL);
        return;
    }
    g_clear_object(&client->dialing);
    akin_client_clear_deadline(client);
    client->waiting = 0;
    if (connection)
        take_connection(client, connection);
    else
        dialing_failed(client, error);
}

void
akin_client_dial(gpointer data)
{
    AkinClient *client = data;
    if (client->connection || client->dialing)
        return;
    akin_client_drop(client);
    akin_waiter_stop(client->waiter, FALSE);
    client->dialing = g_cancellable_new();
    client->waiting = 1;
    arm_deadline(client);
    akin_dial(client->path, client->dialing, on_dialed, call_new(client, NULL, NULL));
}

void
akin_client_retry(AkinClient *client)
{
    if (client->facts.state == AKIN_CLIENT_READY)
        return;
    akin_client_drop(client);
    akin_waiter_stop(client->waiter, TRUE);
    akin_client_dial(client);
}
