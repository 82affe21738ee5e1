/* SPDX-License-Identifier: BSD-2-Clause */
#include "server.h"

#include <glib-unix.h>

#include "akin-helper1.h"
#include "calls.h"
#include "error.h"
#include "names.h"
#include "peer.h"
#include "properties.h"
#include "rights.h"
#include "socket.h"

/* For each user, and for all together who may only look. */
#define PEERS_OF_USER_MAX 32
#define STRANGERS_MAX 40

/* How long nothing more is logged about a user's clients, and about how many users at a time. */
#define OFFENCE_SECONDS 60
#define OFFENDERS_MAX 64

/* How many are accepted in a turn of the main loop: so many that nobody fills the queue alone. */
#define ACCEPTED_MAX 32

/* How long nothing is accepted after the system ran out of something. */
#define PAUSE_SECONDS 1

struct _AkinServer {
    AkinController *controller;
    AkinCalls *calls;
    AkinProperties *properties;
    AkinListeningSocket *listening;
    guint incoming, pause;
    char *guid;
    GPtrArray *peers;      /* AkinPeer */
    GHashTable *offenders; /* user ids that something was logged about lately */
    guint forgive;
    gboolean leaving;
};

/* --- Offences --------------------------------------------------------------------------------- */

static gboolean
forgive(gpointer user_data)
{
    AkinServer *server = user_data;
    g_hash_table_remove_all(server->offenders);
    server->forgive = 0;
    return G_SOURCE_REMOVE;
}

/* Once a minute for each user: nobody fills the log by being dropped again and again. */
static void
note_offence(AkinServer *server, uid_t uid, const char *offence)
{
    gpointer key = GUINT_TO_POINTER((guint) uid);
    if (g_hash_table_size(server->offenders) >= OFFENDERS_MAX ||
        !g_hash_table_add(server->offenders, key))
        return;
    g_message("dropped a client of user %u that %s", (unsigned) uid, offence);
    if (server->forgive == 0)
        server->forgive = g_timeout_add_seconds(OFFENCE_SECONDS, forgive, server);
}

/* --- One client's object ---------------------------------------------------------------------- */

static AkinPeer *
find_peer(AkinServer *server, GDBusConnection *connection)
{
    for (guint i = 0; i < server->peers->len; i++) {
        if (akin_peer_connection(server->peers->pdata[i]) == connection)
            return server->peers->pdata[i];
    }
    return NULL;
}

static void
method_called(GDBusConnection *connection, const char *sender, const char *path,
              const char *interface, const char *name, GVariant *parameters,
              GDBusMethodInvocation *invocation, gpointer user_data)
{
    AkinServer *server = user_data;
    AkinPeer *peer = server->leaving ? NULL : find_peer(server, connection);
    (void) sender;
    (void) path;
    (void) interface;
    (void) name;
    (void) parameters;
    if (!peer) {
        g_dbus_method_invocation_return_error_literal(
            invocation, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, "the helper is about to end");
        return;
    }
    akin_peer_touch(peer);
    akin_calls_take(server->calls, peer, invocation);
}

/* Without functions for properties, these are read with method_called too. */
static const GDBusInterfaceVTable vtable = {method_called, NULL, NULL, {NULL}};

static void
peer_ready(AkinPeer *peer, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    if (((AkinServer *) user_data)->leaving)
        return;
    if (!g_dbus_connection_register_object(akin_peer_connection(peer), AKIN_OBJECT_PATH,
                                           akin_helper1_interface_info(), &vtable, user_data, NULL,
                                           &error))
        g_warning("cannot serve a client: %s", error->message);
}

static void
peer_caught_up(AkinPeer *peer, gpointer user_data)
{
    akin_calls_go_on(((AkinServer *) user_data)->calls, peer);
}

static void
peer_gone(AkinPeer *peer, const char *offence, gpointer user_data)
{
    AkinServer *server = user_data;
    if (offence)
        note_offence(server, akin_peer_who(peer)->uid, offence);
    akin_calls_forget(server->calls, peer);
    g_ptr_array_remove_fast(server->peers, peer);
}

static const AkinPeerListener peer_listener = {peer_ready, peer_caught_up, peer_gone};

/* --- Accepting -------------------------------------------------------------------------------- */

