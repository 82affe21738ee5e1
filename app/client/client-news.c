/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "client-private.h"
#include "dial.h"
#include "names.h"

/* What the helper says: properties, services, machines, signals. */

/* --- Properties ------------------------------------------------------------------------------- */

static void
take_properties(AkinClient *client, GVariant *properties)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) sunk = g_variant_ref_sink(properties);
    g_autoptr(GVariant) version = g_variant_lookup_value(sunk, "InterfaceVersion", NULL);
    g_autoptr(AkinSnapshot) snapshot = NULL;
    if (client->incompatible)
        return;
    if (akin_check_version(version, client->path, &error))
        snapshot = akin_snapshot_new(sunk, &error);
    if (!snapshot) {
        akin_client_turn_incompatible(client, error->message);
        return;
    }
    g_clear_pointer(&client->properties, g_variant_unref);
    client->properties = g_steal_pointer(&sunk);
    g_clear_pointer(&client->snapshot, akin_snapshot_free);
    client->snapshot = g_steal_pointer(&snapshot);
    client->facts.snapshot = client->snapshot;
    akin_client_announce(client);
}

/* The order of a dictionary's entries says nothing, so they are compared one by one. */
static void
merge_properties(AkinClient *client, GVariant *changed)
{
    GVariantDict dict;
    GVariantIter iter;
    const char *name;
    GVariant *value;
    gboolean differs = FALSE;
    g_variant_dict_init(&dict, client->properties);
    g_variant_iter_init(&iter, changed);
    while (g_variant_iter_loop(&iter, "{&sv}", &name, &value)) {
        g_autoptr(GVariant) old = g_variant_dict_lookup_value(&dict, name, NULL);
        differs |= !old || !g_variant_equal(old, value);
        g_variant_dict_insert_value(&dict, name, value);
    }
    g_autoptr(GVariant) merged = g_variant_ref_sink(g_variant_dict_end(&dict));
    if (differs || !client->properties)
        take_properties(client, merged);
}

void
akin_client_take_properties(AkinClient *client, GVariant *answer, const GError *error)
{
    if (client->incompatible || (error && !g_dbus_error_is_remote_error(error)))
        return; /* the connection has ended, which is told elsewhere */
    if (answer && g_variant_is_of_type(answer, G_VARIANT_TYPE("(a{sv})"))) {
        g_autoptr(GVariant) properties = g_variant_get_child_value(answer, 0);
        merge_properties(client, properties);
        return;
    }
    if (client->properties)
        return; /* what was said before holds */
    g_autoptr(GError) reason = NULL;
    akin_check_version(NULL, client->path, &reason);
    akin_client_turn_incompatible(client, reason->message);
}

static void
on_properties(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    (void) data;
    if (client)
        akin_client_take_properties(client, answer, error);
}

void
akin_client_ask_properties(AkinClient *client, AkinClientReply then, gpointer data)
{
    akin_client_send(client, "org.freedesktop.DBus.Properties", "GetAll",
                     g_variant_new("(s)", AKIN_INTERFACE), then ? then : on_properties, data);
}

static void
on_properties_changed(AkinClient *client, GVariant *parameters)
{
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)"))) {
        akin_client_turn_rubbish(client);
        return;
    }
    const char *interface;
    g_variant_get_child(parameters, 0, "&s", &interface);
    g_autoptr(GVariant) changed = g_variant_get_child_value(parameters, 1);
    g_autoptr(GVariant) invalid = g_variant_get_child_value(parameters, 2);
    if (!client->properties || strcmp(interface, AKIN_INTERFACE) != 0)
        return; /* the whole of them is on its way */
    merge_properties(client, changed);
    if (g_variant_n_children(invalid) > 0 && !client->incompatible)
        akin_client_ask_properties(client, NULL, NULL);
}

/* --- Services, machines, rights --------------------------------------------------------------- */

void
akin_client_take_services(AkinClient *client, GVariant *answer, const GError *error)
{
    if (client->incompatible || (error && !g_dbus_error_is_remote_error(error)))
        return;
    client->services_known = TRUE;
    if (error)
        return; /* what is known stays */
    GPtrArray *services = akin_services_from_variant(answer);
    if (services)
        akin_client_set_services(client, services);
    else
        akin_client_turn_rubbish(client);
}

static void
on_services(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    (void) data;
    if (!client)
        return;
    akin_client_take_services(client, answer, error);
    client->services_asked = FALSE;
    if (client->services_again && !client->incompatible)
        akin_client_ask_services(client);
}

