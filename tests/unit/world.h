/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tool.h"

/*
 * A kernel that exists for one test: a folder of the stand-ins (tests/standins) and of what they
 * change. AKIN_STANDIN is the program that plays all of them.
 */
typedef struct {
    char *tools;   /* folder of the programs */
    char *kernel;  /* folder of the state */
    char *state;   /* folders for the engines */
    char *runtime; /* is not made yet */
} World;

/* A kernel with ipfw loaded. */
World *world_new(void);

/* Every natd must be gone by then: one that is left behind fails the test. */
void world_free(World *world);

AkinTools *world_tools(const World *world, guint deadline_ms);

/* A file of the kernel; "" where there is none. The caller frees it. */
char *world_read(const World *world, const char *name);
void world_write(const World *world, const char *name, const char *text);
gboolean world_has(const World *world, const char *name);

/* The number of calls so far. */
guint world_steps(const World *world);

/* "7 hang" or "natd fail", more of them in lines of their own; "" for none. See standin.h. */
void world_set_faults(const World *world, const char *faults);

/* Numbers of the natds that run; free with g_array_unref. */
GArray *world_natds(const World *world);

/* Runs the main loop until the condition holds, or fails the test after a minute. */
typedef gboolean (*WorldCondition)(gpointer user_data);
void world_wait(WorldCondition condition, gpointer user_data);
/* Runs the main loop for so long. */
void world_pass(guint milliseconds);