static void
put_out(AkinServer *server, AkinPeer *peer)
{
    akin_calls_forget(server->calls, peer);
    g_ptr_array_remove_fast(server->peers, peer);
    akin_peer_free(peer);
}

static guint
count_strangers(const AkinServer *server, const AkinPeer *like)
{
    guint count = 0;
    for (guint i = 0; i < server->peers->len; i++) {
        const AkinPeer *peer = server->peers->pdata[i];
        count += akin_peer_is_stranger(peer) &&
                 (!like || akin_peer_who(peer)->account == akin_peer_who(like)->account);
    }
    return count;
}

/*
 * Strangers, who may look and change nothing, have so many connections between them, however many
 * user ids somebody has: then of those who have most, the one that was silent longest makes room.
 * Who has rights is never kept out by others, and neither is who is just being asked for a
 * password.
 */
static void
make_room(AkinServer *server)
{
    AkinPeer *chosen = NULL;
    guint most = 0;
    if (count_strangers(server, NULL) <= STRANGERS_MAX)
        return;
    for (guint i = 0; i < server->peers->len; i++) {
        AkinPeer *peer = server->peers->pdata[i];
        if (!akin_peer_is_stranger(peer) || akin_calls_is_asking(server->calls, peer))
            continue;
        guint count = count_strangers(server, peer);
        if (count > most ||
            (count == most && akin_peer_last_seen(peer) < akin_peer_last_seen(chosen))) {
            most = count;
            chosen = peer;
        }
    }
    if (chosen)
        put_out(server, chosen);
}

static gboolean
has_room(const AkinServer *server, uid_t uid)
{
    guint of_user = 0;
    for (guint i = 0; i < server->peers->len; i++)
        of_user += akin_peer_who(server->peers->pdata[i])->uid == uid;
    return of_user < PEERS_OF_USER_MAX;
}

static void
take_peer(AkinServer *server, GSocket *socket)
{
    AkinCredentials who;
    g_autoptr(GError) error = NULL;
    /* Most of those who come and go to keep others out: nothing more is to be found out. */
    if (g_socket_condition_check(socket, G_IO_HUP) & G_IO_HUP)
        return;
    if (!akin_credentials_read(socket, &who, &error)) {
        g_warning("%s", error->message);
    } else if (!has_room(server, who.uid)) {
        note_offence(server, who.uid, "has too many connections");
    } else {
        who.account = akin_rights_account(who.uid);
        gboolean stranger =
            who.account == AKIN_NO_ACCOUNT || !akin_rights_is_administrator(who.uid);
        g_ptr_array_add(server->peers, akin_peer_new(socket, &who, stranger, server->guid,
                                                     &peer_listener, server));
        make_room(server);
    }
}

static gboolean socket_incoming(int fd, GIOCondition condition, gpointer user_data);

/* With the priority of calls: there may be no end of those who come and go. */
static void
accept_more(AkinServer *server)
{
    GSource *source = g_unix_fd_source_new(g_socket_get_fd(server->listening->socket), G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(socket_incoming), server, NULL);
    g_source_set_priority(source, AKIN_PEER_PRIORITY);
    server->incoming = g_source_attach(source, NULL);
    g_source_unref(source);
}

static gboolean
pause_over(gpointer user_data)
{
    AkinServer *server = user_data;
    server->pause = 0;
    accept_more(server);
    return G_SOURCE_REMOVE;
}

/* FALSE: nobody waits any more, or cannot be accepted (error). */
static gboolean
accept_next(AkinServer *server, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GSocket) socket = g_socket_accept(server->listening->socket, NULL, &reason);
    if (socket)
        take_peer(server, socket);
    else if (!g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        g_propagate_error(error, g_steal_pointer(&reason));
    return socket != NULL;
}

static gboolean
socket_incoming(int fd, GIOCondition condition, gpointer user_data)
{
    AkinServer *server = user_data;
    g_autoptr(GError) error = NULL;
    (void) fd;
    (void) condition;
    for (guint left = ACCEPTED_MAX; left > 0 && accept_next(server, &error);)
        left--;
    if (!error)
        return G_SOURCE_CONTINUE;
    /* Out of file descriptors or memory: the queue stays readable, so do not spin on it. */
    g_warning("cannot accept a client: %s", error->message);
    server->incoming = 0;
    server->pause = g_timeout_add_seconds(PAUSE_SECONDS, pause_over, server);
    return G_SOURCE_REMOVE;
}

