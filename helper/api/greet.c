/* SPDX-License-Identifier: BSD-2-Clause */
#include "greet.h"

#include <gio/gunixconnection.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_LENGTH = 256 };

typedef struct {
    GIOStream *stream;
    char line[LINE_MAX_LENGTH];
    gsize length;
} Greeting;

static void
greeting_free(gpointer data)
{
    Greeting *greeting = data;
    g_object_unref(greeting->stream);
    g_free(greeting);
}

/* What we say is short, and fits into the buffer of a fresh socket: nobody can make us wait. */
static gboolean
say(GTask *task, const char *text, GError **error)
{
    Greeting *greeting = g_task_get_task_data(task);
    GOutputStream *out = g_io_stream_get_output_stream(greeting->stream);
    return g_output_stream_write_all(out, text, strlen(text), NULL, g_task_get_cancellable(task),
                                     error);
}

/* The decimal uid, each of its digits in hexadecimal ASCII: 0 is "30". */
static char *
auth_line_new(void)
{
    g_autofree char *decimal = g_strdup_printf("%u", (unsigned) geteuid());
    GString *line = g_string_new("AUTH EXTERNAL ");
    for (const char *digit = decimal; *digit; digit++)
        g_string_append_printf(line, "%02x", *digit);
    g_string_append(line, "\r\n");
    return g_string_free(line, FALSE);
}

static void listen_on(GTask *task);

/* Whoever welcomed us says nothing else until we begin. */
static gboolean
is_welcome(const Greeting *greeting)
{
    static const char welcome[] = "OK ";
    return greeting->length > strlen(welcome) &&
           memcmp(greeting->line, welcome, strlen(welcome)) == 0 &&
           memchr(greeting->line, '\n', greeting->length) == greeting->line + greeting->length - 1;
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Greeting *greeting = g_task_get_task_data(task);
    GError *error = NULL;
    gssize count = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
    if (count > 0)
        greeting->length += count;
    if (count < 0)
        g_task_return_error(task, error);
    else if (count == 0)
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "hung up");
    else if (!memchr(greeting->line, '\n', greeting->length) && greeting->length < LINE_MAX_LENGTH)
        listen_on(g_steal_pointer(&task));
    else if (!is_welcome(greeting))
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no welcome");
    else if (say(task, "BEGIN\r\n", &error))
        g_task_return_pointer(task, g_object_ref(greeting->stream), g_object_unref);
    else
        g_task_return_error(task, error);
}

static void
listen_on(GTask *task)
{
    Greeting *greeting = g_task_get_task_data(task);
    GInputStream *in = g_io_stream_get_input_stream(greeting->stream);
    g_input_stream_read_async(in, greeting->line + greeting->length,
                              LINE_MAX_LENGTH - greeting->length, G_PRIORITY_DEFAULT,
                              g_task_get_cancellable(task), on_read, task);
}

void
akin_greet(GSocketConnection *stream, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autofree char *auth = auth_line_new();
    GError *error = NULL;
    Greeting *greeting = g_new0(Greeting, 1);
    greeting->stream = g_object_ref(G_IO_STREAM(stream));
    g_task_set_task_data(task, greeting, greeting_free);
    /* The first byte is a NUL, with which some systems tell who we are. */
    if (g_unix_connection_send_credentials(G_UNIX_CONNECTION(stream), cancellable, &error) &&
        say(task, auth, &error))
        listen_on(g_steal_pointer(&task));
    else
        g_task_return_error(task, error);
}

GIOStream *
akin_greet_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
