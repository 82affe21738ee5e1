/* SPDX-License-Identifier: BSD-2-Clause */
#include "client-error.h"
#include "connection.h"

typedef struct {
    GCancellable *cancellable;
    GAsyncResult *result;
} Waiting;

static void
on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    (void) source;
    Waiting *waiting = data;
    waiting->result = g_object_ref(result);
}

static gboolean
on_time_is_up(gpointer data)
{
    Waiting *waiting = data;
    g_cancellable_cancel(waiting->cancellable);
    return G_SOURCE_CONTINUE;
}

AkinHelper1 *
akin_connect_sync(const char *socket_path, guint seconds, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_ref_thread_default();
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Waiting waiting = {cancellable, NULL};
    g_autoptr(GSource) limit = g_timeout_source_new(seconds * 1000);
    g_source_set_callback(limit, on_time_is_up, &waiting, NULL);
    g_source_attach(limit, context);
    akin_connect(socket_path, cancellable, on_connected, &waiting);
    while (!waiting.result)
        g_main_context_iteration(context, TRUE);
    g_source_destroy(limit);

    g_autoptr(GAsyncResult) result = waiting.result;
    g_autoptr(GError) reason = NULL;
    AkinHelper1 *helper = akin_connect_finish(result, &reason);
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER,
                    "the helper at %s has not answered for %u s; see what it is doing in its log",
                    socket_path, seconds);
    else if (reason)
        g_propagate_error(error, g_steal_pointer(&reason));
    return helper;
}
