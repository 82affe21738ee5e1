/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake-helper.h"

#include <glib/gstdio.h>
#include <string.h>

#include "names.h"
#include "temporary-folder.h"

typedef struct {
    Fake *fake;
    GDBusConnection *connection;
    GDBusMessage *message;
} Request;

static GVariant *
properties_new(Fake *fake)
{
    const char *firewall = fake->firewall ? "true" : "false";
    g_autofree char *text = g_strdup_printf(
        "{'InterfaceVersion': <uint32 %u>, 'Engine': <'nftables'>, 'Enforcing': <true>,"
        " 'Firewall': <%s>, 'NatMode': <'auto'>, 'Panic': <false>, 'NatActive': <false>,"
        " 'MachinesReachHost': <true>, 'ActiveNic': <'en0'>, 'Uplinks': <@a(sas) []>,"
        " 'NetworkPatterns': <@as []>, 'Networks': <@a(sbas) []>, 'TrustedPingers': <@as []>,"
        " 'Forwards': <@a(sqsqsb) []>, 'Warnings': <@a(ss) %s>, 'Notes': <@a(ss) []>}",
        fake->version, fake->rude ? "'rude'" : firewall,
        fake->on_trial ? "[('trial', 'on trial')]" : "[]");
    return g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
}

static GVariant *
services_new(Fake *fake)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssssssub)"));
    for (guint i = 0; i < fake->services; i++) {
        g_autofree char *name = g_strdup_printf("s%u", fake->twins ? 0 : i);
        g_variant_builder_add(&builder, "(ssssssub)", name, "Title", "web", "", "tcp:80", "", 1,
                              FALSE);
    }
    fake->lists++;
    return g_variant_new("(a(ssssssub))", &builder);
}

void
fake_emit(Fake *fake, const char *interface, const char *name, GVariant *args)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(args);
    for (guint i = 0; i < fake->connections->len; i++)
        g_dbus_connection_emit_signal(fake->connections->pdata[i], NULL, AKIN_OBJECT_PATH,
                                      interface, name, sunk, NULL);
}

void
fake_emit_firewall(Fake *fake, GVariant *value)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Firewall", value);
    fake_emit(fake, "org.freedesktop.DBus.Properties", "PropertiesChanged",
              g_variant_new("(sa{sv}as)", AKIN_INTERFACE, &builder, NULL));
}

/* NULL for a method that the tests do not need. */
static GVariant *
answer(Fake *fake, const char *method)
{
    if (strcmp(method, "GetAll") == 0)
        return fake->empty ? g_variant_new("(a{sv})", NULL)
                           : g_variant_new("(@a{sv})", properties_new(fake));
    if (strcmp(method, "ListServices") == 0)
        return services_new(fake);
    if (strcmp(method, "CountConnections") == 0)
        return g_variant_new_parsed("([('s0', uint64 5, uint64 6)],)");
    if (strcmp(method, "ListMachines") == 0) {
        fake->machines_asked++;
        return g_variant_new_parsed("([('vboxnet0', '192.168.56.101', '52:54:00:12:34:56')],)");
    }
    if (strcmp(method, "MayControl") == 0)
        return g_variant_new("(s)", fake->may);
    return NULL;
}

/* What changed is told before the change is answered, as the helper does. */
static void
add_service(Fake *fake)
{
    fake->services++;
    fake_emit(fake, AKIN_INTERFACE, "ServicesChanged", g_variant_new_parsed("(['new'],)"));
}

void
fake_end_trial(Fake *fake, const char *how)
{
    fake->on_trial = FALSE;
    fake_emit(fake, AKIN_INTERFACE, "Transition",
              g_variant_new("(sssss)", "trial", "begun", how, "asked for", "it is over"));
    fake_emit(fake, "org.freedesktop.DBus.Properties", "PropertiesChanged",
              g_variant_new_parsed("(%s, {'Warnings': <@a(ss) []>}, @as [])", AKIN_INTERFACE));
}

/* FALSE: another's is under way. */
static gboolean
note_change(Fake *fake, const char *method)
{
    static const char *const noted[] = {"Try", "Confirm", "Revert", "SetFirewall", NULL};
    if (!g_strv_contains(noted, method))
        return TRUE;
    g_string_append_printf(fake->changes, "%s ", method);
    gboolean tries = strcmp(method, "Try") == 0;
    fake->on_trial |= tries;
    if (strcmp(method, "Confirm") == 0)
        fake_end_trial(fake, "confirmed");
    if (strcmp(method, "Revert") == 0)
        fake_end_trial(fake, "reverted");
    return !(tries && fake->in_use);
}

static GDBusMessage *
reply_new(Fake *fake, GDBusMessage *message)
{
    const char *method = g_dbus_message_get_member(message);
    GVariant *body = g_dbus_message_get_body(message);
    if (!note_change(fake, method))
        return g_dbus_message_new_method_error_literal(message, "org.akin.Error.InUse",
                                                       "a trial is under way");
    if (strcmp(method, "SetFirewall") == 0 && fake->refuse)
        return g_dbus_message_new_method_error_literal(message, "org.akin.Error.NotAllowed",
                                                       "ask an administrator");
    GDBusMessage *reply = g_dbus_message_new_method_reply(message);
    if (strcmp(method, "SetFirewall") == 0)
        g_variant_get(body, "(b)", &fake->firewall);
    else if (strcmp(method, "AddService") == 0)
        add_service(fake);
    else
        g_dbus_message_set_body(reply, answer(fake, method));
    return reply;
}

