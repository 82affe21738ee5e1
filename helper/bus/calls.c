/* SPDX-License-Identifier: BSD-2-Clause */
#include "calls.h"

#include <string.h>

#include "error.h"
#include "methods.h"
#include "rights.h"

/* Asks about the caller, and is therefore no method of the controller's. */
#define MAY_CONTROL "MayControl"

typedef struct {
    AkinCalls *calls;
    AkinPeer *peer; /* NULL: gone meanwhile */
    GDBusMethodInvocation *invocation;
    const AkinMethod *method; /* NULL: MayControl */
    GCancellable *cancellable;
    gboolean changes; /* waits for the changes before it */
    gboolean asking;
} Call;

struct _AkinCalls {
    AkinController *controller;
    AkinRights *rights;
    GQueue pending; /* Call, as they came */
    guint open;     /* questions without an answer */
};

AkinCalls *
akin_calls_new(AkinController *controller)
{
    AkinCalls *calls = g_new0(AkinCalls, 1);
    calls->controller = controller;
    calls->rights = akin_rights_new();
    return calls;
}

void
akin_calls_free(AkinCalls *calls)
{
    /* Questions of peers that are gone end in the main loop. */
    while (calls->open > 0)
        g_main_context_iteration(NULL, TRUE);
    akin_rights_free(calls->rights);
    g_free(calls);
}

static void
call_free(Call *call)
{
    g_clear_object(&call->invocation);
    g_clear_object(&call->cancellable);
    g_free(call);
}

static void
finish(Call *call, GVariant *answer, const GError *error)
{
    akin_peer_answer(call->peer, g_steal_pointer(&call->invocation), answer, error);
}

static void ask_next(AkinCalls *calls, AkinPeer *peer);

static void
decided(gboolean would_ask, const GError *error, gpointer user_data)
{
    Call *call = user_data;
    AkinCalls *calls = call->calls;
    AkinPeer *peer = call->peer;
    g_autoptr(GError) failure = NULL;
    GVariant *answer = NULL;
    calls->open--;
    if (peer) {
        g_queue_remove(&calls->pending, call);
        if (!call->method)
            answer = g_variant_new("(s)", !error ? "yes" : would_ask ? "ask" : "no");
        else if (error)
            failure = g_error_copy(error);
        else
            answer = call->method->run(calls->controller,
                                       g_dbus_method_invocation_get_parameters(call->invocation),
                                       &failure);
        finish(call, answer, failure);
    }
    call_free(call);
    if (peer)
        ask_next(calls, peer);
}

static void
ask(AkinCalls *calls, Call *call)
{
    GDBusMessage *message = g_dbus_method_invocation_get_message(call->invocation);
    AkinRight right = call->method ? call->method->right : AKIN_RIGHT_CONTROL;
    gboolean interactive = call->method && g_dbus_message_get_flags(message) &
                                               G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION;
    call->asking = TRUE;
    calls->open++;
    akin_rights_check(calls->rights, akin_peer_who(call->peer), right, interactive,
                      call->cancellable, decided, call);
}

/* The next change of a peer that has none under way. */
static void
ask_next(AkinCalls *calls, AkinPeer *peer)
{
    for (GList *link = calls->pending.head; link; link = link->next) {
        Call *call = link->data;
        if (call->peer != peer || !call->changes)
            continue;
        if (!call->asking)
            ask(calls, call);
        return;
    }
}

static void
look(AkinCalls *calls, AkinPeer *peer, GDBusMethodInvocation *invocation, const AkinMethod *method)
{
    g_autoptr(GError) error = NULL;
    GVariant *answer =
        method->run(calls->controller, g_dbus_method_invocation_get_parameters(invocation), &error);
    akin_peer_answer(peer, invocation, answer, error);
}

void
akin_calls_take(AkinCalls *calls, AkinPeer *peer, GDBusMethodInvocation *invocation)
{
    const char *name = g_dbus_method_invocation_get_method_name(invocation);
    const AkinMethod *method = akin_method_find(name);
    if (!method && strcmp(name, MAY_CONTROL) != 0) {
        g_autoptr(GError) error =
            g_error_new_literal(AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED, "no method of that name");
        akin_peer_answer(peer, invocation, NULL, error);
        return;
    }
    if (method && method->right == AKIN_RIGHT_LOOK) {
        look(calls, peer, invocation, method);
        return;
    }
    Call *call = g_new0(Call, 1);
    call->calls = calls;
    call->peer = peer;
    call->invocation = invocation;
    call->method = method;
    call->cancellable = g_cancellable_new();
    call->changes = method && method->right == AKIN_RIGHT_CONTROL;
    g_queue_push_tail(&calls->pending, call);
    if (call->changes)
        ask_next(calls, peer);
    else
        ask(calls, call);
}

void
akin_calls_forget(AkinCalls *calls, AkinPeer *peer)
{
    for (GList *link = calls->pending.head; link;) {
        GList *next = link->next;
        Call *call = link->data;
        if (call->peer == peer) {
            g_queue_delete_link(&calls->pending, link);
            call->peer = NULL;
            if (call->asking)
                g_cancellable_cancel(call->cancellable);
            else
                call_free(call);
        }
        link = next;
    }
}
