/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "controller-stage.h"
#include "samples.h"

/* What becomes of what the monitors tell when the kernel refuses it, or has been tampered with. */

/* --- A situation that the kernel refuses ------------------------------------------------------ */

static void
test_situation_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_have_situation_refused(stage);
    stage_assert_interfaces(stage, 1, WARNED);
    g_assert_cmpstr(stage->told->str, ==, "");
    stage_assert_catches_up(stage, 2);
}

static void
test_situation_refused_twice(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_have_situation_refused(stage);
    stage->kernel->refuses = TRUE;
    g_assert_true(stage_attempt_again(stage));
    stage_assert_logged(stage, "the kernel is out of memory");
    stage_assert_interfaces(stage, 1, WARNED);
    stage->kernel->refuses = FALSE;
    stage_assert_catches_up(stage, 2);
}

static void
test_situation_overtaken(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_have_situation_refused(stage);
    stage_see_interfaces(stage, 3);
    stage_assert_catches_up(stage, 3);
}

/* It is as it was when the kernel was last told: nothing is wrong any more. */
static void
test_situation_over(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_have_situation_refused(stage);
    stage_see_interfaces(stage, 1);
    stage_assert_catches_up(stage, 1);
}

static void
say_ftp_helper(AkinSituation *situation)
{
    situation->ftp_helper = TRUE;
}

/* What the kernel can do is asked again with every piece of news, and is news itself. */
static void
test_situation_described(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage->kernel->describes = say_ftp_helper;
    g_assert_false(akin_controller_state(stage->controller)->situation->ftp_helper);
    stage_see_interfaces(stage, 1);
    g_assert_true(akin_controller_state(stage->controller)->situation->ftp_helper);
}

/* As ipfw does it. */
static void
say_what_it_cannot(AkinSituation *situation)
{
    situation->no_nat6 = TRUE;
}

static const char *
find_sentence(const Stage *stage, const char *name, gboolean note)
{
    const GArray *warnings = akin_controller_warnings(stage->controller);
    for (guint i = 0; i < warnings->len; i++) {
        const AkinWarning *warning = &g_array_index(warnings, AkinWarning, i);
        if (warning->note == note && g_str_equal(warning->name, name))
            return warning->sentence;
    }
    return NULL;
}

static const char *
find_note(const Stage *stage, const char *name)
{
    return find_sentence(stage, name, TRUE);
}

/* Told as long as somebody could miss it, and as a note: nothing can be put right. */
static void
test_limits(Stage *stage, gconstpointer unused)
{
    (void) unused;
    GPtrArray *network = stage_interfaces(1);
    g_ptr_array_add(network, akin_case_interface("vboxnet0", "fd00:56::1/64", NULL));
    stage->kernel->describes = say_what_it_cannot;
    stage_see_interfaces(stage, 1);
    g_assert_null(find_note(stage, AKIN_NOTE_IPV6));
    akin_controller_interfaces_changed(stage->controller, network, "network changed");
    g_assert_nonnull(strstr(find_note(stage, AKIN_NOTE_IPV6), "no IPv6 to outside"));

    g_autoptr(GError) error = NULL;
    const AkinForward forward = sample_forward("tcp", 80, "fd00:56::101", 80, "anyone");
    g_assert_false(akin_controller_check_forward(stage->controller, &forward, NULL, &error));
    assert_refused(&error, AKIN_ERROR_NOT_SUPPORTED);
    stage_stop(stage);
    g_assert_null(find_note(stage, AKIN_NOTE_IPV6));
}

/* --- What comes between the refusal and the next attempt -------------------------------------- */

static void
restart(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_restart(stage->controller, &error);
    g_assert_no_error(error);
}

static void
stop_and_start(Stage *stage)
{
    stage_stop(stage);
    stage_start(stage);
}

static void
fall_asleep(Stage *stage)
{
    akin_controller_power_changed(stage->controller, FALSE);
    g_assert_false(akin_controller_state(stage->controller)->situation->awake);
}

static void
wake_up(Stage *stage)
{
    fall_asleep(stage);
    akin_controller_power_changed(stage->controller, TRUE);
    g_assert_true(akin_controller_state(stage->controller)->situation->awake);
}

static const struct {
    const char *name;
    void (*happens)(Stage *stage);
} between[] = {
    {"tampered", stage_tamper},  {"changed", stage_toggle}, {"reloaded", stage_reload},
    {"restarted", restart},      {"asleep", fall_asleep},   {"awake", wake_up},
    {"stopped", stop_and_start},
};

/* Either it takes the new situation along, or the warning stays until that is in force. */
static void
test_between(Stage *stage, gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    stage_have_situation_refused(stage);
    between[index].happens(stage);
    stage_assert_interfaces(stage, stage->kernel->interfaces,
                            stage->kernel->interfaces == 2 ? FINE : WARNED);
    stage_assert_catches_up(stage, 2);
}

/* --- Tampering -------------------------------------------------------------------------------- */

static void
test_tampered(Stage *stage, gconstpointer unused)
{
    (void) unused;
    guint loads = stage->kernel->loads;
    stage_tamper(stage);
    g_assert_cmpuint(stage->kernel->loads, ==, loads + 1);
    stage_assert_interfaces(stage, 1, FINE);
    g_assert_false(stage->kernel->tampered);
    g_assert_cmpstr(stage->told->str, ==, "restored rules that nft (process 3) had changed\n");
}

/* Who is known to have changed ours is not believed, whatever the rules look like; others' are his.
 */
