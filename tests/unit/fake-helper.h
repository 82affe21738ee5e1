/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "client.h"

/*
 * A helper of the tests' own, in the same main loop, which can be old, silent, rude or away. It
 * knows three services, s0 to s2, and one machine. Fields may be set at any time.
 */
typedef struct {
    char *folder, *path; /* of the socket, two folders deeper */
    GDBusServer *server;
    GPtrArray *connections;
    GPtrArray *unanswered;
    guint version, services; /* how many there are */
    guint lists, machines_asked, rights_asked, callers;
    gboolean mute, slow_rights; /* answers nothing; or all but MayControl */
    gboolean rude;              /* sends a property of a wrong type */
    gboolean empty;             /* sends no property at all */
    gboolean twins;             /* sends two services of one name */
    gboolean hangs_up;          /* on everyone, as soon as he has authenticated */
    gboolean refuse, firewall;
    gboolean in_use;   /* another's trial begins before that of the client */
    gboolean on_trial; /* what it is told to begin it keeps to, but for the time */
    GString *changes;  /* "Try SetFirewall ": what it was asked to do of these and their ends */
    const char *may;
} Fake;

Fake *fake_new(void);
void fake_free(Fake *fake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fake, fake_free)

void fake_listen(Fake *fake);
void fake_stop(Fake *fake);

/* Answers one of the questions that were left unanswered, and is silent still. */
void fake_answer(Fake *fake, guint number);

/* Answers what was left unanswered, and from now on. */
void fake_speak(Fake *fake);

/* args may be floating. */
void fake_emit(Fake *fake, const char *interface, const char *name, GVariant *args);
void fake_emit_firewall(Fake *fake, GVariant *value);

/* Ends the trial: "confirmed" or "reverted". */
void fake_end_trial(Fake *fake, const char *how);

/* Runs the main loop while there is something to do at once. */
void fake_settle(void);

/* Runs the main loop until the condition holds; FALSE when the time is up before. */
#define WAIT(condition, ms)                                                                        \
    ({                                                                                             \
        gboolean late = FALSE;                                                                     \
        guint timer = g_timeout_add(ms, fake_time_is_up, &late);                                   \
        while (!late && !(condition))                                                              \
            g_main_context_iteration(NULL, TRUE);                                                  \
        if (!late)                                                                                 \
            g_source_remove(timer);                                                                \
        !late;                                                                                     \
    })

/* For WAIT: sets the gboolean that data points to. */
gboolean fake_time_is_up(gpointer data);

/* A client of a fake that listens from now on, when all of it is known. */
AkinClient *fake_client_new(Fake *fake);

/* Whether the client is in this state. */
gboolean is(AkinClient *client, AkinClientState state);
