/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client-error.h"
#include "client.h"
#include "error.h"
#include "names.h"

/*
 * The client against a helper of the tests' own, in the same main loop, which can be old, silent,
 * rude or away.
 */

typedef struct {
    char *folder, *path;
    GDBusServer *server;
    GPtrArray *connections;
    GPtrArray *unanswered; /* Request */
    guint version, lists, services;
    gboolean mute, rude, refuse, firewall;
    const char *may;
} Fake;

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
        " 'Forwards': <@a(sqsqsb) []>, 'Warnings': <@a(ss) []>}",
        fake->version, fake->rude ? "'rude'" : firewall);
    return g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
}

static GVariant *
services_new(Fake *fake)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssssssub)"));
    for (guint i = 0; i < fake->services; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        g_variant_builder_add(&builder, "(ssssssub)", name, "Title", "web", "", "tcp:80", "", 1,
                              FALSE);
    }
    fake->lists++;
    return g_variant_new("(a(ssssssub))", &builder);
}

static void
emit(Fake *fake, const char *interface, const char *name, GVariant *args)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(args);
    for (guint i = 0; i < fake->connections->len; i++)
        g_dbus_connection_emit_signal(fake->connections->pdata[i], NULL, AKIN_OBJECT_PATH,
                                      interface, name, sunk, NULL);
}

static void
emit_firewall(Fake *fake, GVariant *value)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Firewall", value);
    emit(fake, "org.freedesktop.DBus.Properties", "PropertiesChanged",
         g_variant_new("(sa{sv}as)", AKIN_INTERFACE, &builder, NULL));
}

/* NULL for a method that the tests do not need. */
static GVariant *
answer(Fake *fake, const char *method)
{
    if (strcmp(method, "GetAll") == 0)
        return g_variant_new("(@a{sv})", properties_new(fake));
    if (strcmp(method, "ListServices") == 0)
        return services_new(fake);
    if (strcmp(method, "CountConnections") == 0)
        return g_variant_new_parsed("([('s0', uint64 5, uint64 6)],)");
    if (strcmp(method, "ListMachines") == 0)
        return g_variant_new_parsed("([('vboxnet0', '192.168.56.101', '52:54:00:12:34:56')],)");
    if (strcmp(method, "MayControl") == 0)
        return g_variant_new("(s)", fake->may);
    if (strcmp(method, "Explain") == 0)
        return g_variant_new("(ss)", "pass", "because");
    return NULL;
}

