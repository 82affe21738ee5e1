/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "ipfw-stage.h"
#include "samples.h"

/*
 * Whatever goes wrong at whatever step, the rules in force are all of the old ones or all of the
 * new ones at every moment, the engine says truly which, and afterwards it works as if nothing had
 * happened.
 */

/* Long enough for what does not hang, on a busy computer too. */
#define HANG_DEADLINE_MS 2000

/* --- When a step fails ------------------------------------------------------------------------ */

/* before NULL: nothing is in force yet. */
static void
check_fault(const char *before, const char *after, guint step, const char *kind)
{
    Stage stage;
    gboolean loaded = FALSE;
    g_autoptr(GError) error = NULL;
    stage_init(&stage, strcmp(kind, "hang") == 0 ? HANG_DEADLINE_MS : STAGE_DEADLINE_MS);
    if (before)
        stage_apply(&stage, before);
    g_autoptr(GArray) natds_before = world_natds(stage.world);
    g_autoptr(GHashTable) nat_before = stage_note_nat(stage.world);
    world_write(stage.world, "history", "");
    g_autofree char *fault = g_strdup_printf("%u %s", world_steps(stage.world) + step, kind);
    world_set_faults(stage.world, fault);

    gboolean done = stage_try_to_apply(&stage, after, &loaded, &error);
    world_set_faults(stage.world, "");
    stage_assert_in_force(&stage, done ? after : before);
    g_assert_cmpuint(stage_count_states(&stage), <=, 2);
    g_assert_true(done == (error == NULL));
    if (!done) {
        g_autoptr(GArray) natds = world_natds(stage.world);
        g_assert_cmpmem(natds->data, natds->len * sizeof(pid_t), natds_before->data,
                        natds_before->len * sizeof(pid_t));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        stage_assert_nat(stage.world, nat_before);
        if (!before)
            stage_assert_untouched(stage.world);
    }

    /* Then nothing goes wrong any more. */
    stage_apply(&stage, after);
    stage_assert_in_force(&stage, after);
    g_assert_cmpuint(stage_count_states(&stage), <=, 2);
    world_pass(1);
    world_wait(stage_is_calm, &stage);
    g_assert_true(stage_is_intact(&stage));
    stage_clear(&stage);
}

/* The calls of a change in which nothing goes wrong. */
static GStrv
steps_of(const char *before, const char *after)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    if (before)
        stage_apply(&stage, before);
    world_write(stage.world, "log", "");
    stage_apply(&stage, after);
    g_autofree char *log = world_read(stage.world, "log");
    stage_clear(&stage);
    return g_strsplit(g_strchomp(log), "\n", -1);
}

/* What is asked of sysctl and kldload can do less harm, and a hang costs its deadline. */
static gboolean
is_worth_trying(const char *call, const char *kind)
{
    if (g_str_equal(kind, "half"))
        return g_str_equal(call, "ipfw -q /dev/stdin");
    if (g_str_equal(kind, "hang") || g_str_equal(kind, "die"))
        return g_str_equal(call, "ipfw -q /dev/stdin") || strstr(call, " enable ");
    return g_str_has_prefix(call, "ipfw ") || g_str_equal(kind, "fail") ||
           g_str_equal(kind, "silent");
}

static void
check_faults(const char *before, const char *after, const char *const *kinds)
{
    g_auto(GStrv) calls = steps_of(before, after);
    g_assert_cmpuint(g_strv_length(calls), >, 8);
    for (guint step = 0; calls[step]; step++) {
        for (guint i = 0; kinds[i]; i++) {
            if (!is_worth_trying(calls[step], kinds[i]))
                continue;
            g_test_message("%s: %s", kinds[i], calls[step]);
            check_fault(before, after, step + 1, kinds[i]);
        }
    }
}

