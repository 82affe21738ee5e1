/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gi18n.h>

#include "call.h"
#include "client-error.h"
#include "client-private.h"
#include "names.h"

/*
 * Theory of operation. A change may take as long as a person takes to type a password, so its time
 * limit says nothing about the health of the helper; while one is out, the properties are asked
 * for now and then under the deadline, and when that passes the change is given up too.
 * The helper announces what changed before it answers; so where services did, their list has been
 * asked for by the time of the answer, and is waited for.
 */
enum { PROBE_SECONDS = 2 };

static GError *
error_of_state(AkinClient *client)
{
    static const AkinClientError codes[] = {
        [AKIN_CLIENT_CONNECTING] = AKIN_CLIENT_ERROR_NO_ANSWER,
        [AKIN_CLIENT_READY] = AKIN_CLIENT_ERROR_NO_HELPER,
        [AKIN_CLIENT_NO_HELPER] = AKIN_CLIENT_ERROR_NO_HELPER,
        [AKIN_CLIENT_INCOMPATIBLE] = AKIN_CLIENT_ERROR_INCOMPATIBLE,
        [AKIN_CLIENT_NOT_ANSWERING] = AKIN_CLIENT_ERROR_NO_ANSWER,
    };
    const char *sentence = client->facts.state == AKIN_CLIENT_CONNECTING
                               ? _("still connecting to the helper; try again")
                               : client->facts.sentence;
    return g_error_new_literal(AKIN_CLIENT_ERROR, codes[client->facts.state], sentence);
}

/* --- Changes ---------------------------------------------------------------------------------- */

/* A reference counted box: the helper's answer may come after the task was given up. */
typedef struct {
    GTask *task; /* NULL once it has returned */
} Change;

static void
change_clear(gpointer data)
{
    Change *change = data;
    g_clear_object(&change->task);
}

static void
change_unref(Change *change)
{
    g_rc_box_release_full(change, change_clear);
}

/* Takes error; NULL for success. Only the first result counts. */
static void
change_return(Change *change, GError *error)
{
    if (!change->task) {
        g_clear_error(&error);
        return;
    }
    g_autoptr(GTask) task = g_steal_pointer(&change->task);
    AkinClient *client = g_task_get_source_object(task);
    GList *link = g_list_find(client->changes, change);
    if (link) {
        client->changes = g_list_delete_link(client->changes, link);
        change_unref(change);
    }
    if (!client->changes)
        g_clear_handle_id(&client->probe, g_source_remove);
    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

void
akin_client_fail_changes(AkinClient *client)
{
    while (client->changes)
        change_return(client->changes->data, error_of_state(client));
}

static gboolean
on_probe(gpointer data)
{
    AkinClient *client = data;
    if (client->connection && client->waiting == 0)
        akin_client_ask_properties(client, NULL, NULL);
    return G_SOURCE_CONTINUE;
}

/* The picture is fresh, or the helper has gone since: the change was done in either case. */
static void
on_fresh_services(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    if (client)
        akin_client_take_services(client, answer, error);
    change_return(data, NULL);
    change_unref(data);
}

static void
on_fresh_properties(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    Change *change = data;
    if (client)
        akin_client_take_properties(client, answer, error);
    if (client && client->services_asked && !client->incompatible && !error) {
        akin_client_send(client, AKIN_INTERFACE, "ListServices", NULL, on_fresh_services, change);
        return;
    }
    change_return(change, NULL);
    change_unref(change);
}

static void
on_changed(GObject *source, GAsyncResult *result, gpointer data)
{
    Change *change = data;
    GError *error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    AkinClient *client = change->task ? g_task_get_source_object(change->task) : NULL;
    if (answer && client && client->connection == G_DBUS_CONNECTION(source) &&
        !client->incompatible) {
        akin_client_ask_properties(client, on_fresh_properties, change);
        return;
    }
    change_return(change, error ? akin_client_error_from_call(error) : NULL);
    change_unref(change);
}

void
akin_client_change_async(AkinClient *client, const char *method, GVariant *args,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GVariant) sunk = args ? g_variant_ref_sink(args) : NULL;
    g_autoptr(GTask) task = g_task_new(client, cancellable, callback, data);
    if (client->facts.state != AKIN_CLIENT_READY) {
        g_task_return_error(task, error_of_state(client));
        return;
    }
    Change *change = g_rc_box_new0(Change);
    change->task = g_steal_pointer(&task);
    client->changes = g_list_append(client->changes, g_rc_box_acquire(change));
    if (!client->probe)
        client->probe = g_timeout_add_seconds(PROBE_SECONDS, on_probe, client);
    g_dbus_connection_call(client->connection, NULL, AKIN_OBJECT_PATH, AKIN_INTERFACE, method, sunk,
                           NULL, G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                           AKIN_CHANGE_LIMIT * 1000, cancellable, on_changed, change);
}

gboolean
akin_client_change_finish(AkinClient *client, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, client), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}