static void
request_free(gpointer data)
{
    Request *request = data;
    g_object_unref(request->connection);
    g_object_unref(request->message);
    g_free(request);
}

static void
request_answer(Request *request)
{
    g_autoptr(GDBusMessage) reply = reply_new(request->fake, request->message);
    g_dbus_connection_send_message(request->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

static gboolean
on_request(gpointer data)
{
    Request *request = data;
    Fake *fake = request->fake;
    gboolean rights = strcmp(g_dbus_message_get_member(request->message), "MayControl") == 0;
    fake->rights_asked += rights;
    if (fake->mute || (rights && fake->slow_rights)) {
        g_ptr_array_add(fake->unanswered, request);
        return G_SOURCE_REMOVE;
    }
    request_answer(request);
    request_free(request);
    return G_SOURCE_REMOVE;
}

/* Takes every call from GDBus's thread to ours, so that the tests say what is answered, and when.
 */
static GDBusMessage *
filter(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        return message;
    Request *request = g_new(Request, 1);
    request->fake = data;
    request->connection = g_object_ref(connection);
    request->message = message;
    g_main_context_invoke(NULL, on_request, request);
    return NULL;
}

static gboolean
on_new_connection(GDBusServer *server, GDBusConnection *connection, gpointer data)
{
    Fake *fake = data;
    (void) server;
    fake->callers++;
    if (fake->hangs_up) {
        g_dbus_connection_close(connection, NULL, NULL, NULL);
        return TRUE;
    }
    g_ptr_array_add(fake->connections, g_object_ref(connection));
    g_dbus_connection_add_filter(connection, filter, fake, NULL);
    return TRUE;
}

void
fake_listen(Fake *fake)
{
    GError *error = NULL;
    g_autofree char *folder = g_path_get_dirname(fake->path);
    g_autofree char *address = g_strconcat("unix:path=", fake->path, NULL);
    g_autofree char *guid = g_dbus_generate_guid();
    g_mkdir_with_parents(folder, 0700);
    fake->server =
        g_dbus_server_new_sync(address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
    g_assert_no_error(error);
    g_signal_connect(fake->server, "new-connection", G_CALLBACK(on_new_connection), fake);
    g_dbus_server_start(fake->server);
}

static void
fake_hang_up(Fake *fake)
{
    for (guint i = 0; i < fake->connections->len; i++)
        g_dbus_connection_close(fake->connections->pdata[i], NULL, NULL, NULL);
    g_ptr_array_set_size(fake->connections, 0);
}

void
fake_stop(Fake *fake)
{
    if (!fake->server)
        return;
    g_dbus_server_stop(fake->server);
    g_clear_object(&fake->server);
    fake_hang_up(fake);
    g_unlink(fake->path);
}

void
fake_answer(Fake *fake, guint number)
{
    request_answer(fake->unanswered->pdata[number]);
    g_ptr_array_remove_index(fake->unanswered, number);
}

void
fake_speak(Fake *fake)
{
    fake->mute = FALSE;
    for (guint i = 0; i < fake->unanswered->len; i++)
        request_answer(fake->unanswered->pdata[i]);
    g_ptr_array_set_size(fake->unanswered, 0);
}

Fake *
fake_new(void)
{
    Fake *fake = g_new0(Fake, 1);
    fake->folder = temporary_folder_new("client");
    fake->path = g_build_filename(fake->folder, "run", "akin", "helper.sock", NULL);
    fake->connections = g_ptr_array_new_with_free_func(g_object_unref);
    fake->unanswered = g_ptr_array_new_with_free_func(request_free);
    fake->version = AKIN_INTERFACE_VERSION;
    fake->services = 3;
    fake->firewall = TRUE;
    fake->may = "yes";
    fake->changes = g_string_new(NULL);
    return fake;
}

void
fake_settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

void
fake_free(Fake *fake)
{
    g_autofree char *inner = g_path_get_dirname(fake->path);
    g_autofree char *outer = g_path_get_dirname(inner);
    fake_stop(fake);
    g_ptr_array_set_size(fake->unanswered, 0);
    fake_settle();
    g_ptr_array_unref(fake->connections);
    g_ptr_array_unref(fake->unanswered);
    g_unlink(fake->path);
    g_rmdir(inner);
    g_rmdir(outer);
    temporary_folder_remove(fake->folder);
    g_string_free(fake->changes, TRUE);
    g_free(fake->path);
    g_free(fake);
}

/* --- The client ------------------------------------------------------------------------------- */

gboolean
fake_time_is_up(gpointer data)
{
    *(gboolean *) data = TRUE;
    return G_SOURCE_REMOVE;
}

gboolean
is(AkinClient *client, AkinClientState state)
{
    return akin_client_get_state(client) == state;
}

AkinClient *
fake_client_new(Fake *fake)
{
    fake_listen(fake);
    AkinClient *client = akin_client_new(fake->path);
    g_assert_true(is(client, AKIN_CLIENT_CONNECTING));
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    g_assert_true(WAIT(akin_client_get_machines(client)->len == 1, 5000));
    g_assert_true(WAIT(akin_client_get_may_control(client) == AKIN_MAY_CONTROL_YES, 5000));
    return client;
}
