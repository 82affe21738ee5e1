/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer-stream.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A stream, read and written as GDBus does it, and the client's end of its socket. */
typedef struct {
    AkinDebt *debt;
    GIOStream *stream;
    int client;
    guint written; /* messages, so far */
    gssize read;   /* by the read that is under way; -1: it has not ended */
    GByteArray *put;
    gsize put_so_far;
} Stage;

/* The head of a message without a body and without fields, which is a message as far as we look. */
static const guint8 message[16] = {'l', 1, 0, 1, 0, 0, 0, 0, 1};

static void
count_written(gpointer user_data)
{
    ((Stage *) user_data)->written++;
}

static void
no_more(gpointer unused)
{
    (void) unused;
}

static void
set_up(Stage *stage, gconstpointer unused)
{
    int ends[2];
    g_autoptr(GError) error = NULL;
    (void) unused;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_autoptr(GSocket) socket = g_socket_new_from_fd(ends[0], &error);
    g_assert_no_error(error);
    g_socket_set_blocking(socket, FALSE);
    stage->client = ends[1];
    stage->debt = akin_debt_new();
    stage->stream = akin_peer_stream_new(socket, TRUE, stage->debt, count_written, stage, no_more);
}

static void
rest(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static void
tear_down(Stage *stage, gconstpointer unused)
{
    (void) unused;
    akin_peer_stream_end(stage->stream);
    close(stage->client);
    rest();
    g_object_unref(stage->stream);
    akin_debt_unref(stage->debt);
    g_clear_pointer(&stage->put, g_byte_array_unref);
}

static void
read_done(GObject *input, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    ((Stage *) user_data)->read = g_input_stream_read_finish(G_INPUT_STREAM(input), result, &error);
    g_assert_no_error(error);
}

static void
begin_to_read(Stage *stage)
{
    static guint8 buffer[sizeof message];
    stage->read = -1;
    g_input_stream_read_async(g_io_stream_get_input_stream(stage->stream), buffer, sizeof buffer,
                              G_PRIORITY_DEFAULT, NULL, read_done, stage);
    rest();
}

static void
client_sends(Stage *stage)
{
    g_assert_cmpint(write(stage->client, message, sizeof message), ==, sizeof message);
    rest();
}

static void
fill(Stage *stage)
{
    for (guint32 serial = 1; serial <= AKIN_DEBT_CALLS_MAX; serial++)
        g_assert_true(akin_debt_add_call(stage->debt, serial, NULL));
}

static void
pay(Stage *stage, guint32 serial)
{
    g_autoptr(GDBusMessage) call = g_dbus_message_new_method_call(NULL, "/a", "a.b", "C");
    g_dbus_message_set_serial(call, serial);
    g_autoptr(GDBusMessage) answer = g_dbus_message_new_method_reply(call);
    akin_debt_write(stage->debt, answer);
    akin_debt_pay(stage->debt);
}

static void
put_done(GObject *output, GAsyncResult *result, gpointer user_data)
{
    Stage *stage = user_data;
    g_autoptr(GError) error = NULL;
    gssize put = g_output_stream_write_finish(G_OUTPUT_STREAM(output), result, &error);
    g_assert_no_error(error);
    stage->put_so_far += put;
    if (stage->put_so_far < stage->put->len)
        g_output_stream_write_async(G_OUTPUT_STREAM(output), stage->put->data + stage->put_so_far,
                                    stage->put->len - stage->put_so_far, G_PRIORITY_DEFAULT, NULL,
                                    put_done, stage);
}

/* As GDBus does: one message, until all of it has been written. */
static void
put(Stage *stage, gsize size)
{
    g_clear_pointer(&stage->put, g_byte_array_unref);
    stage->put = g_byte_array_new();
    g_byte_array_set_size(stage->put, size);
    stage->put_so_far = 0;
    g_output_stream_write_async(g_io_stream_get_output_stream(stage->stream), stage->put->data,
                                size, G_PRIORITY_DEFAULT, NULL, put_done, stage);
    rest();
}

static void
client_reads(Stage *stage, gsize size)
{
    g_autofree char *buffer = g_malloc(size);
    while (size > 0) {
        gssize got = read(stage->client, buffer, size);
        g_assert_cmpint(got, >, 0);
        size -= got;
        rest();
    }
}

static void
test_nothing_before_it_begins(Stage *stage, gconstpointer unused)
{
    (void) unused;
    client_sends(stage);
    begin_to_read(stage);
    g_assert_cmpint(stage->read, ==, -1);
    akin_peer_stream_begin(stage->stream);
    rest();
    g_assert_cmpint(stage->read, ==, sizeof message);
}

/* An answer that has been written makes room, and whoever waits for it is woken up. */
static void
test_nothing_without_room(Stage *stage, gconstpointer unused)
{
    (void) unused;
    akin_peer_stream_begin(stage->stream);
    fill(stage);
    client_sends(stage);
    begin_to_read(stage);
    g_assert_cmpint(stage->read, ==, -1);
    pay(stage, 3);
    put(stage, 100);
    g_assert_cmpuint(stage->written, ==, 1);
    g_assert_cmpint(stage->read, ==, sizeof message);
}

static void
test_gone_while_there_is_no_room(Stage *stage, gconstpointer unused)
{
    (void) unused;
    akin_peer_stream_begin(stage->stream);
    fill(stage);
    client_sends(stage);
    begin_to_read(stage);
    g_assert_cmpint(shutdown(stage->client, SHUT_RDWR), ==, 0);
    rest();
    g_assert_cmpint(stage->read, ==, 0);
}

static void
test_no_message(Stage *stage, gconstpointer unused)
{
    guint8 buffer[sizeof message];
    g_autoptr(GError) error = NULL;
    (void) unused;
    akin_peer_stream_begin(stage->stream);
    g_assert_cmpint(write(stage->client, "GET / HTTP/1.1\r\n", 16), ==, 16);
    GPollableInputStream *input =
        G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stage->stream));
    g_assert_cmpint(
        g_pollable_input_stream_read_nonblocking(input, buffer, sizeof buffer, NULL, &error), ==,
        -1);
    g_assert_nonnull(akin_peer_stream_offence(error));
    g_clear_error(&error);
    g_set_error(&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "gone");
    g_assert_null(akin_peer_stream_offence(error));
    g_assert_null(akin_peer_stream_offence(NULL));
}

