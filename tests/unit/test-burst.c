/* SPDX-License-Identifier: BSD-2-Clause */
#include "burst.h"

typedef struct {
    AkinBurst *burst;
    guint told, left; /* left: events that are still to come */
    gint64 first;     /* when it was told first */
} Scene;

static void
told(gpointer user_data)
{
    Scene *scene = user_data;
    if (scene->told++ == 0)
        scene->first = g_get_monotonic_time();
}

static gboolean
note(gpointer user_data)
{
    Scene *scene = user_data;
    akin_burst_note(scene->burst);
    return --scene->left > 0;
}

static gboolean
stop(gpointer user_data)
{
    *(gboolean *) user_data = TRUE;
    return G_SOURCE_REMOVE;
}

static void
run_for(guint ms)
{
    gboolean over = FALSE;
    g_timeout_add(ms, stop, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

static void
test_many_are_told_once(void)
{
    Scene scene = {0};
    scene.burst = akin_burst_new(told, &scene);
    for (guint i = 0; i < 100; i++)
        akin_burst_note(scene.burst);
    g_assert_cmpuint(scene.told, ==, 0);
    run_for(150);
    g_assert_cmpuint(scene.told, ==, 1);
    akin_burst_note(scene.burst);
    run_for(150);
    g_assert_cmpuint(scene.told, ==, 2);
    akin_burst_free(scene.burst);
}

/* Events that never cease do not put it off for ever. */
static void
test_without_end(void)
{
    Scene scene = {.left = 400};
    scene.burst = akin_burst_new(told, &scene);
    gint64 start = g_get_monotonic_time();
    g_timeout_add(1, note, &scene);
    while (scene.left > 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(scene.told, >=, 2);
    g_assert_cmpint(scene.first - start, >=, 50 * 1000);
    akin_burst_free(scene.burst);
}

static void
test_what_costs_more_is_told_later(void)
{
    Scene scene = {0};
    scene.burst = akin_burst_new(told, &scene);
    akin_burst_set_cost(scene.burst, 100 * 1000);
    gint64 start = g_get_monotonic_time();
    akin_burst_note(scene.burst);
    while (scene.told == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(scene.first - start, >=, 100 * 1000);
    akin_burst_free(scene.burst);
}

static void
told_last(gpointer user_data)
{
    Scene *scene = user_data;
    scene->told++;
    g_clear_pointer(&scene->burst, akin_burst_free);
}

static void
test_who_is_told_may_end_it(void)
{
    Scene scene = {0};
    scene.burst = akin_burst_new(told_last, &scene);
    akin_burst_note(scene.burst);
    run_for(100);
    g_assert_cmpuint(scene.told, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/burst/once", test_many_are_told_once);
    g_test_add_func("/burst/without-end", test_without_end);
    g_test_add_func("/burst/cost", test_what_costs_more_is_told_later);
    g_test_add_func("/burst/ended", test_who_is_told_may_end_it);
    return g_test_run();
}
