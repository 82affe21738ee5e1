/* SPDX-License-Identifier: BSD-2-Clause */
#include "sieve.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message-head.h"

#define LARGEST 1000

typedef struct {
    int other; /* the end of whoever speaks */
    GIOStream *stream;
} Line;

static GSocketConnection *
connection_of(int fd)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &error);
    g_assert_no_error(error);
    return g_socket_connection_factory_create_connection(socket);
}

static void
line_up(Line *line, gconstpointer unused)
{
    int ends[2];
    (void) unused;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_autoptr(GSocketConnection) connection = connection_of(ends[0]);
    line->stream = akin_sieve_new(connection, LARGEST);
    line->other = ends[1];
}

static void
line_down(Line *line, gconstpointer unused)
{
    (void) unused;
    if (line->other >= 0)
        g_assert_cmpint(close(line->other), ==, 0);
    g_object_unref(line->stream);
}

/* A message of so many bytes, all the same letter behind its head. */
static void
append(GByteArray *bytes, gsize size, char letter)
{
    guint from = bytes->len;
    guint32 fields = GUINT32_TO_LE(8), body = GUINT32_TO_LE(size - AKIN_HEAD_SIZE - 8);
    g_byte_array_set_size(bytes, from + size);
    memset(bytes->data + from, letter, size);
    memcpy(bytes->data + from, "l\4\0\1", 4);
    memcpy(bytes->data + from + 4, &body, sizeof body);
    memcpy(bytes->data + from + 12, &fields, sizeof fields);
}

static void
speak(const Line *line, const guint8 *data, gsize size)
{
    g_assert_cmpint(send(line->other, data, size, 0), ==, size);
}

/* What can be read now; *error says what came instead of more. */
static void
hear(const Line *line, GByteArray *heard, GError **error)
{
    GPollableInputStream *in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(line->stream));
    guint8 buffer[77];
    gssize got;
    g_assert_true(g_pollable_input_stream_can_poll(in));
    while ((got = g_pollable_input_stream_read_nonblocking(in, buffer, sizeof buffer, NULL,
                                                           error)) > 0)
        g_byte_array_append(heard, buffer, got);
}

static void
expect(const Line *line, const GByteArray *wanted, GByteArray *heard)
{
    g_autoptr(GError) error = NULL;
    hear(line, heard, &error);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    g_assert_cmpmem(heard->data, heard->len, wanted->data, wanted->len);
}

/* Small and large ones, however they are cut. */
static void
test_only_small_ones_come(Line *line, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GByteArray) said = g_byte_array_new();
    g_autoptr(GByteArray) wanted = g_byte_array_new();
    append(said, 100, 'a');
    append(said, LARGEST + 1, 'b');
    append(said, 32, 'c');
    append(said, 7 * LARGEST, 'd');
    append(said, LARGEST, 'e');
    append(wanted, 100, 'a');
    append(wanted, 32, 'c');
    append(wanted, LARGEST, 'e');
    for (gsize step = 1; step < 100; step += 7) {
        g_autoptr(GByteArray) heard = g_byte_array_new();
        g_autoptr(GError) error = NULL;
        for (gsize at = 0; at < said->len; at += step) {
            speak(line, said->data + at, MIN(step, said->len - at));
            hear(line, heard, &error);
            g_assert_error(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
            g_clear_error(&error);
        }
        expect(line, wanted, heard);
    }
}

/* Others have their turn between the pieces of it, and it is gone on with. */
static void
test_a_huge_one_is_thrown_away(Line *line, gconstpointer unused)
{
    (void) unused;
    guint8 head[AKIN_HEAD_SIZE] = "l\4\0\1\xff\xff\xff\x7f";
    g_autofree guint8 *much = g_malloc0(64 * 1024);
    g_autoptr(GByteArray) heard = g_byte_array_new();
    g_autoptr(GByteArray) nothing = g_byte_array_new();
    speak(line, head, sizeof head);
    for (guint i = 0; i < 64; i++) {
        speak(line, much, 64 * 1024);
        expect(line, nothing, heard);
        expect(line, nothing, heard);
    }
}

static void
test_rubbish(Line *line, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GByteArray) heard = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    speak(line, (const guint8 *) "HTTP/1.0 418 I'm a teapot", 25);
    hear(line, heard, &error);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    g_assert_cmpuint(heard->len, ==, 0);
}

static void
test_the_end(Line *line, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GByteArray) heard = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(close(line->other), ==, 0);
    line->other = -1;
    hear(line, heard, &error);
    g_assert_no_error(error);
}

static void
test_going_out(Line *line, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    char buffer[8] = "";
    g_assert_true(g_output_stream_write_all(g_io_stream_get_output_stream(line->stream), "hello", 5,
                                            NULL, NULL, &error));
    g_assert_cmpint(recv(line->other, buffer, sizeof buffer, 0), ==, 5);
    g_assert_cmpstr(buffer, ==, "hello");
    g_assert_true(g_io_stream_close(line->stream, NULL, &error));
    g_assert_cmpint(recv(line->other, buffer, sizeof buffer, 0), ==, 0);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(Line *line, gconstpointer unused);
    } tests[] = {{"/sieve/only-small-ones-come", test_only_small_ones_come},
                 {"/sieve/a-huge-one-is-thrown-away", test_a_huge_one_is_thrown_away},
                 {"/sieve/rubbish", test_rubbish},
                 {"/sieve/the-end", test_the_end},
                 {"/sieve/going-out", test_going_out}};
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Line, NULL, line_up, tests[i].test, line_down);
    return g_test_run();
}
