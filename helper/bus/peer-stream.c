/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer-stream.h"

#include "frame.h"

/*
 * Two filters around the socket's own streams. GDBus reads and writes a GSocketConnection by
 * itself, with recvmsg and sendmsg; any other stream it reads and writes as a stream.
 */

static GQuark
refused_quark(void)
{
    return g_quark_from_static_string("akin-peer-stream-refused");
}

gboolean
akin_peer_stream_refused(const GError *error)
{
    return g_error_matches(error, refused_quark(), 0);
}

/* --- Coming in -------------------------------------------------------------------------------- */

#define AKIN_TYPE_PEER_INPUT (akin_peer_input_get_type())
G_DECLARE_FINAL_TYPE(AkinPeerInput, akin_peer_input, AKIN, PEER_INPUT, GFilterInputStream)

struct _AkinPeerInput {
    GFilterInputStream parent;
    AkinFrame frame;
};

static GPollableInputStream *
input_base(gpointer stream)
{
    return G_POLLABLE_INPUT_STREAM(
        g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(stream)));
}

/* What came, or -1 when it is too much. */
static gssize
checked(AkinPeerInput *input, const void *buffer, gssize got, GError **error)
{
    if (got <= 0 || akin_frame_feed(&input->frame, buffer, got))
        return got;
    g_set_error(error, refused_quark(), 0, "a message of more than %u bytes, or none at all",
                AKIN_FRAME_MAX);
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
    gssize got =
        g_pollable_input_stream_read_nonblocking(input_base(stream), buffer, size, NULL, error);
    return checked(AKIN_PEER_INPUT(stream), buffer, got, error);
}

static gboolean
input_is_readable(GPollableInputStream *stream)
{
    return g_pollable_input_stream_is_readable(input_base(stream));
}

static GSource *
input_source(GPollableInputStream *stream, GCancellable *cancellable)
{
    g_autoptr(GSource) base =
        g_pollable_input_stream_create_source(input_base(stream), cancellable);
    return g_pollable_source_new_full(stream, base, NULL);
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
akin_peer_input_class_init(AkinPeerInputClass *class)
{
    G_INPUT_STREAM_CLASS(class)->read_fn = input_read;
}

static void
akin_peer_input_init(AkinPeerInput *input)
{
    (void) input;
}

/* --- Going out -------------------------------------------------------------------------------- */

#define AKIN_TYPE_PEER_OUTPUT (akin_peer_output_get_type())
G_DECLARE_FINAL_TYPE(AkinPeerOutput, akin_peer_output, AKIN, PEER_OUTPUT, GFilterOutputStream)

struct _AkinPeerOutput {
    GFilterOutputStream parent;
};

static GPollableOutputStream *
output_base(gpointer stream)
{
    return G_POLLABLE_OUTPUT_STREAM(
        g_filter_output_stream_get_base_stream(G_FILTER_OUTPUT_STREAM(stream)));
}

static gssize
output_write_now(GPollableOutputStream *stream, const void *buffer, gsize size, GError **error)
{
    return g_pollable_output_stream_write_nonblocking(output_base(stream), buffer, size, NULL,
                                                      error);
}

static gboolean
output_is_writable(GPollableOutputStream *stream)
{
    return g_pollable_output_stream_is_writable(output_base(stream));
}

static GSource *
output_source(GPollableOutputStream *stream, GCancellable *cancellable)
{
    g_autoptr(GSource) base =
        g_pollable_output_stream_create_source(output_base(stream), cancellable);
    return g_pollable_source_new_full(stream, base, NULL);
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
akin_peer_output_class_init(AkinPeerOutputClass *class)
{
    (void) class;
}

static void
akin_peer_output_init(AkinPeerOutput *output)
{
    (void) output;
}

GIOStream *
akin_peer_stream_new(GSocket *socket)
{
    g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection(socket);
    GIOStream *base = G_IO_STREAM(connection);
    g_autoptr(GInputStream) input =
        g_object_new(AKIN_TYPE_PEER_INPUT, "base-stream", g_io_stream_get_input_stream(base), NULL);
    g_autoptr(GOutputStream) output = g_object_new(AKIN_TYPE_PEER_OUTPUT, "base-stream",
                                                   g_io_stream_get_output_stream(base), NULL);
    GIOStream *stream = g_simple_io_stream_new(input, output);
    /* It closes the socket when it goes. */
    g_object_set_data_full(G_OBJECT(stream), "connection", g_steal_pointer(&connection),
                           g_object_unref);
    return stream;
}
