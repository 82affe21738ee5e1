/* SPDX-License-Identifier: BSD-2-Clause */
#include "sieve.h"

#include <string.h>

#include "message-head.h"

/*
 * GDBus reads a message by its fixed part first, for which it then reserves what that asks for. So
 * the fixed part is held back here until it is known whether the message may come.
 */

/* Bytes of one read; and how many reads in vain until others of GDBus' thread have their turn. */
enum { CHUNK = 16 * 1024, READS = 4 };

/* --- Coming in -------------------------------------------------------------------------------- */

#define AKIN_TYPE_SIEVE (akin_sieve_get_type())
G_DECLARE_FINAL_TYPE(AkinSieve, akin_sieve, AKIN, SIEVE, GFilterInputStream)

struct _AkinSieve {
    GFilterInputStream parent;
    GIOStream *connection;
    gsize max;
    guint8 head[AKIN_HEAD_SIZE]; /* of the next message, as far as it has come */
    gsize have;
    guint64 left; /* of the message behind its head */
    gboolean passes;
    GByteArray *heard; /* what came through, and how much of it has been read */
    gsize taken;
};

static GPollableInputStream *
base_of(gpointer stream)
{
    return G_POLLABLE_INPUT_STREAM(
        g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(stream)));
}

/* The head is complete: may its message come? */
static gboolean
open_message(AkinSieve *sieve, GError **error)
{
    AkinHead head;
    if (!akin_head_parse(&head, sieve->head)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "this is no D-Bus");
        return FALSE;
    }
    sieve->have = 0;
    sieve->left = head.rest;
    sieve->passes = AKIN_HEAD_SIZE + head.rest <= sieve->max;
    if (sieve->passes)
        g_byte_array_append(sieve->heard, sieve->head, AKIN_HEAD_SIZE);
    return TRUE;
}

static gboolean
sift(AkinSieve *sieve, const guint8 *data, gsize size, GError **error)
{
    while (size > 0) {
        gsize wanted = sieve->left > 0 ? MIN(sieve->left, size) : AKIN_HEAD_SIZE - sieve->have;
        gsize taken = MIN(wanted, size);
        if (sieve->left > 0) {
            sieve->left -= taken;
            if (sieve->passes)
                g_byte_array_append(sieve->heard, data, taken);
        } else {
            memcpy(sieve->head + sieve->have, data, taken);
            sieve->have += taken;
            if (sieve->have == AKIN_HEAD_SIZE && !open_message(sieve, error))
                return FALSE;
        }
        data += taken;
        size -= taken;
    }
    return TRUE;
}

static gssize
take(AkinSieve *sieve, void *buffer, gsize size)
{
    gsize taken = MIN(size, sieve->heard->len - sieve->taken);
    memcpy(buffer, sieve->heard->data + sieve->taken, taken);
    sieve->taken += taken;
    if (sieve->taken == sieve->heard->len) {
        g_byte_array_set_size(sieve->heard, 0);
        sieve->taken = 0;
    }
    return taken;
}

static gssize
sieve_read(GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable,
           GError **error)
{
    AkinSieve *sieve = AKIN_SIEVE(stream);
    while (sieve->heard->len == 0) {
        guint8 chunk[CHUNK];
        gssize got = g_input_stream_read(G_INPUT_STREAM(base_of(stream)), chunk, sizeof chunk,
                                         cancellable, error);
        if (got <= 0)
            return got;
        if (!sift(sieve, chunk, got, error))
            return -1;
    }
    return take(sieve, buffer, size);
}

static gssize
sieve_read_now(GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
    AkinSieve *sieve = AKIN_SIEVE(stream);
    for (guint reads = 0; sieve->heard->len == 0; reads++) {
        guint8 chunk[CHUNK];
        if (reads == READS) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "others come first");
            return -1;
        }
        gssize got = g_pollable_input_stream_read_nonblocking(base_of(stream), chunk, sizeof chunk,
                                                              NULL, error);
        if (got <= 0)
            return got;
        if (!sift(sieve, chunk, got, error))
            return -1;
    }
    return take(sieve, buffer, size);
}

