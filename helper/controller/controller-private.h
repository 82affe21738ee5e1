/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"
#include "neighbours.h"

/* What the files of the controller share; nobody else's. */

/* A policy on trial: in force, and not saved. */
typedef struct {
    AkinPolicy *before; /* what was in force, and will be again */
    gboolean enforcing; /* likewise */
    guint number;
    guint timer;
} AkinTrial;

struct _AkinController {
    AkinEngine *engine;
    AkinForwarding *forwarding;
    AkinStore *store;

    AkinPolicy *policy;
    AkinSituation *situation;
    AkinState state; /* points at the two above */
    AkinWarnings *warnings;

    gboolean first_policy; /* was read and has not been in force yet */

    const AkinControllerListener *listener;
    gpointer user_data;
    const char *reason;

    AkinTrial *trial; /* NULL: none */
    guint trials;     /* so far */

    AkinSituation *pending; /* what the kernel has refused; NULL: nothing */
    gboolean lost;          /* somebody else has changed the rules, and they are not restored */
    guint retry;            /* source that tries it again */

    AkinSurroundings *surroundings; /* what the last look has seen; NULL: none yet */
    gint64 looked, look_cost;       /* its end, in monotonic µs, and its work, in µs */
    gint64 unseen, next_look;       /* the first news since, 0: none; not to be looked at before */
    guint look;                     /* source of the next look */

    GArray *counted_out, *counted_in; /* see akin_controller_count; NULL: nothing kept */
    gint64 counted_at;
};

/* Fills in what engine and switches know. */
void akin_controller_describe(AkinController *controller, AkinSituation *situation);

/* What is known of the computer, also what the kernel has refused to be told; the caller's. */
AkinSituation *akin_controller_latest_situation(const AkinController *controller);

/*
 * Every change ends here. Takes policy and situation; NULL: as before. save: into the policy file.
 * All of it, or nothing and error.
 */
gboolean
akin_controller_pass(AkinController *controller, AkinPolicy *policy, AkinSituation *situation,
                     gboolean enforcing, gboolean save, const char *reason, GError **error);

/* Forwarding as state needs it; a failure becomes a warning. */
void akin_controller_set_forwarding(AkinController *controller, const AkinState *state);

/* The same for the state that is in force, and tells what comes of it. */
void akin_controller_mend_forwarding(AkinController *controller, const char *reason);

/*
 * The kernel has refused, and is asked again after a while: a warning says so, and what holds until
 * then. Takes situation.
 */
void akin_controller_try_again(AkinController *controller, AkinSituation *situation,
                               const char *problem, const char *holds);

/* For what is no change of state: a warning came or went. */
void akin_controller_tell_changed(AkinController *controller);

/* Logs and tells one transition, for the reason that is set. */
void akin_controller_log(const char *what, const char *old, const char *new_, const char *sentence,
                         gpointer user_data);

/*
 * Others' rules or switches may have changed: they are looked at soon. What akin itself wants of
 * the kernel has changed: what is known of others is judged anew.
 */
void akin_controller_neighbours_changed(AkinController *controller);
void akin_controller_judge_neighbours(AkinController *controller);
/* Whether a program listens on a port that a forward leads away. */
void akin_controller_warn_of_taken(AkinController *controller);
/* Nothing more is known of them, and nothing is looked at. */
void akin_controller_forget_neighbours(AkinController *controller);

/* What the engine cannot do, and the state asks for, becomes a note. */
void akin_controller_note_limits(AkinController *controller);

/* What cannot be done during a trial is refused during one: AKIN_ERROR_IN_USE. */
gboolean akin_trial_is_in_the_way(const AkinController *controller, GError **error);

/* Nothing more is on trial; NULL is fine. */
void akin_trial_free(AkinTrial *trial);
