/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "controller-stage.h"
#include "error.h"
#include "names.h"
#include "samples.h"

/* Policies that are in force and not saved, and what is kept for the start of the computer. */

static void
begin_trial(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_try(stage->controller, AKIN_TRIAL_MAX, &error);
    g_assert_no_error(error);
}

static void
confirm(const Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_confirm(stage->controller, &error);
    g_assert_no_error(error);
}

static void
revert(const Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_revert(stage->controller, &error);
    g_assert_no_error(error);
}

static void
write_policy(const Stage *stage, const char *text)
{
    put_file(stage->places.config, text, 0600);
}

/* --- What is kept for the start of the computer ----------------------------------------------- */

/* A kernel whose rules there is a text for. */
static void
take_text(const Stage *stage)
{
    static AkinEngineClass with_text;
    with_text = *stage->kernel->parent.class;
    with_text.name = "nftables";
    stage->kernel->parent.class = &with_text;
}

static gboolean
closed_rules_know(const Stage *stage, const char *words)
{
    g_autofree char *path = g_build_filename(stage->places.state, AKIN_CLOSED_NAME, NULL);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, words) != NULL;
}

static void
try_pattern(Stage *stage, const char *pattern)
{
    const char *const patterns[] = {pattern, NULL};
    g_autoptr(GError) error = NULL;
    AkinPolicy *policy = akin_policy_copy(akin_controller_state(stage->controller)->policy);
    akin_policy_set_patterns(policy, patterns, &error);
    g_assert_no_error(error);
    akin_controller_change(stage->controller, policy, "patterns changed", &error);
    g_assert_no_error(error);
}

/* They follow what was on trial once it is confirmed, and not before. */
static void
test_closed_follows(Stage *stage, gconstpointer unused)
{
    (void) unused;
    take_text(stage);
    write_policy(stage, "[firewall]\nuntil-started = closed\n");
    stage_reload(stage);
    g_assert_true(closed_rules_know(stage, "vboxnet*"));
    begin_trial(stage);
    try_pattern(stage, "tap*");
    g_assert_false(closed_rules_know(stage, "tap*"));
    confirm(stage);
    g_assert_true(closed_rules_know(stage, "tap*"));
}

/* What the file says of the start of the computer holds while nothing is enforced, too. */
static void
test_closed_while_stopped(Stage *stage, gconstpointer unused)
{
    (void) unused;
    take_text(stage);
    write_policy(stage, "[firewall]\nuntil-started = closed\n");
    stage_reload(stage);
    stage_stop(stage);
    g_assert_true(closed_rules_know(stage, "vboxnet*"));
    write_policy(stage, "[firewall]\nuntil-started = open\n");
    stage_reload(stage);
    g_assert_false(closed_rules_know(stage, ""));
}

/* --- A file that is edited during a trial ----------------------------------------------------- */

/* The advice leads out of it, whichever comes first. */
static void
test_edited(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    begin_trial(stage);
    stage_toggle(stage);
    write_policy(stage, "[nat]\nmode = off\n");
    g_assert_false(akin_controller_confirm(stage->controller, &error));
    g_assert_nonnull(strstr(error->message, "akinctl revert, then akinctl reload"));
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    g_assert_true(stage_has_warning(stage, AKIN_WARNING_TRIAL));
    g_assert_false(akin_controller_reload(stage->controller, &error));
    g_assert_true(g_str_has_suffix(error->message, "first: akinctl revert"));
    assert_refused(&error, AKIN_ERROR_IN_USE);
    revert(stage);
    stage_reload(stage);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_OFF);
}

/* What could not be kept in the end is not begun. */
static void
test_of_edited(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    write_policy(stage, "[nat]\nmode = off\n");
    g_assert_false(akin_controller_try(stage->controller, AKIN_TRIAL_MAX, &error));
    g_assert_nonnull(strstr(error->message, "first run: akinctl reload"));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    g_assert_false(stage_has_warning(stage, AKIN_WARNING_TRIAL));
    stage_reload(stage);
    begin_trial(stage);
}

/* --- Going back ------------------------------------------------------------------------------- */

static const AkinEngineClass *willing;

static gboolean
apply_only_one(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
               gboolean *loaded, GError **error)
{
    ((FakeKernel *) engine)->refuses = situation->interfaces->len > 1;
    return willing->apply(engine, policy, situation, loaded, error);
}

/* A situation that the kernel never takes does not keep what was on trial in force. */
static void
test_reverted_while_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    willing = stage->kernel->parent.class;
    AkinEngineClass stubborn = *willing;
    stubborn.apply = apply_only_one;
    stage->kernel->parent.class = &stubborn;
    begin_trial(stage);
    stage_toggle(stage);
    stage_see_interfaces(stage, 2);
    stage_assert_logged(stage, "the kernel is out of memory");
    revert(stage);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_AUTO);
    stage_assert_interfaces(stage, 1, WARNED);
    g_assert_false(stage_has_warning(stage, AKIN_WARNING_TRIAL));
    stage->kernel->parent.class = willing;
    stage->kernel->refuses = FALSE;
    stage_assert_catches_up(stage, 2);
}

/* With the newest situation, if the kernel takes it by now. */
static void
test_reverted_catches_up(Stage *stage, gconstpointer unused)
{
    (void) unused;
    begin_trial(stage);
    stage_toggle(stage);
    stage_have_situation_refused(stage);
    revert(stage);
    stage_assert_interfaces(stage, 2, FINE);
}

/* --- The end of the helper -------------------------------------------------------------------- */

static void
leave(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_leave(stage->controller, &error);
    g_assert_no_error(error);
    g_assert_false(stage->kernel->holds);
}

/* A trial that would have ended later puts nothing back. */
static void
test_left_on_trial(Stage *stage, gconstpointer unused)
{
    (void) unused;
    begin_trial(stage);
    stage_toggle(stage);
    leave(stage);
    g_assert_false(stage_attempt_again(stage));
    g_assert_false(stage->kernel->holds);
}

/* Nor is it what the computer starts with. */
static void
test_left_on_trial_closed(Stage *stage, gconstpointer unused)
{
    (void) unused;
    take_text(stage);
    write_policy(stage, "[firewall]\nuntil-started = closed\n");
    stage_reload(stage);
    begin_trial(stage);
    try_pattern(stage, "tap*");
    leave(stage);
    g_assert_true(closed_rules_know(stage, "vboxnet*"));
    g_assert_false(closed_rules_know(stage, "tap*"));
}

/* Nor does what was to be tried again. */
static void
test_left_in_trouble(Stage *stage, gconstpointer unused)
{
    (void) unused;
    stage_have_situation_refused(stage);
    leave(stage);
    g_assert_false(stage_attempt_again(stage));
    g_assert_false(stage->kernel->holds);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    stage_add("trial/closed-follows", test_closed_follows, 0);
    stage_add("trial/closed-while-stopped", test_closed_while_stopped, 0);
    stage_add("trial/edited", test_edited, 0);
    stage_add("trial/of-edited", test_of_edited, 0);
    stage_add("trial/reverted-while-refused", test_reverted_while_refused, 0);
    stage_add("trial/reverted-catches-up", test_reverted_catches_up, 0);
    stage_add("left/on-trial", test_left_on_trial, 0);
    stage_add("left/on-trial-closed", test_left_on_trial_closed, 0);
    stage_add("left/in-trouble", test_left_in_trouble, 0);
    return g_test_run();
}
