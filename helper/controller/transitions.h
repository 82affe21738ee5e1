/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/* All that a user can see change; what the controller holds, before and after. */
typedef struct {
    const AkinPolicy *policy;
    const AkinSituation *situation;
    gboolean enforcing;
    gboolean forwarding; /* akin has turned the kernel's forwarding on */
} AkinState;

/* Strings are the caller's until it returns. See the signal of the same name in the interface. */
typedef void (*AkinTransitionVisit)(const char *what, const char *old, const char *new_,
                                    const char *sentence, gpointer user_data);

/*
 * How many may be told of one change: each is queued for every client, of which none may fall
 * behind that reads (debt.h), and none is worth reading among hundreds.
 */
#define AKIN_TRANSITIONS_MAX 32

/*
 * Visits every difference, in a fixed order: switches, lists, services; after AKIN_TRANSITIONS_MAX
 * one more, "more settings", with the number of the rest. Pure.
 */
void akin_transitions_visit(const AkinState *before, const AkinState *after,
                            AkinTransitionVisit visit, gpointer user_data);

/* Services that came, went or changed: an array of names for the caller to free. Pure. */
GPtrArray *akin_transitions_services(const AkinPolicy *before, const AkinPolicy *after);