static GDBusMessage *
reply_new(Fake *fake, GDBusMessage *message)
{
    const char *method = g_dbus_message_get_member(message);
    GVariant *body = g_dbus_message_get_body(message);
    if (strcmp(method, "SetFirewall") == 0 && fake->refuse)
        return g_dbus_message_new_method_error_literal(message, "org.akin.Error.NotAllowed",
                                                       "ask an administrator");
    GDBusMessage *reply = g_dbus_message_new_method_reply(message);
    if (strcmp(method, "SetFirewall") == 0)
        g_variant_get(body, "(b)", &fake->firewall);
    else if (strcmp(method, "UpdateService") == 0)
        fake->services++;
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
    if (request->fake->mute) {
        g_ptr_array_add(request->fake->unanswered, request);
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
    g_ptr_array_add(fake->connections, g_object_ref(connection));
    g_dbus_connection_add_filter(connection, filter, fake, NULL);
    return TRUE;
}

static void
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

static void
fake_stop(Fake *fake)
{
    if (!fake->server)
        return;
    g_dbus_server_stop(fake->server);
    g_clear_object(&fake->server);
    fake_hang_up(fake);
    g_unlink(fake->path);
}

static void
fake_speak(Fake *fake)
{
    fake->mute = FALSE;
    for (guint i = 0; i < fake->unanswered->len; i++)
        request_answer(fake->unanswered->pdata[i]);
    g_ptr_array_set_size(fake->unanswered, 0);
}

static Fake *
fake_new(void)
{
    Fake *fake = g_new0(Fake, 1);
    GError *error = NULL;
    fake->folder = g_dir_make_tmp("akin-client-XXXXXX", &error);
    g_assert_no_error(error);
    fake->path = g_build_filename(fake->folder, "run", "akin", "helper.sock", NULL);
    fake->connections = g_ptr_array_new_with_free_func(g_object_unref);
    fake->unanswered = g_ptr_array_new_with_free_func(request_free);
    fake->version = AKIN_INTERFACE_VERSION;
    fake->services = 3;
    fake->firewall = TRUE;
    fake->may = "yes";
    return fake;
}

static void
settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
fake_free(Fake *fake)
{
    g_autofree char *inner = g_path_get_dirname(fake->path);
    g_autofree char *outer = g_path_get_dirname(inner);
    fake_stop(fake);
    g_ptr_array_set_size(fake->unanswered, 0);
    settle();
    g_ptr_array_unref(fake->connections);
    g_ptr_array_unref(fake->unanswered);
    g_unlink(fake->path);
    g_rmdir(inner);
    g_rmdir(outer);
    g_assert_cmpint(g_rmdir(fake->folder), ==, 0);
    g_free(fake->folder);
    g_free(fake->path);
    g_free(fake);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fake, fake_free)

/* --- Waiting ---------------------------------------------------------------------------------- */

static gboolean
on_time_is_up(gpointer data)
{
    *(gboolean *) data = TRUE;
    return G_SOURCE_REMOVE;
}

/* Runs the main loop until the condition holds; FALSE when the time is up before. */
#define WAIT(condition, ms)                                                                        \
    ({                                                                                             \
        gboolean late = FALSE;                                                                     \
        guint timer = g_timeout_add(ms, on_time_is_up, &late);                                     \
        while (!late && !(condition))                                                              \
            g_main_context_iteration(NULL, TRUE);                                                  \
        if (!late)                                                                                 \
            g_source_remove(timer);                                                                \
        !late;                                                                                     \
    })

static gboolean
is(AkinClient *client, AkinClientState state)
{
    return akin_client_get_state(client) == state;
}

static void
count(gpointer object, gpointer data)
{
    (void) object;
    ++*(guint *) data;
}

static AkinClient *
ready_client(Fake *fake)
{
    fake_listen(fake);
    AkinClient *client = akin_client_new(fake->path);
    g_assert_true(is(client, AKIN_CLIENT_CONNECTING));
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    g_assert_true(WAIT(akin_client_get_machines(client)->len == 1, 5000));
    g_assert_true(WAIT(akin_client_get_may_control(client) == AKIN_MAY_CONTROL_YES, 5000));
    return client;
}

typedef struct {
    gboolean done, ok;
    GError *error;
    gboolean firewall; /* in the snapshot at that moment */
    guint services;    /* known at that moment */
} Result;

static void
on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Result *r = data;
    AkinClient *client = AKIN_CLIENT(source);
    r->ok = akin_client_change_finish(client, result, &r->error);
    r->done = TRUE;
    r->firewall = akin_client_get_snapshot(client) && akin_client_get_snapshot(client)->firewall;
    r->services = akin_client_get_services(client)->len;
}

static void
set_firewall(AkinClient *client, gboolean on, Result *result)
{
    *result = (Result){0};
    akin_client_change_async(client, "SetFirewall", g_variant_new("(b)", on), NULL, on_done,
                             result);
}

/* --- Connecting ------------------------------------------------------------------------------- */

static void
test_ready(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    g_assert_cmpstr(akin_client_get_sentence(client), ==, "");
    g_assert_true(akin_client_get_snapshot(client)->firewall);
    g_assert_cmpuint(akin_client_get_services(client)->len, ==, 3);
    const AkinServiceInfo *service = akin_client_find_service(client, "s0");
    g_assert_cmpuint(service->used_out, ==, 5);
    g_assert_cmpuint(service->used_in, ==, 6);
    g_assert_null(akin_client_find_service(client, "s3"));
}

static void
test_no_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(akin_client_get_sentence(client), fake->path));
    g_assert_null(akin_client_get_snapshot(client));
    /* The folders of the socket come with the helper. */
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
}

/* Long after the quick tries are over, the file alone tells, and at once. */
static void
test_late_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_false(WAIT(is(client, AKIN_CLIENT_READY), 8000));
    gint64 start = g_get_monotonic_time();
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 1000000);
}

static void
test_restart(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    for (guint i = 0; i < 3; i++) {
        fake_stop(fake);
        g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
        g_assert_null(akin_client_get_snapshot(client));
        g_assert_cmpuint(akin_client_get_services(client)->len, ==, 0);
        fake_listen(fake);
        g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    }
}

static void
test_no_socket(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *longest = g_strnfill(300, 'x');
    g_autofree char *path = g_build_filename(fake->folder, longest, NULL);
    g_autoptr(AkinClient) client = akin_client_new(path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(akin_client_get_sentence(client), "too long"));
    g_autofree char *file = g_build_filename(fake->folder, "file", NULL);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_autoptr(AkinClient) other = akin_client_new(file);
    g_assert_true(WAIT(is(other, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(akin_client_get_sentence(other), "not a socket"));
    g_unlink(file);
}

static void
test_gone_while_connecting(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake_listen(fake);
    AkinClient *client = akin_client_new(fake->path);
    g_object_add_weak_pointer(G_OBJECT(client), (gpointer *) &client);
    g_object_unref(client);
    g_assert_null(client);
    settle();
}

/* --- Strangers -------------------------------------------------------------------------------- */

static void
test_other_version(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->version = AKIN_INTERFACE_VERSION + 1;
    fake_listen(fake);
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_STRANGER), 5000));
    g_assert_nonnull(strstr(akin_client_get_sentence(client), "version 2"));
    /* An update of the helper mends it. */
    fake_stop(fake);
    fake->version = AKIN_INTERFACE_VERSION;
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
}

