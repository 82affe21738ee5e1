/* SPDX-License-Identifier: BSD-2-Clause */
#include "calls.h"

#include <string.h>

#include "error.h"
#include "methods.h"
#include "rights.h"
#include "turns.h"

/*
 * Theory of operation
 *
 * GDBus hands every call to the main loop as a source of its own, and a turn of the loop does all
 * that are ready: hundreds of cheap looks would keep rules and timers waiting. So a call that comes
 * is put into a lane and nothing else, and each turn of the loop takes one call out of it. Root's
 * lane has the priority of all other events. Everybody else's goes when nothing else is to be done,
 * and is fair.
 */

/* No methods of the controller: about the caller, and of D-Bus itself. */
static const AkinMethod may_control = {"MayControl", AKIN_RIGHT_CONTROL, NULL};
static const AkinMethod read_properties = {"", AKIN_RIGHT_LOOK, NULL};

/*
 * Questions that are open at a time, of all and of one user; and of all with the first ones of
 * users, whom others cannot keep from asking. A system bus lets one program have 128 calls without
 * an answer, and somebody who types may take her time.
 */
#define ASKED_MAX 32
#define ASKED_OF_USER_MAX 8
#define ASKED_WITH_FIRST_MAX 96

typedef struct {
    AkinCalls *calls;
    guint user;     /* the account */
    AkinPeer *peer; /* NULL: gone meanwhile */
    GDBusMethodInvocation *invocation;
    const AkinMethod *method;
    guint trial;               /* under way when it came; 0: none */
    GCancellable *cancellable; /* of the question whether it may be done */
} Call;

typedef struct {
    AkinCalls *calls;
    AkinTurns *turns; /* Call */
    int priority;
    guint source; /* 0: none may go */
} Lane;

struct _AkinCalls {
    AkinController *controller;
    AkinProperties *properties;
    AkinRights *rights;
    Lane root, others;
    GQueue asked;       /* Call: questions without an answer */
    GVariant *services; /* the answer to ListServices; NULL until somebody asks */
};

static void
lane_init(Lane *lane, AkinCalls *calls, int priority)
{
    *lane = (Lane){calls, akin_turns_new(), priority, 0};
}

static void
lane_clear(Lane *lane)
{
    g_clear_handle_id(&lane->source, g_source_remove);
    akin_turns_free(lane->turns);
}

AkinCalls *
akin_calls_new(AkinController *controller, AkinProperties *properties)
{
    AkinCalls *calls = g_new0(AkinCalls, 1);
    calls->controller = controller;
    calls->properties = properties;
    calls->rights = akin_rights_new();
    lane_init(&calls->root, calls, G_PRIORITY_DEFAULT);
    lane_init(&calls->others, calls, AKIN_PEER_PRIORITY);
    return calls;
}

void
akin_calls_free(AkinCalls *calls)
{
    /* Questions of peers that are gone end in the main loop. */
    akin_rights_hang_up(calls->rights);
    while (!g_queue_is_empty(&calls->asked))
        g_main_context_iteration(NULL, TRUE);
    akin_rights_free(calls->rights);
    lane_clear(&calls->root);
    lane_clear(&calls->others);
    akin_calls_changed(calls);
    g_free(calls);
}

static void
call_free(gpointer data)
{
    Call *call = data;
    g_clear_object(&call->invocation);
    g_clear_object(&call->cancellable);
    g_free(call);
}

/* --- One call --------------------------------------------------------------------------------- */

/* May be floating. */
static GVariant *
run(AkinCalls *calls, const Call *call, GError **error)
{
    GVariant *parameters = g_dbus_method_invocation_get_parameters(call->invocation);
    if (call->method == &read_properties)
        return akin_properties_answer(calls->properties,
                                      g_dbus_method_invocation_get_method_name(call->invocation),
                                      parameters);
    if (strcmp(call->method->name, "ListServices") != 0)
        return call->method->run(calls->controller, parameters, error);
    if (!calls->services)
        calls->services =
            g_variant_ref_sink(call->method->run(calls->controller, parameters, error));
    return calls->services;
}

static void
finish(Call *call, GVariant *answer, const GError *error)
{
    akin_peer_answer(call->peer, g_steal_pointer(&call->invocation), answer, error);
}

static void
look(AkinCalls *calls, Call *call)
{
    g_autoptr(GError) error = NULL;
    GVariant *answer = run(calls, call, &error);
    finish(call, answer, error);
    call_free(call);
}

/*
 * What was asked for during a trial, and allowed by a password that was typed after it had ended,
 * would be saved for good: nobody has asked for that.
 */
static gboolean
comes_too_late(const Call *call, GError **error)
{
    guint now = akin_controller_trial(call->calls->controller);
    if (call->method->right != AKIN_RIGHT_CONTROL || call->trial == 0 || call->trial == now)
        return FALSE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE,
                "the trial that this was part of has ended meanwhile; nothing was changed");
    return TRUE;
}

static void wake(Lane *lane);

