/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

typedef struct {
    char *method;
    GVariant *args;
    GPtrArray *undo; /* of Step; NULL in a step that takes back another */
} Step;

struct _AkinPlan {
    GPtrArray *steps;
    guint next;      /* the step to make */
    GPtrArray *back; /* the steps to take back, the next one last; NULL while all goes well */
    GError *error;   /* why it is taken back */
};

static void
step_free(gpointer data)
{
    Step *step = data;
    g_free(step->method);
    g_variant_unref(step->args);
    g_clear_pointer(&step->undo, g_ptr_array_unref);
    g_free(step);
}

static Step *
step_new(const char *method, GVariant *args)
{
    Step *step = g_new0(Step, 1);
    step->method = g_strdup(method);
    step->args = g_variant_ref_sink(args ? args : g_variant_new("()"));
    return step;
}

AkinPlan *
akin_plan_new(void)
{
    AkinPlan *plan = g_new0(AkinPlan, 1);
    plan->steps = g_ptr_array_new_with_free_func(step_free);
    return plan;
}

void
akin_plan_free(AkinPlan *plan)
{
    g_clear_pointer(&plan->back, g_ptr_array_unref);
    g_ptr_array_unref(plan->steps);
    g_clear_error(&plan->error);
    g_free(plan);
}

void
akin_plan_add(AkinPlan *plan, const char *method, GVariant *args)
{
    Step *step = step_new(method, args);
    step->undo = g_ptr_array_new_with_free_func(step_free);
    g_ptr_array_add(plan->steps, step);
}

void
akin_plan_add_undo(AkinPlan *plan, const char *method, GVariant *args)
{
    Step *step = g_ptr_array_index(plan->steps, plan->steps->len - 1);
    g_ptr_array_add(step->undo, step_new(method, args));
}

/* All that was made before the step that failed, so that the last is taken back first. */
static void
turn_back(AkinPlan *plan, GError *error)
{
    plan->error = error;
    plan->back = g_ptr_array_new();
    for (guint i = 0; i < plan->next; i++) {
        const Step *step = g_ptr_array_index(plan->steps, i);
        for (guint k = step->undo->len; k-- > 0;)
            g_ptr_array_add(plan->back, g_ptr_array_index(step->undo, k));
    }
}

static const Step *
next_step(AkinPlan *plan)
{
    if (!plan->back)
        return plan->next < plan->steps->len ? g_ptr_array_index(plan->steps, plan->next) : NULL;
    return plan->back->len ? g_ptr_array_steal_index(plan->back, plan->back->len - 1) : NULL;
}

static void run_next(AkinClient *client, GTask *task);

static void
on_step(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    AkinPlan *plan = g_task_get_task_data(task);
    GError *error = NULL;
    if (akin_client_change_finish(AKIN_CLIENT(source), result, &error)) {
        plan->next += plan->back == NULL;
    } else if (!plan->back) {
        turn_back(plan, error);
    } else {
        g_warning("a change could not be taken back: %s", error->message);
        g_error_free(error);
    }
    run_next(AKIN_CLIENT(source), task);
}

static void
run_next(AkinClient *client, GTask *task)
{
    AkinPlan *plan = g_task_get_task_data(task);
    const Step *step = next_step(plan);
    if (step) {
        akin_client_change_async(client, step->method, step->args, NULL, on_step, task);
        return;
    }
    if (plan->error)
        g_task_return_error(task, g_steal_pointer(&plan->error));
    else
        g_task_return_boolean(task, TRUE);
    g_object_unref(task);
}

void
akin_plan_run(AkinPlan *plan, AkinClient *client, GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(client, NULL, callback, data);
    g_task_set_task_data(task, plan, (GDestroyNotify) akin_plan_free);
    run_next(client, task);
}

gboolean
akin_plan_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
