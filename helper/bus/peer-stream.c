/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer-stream.h"

#include "frame.h"

/*
 * Two filters around the socket's own streams. GDBus reads and writes a GSocketConnection by
 * itself, with recvmsg and sendmsg; any other stream it reads and writes as a stream.
 */

static GQuark
offence_quark(void)
{
    return g_quark_from_static_string("akin-peer-stream-offence");
}

const char *
akin_peer_stream_offence(const GError *error)
{
    return error && error->domain == offence_quark() ? error->message : NULL;
}

/* --- Coming in -------------------------------------------------------------------------------- */

#define AKIN_TYPE_PEER_INPUT (akin_peer_input_get_type())
G_DECLARE_FINAL_TYPE(AkinPeerInput, akin_peer_input, AKIN, PEER_INPUT, GFilterInputStream)

struct _AkinPeerInput {
    GFilterInputStream parent;
    GSocket *socket;
    AkinDebt *debt;
    AkinFrame frame;
    GMutex mutex;
    enum { NOT_YET, READS, ENDED } state;
    /*
     * For leave to read; NULL: nobody waits. It holds a reference on the stream:
     * akin_peer_stream_end ends the circle.
     */
    GSource *waiting;
};

static GPollableInputStream *
input_base(gpointer stream)
{
    return G_POLLABLE_INPUT_STREAM(
        g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(stream)));
}

/* What came, or -1 when it is too much or no call. */
static gssize
checked(AkinPeerInput *input, const void *buffer, gssize got, GError **error)
{
    const char *offence;
    if (got <= 0 || akin_frame_feed(&input->frame, buffer, got, &offence))
        return got;
    g_set_error_literal(error, offence_quark(), 0, offence);
    return -1;
}

/* With the mutex held. */
static gboolean
is_open(const AkinPeerInput *input)
{
    return input->state == READS && akin_debt_has_room(input->debt);
}

static gboolean
may_read(AkinPeerInput *input)
{
    g_mutex_lock(&input->mutex);
    gboolean open = is_open(input);
    g_mutex_unlock(&input->mutex);
    return open;
}

/* 0, the end, if there is nobody any more who would read the answers. */
static gssize
not_now(AkinPeerInput *input, GError **error)
{
    if (g_socket_condition_check(input->socket, G_IO_HUP | G_IO_ERR))
        return 0;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "earlier calls come first");
    return -1;
}

static gssize
input_read(GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable,
           GError **error)
{
    gssize got =
        g_input_stream_read(G_INPUT_STREAM(input_base(stream)), buffer, size, cancellable, error);
    return checked(AKIN_PEER_INPUT(stream), buffer, got, error);
}

static gssize
input_read_now(GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
    AkinPeerInput *input = AKIN_PEER_INPUT(stream);
    if (!may_read(input))
        return not_now(input, error);
    gssize got =
        g_pollable_input_stream_read_nonblocking(input_base(stream), buffer, size, NULL, error);
    return checked(input, buffer, got, error);
}

static gboolean
input_is_readable(GPollableInputStream *stream)
{
    return may_read(AKIN_PEER_INPUT(stream)) &&
           g_pollable_input_stream_is_readable(input_base(stream));
}

static GSource *
input_source(GPollableInputStream *stream, GCancellable *cancellable)
{
    AkinPeerInput *input = AKIN_PEER_INPUT(stream);
    g_mutex_lock(&input->mutex);
    gboolean now = is_open(input);
    /* That the client has gone is heard at any time. */
    g_autoptr(GSource) base =
        now ? g_pollable_input_stream_create_source(input_base(stream), cancellable)
            : g_socket_create_source(input->socket, G_IO_HUP | G_IO_ERR, cancellable);
    GSource *source = g_pollable_source_new_full(stream, base, NULL);
    g_clear_pointer(&input->waiting, g_source_unref);
    if (!now && input->state != ENDED)
        input->waiting = g_source_ref(source);
    g_mutex_unlock(&input->mutex);
    return source;
}