static void
test_faults(void)
{
    static const char *const kinds[] = {"fail", "late", "silent", "rubbish",
                                        "die",  "half", "hang",   NULL};
    check_faults(OLD_KERNEL, NEW_KERNEL, kinds);
}

static void
test_faults_with_natd(void)
{
    static const char *const kinds[] = {"fail", NULL};
    check_faults(OLD, NEW, kinds);
    check_faults(OLD_KERNEL, NEW, kinds);
}

static void
test_faults_at_first(void)
{
    static const char *const kinds[] = {"fail", "late", NULL};
    check_faults(NULL, NEW_KERNEL, kinds);
}

/* Taken out wholly, or still there; and the next try does it. */
static void
test_faults_of_remove(void)
{
    static const char *const kinds[] = {"fail", "late", "die"};
    for (guint step = 1; step <= 8; step++) {
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            Stage stage;
            g_autoptr(GError) error = NULL;
            stage_init(&stage, STAGE_DEADLINE_MS);
            stage_apply(&stage, OLD);
            world_write(stage.world, "history", "");
            g_autofree char *fault =
                g_strdup_printf("%u %s", world_steps(stage.world) + step, kinds[i]);
            world_set_faults(stage.world, fault);
            gboolean done = stage.engine->class->remove(stage.engine, &error);
            g_assert_true(done == (error == NULL));
            if (done)
                stage_assert_in_force(&stage, NULL);
            g_assert_cmpuint(stage_count_states(&stage), <=, 2);
            stage_clear(&stage);
        }
    }
}

/* --- Modules ---------------------------------------------------------------------------------- */

#define ACCEPT "net.inet.ip.fw.default_to_accept"

static void
unload_module(const World *world)
{
    static const char *const files[] = {"modules/ipfw", "sysctl/" ACCEPT};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(world->kernel, files[i], NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
}

static void
test_module(void)
{
    static const char *const tunables[] = {"", "0", "1"};
    for (guint i = 0; i < G_N_ELEMENTS(tunables); i++) {
        Stage stage = {world_new(), NULL, NULL};
        unload_module(stage.world);
        if (*tunables[i])
            world_write(stage.world, "kenv/" ACCEPT, tunables[i]);
        stage_start(&stage, STAGE_DEADLINE_MS);
        g_autofree char *tunable = world_read(stage.world, "kenv/" ACCEPT);
        g_assert_cmpstr(tunable, ==, tunables[i]);
        g_assert_cmpint(world_has(stage.world, "kenv/" ACCEPT), ==, *tunables[i] != '\0');
        stage_apply(&stage, OLD);
        stage_clear(&stage);
    }
}

/* The network is never cut, whatever fails; and the next start works. */
static void
test_module_faults(void)
{
    static const char *const kinds[] = {"fail", "late", "silent", "rubbish"};
    for (guint step = 1; step <= 10; step++) {
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            Stage stage = {world_new(), NULL, NULL};
            g_autoptr(GError) error = NULL;
            g_autofree char *fault = g_strdup_printf("%u %s", step, kinds[i]);
            unload_module(stage.world);
            world_set_faults(stage.world, fault);
            gboolean started = stage_try_to_start(&stage, STAGE_DEADLINE_MS, &error);
            g_assert_true(started == (error == NULL));
            g_assert_false(world_has(stage.world, "network-was-cut"));
            world_set_faults(stage.world, "");
            if (!started)
                stage_start(&stage, STAGE_DEADLINE_MS);
            stage_clear(&stage);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ipfw-faults/faults", test_faults);
    g_test_add_func("/ipfw-faults/faults-with-natd", test_faults_with_natd);
    g_test_add_func("/ipfw-faults/faults-at-first", test_faults_at_first);
    g_test_add_func("/ipfw-faults/faults-of-remove", test_faults_of_remove);
    g_test_add_func("/ipfw-faults/module", test_module);
    g_test_add_func("/ipfw-faults/module-faults", test_module_faults);
    return g_test_run();
}
