/* SPDX-License-Identifier: BSD-2-Clause */
#include "caution.h"

#include <string.h>

#include "error.h"
#include "remote.h"

struct _AkinCaution {
    GObject parent;
    AkinClient *client;
    AkinSettings *settings;
    gint64 tried;       /* when the last trial of ours began; monotonic */
    gboolean under_way; /* a trial of ours, of which "begun" was told */
};

G_DEFINE_TYPE(AkinCaution, akin_caution, G_TYPE_OBJECT)

enum { BEGUN, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- The trial -------------------------------------------------------------------------------- */

static gboolean
is_on_trial(AkinCaution *caution)
{
    const AkinSnapshot *snapshot = akin_client_get_snapshot(caution->client);
    return snapshot && akin_warnings_have(snapshot->warnings, "trial");
}

static void
begin(AkinCaution *caution)
{
    /* The helper's clock runs, also while somebody types a password for the change. */
    gint64 passed = (g_get_monotonic_time() - caution->tried) / G_USEC_PER_SEC;
    caution->under_way = TRUE;
    g_signal_emit(caution, signals[BEGUN], 0, (guint) MAX(AKIN_CAUTION_SECONDS - passed, 0));
}

static void
end(AkinCaution *caution)
{
    if (!caution->under_way)
        return;
    caution->under_way = FALSE;
    g_signal_emit(caution, signals[ENDED], 0);
}

/* Whoever has kept it once, from wherever, knows what it does. */
static void
on_transition(AkinCaution *caution, const char *what, const char *old, const char *new)
{
    (void) old;
    if (!caution->under_way || strcmp(what, "trial") != 0)
        return;
    if (strcmp(new, "confirmed") == 0)
        akin_settings_note_kept(caution->settings);
    end(caution);
}

/*
 * A helper that is silent may speak again; without one, nothing is left to be decided. Whoever
 * turns the firewall off again has decided.
 */
static void
on_changed(AkinCaution *caution)
{
    const AkinSnapshot *snapshot = akin_client_get_snapshot(caution->client);
    gboolean on_trial = is_on_trial(caution);
    gboolean off = on_trial && !(snapshot->enforcing && snapshot->firewall);
    if (caution->under_way && off)
        akin_client_change_async(caution->client, "Revert", NULL, NULL, NULL, NULL);
    if (off || !on_trial)
        end(caution);
}

/* --- Changes ---------------------------------------------------------------------------------- */

typedef struct {
    char *method;
    GVariant *args; /* nullable */
    gboolean on_trial;
} Change;

static void
change_free(gpointer data)
{
    Change *change = data;
    g_free(change->method);
    g_clear_pointer(&change->args, g_variant_unref);
    g_free(change);
}

/* What fails leaves no trial behind. */
static void
on_made(GObject *source, GAsyncResult *result, gpointer data)
{
    AkinClient *client = AKIN_CLIENT(source);
    g_autoptr(GTask) task = data;
    g_autoptr(AkinCaution) caution = g_object_ref(g_task_get_source_object(task));
    gboolean on_trial = ((Change *) g_task_get_task_data(task))->on_trial;
    GError *error = NULL;
    if (!akin_client_change_finish(client, result, &error)) {
        if (on_trial)
            akin_client_change_async(client, "Revert", NULL, NULL, NULL, NULL);
        g_task_return_error(task, error);
        return;
    }
    g_task_return_boolean(task, TRUE);
    if (on_trial && is_on_trial(caution))
        begin(caution);
}

static void
make(GTask *task)
{
    AkinCaution *caution = g_task_get_source_object(task);
    Change *change = g_task_get_task_data(task);
    akin_client_change_async(caution->client, change->method, change->args, NULL, on_made,
                             g_object_ref(task));
}

/* Another may have begun one since: then that is the trial. */
static void
on_tried(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AkinCaution *caution = g_task_get_source_object(task);
    Change *change = g_task_get_task_data(task);
    GError *error = NULL;
    change->on_trial = akin_client_change_finish(AKIN_CLIENT(source), result, &error);
    if (change->on_trial)
        caution->tried = g_get_monotonic_time();
    if (change->on_trial || g_error_matches(error, AKIN_ERROR, AKIN_ERROR_IN_USE)) {
        g_clear_error(&error);
        make(task);
        return;
    }
    g_task_return_error(task, error);
}

static void
make_on_trial(GTask *task)
{
    AkinCaution *caution = g_task_get_source_object(task);
    akin_client_change_async(caution->client, "Try", g_variant_new("(u)", AKIN_CAUTION_SECONDS),
                             NULL, on_tried, g_object_ref(task));
}

static void
on_remote(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    (void) source;
    if (akin_remote_ask_finish(result))
        make_on_trial(task);
    else
        make(task);
}

/* Whether it turns the firewall on, as far as is known here, and may be put on trial. */
static gboolean
needs_care(AkinCaution *caution, const char *method, GVariant *args)
{
    const AkinFacts *facts = akin_client_get_facts(caution->client);
    const AkinSnapshot *snapshot = facts->snapshot;
    gboolean on;
    if (facts->state != AKIN_CLIENT_READY || facts->may_control == AKIN_MAY_CONTROL_NO ||
        is_on_trial(caution))
        return FALSE;
    if (strcmp(method, "Start") == 0)
        return !snapshot->enforcing && snapshot->firewall;
    if (strcmp(method, "SetFirewall") != 0)
        return FALSE;
    g_variant_get(args, "(b)", &on);
    return on && snapshot->enforcing && !snapshot->firewall;
}

void
akin_caution_change_async(AkinCaution *caution, const char *method, GVariant *args,
                          GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(caution, NULL, callback, data);
    Change *change = g_new0(Change, 1);
    change->method = g_strdup(method);
    change->args = args ? g_variant_ref_sink(args) : NULL;
    g_task_set_task_data(task, change, change_free);
    if (!needs_care(caution, method, args))
        make(task);
    else if (!akin_settings_get_kept(caution->settings))
        make_on_trial(task);
    else
        akin_remote_ask(on_remote, g_object_ref(task));
}

gboolean
akin_caution_change_finish(AkinCaution *caution, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, caution), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* --- The object ------------------------------------------------------------------------------- */

AkinClient *
akin_caution_get_client(AkinCaution *caution)
{
    return caution->client;
}

AkinSettings *
akin_caution_get_settings(AkinCaution *caution)
{
    return caution->settings;
}

static void
akin_caution_finalize(GObject *object)
{
    AkinCaution *caution = AKIN_CAUTION(object);
    g_signal_handlers_disconnect_by_data(caution->client, caution);
    g_object_unref(caution->client);
    g_object_unref(caution->settings);
    G_OBJECT_CLASS(akin_caution_parent_class)->finalize(object);
}

static void
akin_caution_class_init(AkinCautionClass *class)
{
    G_OBJECT_CLASS(class)->finalize = akin_caution_finalize;
    signals[BEGUN] = g_signal_new("begun", AKIN_TYPE_CAUTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
    signals[ENDED] = g_signal_new("ended", AKIN_TYPE_CAUTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
akin_caution_init(AkinCaution *caution)
{
    (void) caution;
}

AkinCaution *
akin_caution_new(AkinClient *client, AkinSettings *settings)
{
    AkinCaution *caution = g_object_new(AKIN_TYPE_CAUTION, NULL);
    caution->client = g_object_ref(client);
    caution->settings = g_object_ref(settings);
    g_signal_connect_swapped(client, "transition", G_CALLBACK(on_transition), caution);
    g_signal_connect_swapped(client, "changed", G_CALLBACK(on_changed), caution);
    return caution;
}
