/* SPDX-License-Identifier: BSD-2-Clause */
#include "client-error.h"
#include "error.h"
#include "fake-helper.h"
#include "names.h"

/* Changes, and what becomes of them and of the client when the helper falls silent. */

typedef struct {
    gboolean done, ok;
    GError *error;
    gboolean firewall; /* in the snapshot at that moment */
    guint services;    /* known at that moment */
} Result;

static void
on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Result *r = data;
    AkinClient *client = AKIN_CLIENT(source);
    r->ok = akin_client_change_finish(client, result, &r->error);
    r->done = TRUE;
    r->firewall = akin_client_get_snapshot(client) && akin_client_get_snapshot(client)->firewall;
    r->services = akin_client_get_services(client)->len;
}

static void
set_firewall(AkinClient *client, gboolean on, Result *result)
{
    *result = (Result){0};
    akin_client_change_async(client, "SetFirewall", g_variant_new("(b)", on), NULL, on_done,
                             result);
}

/* --- Silence ---------------------------------------------------------------------------------- */

/* One who is silent from the start, one who falls silent, and what waits for each. */
static void
test_silence(void)
{
    g_autoptr(Fake) never = fake_new();
    g_autoptr(Fake) later = fake_new();
    Result result;
    never->mute = TRUE;
    fake_listen(never);
    g_autoptr(AkinClient) first = akin_client_new(never->path);
    g_autoptr(AkinClient) second = fake_client_new(later);
    later->mute = TRUE;
    set_firewall(second, FALSE, &result);
    g_assert_true(WAIT(is(first, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(WAIT(is(second, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(WAIT(result.done, 1000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    /* The last that is known stays. */
    g_assert_nonnull(akin_client_get_snapshot(second));
    g_assert_null(akin_client_get_snapshot(first));
    set_firewall(second, FALSE, &result);
    g_assert_true(WAIT(result.done, 1000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    fake_speak(never);
    fake_speak(later);
    g_assert_true(WAIT(is(first, AKIN_CLIENT_READY), 1000));
    g_assert_true(WAIT(is(second, AKIN_CLIENT_READY), 1000));
}

/* With a question in flight whose half is answered after the rubbish. */
static void
start_change_and_talk_rubbish(AkinClient *client, Fake *fake, Result *result)
{
    set_firewall(client, FALSE, result);
    akin_client_refresh(client);
    g_assert_true(WAIT(fake->unanswered->len == 4, 5000));
    fake_emit(fake, AKIN_INTERFACE, "Transition", g_variant_new("(i)", 7));
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 5000));
    g_assert_true(WAIT(result->done, 1000));
    g_assert_error(result->error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE);
    g_clear_error(&result->error);
    fake_answer(fake, 1);
}

/*
 * Silent from the start, and silent after having been well: "Try again" is a connection like the
 * first, although nothing that was asked on the old one is ever answered. The third said rubbish
 * while a change and a question were out: that is the diagnosis, and stays it.
 */
static void
test_retry(void)
{
    g_autoptr(Fake) never = fake_new();
    g_autoptr(Fake) later = fake_new();
    g_autoptr(Fake) rude = fake_new();
    g_autoptr(AkinClient) third = fake_client_new(rude);
    g_autoptr(AkinClient) second = fake_client_new(later);
    Result result;
    never->mute = later->mute = rude->mute = TRUE;
    fake_listen(never);
    start_change_and_talk_rubbish(third, rude, &result);
    akin_client_refresh(second);
    g_autoptr(AkinClient) first = akin_client_new(never->path);
    g_assert_true(WAIT(is(second, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(WAIT(is(first, AKIN_CLIENT_NOT_ANSWERING), 15000));
    g_assert_true(is(third, AKIN_CLIENT_INCOMPATIBLE));
    guint asked = later->machines_asked, rights = later->rights_asked;
    never->mute = later->mute = rude->mute = FALSE;
    akin_client_retry(first);
    akin_client_retry(second);
    akin_client_retry(third);
    g_assert_true(WAIT(is(first, AKIN_CLIENT_READY), 5000));
    g_assert_true(WAIT(is(second, AKIN_CLIENT_READY), 5000));
    g_assert_true(WAIT(is(third, AKIN_CLIENT_READY), 5000));
    g_assert_cmpuint(akin_client_get_services(first)->len, ==, 3);
    g_assert_true(WAIT(akin_client_get_machines(first)->len == 1, 5000));
    g_assert_true(WAIT(later->machines_asked > asked && later->rights_asked > rights, 5000));
}

/* --- Changes ---------------------------------------------------------------------------------- */

static void
test_change(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    Result result;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_no_error(result.error);
    g_assert_true(result.ok);
    /* The fake told nobody, and yet who asked sees it. */
    g_assert_false(result.firewall);
}

static void
add_service(AkinClient *client, guint services)
{
    Result result = {0};
    akin_client_change_async(client, "AddService", NULL, NULL, on_done, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_no_error(result.error);
    g_assert_cmpuint(result.services, ==, services);
}

/* The list that the helper announced is there, also where an older one is still on its way. */
static void
test_change_of_a_service(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    add_service(client, 4);
    fake->mute = TRUE;
    fake_emit(fake, AKIN_INTERFACE, "ServicesChanged", g_variant_new_parsed("(['s0'],)"));
    g_assert_true(WAIT(fake->unanswered->len == 1, 5000));
    fake->mute = FALSE;
    add_service(client, 5);
}

static void
test_refusal(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    Result result;
    fake->refuse = TRUE;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED);
    g_assert_cmpstr(result.error->message, ==, "ask an administrator");
    g_assert_true(result.firewall);
    g_clear_error(&result.error);
}

static void
test_change_without_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    Result result;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_clear_error(&result.error);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER);
    g_clear_error(&result.error);
}

static void
test_gone_while_changing(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    Result result;
    fake->mute = TRUE;
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(fake->unanswered->len > 0, 5000));
    fake_stop(fake);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_error(result.error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER);
    g_clear_error(&result.error);
    fake->mute = FALSE;
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    set_firewall(client, FALSE, &result);
    g_assert_true(WAIT(result.done, 5000));
    g_assert_true(result.ok);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(void);
    } tests[] = {
        {"/client/silence", test_silence},
        {"/client/retry", test_retry},
        {"/client/change/done", test_change},
        {"/client/change/service", test_change_of_a_service},
        {"/client/change/refused", test_refusal},
        {"/client/change/without-helper", test_change_without_helper},
        {"/client/change/gone", test_gone_while_changing},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].test);
    return g_test_run();
}
