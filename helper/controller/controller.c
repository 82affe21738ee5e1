/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-private.h"

#include <string.h>

#include "closed.h"
#include "error.h"
#include "shown.h"
#include "warnings.h"

#define SWAP(type, a, b)                                                                           \
    do {                                                                                           \
        type swapped = (a);                                                                        \
        (a) = (b);                                                                                 \
        (b) = swapped;                                                                             \
    } while (0)

/* --- Life ------------------------------------------------------------------------------------- */

void
akin_controller_describe(AkinController *controller, AkinSituation *situation)
{
    controller->engine->class->describe(controller->engine, situation);
    akin_forwarding_describe(controller->forwarding, situation);
}

static void
warn_of_policy(AkinController *controller, const GError *error, const char *which)
{
    akin_warnings_set(controller->warnings, AKIN_WARNING_POLICY,
                      "%s; mend the file and run akinctl reload; until then the %s policy is in "
                      "force",
                      error->message, which);
}

/* Nobody who has misspelt a key may believe that what it says is so. */
static void
note_ignored(AkinController *controller)
{
    akin_warnings_note(controller->warnings, AKIN_NOTE_IGNORED,
                       akin_store_remark(controller->store));
}

/* For what is no change of state: a warning came or went. */
void
akin_controller_tell_changed(AkinController *controller)
{
    if (controller->listener && controller->listener->changed)
        controller->listener->changed(controller->user_data);
}

static void
engine_troubled(const char *trouble, gpointer user_data)
{
    AkinController *controller = user_data;
    akin_warnings_put(controller->warnings, AKIN_WARNING_DEGRADED, trouble);
    akin_controller_tell_changed(controller);
}

AkinController *
akin_controller_new(AkinEngine *engine, AkinForwarding *forwarding, AkinStore *store)
{
    AkinController *controller = g_new0(AkinController, 1);
    g_autoptr(GError) error = NULL;
    controller->engine = engine;
    akin_engine_listen(engine, engine_troubled, controller);
    controller->forwarding = forwarding;
    controller->store = store;
    controller->warnings = akin_warnings_new();
    controller->policy = akin_store_read(store, &error);
    if (!controller->policy) {
        gboolean known;
        controller->policy = akin_store_read_last_good(store, &known);
        g_warning("%s", error->message);
        warn_of_policy(controller, error, known ? "last good" : "default");
    } else {
        controller->first_policy = TRUE;
        note_ignored(controller);
    }
    controller->situation = akin_situation_new();
    akin_controller_describe(controller, controller->situation);
    controller->state = (AkinState){controller->policy, controller->situation, FALSE,
                                    akin_forwarding_is_on(forwarding)};
    return controller;
}

static void
forget_counts(AkinController *controller)
{
    g_clear_pointer(&controller->counted_out, g_array_unref);
    g_clear_pointer(&controller->counted_in, g_array_unref);
}

void
akin_controller_free(AkinController *controller)
{
    g_clear_handle_id(&controller->retry, g_source_remove);
    akin_trial_free(controller->trial);
    akin_controller_forget_neighbours(controller);
    forget_counts(controller);
    akin_engine_free(controller->engine);
    akin_forwarding_free(controller->forwarding);
    akin_store_free(controller->store);
    akin_policy_free(controller->policy);
    akin_situation_free(controller->situation);
    g_clear_pointer(&controller->pending, akin_situation_free);
    akin_warnings_free(controller->warnings);
    g_free(controller);
}

void
akin_controller_listen(AkinController *controller, const AkinControllerListener *listener,
                       gpointer user_data)
{
    controller->listener = listener;
    controller->user_data = user_data;
}

const AkinState *
akin_controller_state(const AkinController *controller)
{
    return &controller->state;
}

const char *
akin_controller_engine(const AkinController *controller)
{
    return controller->engine->class->name;
}

const char *
akin_controller_reason(const AkinController *controller)
{
    return controller->reason;
}

const GArray *
akin_controller_warnings(const AkinController *controller)
{
    return akin_warnings_list(controller->warnings);
}

/* --- The one way through ---------------------------------------------------------------------- */

void
akin_controller_log(const char *what, const char *old, const char *new_, const char *sentence,
                    gpointer user_data)
{
    AkinController *controller = user_data;
    g_message("%s (reason: %s)", sentence, controller->reason);
    if (controller->listener && controller->listener->transition)
        controller->listener->transition(what, old, new_, sentence, controller->user_data);
}

/* What is known of the computer: also what the kernel has refused to be told. */
AkinSituation *
akin_controller_latest_situation(const AkinController *controller)
{
    return akin_situation_copy(controller->pending ? controller->pending : controller->situation);
}

static void
warn_of_unguarded(AkinController *controller)
{
    const AkinInterface *interface =
        akin_situation_find_unguarded(controller->state.policy, controller->state.situation);
    g_autofree char *name = interface ? akin_shown(interface->name) : NULL;
    if (name)
        akin_warnings_set(controller->warnings, AKIN_WARNING_UNGUARDED,
                          "%s leads outside and is not guarded, since its name matches a pattern "
                          "of VM networks; see akinctl network patterns list",
                          name);
    else
        akin_warnings_clear(controller->warnings, AKIN_WARNING_UNGUARDED);
}

