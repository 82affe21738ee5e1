/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "client.h"

/*
 * Several changes that belong together, made one after the other, since the helper has no method
 * for all of them: to edit is to remove and to add. When one fails, those before it are taken back.
 */
typedef struct _AkinPlan AkinPlan;

AkinPlan *akin_plan_new(void);
void akin_plan_free(AkinPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinPlan, akin_plan_free)

/* Method of the helper and its arguments, which may be floating. */
void akin_plan_add(AkinPlan *plan, const char *method, GVariant *args);

/* Takes back the step that was added last; several are made in this order. */
void akin_plan_add_undo(AkinPlan *plan, const char *method, GVariant *args);

/*
 * Takes the plan. Fails with the error of the step that failed. That a step could not be taken
 * back goes to the log: the person sees the state anyway.
 */
void akin_plan_run(AkinPlan *plan, AkinClient *client, GAsyncReadyCallback callback, gpointer data);
gboolean akin_plan_run_finish(GAsyncResult *result, GError **error);
