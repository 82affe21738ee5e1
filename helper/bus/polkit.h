/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "credentials.h"

/*
 * Asks polkit(8), which may ask the person for a password. Main thread only; nothing waits.
 */
typedef struct _AkinPolkit AkinPolkit;

typedef enum {
    AKIN_POLKIT_ABSENT, /* it is not installed: somebody else decides */
    AKIN_POLKIT_YES,
    AKIN_POLKIT_NO,
    AKIN_POLKIT_WOULD_ASK, /* a password is needed, and nobody was asked for it */
    AKIN_POLKIT_DISMISSED, /* the person was asked and did not want to */
    AKIN_POLKIT_SILENT,    /* no answer in time */
    AKIN_POLKIT_FAILED,    /* it is there and cannot be asked: means no */
    AKIN_POLKIT_CANCELLED, /* by us */
} AkinPolkitAnswer;

/* Called once for every question, also for one that was cancelled; never before akin_polkit_ask
 * returns. */
typedef void (*AkinPolkitAnswered)(AkinPolkitAnswer answer, gpointer user_data);

AkinPolkit *akin_polkit_new(void);

/* The end is near: questions that have been cancelled are not waited for any longer. */
void akin_polkit_hang_up(AkinPolkit *polkit);
void akin_polkit_free(AkinPolkit *polkit); /* no question may be open */

/*
 * action: as in org.akin.helper.policy. interactive: the person may be asked, for up to
 * AKIN_POLKIT_PATIENCE seconds. Cancelling takes the question off her screen; the question is open
 * until polkit has let go of it. On behalf of a process that has ended nobody is asked: no.
 */
void akin_polkit_ask(AkinPolkit *polkit, const AkinCredentials *who, const char *action,
                     gboolean interactive, GCancellable *cancellable, AkinPolkitAnswered answered,
                     gpointer user_data);

/* Less than clients wait for a change: akinctl(1). */
#define AKIN_POLKIT_PATIENCE 110
