/* SPDX-License-Identifier: BSD-2-Clause */
#include "caution.h"
#include "error.h"
#include "fake-helper.h"
#include "scene.h"

/* Which changes are put on trial, and what becomes of the question. */

typedef struct {
    char *folder;
    Fake *fake;
    AkinClient *client;
    AkinSettings *settings;
    AkinCaution *caution;
    gboolean done;
    GError *error;
    guint begun, ended, seconds;
} Fixture;

static void
on_begun(Fixture *f, guint seconds)
{
    f->begun++;
    f->seconds = seconds;
}

static void
on_ended(Fixture *f)
{
    f->ended++;
}

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->folder = settings_folder_new();
    f->fake = fake_new();
    f->fake->firewall = FALSE;
    f->client = fake_client_new(f->fake);
    f->settings = akin_settings_new(f->folder);
    f->caution = akin_caution_new(f->client, f->settings);
    g_signal_connect_swapped(f->caution, "begun", G_CALLBACK(on_begun), f);
    g_signal_connect_swapped(f->caution, "ended", G_CALLBACK(on_ended), f);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_clear_error(&f->error);
    g_object_unref(f->caution);
    g_object_unref(f->settings);
    g_object_unref(f->client);
    fake_free(f->fake);
    settings_folder_remove(f->folder);
    g_free(f->folder);
}

static void
on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Fixture *f = data;
    g_clear_error(&f->error);
    akin_caution_change_finish(AKIN_CAUTION(source), result, &f->error);
    f->done = TRUE;
}

/* What the helper was asked to do for it. */
static void
assert_turned(Fixture *f, gboolean on, const char *changes)
{
    f->done = FALSE;
    g_string_truncate(f->fake->changes, 0);
    akin_caution_change_async(f->caution, "SetFirewall", g_variant_new("(b)", on), on_done, f);
    g_assert_true(WAIT(f->done, 5000));
    g_assert_cmpstr(f->fake->changes->str, ==, changes);
}

static void
test_kept(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_turned(f, TRUE, "Try SetFirewall ");
    g_assert_no_error(f->error);
    g_assert_cmpuint(f->begun, ==, 1);
    g_assert_cmpuint(f->seconds, ==, AKIN_CAUTION_SECONDS);
    g_assert_false(akin_settings_get_kept(f->settings));
    fake_end_trial(f->fake, "confirmed");
    g_assert_true(WAIT(f->ended, 5000));
    g_autoptr(AkinSettings) again = akin_settings_new(f->folder);
    g_assert_true(akin_settings_get_kept(again));
    assert_turned(f, FALSE, "SetFirewall ");
    assert_turned(f, TRUE, "SetFirewall ");
    g_assert_cmpuint(f->begun, ==, 1);
    g_assert_cmpuint(f->ended, ==, 1);
}

/* Whoever took it back is asked again. */
static void
test_taken_back(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_turned(f, TRUE, "Try SetFirewall ");
    fake_end_trial(f->fake, "reverted");
    g_assert_true(WAIT(f->ended, 5000));
    assert_turned(f, FALSE, "SetFirewall ");
    assert_turned(f, TRUE, "Try SetFirewall ");
    g_assert_cmpuint(f->begun, ==, 2);
}

/* Nobody asks whether to keep what is not so any more. */
static void
test_off_again(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_turned(f, TRUE, "Try SetFirewall ");
    f->fake->firewall = FALSE;
    fake_emit_firewall(f->fake, g_variant_new_boolean(FALSE));
    g_assert_true(WAIT(f->ended, 5000));
    g_assert_true(WAIT(!f->fake->on_trial, 5000));
    g_assert_cmpstr(f->fake->changes->str, ==, "Try SetFirewall Revert ");
    g_assert_false(akin_settings_get_kept(f->settings));
}

/* The helper is gone, and with it who could be told what to do. */
static void
test_gone(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_turned(f, TRUE, "Try SetFirewall ");
    fake_stop(f->fake);
    g_assert_true(WAIT(f->ended, 5000));
    g_assert_false(akin_settings_get_kept(f->settings));
}

static void
test_in_use(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->fake->in_use = TRUE;
    assert_turned(f, TRUE, "Try SetFirewall ");
    g_assert_no_error(f->error);
    assert_turned(f, FALSE, "SetFirewall ");
    assert_turned(f, TRUE, "SetFirewall "); /* it is known by now */
    g_assert_cmpuint(f->begun, ==, 0);
}

static void
test_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->fake->refuse = TRUE;
    assert_turned(f, TRUE, "Try SetFirewall ");
    g_assert_error(f->error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED);
    g_assert_true(WAIT(!f->fake->on_trial, 5000));
    g_assert_cmpuint(f->begun, ==, 0);
}

/* Who may not change anything is refused by the change itself. */
static void
test_without_rights(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->fake->refuse = TRUE;
    f->fake->may = "no";
    akin_client_refresh(f->client);
    g_assert_true(WAIT(akin_client_get_may_control(f->client) == AKIN_MAY_CONTROL_NO, 5000));
    assert_turned(f, TRUE, "SetFirewall ");
    g_assert_error(f->error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED);
}

/* A click that changes nothing puts nothing on trial. */
static void
test_on_already(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->fake->firewall = TRUE;
    fake_emit_firewall(f->fake, g_variant_new_boolean(TRUE));
    g_assert_true(WAIT(akin_client_get_snapshot(f->client)->firewall, 5000));
    assert_turned(f, TRUE, "SetFirewall ");
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *f, gconstpointer unused);
    } tests[] = {
        {"/caution/kept", test_kept},
        {"/caution/taken-back", test_taken_back},
        {"/caution/off-again", test_off_again},
        {"/caution/gone", test_gone},
        {"/caution/in-use", test_in_use},
        {"/caution/refused", test_refused},
        {"/caution/without-rights", test_without_rights},
        {"/caution/on-already", test_on_already},
    };
    /* Whoever is logged in on the computer that runs this is none of its business. */
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
