/* SPDX-License-Identifier: BSD-2-Clause */
#include "remote.h"

/*
 * Linux: logind knows which sessions are remote. The bus is left again at once: nobody asks more
 * than once in a while, and the one that GLib shares ends the program when it closes.
 */

#define LOGIND "org.freedesktop.login1"

typedef struct {
    GDBusConnection *bus;
    GCancellable *calls;
    guint limit, waiting; /* for so many sessions */
    gboolean answered;
} Question;

static void
question_free(gpointer data)
{
    Question *question = data;
    if (question->bus)
        g_dbus_connection_close(question->bus, NULL, NULL, NULL);
    g_clear_object(&question->bus);
    g_object_unref(question->calls);
    g_free(question);
}

/* Only the first answer counts; what is still on its way is not waited for. */
static void
answer(GTask *task, gboolean anybody)
{
    Question *question = g_task_get_task_data(task);
    if (question->answered)
        return;
    question->answered = TRUE;
    g_clear_handle_id(&question->limit, g_source_remove);
    g_cancellable_cancel(question->calls);
    g_task_return_boolean(task, anybody);
}

static gboolean
on_limit(gpointer data)
{
    Question *question = g_task_get_task_data(data);
    question->limit = 0;
    answer(data, FALSE);
    return G_SOURCE_REMOVE;
}

/* The answer of a call, whose data was a reference on the task. */
static GVariant *
finish(GObject *bus, GAsyncResult *result, const char *type)
{
    g_autoptr(GVariant) value = g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, NULL);
    return value && g_variant_is_of_type(value, G_VARIANT_TYPE(type)) ? g_steal_pointer(&value)
                                                                      : NULL;
}

static void
call(GTask *task, const char *path, const char *interface, const char *method, GVariant *args,
     GAsyncReadyCallback callback)
{
    Question *question = g_task_get_task_data(task);
    g_dbus_connection_call(question->bus, LOGIND, path, interface, method, args, NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, question->calls, callback,
                           g_object_ref(task));
}

/* A session may have ended meanwhile. */
static void
on_session(GObject *bus, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GVariant) reply = finish(bus, result, "(v)");
    g_autoptr(GVariant) remote = NULL;
    Question *question = g_task_get_task_data(task);
    if (reply)
        g_variant_get(reply, "(v)", &remote);
    if (remote && g_variant_is_of_type(remote, G_VARIANT_TYPE_BOOLEAN) &&
        g_variant_get_boolean(remote))
        answer(task, TRUE);
    if (--question->waiting == 0)
        answer(task, FALSE);
}

static void
on_sessions(GObject *bus, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GVariant) reply = finish(bus, result, "(a(susso))");
    g_autoptr(GVariantIter) iter = NULL;
    Question *question = g_task_get_task_data(task);
    const char *path;
    if (reply)
        g_variant_get(reply, "(a(susso))", &iter);
    while (iter && g_variant_iter_next(iter, "(&su&s&s&o)", NULL, NULL, NULL, NULL, &path)) {
        question->waiting++;
        call(task, path, "org.freedesktop.DBus.Properties", "Get",
             g_variant_new("(ss)", LOGIND ".Session", "Remote"), on_session);
    }
    if (question->waiting == 0)
        answer(task, FALSE);
}

static void
on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Question *question = g_task_get_task_data(task);
    (void) source;
    question->bus = g_dbus_connection_new_for_address_finish(result, NULL);
    if (question->bus)
        call(task, "/org/freedesktop/login1", LOGIND ".Manager", "ListSessions", NULL, on_sessions);
    else
        answer(task, FALSE);
}

void
akin_remote_ask(GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, data);
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    Question *question = g_new0(Question, 1);
    question->calls = g_cancellable_new();
    g_task_set_task_data(task, question, question_free);
    question->limit = g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, AKIN_REMOTE_LIMIT, on_limit,
                                                 g_object_ref(task), g_object_unref);
    if (address)
        g_dbus_connection_new_for_address(address,
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                          NULL, question->calls, on_bus, g_object_ref(task));
    else
        answer(task, FALSE);
}

gboolean
akin_remote_ask_finish(GAsyncResult *result)
{
    return g_task_propagate_boolean(G_TASK(result), NULL);
}