static gboolean
sieve_is_readable(GPollableInputStream *stream)
{
    return AKIN_SIEVE(stream)->heard->len > 0 ||
           g_pollable_input_stream_is_readable(base_of(stream));
}

static GSource *
sieve_source(GPollableInputStream *stream, GCancellable *cancellable)
{
    g_autoptr(GSource) base =
        AKIN_SIEVE(stream)->heard->len > 0
            ? g_timeout_source_new(0)
            : g_pollable_input_stream_create_source(base_of(stream), cancellable);
    return g_pollable_source_new_full(stream, base, NULL);
}

static gboolean
sieve_close(GInputStream *stream, GCancellable *cancellable, GError **error)
{
    return g_io_stream_close(AKIN_SIEVE(stream)->connection, cancellable, error);
}

static void
sieve_pollable(GPollableInputStreamInterface *interface)
{
    interface->is_readable = sieve_is_readable;
    interface->create_source = sieve_source;
    interface->read_nonblocking = sieve_read_now;
}

G_DEFINE_TYPE_WITH_CODE(AkinSieve, akin_sieve, G_TYPE_FILTER_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, sieve_pollable))

static void
sieve_finalize(GObject *object)
{
    AkinSieve *sieve = AKIN_SIEVE(object);
    g_byte_array_unref(sieve->heard);
    g_clear_object(&sieve->connection);
    G_OBJECT_CLASS(akin_sieve_parent_class)->finalize(object);
}

static void
akin_sieve_class_init(AkinSieveClass *class)
{
    G_INPUT_STREAM_CLASS(class)->read_fn = sieve_read;
    G_INPUT_STREAM_CLASS(class)->close_fn = sieve_close;
    G_OBJECT_CLASS(class)->finalize = sieve_finalize;
}

static void
akin_sieve_init(AkinSieve *sieve)
{
    sieve->heard = g_byte_array_new();
}

/* --- Going out: as it is ---------------------------------------------------------------------- */

/* GDBus writes to the socket of what it sees to be a socket's stream, and here it knows of none. */
#define AKIN_TYPE_SIEVE_OUTPUT (akin_sieve_output_get_type())
G_DECLARE_FINAL_TYPE(AkinSieveOutput, akin_sieve_output, AKIN, SIEVE_OUTPUT, GFilterOutputStream)

struct _AkinSieveOutput {
    GFilterOutputStream parent;
};

static GPollableOutputStream *
output_base(gpointer stream)
{
    return G_POLLABLE_OUTPUT_STREAM(
        g_filter_output_stream_get_base_stream(G_FILTER_OUTPUT_STREAM(stream)));
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

static gssize
output_write_now(GPollableOutputStream *stream, const void *buffer, gsize size, GError **error)
{
    return g_pollable_output_stream_write_nonblocking(output_base(stream), buffer, size, NULL,
                                                      error);
}

static void
output_pollable(GPollableOutputStreamInterface *interface)
{
    interface->is_writable = output_is_writable;
    interface->create_source = output_source;
    interface->write_nonblocking = output_write_now;
}

G_DEFINE_TYPE_WITH_CODE(AkinSieveOutput, akin_sieve_output, G_TYPE_FILTER_OUTPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable))

static void
akin_sieve_output_class_init(AkinSieveOutputClass *class)
{
    (void) class;
}

static void
akin_sieve_output_init(AkinSieveOutput *output)
{
    (void) output;
}

GIOStream *
akin_sieve_new(GSocketConnection *connection, gsize max)
{
    GIOStream *base = G_IO_STREAM(connection);
    g_autoptr(AkinSieve) sieve =
        g_object_new(AKIN_TYPE_SIEVE, "base-stream", g_io_stream_get_input_stream(base), NULL);
    sieve->connection = g_object_ref(base);
    sieve->max = max;
    g_autoptr(AkinSieveOutput) output = g_object_new(AKIN_TYPE_SIEVE_OUTPUT, "base-stream",
                                                     g_io_stream_get_output_stream(base), NULL);
    return g_simple_io_stream_new(G_INPUT_STREAM(sieve), G_OUTPUT_STREAM(output));
}