static void
input_go_on(AkinPeerInput *input)
{
    g_mutex_lock(&input->mutex);
    if (input->waiting && is_open(input)) {
        g_source_set_ready_time(input->waiting, 0);
        g_clear_pointer(&input->waiting, g_source_unref);
    }
    g_mutex_unlock(&input->mutex);
}

static void
input_pollable(GPollableInputStreamInterface *interface)
{
    interface->is_readable = input_is_readable;
    interface->create_source = input_source;
    interface->read_nonblocking = input_read_now;
}

G_DEFINE_TYPE_WITH_CODE(AkinPeerInput, akin_peer_input, G_TYPE_FILTER_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, input_pollable))

static void
input_finalize(GObject *object)
{
    AkinPeerInput *input = AKIN_PEER_INPUT(object);
    g_mutex_clear(&input->mutex);
    g_object_unref(input->socket);
    akin_debt_unref(input->debt);
    G_OBJECT_CLASS(akin_peer_input_parent_class)->finalize(object);
}

static void
akin_peer_input_class_init(AkinPeerInputClass *class)
{
    G_INPUT_STREAM_CLASS(class)->read_fn = input_read;
    G_OBJECT_CLASS(class)->finalize = input_finalize;
}

static void
akin_peer_input_init(AkinPeerInput *input)
{
    g_mutex_init(&input->mutex);
}

/* --- Going out -------------------------------------------------------------------------------- */

#define AKIN_TYPE_PEER_OUTPUT (akin_peer_output_get_type())
G_DECLARE_FINAL_TYPE(AkinPeerOutput, akin_peer_output, AKIN, PEER_OUTPUT, GFilterOutputStream)

struct _AkinPeerOutput {
    GFilterOutputStream parent;
    AkinPeerInput *input; /* reads on when an answer has been written */
    AkinPeerStreamWritten written;
    gpointer user_data;
    GDestroyNotify free_user_data;
    gboolean within;     /* a message: some of it is still to be written */
    gint64 unread_since; /* the socket is full; 0: it is not */
};

#define UNREAD_MAX (AKIN_PEER_STREAM_UNREAD_SECONDS * G_TIME_SPAN_SECOND)

static GPollableOutputStream *
output_base(gpointer stream)
{
    return G_POLLABLE_OUTPUT_STREAM(
        g_filter_output_stream_get_base_stream(G_FILTER_OUTPUT_STREAM(stream)));
}

/* The socket is full: FALSE if it has been for too long. */
static gboolean
may_wait(AkinPeerOutput *output)
{
    gint64 now = g_get_monotonic_time();
    if (output->unread_since == 0)
        output->unread_since = now;
    return now - output->unread_since < UNREAD_MAX;
}

static gboolean
all_written(gpointer stream)
{
    AkinPeerOutput *output = stream;
    if (!output->within) {
        output->written(output->user_data);
        input_go_on(output->input);
    }
    return G_SOURCE_REMOVE;
}

/*
 * In the next round of the loop, in which GDBus frees what it had to write. With a lower priority
 * that would never come while somebody else keeps this thread busy. If it has begun the next
 * message, that one's end will do.
 */
static void
tell_all_written(AkinPeerOutput *output)
{
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, all_written, g_object_ref(output), g_object_unref);
    g_source_attach(source, g_main_context_get_thread_default());
}

static gssize
output_write_now(GPollableOutputStream *stream, const void *buffer, gsize size, GError **error)
{
    AkinPeerOutput *output = AKIN_PEER_OUTPUT(stream);
    g_autoptr(GError) reason = NULL;
    gssize put = g_pollable_output_stream_write_nonblocking(output_base(stream), buffer, size, NULL,
                                                            &reason);
    output->within = put != (gssize) size;
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) && !may_wait(output)) {
        g_set_error_literal(error, offence_quark(), 0, "asks and does not read");
    } else if (put < 0) {
        g_propagate_error(error, g_steal_pointer(&reason));
    } else {
        output->unread_since = 0;
        /* GDBus writes one message at a time, and always all that is left of it. */
        if (!output->within)
            tell_all_written(output);
    }
    return put;
}