static void
test_rude_answer(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->rude = TRUE;
    fake_listen(fake);
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_STRANGER), 5000));
    g_assert_null(akin_client_get_snapshot(client));
}

static void
test_rude_signal(void)
{
    static const char *const names[] = {"Transition", "PropertiesChanged"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Fake) fake = fake_new();
        g_autoptr(AkinClient) client = ready_client(fake);
        emit(fake, AKIN_INTERFACE, names[i], g_variant_new("(i)", 7));
        g_assert_true(WAIT(is(client, AKIN_CLIENT_STRANGER), 5000));
    }
}

static void
test_rude_property(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    emit_firewall(fake, g_variant_new_string("perhaps"));
    g_assert_true(WAIT(is(client, AKIN_CLIENT_STRANGER), 5000));
}

static gboolean
on_noise(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    int listening = g_io_channel_unix_get_fd(channel);
    int fd = accept(listening, NULL, NULL);
    static const char noise[] = "HTTP/1.0 418 I am a teapot\r\n\r\n";
    (void) condition, (void) data;
    g_assert_cmpint(write(fd, noise, strlen(noise)), >, 0);
    close(fd);
    return G_SOURCE_CONTINUE;
}

static void
test_noise(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *path = g_build_filename(fake->folder, "s", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof(address)), ==, 0);
    g_assert_cmpint(listen(fd, 8), ==, 0);
    g_autoptr(GIOChannel) channel = g_io_channel_unix_new(fd);
    guint source = g_io_add_watch(channel, G_IO_IN, on_noise, NULL);
    g_autoptr(AkinClient) client = akin_client_new(path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_STRANGER), 5000));
    g_source_remove(source);
    close(fd);
    g_unlink(path);
}

/* --- Silence ---------------------------------------------------------------------------------- */

