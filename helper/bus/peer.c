/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>

#include "debt.h"
#include "handshake.h"
#include "message.h"
#include "names.h"
#include "peer-stream.h"

/*
 * Theory of operation
 *
 * The handshake is looked at with MSG_PEEK and taken line by line. GDBus then reads the socket,
 * through a stream that refuses what is too large and waits when it is too much. It runs its
 * reading and writing in a thread of its own, shared by all connections, and queues without limit.
 * The filter, which runs in that thread, therefore keeps a ledger (debt.h) of what comes in and
 * what is about to be written; by that the stream knows when to wait. Signals wait for nobody:
 * whom there are too many for is dropped, from the main thread.
 */

#define HANDSHAKE_SECONDS 5

#define TOO_MUCH "asks and does not read"

/* Shared with GDBus' thread, whose filter may still run when the peer is gone. */
typedef struct {
    AkinDebt *debt;
    /* Static: why it is to be dropped, which is under way; NULL: it is not. Atomic. */
    const char *offence;
    AkinPeer *peer; /* main thread only; NULL when it is gone */
} Link;

struct _AkinPeer {
    AkinCredentials who;
    gboolean stranger;
    const AkinPeerListener *listener;
    gpointer user_data;
    char *guid;
    gint64 last_seen;

    GSocket *socket;
    AkinHandshake handshake;
    gboolean started; /* the NUL byte that comes before the first line has been taken */
    GString *line;    /* what has come of the next line */
    guint readable, deadline;

    GDBusConnection *connection;
    guint filter;
    Link *link;
};

const AkinCredentials *
akin_peer_who(const AkinPeer *peer)
{
    return &peer->who;
}

gboolean
akin_peer_is_stranger(const AkinPeer *peer)
{
    return peer->stranger;
}

void
akin_peer_trust(AkinPeer *peer)
{
    peer->stranger = FALSE;
}

gint64
akin_peer_last_seen(const AkinPeer *peer)
{
    return peer->last_seen;
}

GDBusConnection *
akin_peer_connection(const AkinPeer *peer)
{
    return peer->connection;
}

static void
peer_lost(AkinPeer *peer, const char *offence)
{
    peer->listener->gone(peer, offence, peer->user_data);
    akin_peer_free(peer);
}

/* --- Handshake -------------------------------------------------------------------------------- */

static gboolean
handshake_timed_out(gpointer user_data)
{
    AkinPeer *peer = user_data;
    peer->deadline = 0;
    peer_lost(peer, "has not said who it is");
    return G_SOURCE_REMOVE;
}

/*
 * Moves what has come into the peer's line, up to and with its CR LF: nothing behind BEGIN is taken
 * from the D-Bus connection that comes next, and nothing that was seen stays to be seen again.
 */
static gboolean
take_bytes(AkinPeer *peer, gboolean *failed)
{
    char buffer[AKIN_HANDSHAKE_LINE_MAX];
    int fd = g_socket_get_fd(peer->socket);
    gssize got = recv(fd, buffer, sizeof buffer, MSG_PEEK);
    *failed = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (got <= 0)
        return FALSE;
    /* The NUL byte that comes before the first line ends a line of its own. */
    const char *end = peer->started ? memchr(buffer, '\n', got) : buffer;
    gsize length = end ? (gsize) (end - buffer) + 1 : (gsize) got;
    *failed = recv(fd, buffer, length, 0) != (gssize) length ||
              peer->line->len + length > AKIN_HANDSHAKE_LINE_MAX;
    g_string_append_len(peer->line, buffer, length);
    return !*failed && end;
}

/* Takes one line, without its CR LF; NULL when it has not come yet, or never will (*failed). */
static char *
take_line(AkinPeer *peer, gboolean *failed)
{
    if (!take_bytes(peer, failed))
        return NULL;
    if (!peer->started) {
        peer->started = TRUE;
        *failed = peer->line->str[0] != '\0';
        g_string_truncate(peer->line, 0);
        return *failed ? NULL : take_line(peer, failed);
    }
    gsize length = peer->line->len;
    *failed =
        length < 2 || peer->line->str[length - 2] != '\r' || memchr(peer->line->str, '\0', length);
    char *line = *failed ? NULL : g_strndup(peer->line->str, length - 2);
    g_string_truncate(peer->line, 0);
    return line;
}

static gboolean
answer_line(AkinPeer *peer, const GString *answer)
{
    /* Shorter than any socket's buffer: what does not fit now is a peer that does not read. */
    return answer->len == 0 || send(g_socket_get_fd(peer->socket), answer->str, answer->len,
                                    MSG_NOSIGNAL) == (gssize) answer->len;
}