void
akin_client_ask_services(AkinClient *client)
{
    client->services_again = client->services_asked;
    if (client->services_asked)
        return;
    client->services_asked = TRUE;
    akin_client_send(client, AKIN_INTERFACE, "ListServices", NULL, on_services, NULL);
}

static void
on_counts(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    (void) data;
    if (!client || client->incompatible || error)
        return;
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a(stt))"))) {
        akin_client_turn_rubbish(client);
        return;
    }
    g_clear_pointer(&client->counts, g_variant_unref);
    client->counts = g_variant_ref(answer);
    if (akin_services_set_counts(client->by_name, answer))
        akin_client_announce(client);
}

static void
on_machines(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    (void) data;
    if (client)
        client->refreshing = FALSE;
    if (!client || client->incompatible || error)
        return;
    if (client->machines_answer && g_variant_equal(client->machines_answer, answer))
        return;
    GPtrArray *machines = akin_machines_from_variant(answer);
    if (!machines) {
        akin_client_turn_rubbish(client);
        return;
    }
    g_clear_pointer(&client->machines_answer, g_variant_unref);
    client->machines_answer = g_variant_ref(answer);
    akin_client_set_machines(client, machines);
}

static AkinMayControl
may_control_from(const char *word)
{
    if (g_strcmp0(word, "yes") == 0)
        return AKIN_MAY_CONTROL_YES;
    return g_strcmp0(word, "ask") == 0 ? AKIN_MAY_CONTROL_ASK : AKIN_MAY_CONTROL_NO;
}

static void
on_may_control(AkinClient *client, GVariant *answer, const GError *error, gpointer data)
{
    (void) data;
    const char *word = NULL;
    if (client)
        client->asking_rights = FALSE;
    if (!client || client->incompatible || error)
        return;
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(s)"))) {
        akin_client_turn_rubbish(client);
        return;
    }
    g_variant_get(answer, "(&s)", &word);
    AkinMayControl may = may_control_from(word);
    if (may != client->facts.may_control)
        akin_client_announce(client);
    client->facts.may_control = may;
}

/* Not under the deadline: the helper may have to ask others who answer late. */
static void
ask_rights(AkinClient *client)
{
    if (client->asking_rights)
        return;
    client->asking_rights = TRUE;
    akin_client_send_unwatched(client, AKIN_INTERFACE, "MayControl", NULL, on_may_control, NULL);
}

void
akin_client_refresh(AkinClient *client)
{
    if (client->facts.state != AKIN_CLIENT_READY || client->refreshing)
        return;
    client->refreshing = TRUE;
    akin_client_send(client, AKIN_INTERFACE, "CountConnections", NULL, on_counts, NULL);
    akin_client_send(client, AKIN_INTERFACE, "ListMachines", NULL, on_machines, NULL);
    ask_rights(client);
}

/* --- Signals of the helper -------------------------------------------------------------------- */

static void
on_transition(AkinClient *client, GVariant *parameters)
{
    const char *what, *old, *new, *reason, *sentence;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sssss)"))) {
        akin_client_turn_rubbish(client);
        return;
    }
    g_variant_get(parameters, "(&s&s&s&s&s)", &what, &old, &new, &reason, &sentence);
    if (strcmp(what, "power") == 0) {
        client->facts.asleep = strcmp(new, "asleep") == 0;
        akin_client_announce(client);
    }
    akin_client_emit_transition(client, what, old, new, reason, sentence);
}

static void
on_signal(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
          const char *name, GVariant *parameters, gpointer data)
{
    AkinClient *client = data;
    (void) sender, (void) path, (void) interface;
    if (connection != client->connection || client->incompatible)
        return;
    if (g_strcmp0(name, "PropertiesChanged") == 0)
        on_properties_changed(client, parameters);
    else if (g_strcmp0(name, "ServicesChanged") == 0)
        akin_client_ask_services(client);
    else if (g_strcmp0(name, "Transition") == 0)
        on_transition(client, parameters);
}

void
akin_client_subscribe(AkinClient *client)
{
    static const char *const interfaces[] = {AKIN_INTERFACE, "org.freedesktop.DBus.Properties"};
    for (guint i = 0; i < G_N_ELEMENTS(interfaces); i++)
        client->subscriptions[i] = g_dbus_connection_signal_subscribe(
            client->connection, NULL, interfaces[i], NULL, AKIN_OBJECT_PATH, NULL,
            G_DBUS_SIGNAL_FLAGS_NONE, on_signal, client, NULL);
}