/* More than a socket holds: nobody is told before the client has taken the last of it. */
#define LARGE (4 << 20)

static void
test_written_to_the_end(Stage *stage, gconstpointer unused)
{
    (void) unused;
    put(stage, LARGE);
    g_assert_cmpuint(stage->written, ==, 0);
    client_reads(stage, LARGE / 2);
    g_assert_cmpuint(stage->written, ==, 0);
    client_reads(stage, LARGE / 2);
    g_assert_cmpuint(stage->written, ==, 1);
}

/* The end of one message, of which nobody has heard yet, is not taken for that of the next. */
static void
test_written_and_the_next_begun(Stage *stage, gconstpointer unused)
{
    GPollableOutputStream *output =
        G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stage->stream));
    (void) unused;
    g_assert_cmpint(
        g_pollable_output_stream_write_nonblocking(output, message, sizeof message, NULL, NULL), ==,
        sizeof message);
    put(stage, LARGE);
    g_assert_cmpuint(stage->written, ==, 0);
    client_reads(stage, sizeof message + LARGE);
    g_assert_cmpuint(stage->written, ==, 1);
}

static void
add(const char *name, void (*test)(Stage *stage, gconstpointer unused))
{
    g_autofree char *path = g_strconcat("/peer-stream/", name, NULL);
    g_test_add(path, Stage, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("nothing-before-it-begins", test_nothing_before_it_begins);
    add("nothing-without-room", test_nothing_without_room);
    add("gone-while-there-is-no-room", test_gone_while_there_is_no_room);
    add("no-message", test_no_message);
    add("written-to-the-end", test_written_to_the_end);
    add("written-and-the-next-begun", test_written_and_the_next_begun);
    return g_test_run();
}
