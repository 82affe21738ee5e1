/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ctl.h"

/*
 * --confirm SECONDS: what a command changes is on trial until somebody confirms it. The helper
 * keeps the time, so that a change which cuts off this very terminal is taken back all the same.
 */

/* Before the first change of a command; does nothing without --confirm, or the second time. */
gboolean ctl_trial_begin(Ctl *ctl, GError **error);

/*
 * The command is done: asks the person on the terminal, if there is one, until somebody has
 * decided, here or elsewhere. FALSE: it was taken back, or is not kept in the end; error says
 * which.
 */
gboolean ctl_trial_end(Ctl *ctl, GError **error);

/* The command failed after the trial had begun: back to how it was, as far as can be. */
void ctl_trial_abandon(Ctl *ctl);

void ctl_trial_free(CtlTrial *trial);
