/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller.h"

#include <string.h>

#include "error.h"
#include "listeners.h"
#include "warnings.h"

#define SWAP(type, a, b)                                                                           \
    do {                                                                                           \
        type swapped = (a);                                                                        \
        (a) = (b);                                                                                 \
        (b) = swapped;                                                                             \
    } while (0)

/* How long to wait before the kernel is asked again for what it has refused. */
#define RETRY_SECONDS 5

struct _AkinController {
    AkinEngine *engine;
    AkinForwarding *forwarding;
    AkinStore *store;

    AkinPolicy *policy;
    AkinSituation *situation;
    AkinState state; /* points at the two above */
    AkinWarnings *warnings;

    const AkinControllerListener *listener;
    gpointer user_data;
    const char *reason;

    AkinSituation *pending; /* what the kernel has refused; NULL: nothing */
    guint retry;            /* source that tries it again */
};

/* --- Life ------------------------------------------------------------------------------------- */

static void
describe_situation(AkinController *controller, AkinSituation *situation)
{
    controller->engine->class->describe(controller->engine, situation);
    akin_forwarding_describe(controller->forwarding, situation);
}

AkinController *
akin_controller_new(AkinEngine *engine, AkinForwarding *forwarding, AkinStore *store)
{
    AkinController *controller = g_new0(AkinController, 1);
    g_autoptr(GError) error = NULL;
    controller->engine = engine;
    controller->forwarding = forwarding;
    controller->store = store;
    controller->warnings = akin_warnings_new();
    controller->policy = akin_store_read(store, &error);
    if (!controller->policy) {
        g_warning("%s", error->message);
        akin_warnings_set(controller->warnings, AKIN_WARNING_POLICY,
                          "%s; mend the file and run akinctl reload; until then the last good "
                          "policy is in force",
                          error->message);
        controller->policy = akin_store_read_last_good(store);
    }
    controller->situation = akin_situation_new();
    describe_situation(controller, controller->situation);
    controller->state = (AkinState){controller->policy, controller->situation, FALSE,
                                    akin_forwarding_is_on(forwarding)};
    return controller;
}

