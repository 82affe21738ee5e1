/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib-unix.h>

#include "client-error.h"
#include "commands.h"
#include "output.h"

typedef struct {
    Ctl *ctl;
    GMainLoop *loop;
    GError *error;
} Watch;

static gboolean
print_json(const char *what, const char *old, const char *new, const char *reason, GError **error)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S%:z");
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_json_string(builder, "time", time);
    ctl_json_string(builder, "what", what);
    ctl_json_string(builder, "old", old);
    ctl_json_string(builder, "new", new);
    ctl_json_string(builder, "reason", reason);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}

static gboolean
print_sentence(const char *sentence, const char *reason, GError **error)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
    g_autofree char *line = g_strdup_printf("%s  %s (reason: %s)", time, sentence, reason);
    return ctl_print_line(line, error);
}

static void
on_transition(AkinHelper1 *helper, const char *what, const char *old, const char *new,
              const char *reason, const char *sentence, gpointer data)
{
    (void) helper;
    Watch *watch = data;
    if (watch->error)
        return;
    gboolean printed = watch->ctl->json ? print_json(what, old, new, reason, &watch->error)
                                        : print_sentence(sentence, reason, &watch->error);
    if (!printed)
        g_main_loop_quit(watch->loop);
}

static void
on_closed(GDBusConnection *connection, gboolean remote, GError *reason, gpointer data)
{
    (void) connection, (void) remote, (void) reason;
    Watch *watch = data;
    if (!watch->error)
        g_set_error(&watch->error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                    "the helper went away; see why in its log");
    g_main_loop_quit(watch->loop);
}

static gboolean
on_signal(gpointer data)
{
    Watch *watch = data;
    g_main_loop_quit(watch->loop);
    return G_SOURCE_CONTINUE;
}

gboolean
ctl_watch(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    if (!ctl_connect(ctl, error))
        return FALSE;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Watch watch = {ctl, loop, NULL};
    GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(ctl->helper));
    guint interrupted = g_unix_signal_add(SIGINT, on_signal, &watch);
    guint terminated = g_unix_signal_add(SIGTERM, on_signal, &watch);
    gulong transition =
        g_signal_connect(ctl->helper, "transition", G_CALLBACK(on_transition), &watch);
    gulong closed = g_signal_connect(connection, "closed", G_CALLBACK(on_closed), &watch);
    if (g_dbus_connection_is_closed(connection))
        on_closed(connection, TRUE, NULL, &watch);
    else
        g_main_loop_run(loop);
    g_signal_handler_disconnect(connection, closed);
    g_signal_handler_disconnect(ctl->helper, transition);
    g_source_remove(terminated);
    g_source_remove(interrupted);
    if (watch.error)
        g_propagate_error(error, watch.error);
    return watch.error == NULL;
}