/* The old state's data is freed by the caller, after everybody has been told. */
static void
tell(AkinController *controller, const AkinState *before, gboolean loaded)
{
    const AkinControllerListener *listener = controller->listener;
    akin_transitions_visit(before, &controller->state, akin_controller_log, controller);
    if (loaded)
        g_message("applied ruleset (reason: %s)", controller->reason);
    if (!listener)
        return;
    g_autoptr(GPtrArray) services =
        akin_transitions_services(before->policy, controller->state.policy);
    if (services->len > 0 && listener->services_changed)
        listener->services_changed(services, controller->user_data);
    if (listener->changed)
        listener->changed(controller->user_data);
}

/* The kernel's switches are not as they should be: the next chance is taken. */
static gboolean
owes_forwarding(const AkinController *controller)
{
    return akin_warnings_has(controller->warnings, AKIN_WARNING_FORWARDING);
}

/* Most changes are toggles of services, which are no concern of the kernel's switches. */
static gboolean
concerns_forwarding(const AkinController *controller, const AkinState *state)
{
    const AkinState *now = &controller->state;
    return owes_forwarding(controller) || state->situation != now->situation ||
           state->enforcing != now->enforcing || !akin_policy_same_nat(state->policy, now->policy);
}

void
akin_controller_set_forwarding(AkinController *controller, const AkinState *state)
{
    g_autoptr(GError) error = NULL;
    if (akin_forwarding_apply(controller->forwarding, state->policy, state->situation,
                              state->enforcing, &error))
        akin_warnings_clear(controller->warnings, AKIN_WARNING_FORWARDING);
    else
        akin_warnings_set(controller->warnings, AKIN_WARNING_FORWARDING,
                          "%s; machines cannot reach the outside", error->message);
}

void
akin_controller_mend_forwarding(AkinController *controller, const char *reason)
{
    AkinState before = controller->state;
    akin_controller_set_forwarding(controller, &before);
    controller->state.forwarding = akin_forwarding_is_on(controller->forwarding);
    controller->reason = reason;
    akin_transitions_visit(&before, &controller->state, akin_controller_log, controller);
    controller->reason = NULL;
}

/*
 * Brings the kernel to a state. Forwarding goes on only once the rules are there, and off before
 * they go: no packet is forwarded unfiltered.
 */
static gboolean
bring_kernel_to(AkinController *controller, const AkinState *state, gboolean *loaded,
                GError **error)
{
    AkinEngine *engine = controller->engine;
    if (state->enforcing &&
        !engine->class->apply(engine, state->policy, state->situation, loaded, error))
        return FALSE;
    /* Not fatal: without forwarding everything else of the policy still holds. */
    if (concerns_forwarding(controller, state))
        akin_controller_set_forwarding(controller, state);
    return state->enforcing || engine->class->remove(engine, error);
}

/* Back to what was in force; where the kernel does not let us, it is tried again. */
static void
take_back(AkinController *controller)
{
    gboolean loaded;
    g_autoptr(GError) error = NULL;
    if (!bring_kernel_to(controller, &controller->state, &loaded, &error)) {
        g_warning("cannot go back to the rules before: %s", error->message);
        controller->engine->class->forget(controller->engine);
        akin_controller_try_again(controller, akin_controller_latest_situation(controller),
                                  error->message,
                                  "rules that were to be taken back may still be in force");
    }
    akin_controller_set_forwarding(controller, &controller->state);
}

/* Every change ends here. Takes policy and situation; NULL: as before. */
gboolean
akin_controller_pass(AkinController *controller, AkinPolicy *policy, AkinSituation *situation,
                     gboolean enforcing, gboolean save, const char *reason, GError **error)
{
    g_autoptr(AkinPolicy) new_policy = policy;
    g_autoptr(AkinSituation) new_situation = situation;
    gboolean loaded = FALSE;
    AkinState before = controller->state;
    AkinState after = {policy ? policy : controller->policy,
                       situation ? situation : controller->situation, enforcing, FALSE};

    if (save && !akin_store_prepare(controller->store, after.policy, error))
        return FALSE;
    if ((enforcing || before.enforcing || owes_forwarding(controller)) &&
        !bring_kernel_to(controller, &after, &loaded, error)) {
        akin_store_discard(controller->store);
        if (!enforcing)
            take_back(controller);
        return FALSE;
    }
    if (save && !akin_store_commit(controller->store, error)) {
        if (enforcing || before.enforcing)
            take_back(controller);
        return FALSE;
    }

    forget_counts(controller);
    controller->lost = FALSE;
    after.forwarding = akin_forwarding_is_on(controller->forwarding);
    controller->state = after;
    controller->reason = reason;
    if (situation) {
        g_clear_handle_id(&controller->retry, g_source_remove);
        g_clear_pointer(&controller->pending, akin_situation_free);
    }
    if (!controller->pending)
        akin_warnings_clear(controller->warnings, AKIN_WARNING_RULES);
    if (controller->first_policy && enforcing) {
        controller->first_policy = FALSE;
        akin_store_accept(controller->store);
    }
    /* Not what is on trial; what is being confirmed is saved by now. */
    if (save || !controller->trial)
        akin_closed_keep(controller->store, after.policy, akin_controller_engine(controller));
    warn_of_unguarded(controller);
    akin_controller_note_limits(controller);
    if (akin_warnings_has(controller->warnings, AKIN_WARNING_TAKEN))
        akin_controller_warn_of_taken(controller); /* it may be what has been changed */
    if (situation)
        akin_controller_neighbours_changed(controller);
    if (situation || before.enforcing != enforcing ||
        !akin_policy_same_nat(before.policy, after.policy))
        akin_controller_judge_neighbours(controller);
    tell(controller, &before, loaded);
    controller->reason = NULL;

    /* What was in force goes with the automatic variables. */
    if (new_policy)
        SWAP(AkinPolicy *, new_policy, controller->policy);
    if (new_situation)
        SWAP(AkinSituation *, new_situation, controller->situation);
    return TRUE;
}

