/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-private.h"
#include "error.h"

/*
 * Theory of operation
 *
 * On trial, changes go the one way through but for the store: the kernel holds the new policy, the
 * file still the old one. So there is nothing to undo after a crash; the next helper reads the old
 * policy. Whoever began the trial may be gone, cut off by the very change: the helper's own timer
 * ends it.
 */

/* How long to wait before the kernel is asked again to go back. */
#define AGAIN_SECONDS 2

void
akin_trial_free(AkinTrial *trial)
{
    if (!trial)
        return;
    g_clear_handle_id(&trial->timer, g_source_remove);
    akin_policy_free(trial->before);
    g_free(trial);
}

/* With the time of day, since a person may read it late. */
static void
warn(AkinController *controller, guint seconds)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autoptr(GDateTime) end = g_date_time_add_seconds(now, seconds);
    g_autofree char *time = g_date_time_format(end, "%H:%M:%S");
    akin_warnings_set(controller->warnings, AKIN_WARNING_TRIAL,
                      "what is in force is on trial and is taken back at %s; to keep it: akinctl "
                      "confirm",
                      time);
}

static void
end_trial(AkinController *controller)
{
    g_clear_pointer(&controller->trial, akin_trial_free);
    akin_warnings_clear(controller->warnings, AKIN_WARNING_TRIAL);
}

static void
tell(AkinController *controller, const char *old, const char *new_, const char *sentence,
     const char *reason)
{
    controller->reason = reason;
    akin_controller_log("trial", old, new_, sentence, controller);
    controller->reason = NULL;
    akin_controller_tell_changed(controller);
}

/* Takes situation; NULL: the one in force. */
static gboolean
pass_before(AkinController *controller, AkinSituation *situation, const char *reason,
            GError **error)
{
    const AkinTrial *trial = controller->trial;
    return akin_controller_pass(controller, akin_policy_copy(trial->before), situation,
                                trial->enforcing, FALSE, reason, error);
}

/*
 * Whoever is cut off must not stay so because of a situation that the kernel has refused, and may
 * refuse with any policy: without it, what was in force before can be in force again.
 */
static gboolean
go_back(AkinController *controller, const char *reason, GError **error)
{
    AkinSituation *latest = akin_controller_latest_situation(controller);
    if (!pass_before(controller, latest, reason, controller->pending ? NULL : error) &&
        (!controller->pending || !pass_before(controller, NULL, reason, error)))
        return FALSE;
    end_trial(controller);
    tell(controller, "begun", "reverted", "went back to the policy before the trial", reason);
    return TRUE;
}

static gboolean
time_is_up(gpointer user_data)
{
    AkinController *controller = user_data;
    g_autoptr(GError) error = NULL;
    controller->trial->timer = 0;
    if (!go_back(controller, "nobody confirmed", &error)) {
        g_warning("%s", error->message);
        controller->trial->timer = g_timeout_add_seconds(AGAIN_SECONDS, time_is_up, controller);
    }
    return G_SOURCE_REMOVE;
}

/* Over a file that was changed by hand meanwhile, nothing can be saved. */
gboolean
akin_trial_is_in_the_way(const AkinController *controller, GError **error)
{
    if (controller->trial)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE, "a trial is under way; first: %s",
                    akin_store_check_unchanged(controller->store, NULL)
                        ? "akinctl confirm, or akinctl revert"
                        : "akinctl revert");
    return controller->trial != NULL;
}

guint
akin_controller_trial(const AkinController *controller)
{
    return controller->trial ? controller->trial->number : 0;
}

gboolean
akin_controller_try(AkinController *controller, guint seconds, GError **error)
{
    if (seconds < AKIN_TRIAL_MIN || seconds > AKIN_TRIAL_MAX) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "a trial takes %u to %u seconds, not %u", AKIN_TRIAL_MIN, AKIN_TRIAL_MAX,
                    seconds);
        return FALSE;
    }
    if (akin_trial_is_in_the_way(controller, error) ||
        !akin_store_check_unchanged(controller->store, error))
        return FALSE;
    AkinTrial *trial = g_new0(AkinTrial, 1);
    trial->before = akin_policy_copy(controller->policy);
    trial->enforcing = controller->state.enforcing;
    trial->number = ++controller->trials;
    trial->timer = g_timeout_add_seconds(seconds, time_is_up, controller);
    controller->trial = trial;
    warn(controller, seconds);
    g_autofree char *sentence =
        g_strdup_printf("began a trial: without a confirmation, changes are taken back in %u "
                        "seconds",
                        seconds);
    tell(controller, "none", "begun", sentence, "asked for by a user");
    return TRUE;
}

static gboolean
is_under_way(const AkinController *controller, GError **error)
{
    if (!controller->trial)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                    "nothing is on trial; what is in force stays");
    return controller->trial != NULL;
}

/* Reading the file again is possible only once nothing is on trial any more. */
static gboolean
may_be_saved(const AkinController *controller, GError **error)
{
    if (akin_store_check_unchanged(controller->store, NULL))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED,
                "the policy file was changed by hand meanwhile, and what is on trial cannot be "
                "saved over it; to have what the file says: akinctl revert, then akinctl reload");
    return FALSE;
}

gboolean
akin_controller_confirm(AkinController *controller, GError **error)
{
    if (!is_under_way(controller, error) || !may_be_saved(controller, error) ||
        !akin_controller_pass(controller, akin_policy_copy(controller->policy), NULL,
                              controller->state.enforcing, TRUE, "confirmed by a user", error))
        return FALSE;
    end_trial(controller);
    tell(controller, "begun", "confirmed", "confirmed what was on trial", "confirmed by a user");
    return TRUE;
}

gboolean
akin_controller_revert(AkinController *controller, GError **error)
{
    return is_under_way(controller, error) && go_back(controller, "reverted by a user", error);
}