static AkinProgress
advance(AkinPeer *peer)
{
    AkinProgress progress = AKIN_HANDSHAKE_GOES_ON;
    while (progress == AKIN_HANDSHAKE_GOES_ON) {
        gboolean failed;
        g_autoptr(GString) answer = g_string_new(NULL);
        g_autofree char *line = take_line(peer, &failed);
        if (!line)
            return failed ? AKIN_HANDSHAKE_FAILED : AKIN_HANDSHAKE_GOES_ON;
        progress = akin_handshake_line(&peer->handshake, line, peer->guid, answer);
        if (!answer_line(peer, answer))
            return AKIN_HANDSHAKE_FAILED;
    }
    return progress;
}

/* --- Connection ------------------------------------------------------------------------------- */

static void
link_clear(gpointer link)
{
    akin_debt_unref(((Link *) link)->debt);
}

static void
link_release(gpointer link)
{
    g_atomic_rc_box_release_full(link, link_clear);
}

/* Has the main thread do something for the peer, if it still is there. Any thread. */
static void
tell_peer(Link *link, GSourceFunc function)
{
    g_idle_add_full(G_PRIORITY_DEFAULT, function, g_atomic_rc_box_acquire(link), link_release);
}

static gboolean
drop(gpointer link)
{
    AkinPeer *peer = ((Link *) link)->peer;
    if (peer)
        peer_lost(peer, g_atomic_pointer_get(&((Link *) link)->offence));
    return G_SOURCE_REMOVE;
}

/* Any thread; the second request finds the first one under way. */
static void
request_drop(Link *link, const char *offence)
{
    if (g_atomic_pointer_compare_and_exchange(&link->offence, NULL, offence))
        tell_peer(link, drop);
}

/*
 * GDBus answers some calls whose caller wants no answer, and not others; what is counted must be
 * known, so all are answered. Takes message.
 */
static GDBusMessage *
want_answer(GDBusMessage *message)
{
    GDBusMessageFlags flags = g_dbus_message_get_flags(message);
    if (!(flags & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED))
        return message;
    if (g_dbus_message_get_locked(message)) {
        GDBusMessage *copy = g_dbus_message_copy(message, NULL);
        g_object_unref(message);
        message = copy;
    }
    if (message)
        g_dbus_message_set_flags(message, flags & ~G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    return message;
}

static gboolean
caught_up(gpointer link)
{
    AkinPeer *peer = ((Link *) link)->peer;
    if (peer)
        peer->listener->caught_up(peer, peer->user_data);
    return G_SOURCE_REMOVE;
}

/* GDBus' thread. */
static void
message_written(gpointer user_data)
{
    Link *link = user_data;
    if (akin_debt_pay(link->debt))
        tell_peer(link, caught_up);
}

/* GDBus' thread. */
static GDBusMessage *
message_passes(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
               gpointer user_data)
{
    Link *link = user_data;
    (void) connection;
    if (!incoming) {
        if (akin_debt_write(link->debt, message))
            tell_peer(link, caught_up);
        return message;
    }
    const char *offence = akin_message_offence(message);
    if (!offence && !akin_debt_add_call(link->debt, g_dbus_message_get_serial(message),
                                        g_dbus_message_get_body(message)))
        offence = TOO_MUCH;
    if (offence)
        request_drop(link, offence);
    else if (!g_atomic_pointer_get(&link->offence))
        return want_answer(message);
    g_object_unref(message);
    return NULL;
}

void
akin_peer_touch(AkinPeer *peer)
{
    peer->last_seen = g_get_monotonic_time();
}

gboolean
akin_peer_is_behind(AkinPeer *peer)
{
    return akin_debt_is_behind(peer->link->debt);
}

void
akin_peer_answer(AkinPeer *peer, GDBusMethodInvocation *invocation, GVariant *answer,
                 const GError *error)
{
    GDBusMessage *call = g_dbus_method_invocation_get_message(invocation);
    akin_debt_add_answer(peer->link->debt, g_dbus_message_get_serial(call), answer);
    if (error)
        g_dbus_method_invocation_return_gerror(invocation, error);
    else
        g_dbus_method_invocation_return_value(invocation, answer);
}

static void
connection_closed(GDBusConnection *connection, gboolean remote, GError *error, gpointer user_data)
{
    (void) connection;
    (void) remote;
    peer_lost(user_data, akin_peer_stream_offence(error));
}

static gboolean
connect_bus(AkinPeer *peer)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GIOStream) stream =
        akin_peer_stream_new(peer->socket, peer->stranger, peer->link->debt, message_written,
                             g_atomic_rc_box_acquire(peer->link), link_release);
    peer->connection =
        g_dbus_connection_new_sync(stream, NULL, G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, &error);
    if (!peer->connection) {
        g_warning("cannot talk to a client: %s", error->message);
        return FALSE;
    }
    g_dbus_connection_set_exit_on_close(peer->connection, FALSE);
    g_signal_connect(peer->connection, "closed", G_CALLBACK(connection_closed), peer);
    peer->filter = g_dbus_connection_add_filter(peer->connection, message_passes,
                                                g_atomic_rc_box_acquire(peer->link), link_release);
    peer->listener->ready(peer, peer->user_data);
    akin_peer_stream_begin(stream);
    return TRUE;
}