void
akin_controller_free(AkinController *controller)
{
    g_clear_handle_id(&controller->retry, g_source_remove);
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

static void
log_transition(const char *what, const char *old, const char *new_, const char *sentence,
               gpointer user_data)
{
    AkinController *controller = user_data;
    g_message("%s (reason: %s)", sentence, controller->reason);
    if (controller->listener && controller->listener->transition)
        controller->listener->transition(what, old, new_, sentence, controller->user_data);
}

/* The old state's data is freed by the caller, after everybody has been told. */
static void
tell(AkinController *controller, const AkinState *before, gboolean loaded)
{
    const AkinControllerListener *listener = controller->listener;
    akin_transitions_visit(before, &controller->state, log_transition, controller);
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

/* Most changes are toggles of services, which are no concern of the kernel's switches. */
static gboolean
concerns_forwarding(const AkinController *controller, const AkinState *state)
{
    const AkinState *now = &controller->state;
    return state->situation != now->situation || state->enforcing != now->enforcing ||
           !akin_policy_same_nat(state->policy, now->policy);
}

static void
set_forwarding(AkinController *controller, const AkinState *state)
{
    g_autoptr(GError) error = NULL;
    if (akin_forwarding_apply(controller->forwarding, state->policy, state->situation,
                              state->enforcing, &error))
        akin_warnings_clear(controller->warnings, AKIN_WARNING_FORWARDING);
    else
        akin_warnings_set(controller->warnings, AKIN_WARNING_FORWARDING,
                          "%s; machines cannot reach the outside", error->message);
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
        set_forwarding(controller, state);
    return state->enforcing || engine->class->remove(engine, error);
}

/* Back to what was in force, as far as the kernel lets us. */
static void
take_back(AkinController *controller)
{
    gboolean loaded;
    g_autoptr(GError) error = NULL;
    if (!bring_kernel_to(controller, &controller->state, &loaded, &error))
        g_warning("cannot go back to the rules before: %s", error->message);
    set_forwarding(controller, &controller->state);
}

/* Every change ends here. Takes policy and situation; NULL: as before. */
static gboolean
pass_through(AkinController *controller, AkinPolicy *policy, AkinSituation *situation,
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
    if ((enforcing || before.enforcing) && !bring_kernel_to(controller, &after, &loaded, error)) {
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

    after.forwarding = akin_forwarding_is_on(controller->forwarding);
    controller->state = after;
    controller->reason = reason;
    akin_warnings_clear(controller->warnings, AKIN_WARNING_RULES);
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
    return pass_through(controller, g_steal_pointer(&taken), NULL, controller->state.enforcing,
                        TRUE, reason, error);
}

gboolean
akin_controller_enforce(AkinController *controller, gboolean enforcing, const char *reason,
                        GError **error)
{
    g_autoptr(AkinSituation) situation = akin_situation_copy(controller->situation);
    describe_situation(controller, situation);
    return pass_through(controller, NULL, g_steal_pointer(&situation), enforcing, FALSE, reason,
                        error);
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
    AkinPolicy *policy = akin_store_read(controller->store, error);
    if (!policy)
        return FALSE;
    akin_warnings_clear(controller->warnings, AKIN_WARNING_POLICY);
    return pass_through(controller, policy, NULL, controller->state.enforcing, FALSE,
                        "policy file read again", error);
}

gboolean
akin_controller_check_forward(const AkinController *controller, const AkinForward *forward,
                              GError **error)
{
    g_autofree char *address = akin_prefix_format(&forward->address);
    if (!akin_situation_find_network(controller->policy, controller->situation,
                                     &forward->address)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "%s is in no VM network that is up; start its network first, or see the "
                    "networks in akinctl status",
                    address);
        return FALSE;
    }
    g_autoptr(GError) asking = NULL;
    g_autofree char *program = akin_listener_find(forward->protocol, forward->port, &asking);
    if (asking)
        g_warning("cannot tell who listens here: %s", asking->message);
    if (!program)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE,
                "%s listens on %s port %u of this computer; stop it or forward another port",
                program, akin_protocol_name(forward->protocol), forward->port);
    return FALSE;
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

gboolean
akin_controller_count(AkinController *controller, GArray **out, GArray **in, GError **error)
{
    return controller->engine->class->count(controller->engine, out, in, error);
}

/* --- What the computer is like ---------------------------------------------------------------- */

/*
 * Nobody waits for an answer here: what fails becomes a warning, and is tried again with the
 * situation that could not be loaded, until it is or the next one comes.
 */
static void
take_situation(AkinController *controller, AkinSituation *situation, const char *reason);

static gboolean
retry(gpointer user_data)
{
    AkinController *controller = user_data;
    controller->retry = 0;
    take_situation(controller, akin_situation_copy(controller->pending), "tried again");
    return G_SOURCE_REMOVE;
}

static void
take_situation(AkinController *controller, AkinSituation *situation, const char *reason)
{
    g_autoptr(AkinSituation) kept = akin_situation_copy(situation);
    g_autoptr(GError) error = NULL;
    g_clear_handle_id(&controller->retry, g_source_remove);
    g_clear_pointer(&controller->pending, akin_situation_free);
    if (pass_through(controller, NULL, situation, controller->state.enforcing, FALSE, reason,
                     &error))
        return;
    g_warning("%s (reason: %s)", error->message, reason);
    akin_warnings_set(controller->warnings, AKIN_WARNING_RULES,
                      "%s; the rules before are still in force, and it is tried again",
                      error->message);
    controller->pending = g_steal_pointer(&kept);
    controller->retry = g_timeout_add_seconds(RETRY_SECONDS, retry, controller);
    if (controller->listener && controller->listener->changed)
        controller->listener->changed(controller->user_data);
}

void
akin_controller_interfaces_changed(AkinController *controller, GPtrArray *interfaces,
                                   const char *reason)
{
    g_autoptr(AkinSituation) situation = akin_situation_copy(controller->situation);
    g_ptr_array_unref(situation->interfaces);
    situation->interfaces = interfaces;
    describe_situation(controller, situation);
    if (controller->pending || !akin_situation_equal(situation, controller->situation))
        take_situation(controller, g_steal_pointer(&situation), reason);
    else if (controller->state.enforcing)
        set_forwarding(controller, &controller->state);
}

void
akin_controller_tampered(AkinController *controller, const char *who)
{
    gboolean intact = TRUE;
    g_autoptr(GError) error = NULL;
    if (!controller->state.enforcing ||
        !controller->engine->class->check(controller->engine, &intact, &error) || intact)
        return;
    g_autofree char *reason = g_strdup_printf("%s changed akin's rules", who);
    g_autofree char *sentence = g_strdup_printf("restored rules that %s had changed", who);
    controller->engine->class->forget(controller->engine);
    take_situation(controller, akin_situation_copy(controller->situation), reason);
    controller->reason = reason;
    log_transition("rules", "changed", "restored", sentence, controller);
    controller->reason = NULL;
}

/* After a sleep nothing is taken for granted: the kernel is asked what it holds. */
static void
look_again(AkinController *controller)
{
    gboolean intact = TRUE;
    g_autoptr(GError) error = NULL;
    if (!controller->state.enforcing)
        return;
    if (!controller->engine->class->check(controller->engine, &intact, &error))
        g_warning("%s", error->message);
    if (!intact)
        controller->engine->class->forget(controller->engine);
}

void
akin_controller_power_changed(AkinController *controller, gboolean awake)
{
    AkinSituation *situation = akin_situation_copy(controller->situation);
    situation->awake = awake;
    describe_situation(controller, situation);
    if (awake)
        look_again(controller);
    take_situation(controller, situation, awake ? "woke up" : "going to sleep");
}
