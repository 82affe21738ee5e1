/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tool.h"

/*
 * Keeps natd(8) running, one for each interface that wants it: never two for one, none left
 * behind. One that dies is started again, later each time; one whose configuration changes is
 * started anew. Main thread only.
 */
typedef struct _AkinNatdKeeper AkinNatdKeeper;

/*
 * What is wrong, a sentence for a person, whenever that changes; NULL: every natd runs. From the
 * main loop, never from within a call.
 */
typedef void (*AkinNatdTroubled)(const char *trouble, gpointer user_data);

/* How long to wait before one that has died is started again; doubles with each time. */
#define AKIN_NATD_DELAY_MS 250

/*
 * Takes charge of those that a killed helper has left in folder, where their configuration and pid
 * files are; it need not exist. tools must outlive the keeper; folder is copied.
 */
AkinNatdKeeper *akin_natd_keeper_new(const AkinTools *tools, const char *folder, guint delay_ms,
                                     AkinNatdTroubled troubled, gpointer user_data);

/* Those that run go on, for the next keeper: akin_natd_keeper_set NULL comes before, or does not.
 */
void akin_natd_keeper_free(AkinNatdKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinNatdKeeper, akin_natd_keeper_free)

/*
 * instances: array of AkinNatInstance, NULL for none. Ends those that are not wanted, or are with
 * another configuration, and starts what does not run. Whatever fails is tried again later, and
 * told.
 */
void akin_natd_keeper_set(AkinNatdKeeper *keeper, const GPtrArray *instances);