static gboolean
output_is_writable(GPollableOutputStream *stream)
{
    return g_pollable_output_stream_is_writable(output_base(stream));
}

static GSource *
output_source(GPollableOutputStream *stream, GCancellable *cancellable)
{
    gint64 since = AKIN_PEER_OUTPUT(stream)->unread_since;
    g_autoptr(GSource) base =
        g_pollable_output_stream_create_source(output_base(stream), cancellable);
    GSource *source = g_pollable_source_new_full(stream, base, NULL);
    if (since != 0)
        g_source_set_ready_time(source, since + UNREAD_MAX);
    return source;
}

static void
output_pollable(GPollableOutputStreamInterface *interface)
{
    interface->is_writable = output_is_writable;
    interface->create_source = output_source;
    interface->write_nonblocking = output_write_now;
}

G_DEFINE_TYPE_WITH_CODE(AkinPeerOutput, akin_peer_output, G_TYPE_FILTER_OUTPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable))

static void
output_finalize(GObject *object)
{
    AkinPeerOutput *output = AKIN_PEER_OUTPUT(object);
    g_object_unref(output->input);
    output->free_user_data(output->user_data);
    G_OBJECT_CLASS(akin_peer_output_parent_class)->finalize(object);
}

static void
akin_peer_output_class_init(AkinPeerOutputClass *class)
{
    G_OBJECT_CLASS(class)->finalize = output_finalize;
}

static void
akin_peer_output_init(AkinPeerOutput *output)
{
    (void) output;
}

GIOStream *
akin_peer_stream_new(GSocket *socket, gboolean stranger, AkinDebt *debt,
                     AkinPeerStreamWritten written, gpointer user_data,
                     GDestroyNotify free_user_data)
{
    g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection(socket);
    GIOStream *base = G_IO_STREAM(connection);
    g_autoptr(AkinPeerInput) input =
        g_object_new(AKIN_TYPE_PEER_INPUT, "base-stream", g_io_stream_get_input_stream(base), NULL);
    input->socket = g_object_ref(socket);
    input->debt = akin_debt_ref(debt);
    input->frame.max = stranger ? AKIN_FRAME_STRANGERS_MAX : AKIN_FRAME_MAX;
    g_autoptr(AkinPeerOutput) output = g_object_new(AKIN_TYPE_PEER_OUTPUT, "base-stream",
                                                    g_io_stream_get_output_stream(base), NULL);
    output->input = g_object_ref(input);
    output->written = written;
    output->user_data = user_data;
    output->free_user_data = free_user_data;
    GIOStream *stream = g_simple_io_stream_new(G_INPUT_STREAM(input), G_OUTPUT_STREAM(output));
    /* It closes the socket when it goes. */
    g_object_set_data_full(G_OBJECT(stream), "connection", g_steal_pointer(&connection),
                           g_object_unref);
    return stream;
}

void
akin_peer_stream_begin(GIOStream *stream)
{
    AkinPeerInput *input = AKIN_PEER_INPUT(g_io_stream_get_input_stream(stream));
    g_mutex_lock(&input->mutex);
    input->state = READS;
    g_mutex_unlock(&input->mutex);
    input_go_on(input);
}

void
akin_peer_stream_end(GIOStream *stream)
{
    AkinPeerInput *input = AKIN_PEER_INPUT(g_io_stream_get_input_stream(stream));
    g_mutex_lock(&input->mutex);
    input->state = ENDED;
    g_clear_pointer(&input->waiting, g_source_unref);
    g_mutex_unlock(&input->mutex);
}