static gboolean
socket_readable(int fd, GIOCondition condition, gpointer user_data)
{
    AkinPeer *peer = user_data;
    AkinProgress progress = advance(peer);
    (void) fd;
    (void) condition;
    if (progress == AKIN_HANDSHAKE_GOES_ON)
        return G_SOURCE_CONTINUE;
    peer->readable = 0;
    g_clear_handle_id(&peer->deadline, g_source_remove);
    if (progress == AKIN_HANDSHAKE_FAILED || !connect_bus(peer))
        peer_lost(peer, NULL);
    return G_SOURCE_REMOVE;
}

/*
 * An urgent byte makes a socket readable of which nothing can be read, unless it is a byte like any
 * other (send(2), MSG_OOB; Linux knows it on Unix sockets since 5.15). Whatever somebody finds next
 * to be looked at without end, others are accepted in between.
 */
static void
await_line(AkinPeer *peer)
{
    int fd = g_socket_get_fd(peer->socket), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    peer->readable = g_unix_fd_add_full(AKIN_PEER_PRIORITY, fd, G_IO_IN | G_IO_HUP | G_IO_ERR,
                                        socket_readable, peer, NULL);
}

AkinPeer *
akin_peer_new(GSocket *socket, const AkinCredentials *who, gboolean stranger, const char *guid,
              const AkinPeerListener *listener, gpointer user_data)
{
    AkinPeer *peer = g_new0(AkinPeer, 1);
    peer->who = *who;
    peer->stranger = stranger;
    peer->handshake.uid = who->uid;
    peer->guid = g_strdup(guid);
    peer->listener = listener;
    peer->user_data = user_data;
    peer->socket = g_object_ref(socket);
    peer->line = g_string_new(NULL);
    peer->last_seen = g_get_monotonic_time();
    peer->link = g_atomic_rc_box_new0(Link);
    peer->link->debt = akin_debt_new();
    peer->link->peer = peer;
    g_socket_set_blocking(socket, FALSE);
    await_line(peer);
    peer->deadline = g_timeout_add_seconds(HANDSHAKE_SECONDS, handshake_timed_out, peer);
    return peer;
}

void
akin_peer_free(AkinPeer *peer)
{
    g_clear_handle_id(&peer->readable, g_source_remove);
    g_clear_handle_id(&peer->deadline, g_source_remove);
    if (peer->connection) {
        g_signal_handlers_disconnect_by_data(peer->connection, peer);
        g_dbus_connection_remove_filter(peer->connection, peer->filter);
        akin_peer_stream_end(g_dbus_connection_get_stream(peer->connection));
        g_dbus_connection_close(peer->connection, NULL, NULL, NULL);
        g_object_unref(peer->connection);
    }
    peer->link->peer = NULL;
    link_release(peer->link);
    /* The descriptor closes when GDBus' thread lets go of it; the client is to know now. */
    g_socket_shutdown(peer->socket, TRUE, TRUE, NULL);
    g_object_unref(peer->socket);
    g_string_free(peer->line, TRUE);
    g_free(peer->guid);
    g_free(peer);
}

void
akin_peer_signal(AkinPeer *peer, const char *interface, const char *name, GVariant *parameters)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(parameters);
    if (!peer->connection)
        return;
    if (akin_debt_add_signal(peer->link->debt, sunk))
        g_dbus_connection_emit_signal(peer->connection, NULL, AKIN_OBJECT_PATH, interface, name,
                                      sunk, NULL);
    else
        request_drop(peer->link, TOO_MUCH);
}
