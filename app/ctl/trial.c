/* SPDX-License-Identifier: BSD-2-Clause */
#include "trial.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "client-error.h"
#include "error.h"

/*
 * Theory of operation. Whether a trial was kept or taken back is the helper's to say: anybody may
 * have confirmed or reverted it from anywhere, while the person at this terminal was thinking. So
 * the end of a trial is the helper's transition of it, and what the person types only asks for one.
 */

/* How long the helper may take, once the time is up, to say that it is. */
#define GRACE_SECONDS 5

typedef enum { UNDER_WAY, KEPT, TAKEN_BACK } Outcome;

struct CtlTrial {
    AkinHelper1 *helper;
    gulong transition;
    Outcome outcome;
    gboolean in_time; /* taken back before its time was up: somebody has asked for that */
};

/* --- What the helper says --------------------------------------------------------------------- */

/* After the first end of it, another trial may begin. */
static void
on_transition(AkinHelper1 *helper, const char *what, const char *old, const char *new,
              const char *reason, const char *sentence, gpointer data)
{
    CtlTrial *trial = data;
    (void) helper, (void) old, (void) sentence;
    if (strcmp(what, "trial") != 0 || trial->outcome != UNDER_WAY)
        return;
    if (strcmp(new, "confirmed") == 0)
        trial->outcome = KEPT;
    else if (strcmp(new, "reverted") == 0)
        trial->outcome = TAKEN_BACK;
    trial->in_time = strcmp(reason, "reverted by a user") == 0;
}

static gboolean
is_gone(const CtlTrial *trial)
{
    return g_dbus_connection_is_closed(g_dbus_proxy_get_connection(G_DBUS_PROXY(trial->helper)));
}

/* Has the handler see what has come by now. */
static void
hear(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

gboolean
ctl_trial_begin(Ctl *ctl, GError **error)
{
    if (ctl->confirm == 0 || ctl->trial)
        return TRUE;
    if (!akin_change(ctl->helper, "Try", g_variant_new("(u)", (guint) ctl->confirm), error))
        return FALSE;
    hear(); /* what came before the answer was of other trials */
    ctl->trial = g_new0(CtlTrial, 1);
    ctl->trial->helper = g_object_ref(ctl->helper);
    ctl->trial->transition =
        g_signal_connect(ctl->helper, "transition", G_CALLBACK(on_transition), ctl->trial);
    return TRUE;
}

void
ctl_trial_free(CtlTrial *trial)
{
    g_signal_handler_disconnect(trial->helper, trial->transition);
    g_object_unref(trial->helper);
    g_free(trial);
}

/* --- What the person says --------------------------------------------------------------------- */

typedef struct {
    gboolean over;
    char *line; /* NULL: nothing */
} Wait;

/* A terminal that has nothing more to say leaves it to others, and to the helper. */
static gboolean
on_typed(int fd, GIOCondition condition, gpointer data)
{
    Wait *wait = data;
    char line[64];
    (void) condition;
    gssize got = read(fd, line, sizeof line);
    if (got <= 0)
        return G_SOURCE_REMOVE;
    wait->line = g_strndup(line, got);
    return G_SOURCE_REMOVE;
}

static gboolean
on_time_is_over(gpointer data)
{
    Wait *wait = data;
    wait->over = TRUE;
    return G_SOURCE_REMOVE;
}

/* Until the person or the helper says something; what the person types, NULL: nothing. */
static char *
wait_for_line(const CtlTrial *trial, int seconds)
{
    Wait wait = {FALSE, NULL};
    g_autoptr(GSource) typed = g_unix_fd_source_new(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_autoptr(GSource) limit = g_timeout_source_new_seconds(seconds + GRACE_SECONDS);
    g_source_set_callback(typed, G_SOURCE_FUNC(on_typed), &wait, NULL);
    g_source_set_callback(limit, on_time_is_over, &wait, NULL);
    g_source_attach(typed, NULL);
    g_source_attach(limit, NULL);
    while (!wait.line && !wait.over && trial->outcome == UNDER_WAY && !is_gone(trial))
        g_main_context_iteration(NULL, TRUE);
    g_source_destroy(typed);
    g_source_destroy(limit);
    return wait.line;
}

/* Enter, or any word that begins with y. */
static gboolean
is_yes(const char *line)
{
    return strchr("\r\nyYjJ", *line) != NULL && *line != '\0';
}

/* --- The end ---------------------------------------------------------------------------------- */

static gboolean
say_taken_back(const CtlTrial *trial, GError **error)
{
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE, "taken back: %s",
                trial->in_time ? "somebody has reverted it" : "it was not confirmed");
    return FALSE;
}

/* The person is asked no more; without a word of his, somebody else has ended it. */
static gboolean
say_outcome(const CtlTrial *trial, GError **error)
{
    if (trial->outcome == TAKEN_BACK)
        return say_taken_back(trial, error);
    if (trial->outcome == KEPT) {
        fputs("Kept: somebody has confirmed it\n", stderr);
        return TRUE;
    }
    if (is_gone(trial))
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                    "the helper went away during the trial, of which nothing is saved; when it is "
                    "started again, all is as before the trial");
    else
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "still on trial: the helper has not taken it back yet; see why in its log");
    return FALSE;
}

/* Whoever was quicker has decided. */
static gboolean
ask_to_keep(const CtlTrial *trial, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (akin_change(trial->helper, "Confirm", NULL, &reason)) {
        fputs("Kept\n", stderr);
        return TRUE;
    }
    hear();
    if (trial->outcome != UNDER_WAY || is_gone(trial))
        return say_outcome(trial, error);
    g_propagate_prefixed_error(error, g_steal_pointer(&reason), "still on trial: ");
    return FALSE;
}

static gboolean
ask_to_take_back(CtlTrial *trial, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean done = akin_change(trial->helper, "Revert", NULL, &reason);
    hear();
    if (done) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE, "taken back: it was not confirmed");
    } else if (trial->outcome == KEPT) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE,
                    "not taken back: somebody has confirmed it meanwhile");
    } else if (trial->outcome == TAKEN_BACK || is_gone(trial)) {
        return say_outcome(trial, error);
    } else {
        g_propagate_prefixed_error(error, g_steal_pointer(&reason), "still on trial: ");
    }
    return FALSE;
}

gboolean
ctl_trial_end(Ctl *ctl, GError **error)
{
    if (ctl->confirm > 0 && !ctl->trial) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "--confirm is for commands that change something");
        return FALSE;
    }
    if (!ctl->trial)
        return TRUE;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "On trial for %d seconds; to keep it: akinctl confirm\n", ctl->confirm);
        return TRUE;
    }
    fprintf(stderr, "Press Enter within %d seconds to keep this, or it is taken back. ",
            ctl->confirm);
    fflush(stderr);
    g_autofree char *line = wait_for_line(ctl->trial, ctl->confirm);
    if (line)
        return is_yes(line) ? ask_to_keep(ctl->trial, error) : ask_to_take_back(ctl->trial, error);
    fputc('\n', stderr);
    return say_outcome(ctl->trial, error);
}

void
ctl_trial_abandon(Ctl *ctl)
{
    if (ctl->trial)
        akin_change(ctl->helper, "Revert", NULL, NULL);
}