/* --- What the user wants ---------------------------------------------------------------------- */

gboolean
akin_controller_change(AkinController *controller, AkinPolicy *policy, const char *reason,
                       GError **error)
{
    g_autoptr(AkinPolicy) taken = policy;
    if (akin_warnings_has(controller->warnings, AKIN_WARNING_POLICY)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                    "the policy file is broken, and nothing is written over it; mend it, then run "
                    "akinctl reload; akinctl status says what is wrong");
        return FALSE;
    }
    gboolean save = !controller->trial;
    return akin_controller_pass(controller, g_steal_pointer(&taken), NULL,
                                controller->state.enforcing, save, reason, error);
}

gboolean
akin_controller_enforce(AkinController *controller, gboolean enforcing, const char *reason,
                        GError **error)
{
    g_autoptr(AkinSituation) situation = akin_controller_latest_situation(controller);
    akin_controller_describe(controller, situation);
    return akin_controller_pass(controller, NULL, g_steal_pointer(&situation), enforcing, FALSE,
                                reason, error);
}

gboolean
akin_controller_leave(AkinController *controller, GError **error)
{
    gboolean done = akin_controller_enforce(controller, FALSE, "stopped", error);
    akin_trial_free(g_steal_pointer(&controller->trial)); /* till then nothing of it is kept */
    g_clear_handle_id(&controller->retry, g_source_remove);
    return done;
}

gboolean
akin_controller_restart(AkinController *controller, GError **error)
{
    if (controller->state.enforcing)
        controller->engine->class->forget(controller->engine);
    return akin_controller_enforce(controller, TRUE, "restarted", error);
}

gboolean
akin_controller_reload(AkinController *controller, GError **error)
{
    GError *broken = NULL;
    if (akin_trial_is_in_the_way(controller, error))
        return FALSE;
    AkinPolicy *policy = akin_store_read(controller->store, &broken);
    if (!policy) {
        warn_of_policy(controller, broken, "last good");
        akin_controller_tell_changed(controller);
        g_propagate_error(error, broken);
        return FALSE;
    }
    if (!akin_controller_pass(controller, policy, NULL, controller->state.enforcing, FALSE,
                              "policy file read again", error))
        return FALSE;
    controller->first_policy = FALSE;
    akin_store_accept(controller->store);
    akin_warnings_clear(controller->warnings, AKIN_WARNING_POLICY);
    akin_warnings_clear(controller->warnings, AKIN_NOTE_UNREAD);
    note_ignored(controller);
    akin_controller_warn_of_taken(controller);
    akin_controller_tell_changed(controller);
    return TRUE;
}

GArray *
akin_controller_list_machines(const AkinController *controller, GError **error)
{
    GArray *machines = akin_machines_list(error);
    for (guint i = machines ? machines->len : 0; i-- > 0;) {
        const AkinMachine *machine = &g_array_index(machines, AkinMachine, i);
        const AkinInterface *network = akin_situation_find_network(
            controller->policy, controller->situation, &machine->address);
        if (!network || strcmp(network->name, machine->interface) != 0)
            g_array_remove_index(machines, i);
    }
    return machines;
}

/* Listing costs milliseconds, and anyone may ask: one listing serves all for a moment. */
#define COUNT_FRESH_USEC (500 * 1000)

gboolean
akin_controller_count(AkinController *controller, GArray **out, GArray **in, GError **error)
{
    gint64 now = g_get_monotonic_time();
    if (!controller->engine->class->count) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "%s does not count connections for akin", akin_controller_engine(controller));
        return FALSE;
    }
    if (controller->counted_out && now - controller->counted_at > COUNT_FRESH_USEC)
        forget_counts(controller);
    if (!controller->counted_out) {
        if (!controller->engine->class->count(controller->engine, &controller->counted_out,
                                              &controller->counted_in, error))
            return FALSE;
        controller->counted_at = now;
    }
    *out = g_array_ref(controller->counted_out);
    *in = g_array_ref(controller->counted_in);
    return TRUE;
}
