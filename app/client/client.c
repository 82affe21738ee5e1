/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include <glib/gi18n.h>

#include "client-private.h"
#include "names.h"

/*
 * Theory of operation. No GDBusProxy: it remarks on wrong types with a warning and takes silence
 * for an empty answer. Calls that keep the picture up to date have no time limit of their own; one
 * deadline watches over all that is out. When it passes, the state says so, and the connection is
 * kept, because the answer that comes late, or the end of the connection, is the very event that
 * tells when the helper is well again. So nothing has to ask again and again.
 */

G_DEFINE_TYPE(AkinClient, akin_client, G_TYPE_OBJECT)

enum { CHANGED, TRANSITION, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- State ------------------------------------------------------------------------------------ */

static gboolean
emit_changed(gpointer data)
{
    AkinClient *client = data;
    client->announce = 0;
    g_signal_emit(client, signals[CHANGED], 0);
    return G_SOURCE_REMOVE;
}

void
akin_client_announce(AkinClient *client)
{
    if (!client->announce)
        client->announce = g_idle_add_full(G_PRIORITY_DEFAULT, emit_changed, client, NULL);
}

void
akin_client_set_state(AkinClient *client, AkinClientState state, const char *sentence)
{
    if (client->facts.state == state && g_strcmp0(client->sentence, sentence) == 0)
        return;
    g_debug("client: state %d -> %d (%s)", client->facts.state, state, sentence);
    g_free(client->sentence);
    client->sentence = g_strdup(sentence);
    client->facts.state = state;
    client->facts.sentence = client->sentence;
    akin_client_announce(client);
}

void
akin_client_clear_deadline(AkinClient *client)
{
    g_clear_handle_id(&client->deadline, g_source_remove);
}

void
akin_client_set_services(AkinClient *client, GPtrArray *services)
{
    g_ptr_array_unref(client->facts.services);
    client->facts.services = services;
    g_hash_table_remove_all(client->by_name);
    for (guint i = 0; i < services->len; i++) {
        AkinServiceInfo *service = services->pdata[i];
        g_hash_table_insert(client->by_name, service->name, service);
    }
    if (client->counts)
        akin_services_set_counts(client->by_name, client->counts);
    akin_client_announce(client);
}

void
akin_client_set_machines(AkinClient *client, GPtrArray *machines)
{
    g_ptr_array_unref(client->facts.machines);
    client->facts.machines = machines;
    akin_client_announce(client);
}

void
akin_client_forget(AkinClient *client)
{
    g_clear_pointer(&client->properties, g_variant_unref);
    g_clear_pointer(&client->snapshot, akin_snapshot_free);
    g_clear_pointer(&client->counts, g_variant_unref);
    g_clear_pointer(&client->machines_answer, g_variant_unref);
    client->facts.snapshot = NULL;
    client->facts.may_control = AKIN_MAY_CONTROL_ASK;
    client->services_known = FALSE;
    akin_client_set_services(
        client, g_ptr_array_new_with_free_func((GDestroyNotify) akin_service_info_free));
    akin_client_set_machines(client,
                             g_ptr_array_new_with_free_func((GDestroyNotify) akin_machine_free));
}

/* The connection stays: its end tells when to try again. */
void
akin_client_turn_incompatible(AkinClient *client, const char *sentence)
{
    akin_client_clear_deadline(client);
    akin_client_forget(client);
    client->incompatible = TRUE;
    akin_client_set_state(client, AKIN_CLIENT_INCOMPATIBLE, sentence);
    akin_client_fail_changes(client);
}

void
akin_client_turn_rubbish(AkinClient *client)
{
    akin_client_turn_incompatible(
        client, _("the helper's answer makes no sense; install one version of akin and "
                  "restart the helper"));
}

void
akin_client_turn_ready(AkinClient *client)
{
    if (client->incompatible || !client->snapshot || !client->services_known)
        return;
    if (client->facts.state == AKIN_CLIENT_READY)
        return;
    /* Not as soon as it is connected: whoever lets us in and hangs up is tried ever more slowly. */
    akin_waiter_stop(client->waiter, TRUE);
    akin_client_set_state(client, AKIN_CLIENT_READY, "");
    akin_client_refresh(client);
}

void
akin_client_emit_transition(AkinClient *client, const char *what, const char *old, const char *new,
                            const char *reason, const char *sentence)
{
    g_signal_emit(client, signals[TRANSITION], 0, what, old, new, reason, sentence);
}

/* --- Getters ---------------------------------------------------------------------------------- */

const AkinFacts *
akin_client_get_facts(AkinClient *client)
{
    return &client->facts;
}

AkinClientState
akin_client_get_state(AkinClient *client)
{
    return client->facts.state;
}

const AkinSnapshot *
akin_client_get_snapshot(AkinClient *client)
{
    return client->facts.snapshot;
}

GPtrArray *
akin_client_get_services(AkinClient *client)
{
    return client->facts.services;
}

GPtrArray *
akin_client_get_machines(AkinClient *client)
{
    return client->facts.machines;
}

const AkinServiceInfo *
akin_client_find_service(AkinClient *client, const char *name)
{
    return g_hash_table_lookup(client->by_name, name);
}

AkinMayControl
akin_client_get_may_control(AkinClient *client)
{
    return client->facts.may_control;
}

/* --- The object ------------------------------------------------------------------------------- */

static void
akin_client_init(AkinClient *client)
{
    client->sentence = g_strdup("");
    client->facts.sentence = client->sentence;
    client->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    client->facts.services =
        g_ptr_array_new_with_free_func((GDestroyNotify) akin_service_info_free);
    client->facts.machines = g_ptr_array_new_with_free_func((GDestroyNotify) akin_machine_free);
    client->facts.may_control = AKIN_MAY_CONTROL_ASK;
}

static void
akin_client_dispose(GObject *object)
{
    AkinClient *client = AKIN_CLIENT(object);
    if (client->waiter) {
        akin_client_drop(client);
        akin_client_fail_changes(client);
        g_clear_pointer(&client->waiter, akin_waiter_free);
    }
    g_clear_handle_id(&client->announce, g_source_remove);
    g_clear_handle_id(&client->probe, g_source_remove);
    G_OBJECT_CLASS(akin_client_parent_class)->dispose(object);
}

static void
akin_client_finalize(GObject *object)
{
    AkinClient *client = AKIN_CLIENT(object);
    g_clear_pointer(&client->properties, g_variant_unref);
    g_clear_pointer(&client->snapshot, akin_snapshot_free);
    g_clear_pointer(&client->counts, g_variant_unref);
    g_clear_pointer(&client->machines_answer, g_variant_unref);
    g_hash_table_unref(client->by_name);
    g_ptr_array_unref(client->facts.services);
    g_ptr_array_unref(client->facts.machines);
    g_free(client->sentence);
    g_free(client->path);
    G_OBJECT_CLASS(akin_client_parent_class)->finalize(object);
}

static void
akin_client_class_init(AkinClientClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    object_class->dispose = akin_client_dispose;
    object_class->finalize = akin_client_finalize;
    signals[CHANGED] = g_signal_new("changed", AKIN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
    signals[TRANSITION] = g_signal_new("transition", AKIN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 5, G_TYPE_STRING, G_TYPE_STRING,
                                       G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

AkinClient *
akin_client_new(const char *socket_path)
{
    AkinClient *client = g_object_new(AKIN_TYPE_CLIENT, NULL);
    client->path = g_strdup(socket_path ? socket_path : AKIN_SOCKET_PATH);
    client->waiter = akin_waiter_new(client->path, akin_client_dial, client);
    akin_client_dial(client);
    return client;
}
