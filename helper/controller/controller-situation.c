/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-private.h"

/* The monitors' side: what the computer is like, and what others do to the rules. */

/* How long to wait before the kernel is asked again for what it has refused. */
#define RETRY_SECONDS 5

static gboolean
take_situation(AkinController *controller, AkinSituation *situation, const char *reason);

static gboolean
retry(gpointer user_data)
{
    AkinController *controller = user_data;
    controller->retry = 0;
    take_situation(controller, akin_controller_latest_situation(controller), "tried again");
    return G_SOURCE_REMOVE;
}

void
akin_controller_try_again(AkinController *controller, AkinSituation *situation, const char *problem,
                          const char *holds)
{
    g_clear_handle_id(&controller->retry, g_source_remove);
    g_clear_pointer(&controller->pending, akin_situation_free);
    akin_warnings_set(controller->warnings, AKIN_WARNING_RULES, "%s; %s, and it is tried again",
                      problem, holds);
    controller->pending = situation;
    controller->retry = g_timeout_add_seconds(RETRY_SECONDS, retry, controller);
    akin_controller_tell_changed(controller);
}

/*
 * Nobody waits for an answer here: what fails becomes a warning, and is tried again with the
 * situation that could not be loaded, until it is or the next one comes.
 */
static gboolean
take_situation(AkinController *controller, AkinSituation *situation, const char *reason)
{
    g_autoptr(AkinSituation) kept = akin_situation_copy(situation);
    g_autoptr(GError) error = NULL;
    g_clear_handle_id(&controller->retry, g_source_remove);
    g_clear_pointer(&controller->pending, akin_situation_free);
    if (akin_controller_pass(controller, NULL, situation, controller->state.enforcing, FALSE,
                             reason, &error))
        return TRUE;
    g_warning("%s (reason: %s)", error->message, reason);
    akin_controller_try_again(controller, g_steal_pointer(&kept), error->message,
                              controller->lost ? "akin's rules are not whole, so they do not guard"
                                               : "the rules before are still in force");
    return FALSE;
}

/* Somebody may have turned a switch that NAT needs; the situation is as it was. */
static void
look_at_switches(AkinController *controller)
{
    if (!controller->state.enforcing)
        return;
    akin_controller_mend_forwarding(controller, "tried again");
    akin_controller_neighbours_changed(controller);
    akin_controller_tell_changed(controller);
}

void
akin_controller_interfaces_changed(AkinController *controller, GPtrArray *interfaces,
                                   const char *reason)
{
    g_autoptr(AkinSituation) situation = akin_controller_latest_situation(controller);
    g_ptr_array_unref(situation->interfaces);
    situation->interfaces = interfaces;
    akin_controller_describe(controller, situation);
    if (controller->pending || !akin_situation_equal(situation, controller->situation))
        take_situation(controller, g_steal_pointer(&situation), reason);
    else
        look_at_switches(controller);
}

/* FALSE: the kernel does not say. */
static gboolean
find_out(AkinController *controller, gboolean *intact)
{
    g_autoptr(GError) error = NULL;
    if (controller->engine->class->check(controller->engine, intact, &error))
        return TRUE;
    g_warning("%s", error->message);
    return FALSE;
}

/* From here on nothing is taken for granted. */
static void
forget(AkinController *controller, gboolean lost)
{
    controller->engine->class->forget(controller->engine);
    controller->lost = controller->lost || lost;
}

void
akin_controller_tampered(AkinController *controller, AkinTamper which, const char *who)
{
    akin_controller_neighbours_changed(controller);
    if (!controller->state.enforcing || which == AKIN_TAMPER_OTHERS)
        return;
    gboolean intact = FALSE;
    gboolean known = which == AKIN_TAMPER_OURS || find_out(controller, &intact);
    /* FreeBSD's rc.d/routing turns forwarding off, long after akin has started. */
    if (intact) {
        look_at_switches(controller);
        return;
    }
    forget(controller, known);
    if (!known) {
        take_situation(controller, akin_controller_latest_situation(controller), "tried again");
        return;
    }
    g_autofree char *reason = g_strdup_printf("%s changed akin's rules", who);
    g_autofree char *sentence = g_strdup_printf("restored rules that %s had changed", who);
    if (!take_situation(controller, akin_controller_latest_situation(controller), reason))
        return;
    controller->reason = reason;
    akin_controller_log("rules", "changed", "restored", sentence, controller);
    controller->reason = NULL;
}

/* After a sleep nothing is taken for granted: the kernel is asked what it holds. */
void
akin_controller_power_changed(AkinController *controller, gboolean awake)
{
    AkinSituation *situation = akin_controller_latest_situation(controller);
    situation->awake = awake;
    akin_controller_describe(controller, situation);
    gboolean intact = FALSE;
    if (awake && controller->state.enforcing) {
        gboolean known = find_out(controller, &intact);
        if (!intact)
            forget(controller, known);
    }
    take_situation(controller, situation, awake ? "woke up" : "going to sleep");
}
