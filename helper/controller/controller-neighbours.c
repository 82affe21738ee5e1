/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "controller-private.h"
#include "error.h"
#include "shown.h"

/*
 * What others do to what akin lets through, as warnings: other programs, and whoever has edited the
 * policy file. A look costs milliseconds and waits until their changes have come to rest: a
 * container engine that starts makes a hundred transactions. Without news there is no look.
 */

/* Rest after the last change; how long they may go on; least time between looks for their sake. */
#define QUIET_USEC (1000 * G_TIME_SPAN_MILLISECOND)
#define LATEST_USEC (5 * G_TIME_SPAN_SECOND)
#define APART_USEC (5 * G_TIME_SPAN_SECOND)

/* Anybody may ask for a look: all of them together get this part of a processor's time. */
#define SHARE 4

static const AkinFinding *
find(const GArray *findings, const char *name)
{
    for (guint i = 0; findings && i < findings->len; i++) {
        const AkinFinding *finding = &g_array_index(findings, AkinFinding, i);
        if (g_str_equal(finding->name, name))
            return finding;
    }
    return NULL;
}

/* Without findings (NULL) all such warnings go. */
static void
warn(AkinController *controller, const GArray *findings)
{
    for (guint i = 0; akin_finding_names[i]; i++) {
        const char *name = akin_finding_names[i];
        const AkinFinding *finding = find(findings, name);
        if (finding && finding->note)
            akin_warnings_note(controller->warnings, name, finding->sentence);
        else
            akin_warnings_put(controller->warnings, name, finding ? finding->sentence : NULL);
    }
}

void
akin_controller_judge_neighbours(AkinController *controller)
{
    const AkinState *state = &controller->state;
    g_autoptr(GArray) findings = NULL;
    if (!state->enforcing)
        akin_controller_forget_neighbours(controller);
    else if (controller->surroundings)
        findings = akin_neighbours_judge(controller->surroundings, state->policy, state->situation,
                                         state->forwarding);
    warn(controller, findings);
}

/* In µs; on a busy computer a look takes longer, and is no dearer. */
static gint64
work_so_far(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
list(gpointer controller, const char *command, const char **json, GError **error)
{
    AkinEngine *engine = ((AkinController *) controller)->engine;
    return engine->class->list(engine, command, json, error);
}

/* Where others' rules cannot be listed, nothing is known of them. */
static gboolean
can_look(const AkinController *controller)
{
    return controller->state.enforcing && controller->engine->class->list;
}

static void
note_unread(AkinController *controller)
{
    g_autoptr(GError) error = NULL;
    gboolean told = akin_warnings_has(controller->warnings, AKIN_WARNING_POLICY) ||
                    akin_store_check_unchanged(controller->store, &error);
    akin_warnings_note(controller->warnings, AKIN_NOTE_UNREAD, told ? NULL : error->message);
}

void
akin_controller_warn_of_taken(AkinController *controller)
{
    g_autofree char *taken = akin_controller_find_taken(controller);
    akin_warnings_put(controller->warnings, AKIN_WARNING_TAKEN, taken);
}

static void
look(AkinController *controller)
{
    gint64 begin = work_so_far();
    g_clear_handle_id(&controller->look, g_source_remove);
    g_clear_pointer(&controller->surroundings, akin_surroundings_free);
    if (can_look(controller))
        controller->surroundings =
            akin_surroundings_look(controller->state.situation, list, controller);
    akin_controller_warn_of_taken(controller);
    note_unread(controller);
    controller->looked = g_get_monotonic_time();
    controller->look_cost = work_so_far() - begin;
    controller->unseen = 0;
    akin_controller_judge_neighbours(controller);
    akin_controller_tell_changed(controller);
}

static gboolean
look_is_due(gpointer user_data)
{
    AkinController *controller = user_data;
    gboolean first = !controller->surroundings;
    controller->look = 0;
    look(controller);
    controller->next_look = first ? 0 : controller->looked + APART_USEC;
    return G_SOURCE_REMOVE;
}

void
akin_controller_neighbours_changed(AkinController *controller)
{
    gint64 now = g_get_monotonic_time();
    if (!can_look(controller))
        return;
    g_clear_handle_id(&controller->look, g_source_remove);
    if (controller->unseen == 0)
        controller->unseen = now;
    gint64 due = MIN(now + QUIET_USEC, controller->unseen + LATEST_USEC);
    due = MAX(due, controller->next_look);
    controller->look = g_timeout_add(MAX(due - now, 0) / 1000, look_is_due, controller);
}

void
akin_controller_examine(AkinController *controller)
{
    gint64 since = g_get_monotonic_time() - controller->looked;
    gboolean fresh = controller->looked > 0 && since < SHARE * controller->look_cost;
    if (!fresh)
        look(controller);
}

gboolean
akin_controller_mend(AkinController *controller, const char *name, GError **error)
{
    if (!g_str_equal(name, AKIN_FINDING_STRICT)) {
        g_autofree char *shown = akin_shown(name);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                    "nothing is mended by the name ‘%s’; akinctl doctor says what to do by hand",
                    shown);
        return FALSE;
    }
    if (!akin_warnings_has(controller->warnings, AKIN_FINDING_STRICT)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND, "%s needs no mending now", name);
        return FALSE;
    }
    akin_forwarding_loosen(controller->forwarding);
    akin_controller_mend_forwarding(controller, "asked for by a user");
    look(controller);
    if (akin_warnings_has(controller->warnings, AKIN_FINDING_STRICT)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "the kernel keeps rp_filter at 1; set it by hand: see akinctl doctor");
        return FALSE;
    }
    controller->reason = "asked for by a user";
    akin_controller_log("rp_filter", "strict", "loose",
                        "uplinks take what comes by another way than the best route", controller);
    controller->reason = NULL;
    return TRUE;
}

void
akin_controller_forget_neighbours(AkinController *controller)
{
    g_clear_handle_id(&controller->look, g_source_remove);
    g_clear_pointer(&controller->surroundings, akin_surroundings_free);
    controller->unseen = controller->next_look = 0;
}
