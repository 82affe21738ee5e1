/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine.h"
#include "forwarding.h"
#include "machines.h"
#include "store.h"
#include "tamper.h"
#include "transitions.h"
#include "warnings.h"

/*
 * The one way through: whatever happens, a click, a command or a monitor's event, becomes a new
 * policy or a new situation here, is loaded by the engine, written by the store and told to those
 * who watch, in this order; and when a step fails, the ones before it are taken back. Main thread
 * only.
 */
typedef struct _AkinController AkinController;

/* What the controller tells; each may be NULL. The strings are the caller's until they return. */
typedef struct {
    AkinTransitionVisit transition; /* reason: see akin_controller_reason */
    void (*services_changed)(const GPtrArray *names, gpointer user_data);
    void (*changed)(gpointer user_data); /* last, after any number of the others */
} AkinControllerListener;

/*
 * Reads the policy file, or, when it is broken, the last good policy, and says so in the warnings.
 * Takes engine, forwarding and store. Nothing is in the kernel until akin_controller_enforce.
 */
AkinController *
akin_controller_new(AkinEngine *engine, AkinForwarding *forwarding, AkinStore *store);
/* The kernel keeps what it holds: akin_controller_leave comes before, or does not. */
void akin_controller_free(AkinController *controller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinController, akin_controller_free)

/* listener and user_data must outlive the controller, or be replaced by NULL. */
void akin_controller_listen(AkinController *controller, const AkinControllerListener *listener,
                            gpointer user_data);

/* What is in force. Pointers are valid until the next change. */
const AkinState *akin_controller_state(const AkinController *controller);
const char *akin_controller_engine(const AkinController *controller);
/* Why the change that is being told happened, such as "service http denied". */
const char *akin_controller_reason(const AkinController *controller);

/* An array of AkinWarning, valid until the next change. */
const GArray *akin_controller_warnings(const AkinController *controller);

/*
 * Makes policy, which it takes, the policy in force: all of it, or nothing, with an error of the
 * engine or the store. reason is for the log: "service http denied".
 */
gboolean akin_controller_change(AkinController *controller, AkinPolicy *policy, const char *reason,
                                GError **error);

/* Start and stop. Not part of the policy. */
gboolean akin_controller_enforce(AkinController *controller, gboolean enforcing, const char *reason,
                                 GError **error);

/*
 * The helper is about to end: stops, and from now on nothing is put back by itself, be it because
 * a trial is over or because it is tried again. Whatever was on trial was not saved.
 */
gboolean akin_controller_leave(AkinController *controller, GError **error);

/* Loads everything anew, in one transaction. */
gboolean akin_controller_restart(AkinController *controller, GError **error);

/*
 * Reads the policy file again; a broken one leaves everything as it is (AKIN_ERROR_POLICY_BROKEN),
 * and so does a trial (AKIN_ERROR_IN_USE).
 */
gboolean akin_controller_reload(AkinController *controller, GError **error);

/*
 * A trial: from now on changes are in force and not saved; without a confirmation within so many
 * seconds all of them are taken back, whatever becomes of who asked for it, and after a crash too.
 * A warning tells of it. AKIN_ERROR_IN_USE while there is one, AKIN_ERROR_INVALID_ARGUMENT for odd
 * seconds, AKIN_ERROR_POLICY_BROKEN when the file was changed by hand and could not be saved over.
 */
#define AKIN_TRIAL_MIN 5u
#define AKIN_TRIAL_MAX 600u
gboolean akin_controller_try(AkinController *controller, guint seconds, GError **error);

/* The number of the trial that is under way; 0: none. */
guint akin_controller_trial(const AkinController *controller);

/*
 * Saves what is on trial; takes it back. AKIN_ERROR_NOT_FOUND when nothing is. What cannot be
 * saved stays on trial: AKIN_ERROR_STORE_FAILED.
 */
gboolean akin_controller_confirm(AkinController *controller, GError **error);
gboolean akin_controller_revert(AkinController *controller, GError **error);

/*
 * The monitors' side. interfaces is an array of AkinInterface that it takes. When the kernel
 * refuses, the old ruleset stays, a warning says so, and it is tried again after a while.
 */
void akin_controller_interfaces_changed(AkinController *controller, GPtrArray *interfaces,
                                        const char *reason);
void akin_controller_power_changed(AkinController *controller, gboolean awake);

/*
 * Whether the patterns of policy may be used now: none takes an uplink for a VM network that was
 * none before, which would open this computer. AKIN_ERROR_INVALID_ARGUMENT.
 */
gboolean akin_controller_check_patterns(const AkinController *controller, const AkinPolicy *policy,
                                        GError **error);

/*
 * A sentence on a port that a program of this computer listens on and a forward in force leads to a
 * machine: one that the policy file says, or that somebody came to listen on since. NULL: none.
 * Free with g_free.
 */
char *akin_controller_find_taken(const AkinController *controller);

/*
 * Whether a forward may be added now: its machine's address is in a VM network that is up and
 * could be a machine's, nobody here listens on its port, and the engine can do it. What it has in
 * common with the one that it replaces (nullable) may be wrong by now, and stays.
 * AKIN_ERROR_INVALID_ARGUMENT, AKIN_ERROR_IN_USE, AKIN_ERROR_NOT_SUPPORTED.
 */
gboolean akin_controller_check_forward(const AkinController *controller, const AkinForward *forward,
                                       const AkinForward *replaced, GError **error);

/* Somebody has changed the kernel's rules, perhaps ours: then they are mended. */
void akin_controller_tampered(AkinController *controller, AkinTamper which, const char *who);

/*
 * Looks now at what other programs' rules and switches do to what akin lets through, unless that
 * was done a moment ago. By itself this happens soon after a change of theirs; of some switches no
 * news comes.
 */
void akin_controller_examine(AkinController *controller);

/*
 * Puts right what a warning of this name tells, as far as that is safe and can be taken back at
 * the next stop: now AKIN_FINDING_STRICT alone. AKIN_ERROR_NOT_FOUND for others, and where there is
 * no such warning; AKIN_ERROR_ENGINE_FAILED when the warning is still true afterwards, though some
 * of the kernel's switches may have been loosened.
 */
gboolean akin_controller_mend(AkinController *controller, const char *name, GError **error);

/* Machines of VM networks that this computer has heard: an array of AkinMachine. */
GArray *akin_controller_list_machines(const AkinController *controller, GError **error);

/* As AkinEngineClass.count; AKIN_ERROR_NOT_SUPPORTED where nothing is counted. */
gboolean
akin_controller_count(AkinController *controller, GArray **out, GArray **in, GError **error);