static void
test_tampered_for_certain(Stage *stage, gconstpointer unused)
{
    (void) unused;
    guint loads = stage->kernel->loads;
    akin_controller_tampered(stage->controller, AKIN_TAMPER_OURS, "nft (process 3)");
    g_assert_cmpuint(stage->kernel->loads, ==, loads + 1);
    stage->kernel->tampered = TRUE;
    akin_controller_tampered(stage->controller, AKIN_TAMPER_OTHERS, "nft (process 3)");
    g_assert_cmpuint(stage->kernel->loads, ==, loads + 1);
}

/* NAT may break by itself, and be mended by itself, without any change. */
static void
test_engine_troubled(Stage *stage, gconstpointer unused)
{
    (void) unused;
    akin_engine_tell_trouble(&stage->kernel->parent, "natd has ended");
    const GArray *warnings = akin_controller_warnings(stage->controller);
    g_assert_cmpuint(warnings->len, ==, 1);
    g_assert_cmpstr(g_array_index(warnings, AkinWarning, 0).name, ==, AKIN_WARNING_DEGRADED);
    g_assert_cmpstr(g_array_index(warnings, AkinWarning, 0).sentence, ==, "natd has ended");
    akin_engine_tell_trouble(&stage->kernel->parent, NULL);
    g_assert_cmpuint(akin_controller_warnings(stage->controller)->len, ==, 0);
}

static void
test_tampered_with_others(Stage *stage, gconstpointer unused)
{
    (void) unused;
    guint loads = stage->kernel->loads;
    akin_controller_tampered(stage->controller, AKIN_TAMPER_PERHAPS, "nft (process 3)");
    g_assert_cmpuint(stage->kernel->loads, ==, loads);
    g_assert_cmpstr(stage->told->str, ==, "");
}

static void
test_tampered_while_stopped(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_stop(stage);
    g_string_truncate(stage->told, 0);
    stage_tamper(stage);
    g_assert_false(stage->kernel->holds);
    g_assert_cmpstr(stage->told->str, ==, "");
}

/* Nobody is told that all is well again before it is. */
static void
test_tampered_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage->kernel->refuses = TRUE;
    stage_tamper(stage);
    stage_assert_logged(stage, "the kernel is out of memory");
    g_assert_null(strstr(stage->told->str, "restored"));
    stage_assert_interfaces(stage, 1, WARNED);
    /* It would be untrue that the rules before hold. */
    g_assert_nonnull(strstr(find_sentence(stage, AKIN_WARNING_RULES, FALSE), "do not guard"));
    stage->kernel->refuses = FALSE;
    stage_assert_catches_up(stage, 1);
    stage_have_situation_refused(stage);
    g_assert_nonnull(strstr(find_sentence(stage, AKIN_WARNING_RULES, FALSE), "still in force"));
    stage_assert_catches_up(stage, 2);
}

/* Who cannot see whether the rules are whole makes them whole. */
static void
test_tampered_check_fails(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage->kernel->check_fails = TRUE;
    stage_tamper(stage);
    g_assert_false(stage->kernel->tampered);
    stage->kernel->check_fails = FALSE;
    g_string_truncate(stage->warned, 0);
    stage_assert_catches_up(stage, 1);
}

static void
test_awake_check_fails(Stage *stage, gconstpointer unused)
{
    (void) unused;
    fall_asleep(stage);
    stage->kernel->check_fails = stage->kernel->tampered = TRUE;
    akin_controller_power_changed(stage->controller, TRUE);
    g_assert_false(stage->kernel->tampered);
    stage->kernel->check_fails = FALSE;
    g_string_truncate(stage->warned, 0);
    stage_assert_catches_up(stage, 1);
}

/* It has woken up all the same. */
static void
test_awake_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    fall_asleep(stage);
    stage->kernel->refuses = stage->kernel->tampered = TRUE;
    akin_controller_power_changed(stage->controller, TRUE);
    stage_assert_logged(stage, "the kernel is out of memory");
    stage->kernel->refuses = FALSE;
    stage_see_interfaces(stage, 1);
    g_assert_true(akin_controller_state(stage->controller)->situation->awake);
    g_assert_nonnull(strstr(stage->told->str, "power changed from asleep to awake"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    stage_add("situation/refused", test_situation_refused, 0);
    stage_add("situation/refused-twice", test_situation_refused_twice, 0);
    stage_add("situation/overtaken", test_situation_overtaken, 0);
    stage_add("situation/over", test_situation_over, 0);
    stage_add("situation/described", test_situation_described, 0);
    stage_add("situation/limits", test_limits, 0);
    for (guint i = 0; i < G_N_ELEMENTS(between); i++) {
        g_autofree char *name = g_strconcat("situation/refused-then-", between[i].name, NULL);
        stage_add(name, test_between, i);
    }
    stage_add("engine/troubled", test_engine_troubled, 0);
    stage_add("tampered/restored", test_tampered, 0);
    stage_add("tampered/for-certain", test_tampered_for_certain, 0);
    stage_add("tampered/with-others", test_tampered_with_others, 0);
    stage_add("tampered/while-stopped", test_tampered_while_stopped, 0);
    stage_add("tampered/refused", test_tampered_refused, 0);
    stage_add("tampered/check-fails", test_tampered_check_fails, 0);
    stage_add("awake/check-fails", test_awake_check_fails, 0);
    stage_add("awake/refused", test_awake_refused, 0);
    return g_test_run();
}
