/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"
#include "fake-kernel.h"
#include "temporary-folder.h"

/*
 * A controller that enforces the policy of its own files in a fake kernel, with one interface, and
 * what every test of it does and asks. A case begins with stage_set_up and ends with
 * stage_tear_down, which refuses warnings of the log that no test has meant.
 */
typedef struct {
    PolicyPlaces places;
    FakeKernel *kernel; /* the controller's */
    AkinController *controller;
    GString *told;   /* sentences of transitions, a line each */
    GString *warned; /* the log's warnings; a test that means them empties it */
    guint log_handler;
} Stage;

typedef void (*StageTest)(Stage *stage, gconstpointer data);

/* Registers a case as /controller/NAME; index is the test's data. */
void stage_add(const char *name, StageTest test, guint index);

/* One more controller, and its kernel, on the same files; the one before must be gone. */
void stage_make_controller(Stage *stage);

/* --- What happens ----------------------------------------------------------------------------- */

/* Interfaces eth0, eth1 ...; free with g_ptr_array_unref, or give them to the controller. */
GPtrArray *stage_interfaces(guint count);
void stage_see_interfaces(Stage *stage, guint count);

/* Has what waits for another attempt be attempted now, seconds early; FALSE: nothing waits. */
gboolean stage_attempt_again(const Stage *stage);

/* Two interfaces are there, and the kernel knows of one. */
void stage_have_situation_refused(Stage *stage);

void stage_tamper(Stage *stage);
void stage_start(Stage *stage);
void stage_stop(Stage *stage);
void stage_reload(Stage *stage);

gboolean stage_turn_nat_on(Stage *stage, GError **error);
/* The same, and it works. */
void stage_toggle(Stage *stage);

/* --- What is asked ---------------------------------------------------------------------------- */

gboolean stage_has_warning(const Stage *stage, const char *name);

/* The kernel knows of so many interfaces; warned: and it is told that it refuses the rules. */
#define WARNED TRUE
#define FINE FALSE
void stage_assert_interfaces(const Stage *stage, guint count, gboolean warned);

/* The kernel takes what it has refused: all of it is there now, and nothing is left to be done. */
void stage_assert_catches_up(Stage *stage, guint count);

/* The log has said this; and what else it has said is meant as well. */
void stage_assert_logged(Stage *stage, const char *words);
