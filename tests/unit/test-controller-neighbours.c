/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-stage.h"
#include "neighbours.h"
#include "samples.h"

/* --- What others do --------------------------------------------------------------------------- */

static void
look_at_others(Stage *stage, gboolean unknown)
{
    stage->kernel->list_fails = unknown;
    akin_controller_tampered(stage->controller, AKIN_TAMPER_PERHAPS, "nft (process 3)");
    g_assert_true(stage_attempt_again(stage));
    g_assert_cmpint(stage_has_warning(stage, AKIN_FINDING_UNKNOWN), ==, unknown);
    /* Until there is news, nobody wakes up. */
    g_assert_false(stage_attempt_again(stage));
}

static void
test_others(Stage *stage, gconstpointer unused)
{
    (void) unused;
    look_at_others(stage, TRUE);
    look_at_others(stage, FALSE);
    look_at_others(stage, TRUE);
    stage->kernel->list_fails = FALSE;
    g_usleep(2000); /* the last look was no moment ago */
    akin_controller_examine(stage->controller);
    g_assert_false(stage_has_warning(stage, AKIN_FINDING_UNKNOWN));
}

/* Who enforces nothing has nothing that others could stand in the way of. */
static void
test_others_while_stopped(Stage *stage, gconstpointer unused)
{
    (void) unused;
    look_at_others(stage, TRUE);
    stage_stop(stage);
    g_assert_false(stage_has_warning(stage, AKIN_FINDING_UNKNOWN));
    akin_controller_tampered(stage->controller, AKIN_TAMPER_PERHAPS, "nft (process 3)");
    g_assert_false(stage_attempt_again(stage));
    akin_controller_examine(stage->controller);
    g_assert_false(stage_has_warning(stage, AKIN_FINDING_UNKNOWN));
    stage_start(stage);
    g_assert_true(stage_attempt_again(stage));
    g_assert_true(stage_has_warning(stage, AKIN_FINDING_UNKNOWN));
    stage->kernel->list_fails = FALSE;
}

static void
test_mend_nothing(Stage *stage, gconstpointer unused)
{
    (void) unused;
    static const char *const names[] = {"", "docker", AKIN_FINDING_STRICT, "a\nb"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_controller_mend(stage->controller, names[i], &error));
        assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    stage_add("others/come-and-go", test_others, 0);
    stage_add("others/while-stopped", test_others_while_stopped, 0);
    stage_add("others/mend-nothing", test_mend_nothing, 0);
    return g_test_run();
}