static void
decided(gboolean would_ask, const GError *error, gpointer user_data)
{
    Call *call = user_data;
    AkinCalls *calls = call->calls;
    g_autoptr(GError) failure = error ? g_error_copy(error) : NULL;
    g_queue_remove(&calls->asked, call);
    if (call->peer && !error && call->method->right == AKIN_RIGHT_CONTROL)
        akin_peer_trust(call->peer);
    if (call->peer && call->method == &may_control) {
        const char *word = !error ? "yes" : would_ask ? "ask" : "no";
        finish(call, g_variant_new("(s)", word), NULL);
    } else if (call->peer) {
        gboolean refused = error || comes_too_late(call, &failure);
        GVariant *answer = refused ? NULL : run(calls, call, &failure);
        finish(call, answer, failure);
    }
    call_free(call);
    wake(&calls->others);
}

static void
ask(AkinCalls *calls, Call *call)
{
    GDBusMessage *message = g_dbus_method_invocation_get_message(call->invocation);
    gboolean interactive =
        call->method != &may_control &&
        g_dbus_message_get_flags(message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION;
    call->cancellable = g_cancellable_new();
    g_queue_push_tail(&calls->asked, call);
    akin_rights_check(calls->rights, akin_peer_who(call->peer), call->method->right, interactive,
                      call->cancellable, decided, call);
}

/* --- Turns ------------------------------------------------------------------------------------ */

static gboolean
is_change(const Call *call)
{
    return call->method->right == AKIN_RIGHT_CONTROL && call->method != &may_control;
}

/*
 * Of each peer, one change and one other call are asked about at a time: while a person types, her
 * program may still find out what it needs. Nobody asks about root.
 */
static gboolean
may_ask(const AkinCalls *calls, const Call *call)
{
    guint of_user = 0;
    if (call->user == 0)
        return TRUE;
    for (GList *link = calls->asked.head; link; link = link->next) {
        const Call *asked = link->data;
        of_user += asked->user == call->user;
        if (asked->peer == call->peer && is_change(asked) == is_change(call))
            return FALSE;
    }
    if (of_user == 0)
        return calls->asked.length < ASKED_WITH_FIRST_MAX;
    return calls->asked.length < ASKED_MAX && of_user < ASKED_OF_USER_MAX;
}

static gboolean
may_go(gconstpointer item, gpointer user_data)
{
    const Call *call = item;
    return (call->method->right == AKIN_RIGHT_LOOK || may_ask(user_data, call)) &&
           !akin_peer_is_behind(call->peer);
}

static gboolean
serve(gpointer user_data)
{
    Lane *lane = user_data;
    Call *call = akin_turns_next(lane->turns, may_go, lane->calls);
    if (!call) {
        lane->source = 0;
        return G_SOURCE_REMOVE;
    }
    if (call->method->right == AKIN_RIGHT_LOOK)
        look(lane->calls, call);
    else
        ask(lane->calls, call);
    return G_SOURCE_CONTINUE;
}

static void
wake(Lane *lane)
{
    if (lane->source == 0)
        lane->source = g_idle_add_full(lane->priority, serve, lane, NULL);
}

static Lane *
lane_of(AkinCalls *calls, const AkinPeer *peer)
{
    return akin_peer_who(peer)->uid == 0 ? &calls->root : &calls->others;
}

static const AkinMethod *
find_method(GDBusMethodInvocation *invocation)
{
    const char *name = g_dbus_method_invocation_get_method_name(invocation);
    if (strcmp(g_dbus_method_invocation_get_interface_name(invocation),
               "org.freedesktop.DBus.Properties") == 0)
        return &read_properties;
    return strcmp(name, may_control.name) == 0 ? &may_control : akin_method_find(name);
}

void
akin_calls_take(AkinCalls *calls, AkinPeer *peer, GDBusMethodInvocation *invocation)
{
    const AkinMethod *method = find_method(invocation);
    if (!method) {
        g_autoptr(GError) error =
            g_error_new_literal(AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED, "no method of that name");
        akin_peer_answer(peer, invocation, NULL, error);
        return;
    }
    Lane *lane = lane_of(calls, peer);
    Call *call = g_new0(Call, 1);
    *call = (Call){.calls = calls,
                   .user = akin_peer_who(peer)->account,
                   .peer = peer,
                   .invocation = invocation,
                   .method = method,
                   .trial = akin_controller_trial(calls->controller)};
    akin_turns_add(lane->turns, call->user, peer, call);
    wake(lane);
}

void
akin_calls_go_on(AkinCalls *calls, AkinPeer *peer)
{
    wake(lane_of(calls, peer));
}

gboolean
akin_calls_is_asking(const AkinCalls *calls, const AkinPeer *peer)
{
    for (GList *link = calls->asked.head; link; link = link->next) {
        if (((const Call *) link->data)->peer == peer)
            return TRUE;
    }
    return FALSE;
}

void
akin_calls_changed(AkinCalls *calls)
{
    g_clear_pointer(&calls->services, g_variant_unref);
}

void
akin_calls_forget(AkinCalls *calls, AkinPeer *peer)
{
    akin_turns_forget(lane_of(calls, peer)->turns, peer, call_free);
    for (GList *link = calls->asked.head, *next; link; link = next) {
        Call *call = link->data;
        next = link->next;
        if (call->peer != peer)
            continue;
        call->peer = NULL;
        g_cancellable_cancel(call->cancellable);
    }
}