/* --- Telling everybody ------------------------------------------------------------------------ */

static void
broadcast(AkinServer *server, const char *interface, const char *name, GVariant *parameters)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(parameters);
    for (guint i = 0; i < server->peers->len; i++)
        akin_peer_signal(server->peers->pdata[i], interface, name, sunk);
}

static void
transition(const char *what, const char *old, const char *new_, const char *sentence,
           gpointer user_data)
{
    AkinServer *server = user_data;
    broadcast(server, AKIN_INTERFACE, "Transition",
              g_variant_new("(sssss)", what, old, new_, akin_controller_reason(server->controller),
                            sentence));
}

static void
services_changed(const GPtrArray *names, gpointer user_data)
{
    GVariant *list = g_variant_new_strv((const char *const *) names->pdata, names->len);
    broadcast(user_data, AKIN_INTERFACE, "ServicesChanged", g_variant_new("(@as)", list));
}

static void
changed(gpointer user_data)
{
    AkinServer *server = user_data;
    akin_calls_changed(server->calls);
    GVariant *parameters = akin_properties_update(server->properties);
    if (parameters)
        broadcast(server, "org.freedesktop.DBus.Properties", "PropertiesChanged", parameters);
}

static const AkinControllerListener controller_listener = {transition, services_changed, changed};

AkinServer *
akin_server_new(const char *path, AkinController *controller, GError **error)
{
    AkinListeningSocket *listening = akin_listening_socket_new(path, error);
    if (!listening)
        return NULL;
    AkinServer *server = g_new0(AkinServer, 1);
    server->controller = controller;
    server->listening = listening;
    server->properties = akin_properties_new(controller);
    server->calls = akin_calls_new(controller, server->properties);
    server->guid = g_dbus_generate_guid();
    server->peers = g_ptr_array_new();
    server->offenders = g_hash_table_new(NULL, NULL);
    akin_controller_listen(controller, &controller_listener, server);
    accept_more(server);
    return server;
}

/* --- Leaving ---------------------------------------------------------------------------------- */

/* A client that does not read must not keep the helper from ending. */
#define FAREWELL_MS 200

/* Shared with flushes that may end after the helper has stopped waiting for them. */
typedef struct {
    guint waiting;
    gboolean late;
} Farewell;

static void
flushed(GObject *connection, GAsyncResult *result, gpointer user_data)
{
    Farewell *farewell = user_data;
    g_dbus_connection_flush_finish(G_DBUS_CONNECTION(connection), result, NULL);
    farewell->waiting--;
    g_rc_box_release(farewell);
}

static gboolean
give_up(gpointer user_data)
{
    ((Farewell *) user_data)->late = TRUE;
    return G_SOURCE_CONTINUE;
}

/* Lets everybody hear the last words. */
static void
flush_all(AkinServer *server)
{
    Farewell *farewell = g_rc_box_new0(Farewell);
    for (guint i = 0; i < server->peers->len; i++) {
        GDBusConnection *connection = akin_peer_connection(server->peers->pdata[i]);
        if (!connection)
            continue;
        farewell->waiting++;
        g_dbus_connection_flush(connection, NULL, flushed, g_rc_box_acquire(farewell));
    }
    guint limit = g_timeout_add(FAREWELL_MS, give_up, farewell);
    while (farewell->waiting > 0 && !farewell->late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(limit);
    g_rc_box_release(farewell);
}

void
akin_server_free(AkinServer *server)
{
    akin_controller_listen(server->controller, NULL, NULL);
    g_clear_handle_id(&server->incoming, g_source_remove);
    g_clear_handle_id(&server->pause, g_source_remove);
    g_clear_handle_id(&server->forgive, g_source_remove);
    /* From here on nobody is served: a Start now would outlive the helper. */
    server->leaving = TRUE;
    for (guint i = 0; i < server->peers->len; i++)
        akin_calls_forget(server->calls, server->peers->pdata[i]);
    flush_all(server);
    while (server->peers->len > 0)
        put_out(server, server->peers->pdata[0]);
    akin_calls_free(server->calls);
    g_ptr_array_unref(server->peers);
    g_hash_table_unref(server->offenders);
    akin_listening_socket_free(server->listening);
    akin_properties_free(server->properties);
    g_free(server->guid);
    g_free(server);
}
