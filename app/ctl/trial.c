/* SPDX-License-Identifier: BSD-2-Clause */
#include "trial.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "error.h"

gboolean
ctl_trial_begin(Ctl *ctl, GError **error)
{
    if (ctl->confirm == 0 || ctl->on_trial)
        return TRUE;
    ctl->on_trial =
        akin_change(ctl->helper, "Try", g_variant_new("(u)", (guint) ctl->confirm), error);
    return ctl->on_trial;
}

/* What the person types before the time is up; NULL: nothing. Free with g_free. */
static char *
wait_for_line(int seconds)
{
    gint64 end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    for (;;) {
        gint64 left = (end - g_get_monotonic_time()) / 1000;
        int ready = left > 0 ? poll(&terminal, 1, (int) left) : 0;
        if (ready > 0)
            break;
        if (ready == 0 || errno != EINTR)
            return NULL;
    }
    char line[64];
    gssize got = read(STDIN_FILENO, line, sizeof line);
    return got > 0 ? g_strndup(line, got) : NULL;
}

/* Enter, or any word that begins with y. */
static gboolean
is_yes(const char *line)
{
    return line && strchr("\r\nyYjJ", *line) != NULL && *line != '\0';
}

gboolean
ctl_trial_end(Ctl *ctl, GError **error)
{
    if (ctl->confirm > 0 && !ctl->on_trial) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "--confirm is for commands that change something");
        return FALSE;
    }
    if (!ctl->on_trial)
        return TRUE;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "On trial for %d seconds; to keep it: akinctl confirm\n", ctl->confirm);
        return TRUE;
    }
    fprintf(stderr, "Press Enter within %d seconds to keep this, or it is taken back. ",
            ctl->confirm);
    fflush(stderr);
    g_autofree char *line = wait_for_line(ctl->confirm);
    if (is_yes(line))
        return akin_change(ctl->helper, "Confirm", NULL, error);
    if (!line)
        fputc('\n', stderr);
    else
        ctl_trial_abandon(ctl);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE, "taken back: it was not confirmed");
    return FALSE;
}

void
ctl_trial_abandon(Ctl *ctl)
{
    if (ctl->on_trial)
        akin_change(ctl->helper, "Revert", NULL, NULL);
    ctl->on_trial = FALSE;
}