/* One who is silent from the start, one who falls silent, and what waits for each. */
static void
test_silence(void)
{
    g_autoptr(Fake) never = fake_new();
    g_autoptr(Fake) later = fake_new();
    Result result;
    never->mute = TRUE;
    fake_listen(never);
    g_autoptr(AkinClient) first = akin_client_new(never->path);
    g_autoptr(AkinClient) second = ready_client(later);
    later->mute = TRUE;
    set_firewall(second, FALSE, &result);
    g_assert_true(WAIT(is(first, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(WAIT(is(second, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(WAIT(result.done, 1000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    /* The last that is known stays. */
    g_assert_nonnull(akin_client_get_snapshot(second));
    g_assert_null(akin_client_get_snapshot(first));
    set_firewall(second, FALSE, &result);
    g_assert_true(WAIT(result.done, 1000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    fake_speak(never);
    fake_speak(later);
    g_assert_true(WAIT(is(first, AKIN_CLIENT_READY), 1000));
    g_assert_true(WAIT(is(second, AKIN_CLIENT_READY), 1000));
}

/* --- News ------------------------------------------------------------------------------------- */

static void
test_properties(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    guint changes = 0;
    settle();
    g_signal_connect(client, "changed", G_CALLBACK(count), &changes);
    emit_firewall(fake, g_variant_new_boolean(FALSE));
    g_assert_true(WAIT(!akin_client_get_snapshot(client)->firewall, 5000));
    g_assert_true(WAIT(changes == 1, 1000));
    /* Nothing new is nothing to tell; nor is another interface's property. */
    emit_firewall(fake, g_variant_new_boolean(FALSE));
    emit(fake, "org.freedesktop.DBus.Properties", "PropertiesChanged",
         g_variant_new_parsed("('org.example', {'Firewall': <true>}, @as [])"));
    g_assert_false(WAIT(changes > 1, 100));
}

static void
test_services(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    guint lists = fake->lists;
    fake->services = 1000;
    for (guint i = 0; i < 100; i++)
        emit(fake, AKIN_INTERFACE, "ServicesChanged", g_variant_new_parsed("(['s1'],)"));
    g_assert_true(WAIT(akin_client_get_services(client)->len == 1000, 5000));
    g_assert_nonnull(akin_client_find_service(client, "s999"));
    /* Use is kept over the new list. */
    g_assert_cmpuint(akin_client_find_service(client, "s0")->used_out, ==, 5);
    g_assert_false(WAIT(FALSE, 200));
    g_assert_cmpuint(fake->lists - lists, <, 20);
}

static char *told;

static void
on_transition(AkinClient *client, const char *what, const char *old, const char *new,
              const char *reason, const char *sentence, gpointer data)
{
    (void) client, (void) data;
    g_free(told);
    told = g_strjoin("|", what, old, new, reason, sentence, NULL);
}

static void
test_transition(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    g_signal_connect(client, "transition", G_CALLBACK(on_transition), NULL);
    emit(fake, AKIN_INTERFACE, "Transition",
         g_variant_new("(sssss)", "nat", "on", "off", "going to sleep", "disabled nat"));
    g_assert_true(WAIT(told, 5000));
    g_assert_cmpstr(told, ==, "nat|on|off|going to sleep|disabled nat");
    g_assert_true(akin_client_get_facts(client)->asleep);
    g_clear_pointer(&told, g_free);
    emit(fake, AKIN_INTERFACE, "Transition",
         g_variant_new("(sssss)", "nat", "off", "on", "woke up", "enabled nat"));
    g_assert_true(WAIT(told, 5000));
    g_assert_false(akin_client_get_facts(client)->asleep);
    g_clear_pointer(&told, g_free);
}

static void
test_look(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    fake->may = "no";
    akin_client_look(client);
    akin_client_look(client);
    g_assert_true(WAIT(akin_client_get_may_control(client) == AKIN_MAY_CONTROL_NO, 5000));
    fake->may = "ask";
    g_assert_true(WAIT(
        (akin_client_look(client), akin_client_get_may_control(client) == AKIN_MAY_CONTROL_ASK),
        5000));
}

/* --- Changes ---------------------------------------------------------------------------------- */

static void
test_change(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    Result result;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_no_error(result.error);
    g_assert_true(result.ok);
    /* The fake told nobody, and yet who asked sees it. */
    g_assert_false(result.firewall);
}

/* Without the helper's signal, which comes when it comes. */
static void
test_change_of_a_service(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    Result result = {0};
    g_assert_cmpuint(akin_client_get_services(client)->len, ==, 3);
    akin_client_change_async(client, "UpdateService",
                             g_variant_new("(ssss)", "s0", "New", "tcp:81", ""), NULL, on_done,
                             &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_no_error(result.error);
    g_assert_cmpuint(result.services, ==, 4);
}

static void
test_refusal(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    Result result;
    fake->refuse = TRUE;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED);
    g_assert_cmpstr(result.error->message, ==, "ask an administrator");
    g_assert_true(result.firewall);
    g_clear_error(&result.error);
}

static void
test_change_without_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    Result result;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER);
    g_clear_error(&result.error);
}

static void
test_gone_while_changing(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    Result result;
    fake->mute = TRUE;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(fake->unanswered->len > 0, 5000));
    fake_stop(fake);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER);
    g_clear_error(&result.error);
    fake->mute = FALSE;
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_true(result.ok);
}

typedef struct {
    gboolean done;
    GVariant *answer;
    GError *error;
} Answer;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    Answer *got = data;
    got->answer = akin_client_ask_finish(AKIN_CLIENT(source), result, &got->error);
    got->done = TRUE;
}

static void
test_ask(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = ready_client(fake);
    Answer right = {0}, wrong = {0};
    akin_client_ask_async(client, "Explain", NULL, G_VARIANT_TYPE("(ss)"), NULL, on_answer, &right);
    akin_client_ask_async(client, "Explain", NULL, G_VARIANT_TYPE("(u)"), NULL, on_answer, &wrong);
    g_assert_true(WAIT(right.done && wrong.done, 5000));
    g_assert_no_error(right.error);
    g_assert_nonnull(right.answer);
    g_assert_error(wrong.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_STRANGER);
    g_clear_pointer(&right.answer, g_variant_unref);
    g_clear_error(&wrong.error);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(void);
    } tests[] = {
        {"/client/ready", test_ready},
        {"/client/no-helper", test_no_helper},
        {"/client/late-helper", test_late_helper},
        {"/client/restart", test_restart},
        {"/client/no-socket", test_no_socket},
        {"/client/gone-while-connecting", test_gone_while_connecting},
        {"/client/stranger/version", test_other_version},
        {"/client/stranger/answer", test_rude_answer},
        {"/client/stranger/signal", test_rude_signal},
        {"/client/stranger/property", test_rude_property},
        {"/client/stranger/noise", test_noise},
        {"/client/silence", test_silence},
        {"/client/news/properties", test_properties},
        {"/client/news/services", test_services},
        {"/client/news/transition", test_transition},
        {"/client/news/look", test_look},
        {"/client/change/done", test_change},
        {"/client/change/service", test_change_of_a_service},
        {"/client/change/refused", test_refusal},
        {"/client/change/without-helper", test_change_without_helper},
        {"/client/change/gone", test_gone_while_changing},
        {"/client/ask", test_ask},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].test);
    return g_test_run();
}
