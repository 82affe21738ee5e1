/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "client.h"
#include "fake-helper.h"
#include "names.h"

/* The client against a helper that can be old, silent, rude or away. */

static const char *
sentence(AkinClient *client)
{
    return akin_client_get_facts(client)->sentence;
}

static void
count(gpointer object, gpointer data)
{
    (void) object;
    ++*(guint *) data;
}

/* --- Connecting ------------------------------------------------------------------------------- */

static void
test_ready(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    g_assert_cmpstr(sentence(client), ==, "");
    g_assert_true(akin_client_get_snapshot(client)->firewall);
    g_assert_cmpuint(akin_client_get_services(client)->len, ==, 3);
    const AkinServiceInfo *service = akin_client_find_service(client, "s0");
    g_assert_true(service->counted);
    g_assert_cmpuint(service->used_out, ==, 5);
    g_assert_cmpuint(service->used_in, ==, 6);
    g_assert_false(akin_client_find_service(client, "s1")->counted);
    g_assert_null(akin_client_find_service(client, "s3"));
}

static void
test_no_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(sentence(client), fake->path));
    g_assert_null(akin_client_get_snapshot(client));
    /* The folders of the socket come with the helper. */
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
}

/* Long after the quick tries are over, the file alone tells, and at once. */
static void
test_late_helper(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_false(WAIT(is(client, AKIN_CLIENT_READY), 8000));
    gint64 start = g_get_monotonic_time();
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 1000000);
}

static void
test_restart(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    for (guint i = 0; i < 3; i++) {
        fake_stop(fake);
        g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
        g_assert_null(akin_client_get_snapshot(client));
        g_assert_cmpuint(akin_client_get_services(client)->len, ==, 0);
        fake_listen(fake);
        g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
    }
}

/* Tries after 0, 0.1, 0.3, 0.7, 1.5 and 3.1 s, and not ten a second. */
static void
test_hangs_up(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->hangs_up = TRUE;
    fake_listen(fake);
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_false(WAIT(is(client, AKIN_CLIENT_READY), 2500));
    g_assert_cmpuint(fake->callers, >=, 3);
    g_assert_cmpuint(fake->callers, <=, 5);
    fake->hangs_up = FALSE;
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
}

static void
test_no_socket(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *longest = g_strnfill(300, 'x');
    g_autofree char *path = g_build_filename(fake->folder, longest, NULL);
    g_autoptr(AkinClient) client = akin_client_new(path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(sentence(client), "too long"));
    g_autofree char *file = g_build_filename(fake->folder, "file", NULL);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_autoptr(AkinClient) other = akin_client_new(file);
    g_assert_true(WAIT(is(other, AKIN_CLIENT_NO_HELPER), 5000));
    g_assert_nonnull(strstr(sentence(other), "not a socket"));
    g_unlink(file);
}

static void
test_gone_while_connecting(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake_listen(fake);
    AkinClient *client = akin_client_new(fake->path);
    g_object_add_weak_pointer(G_OBJECT(client), (gpointer *) &client);
    g_object_unref(client);
    g_assert_null(client);
    fake_settle();
}

/* --- Incompatible ----------------------------------------------------------------------------- */

static void
test_other_version(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->version = AKIN_INTERFACE_VERSION + 1;
    fake_listen(fake);
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 5000));
    g_assert_nonnull(strstr(sentence(client), "version 2"));
    /* An update of the helper mends it. */
    fake_stop(fake);
    fake->version = AKIN_INTERFACE_VERSION;
    fake_listen(fake);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_READY), 5000));
}

static void
turns_incompatible(Fake *fake)
{
    fake_listen(fake);
    g_autoptr(AkinClient) client = akin_client_new(fake->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 5000));
    g_assert_null(akin_client_get_snapshot(client));
    g_assert_cmpuint(akin_client_get_services(client)->len, ==, 0);
}

static void
test_rude_answer(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->rude = TRUE;
    turns_incompatible(fake);
}

static void
test_empty_answer(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->empty = TRUE;
    turns_incompatible(fake);
}

/* The names are keys of everything that shows services. */
static void
test_twin_services(void)
{
    g_autoptr(Fake) fake = fake_new();
    fake->twins = TRUE;
    turns_incompatible(fake);
}

static void
test_rude_signal(void)
{
    static const char *const names[] = {"Transition", "PropertiesChanged"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Fake) fake = fake_new();
        g_autoptr(AkinClient) client = fake_client_new(fake);
        fake_emit(fake, AKIN_INTERFACE, names[i], g_variant_new("(i)", 7));
        g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 5000));
    }
}

static void
test_rude_property(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    fake_emit_firewall(fake, g_variant_new_string("perhaps"));
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 5000));
}

/* --- News ------------------------------------------------------------------------------------- */

static void
test_properties(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    guint changes = 0;
    fake_settle();
    g_signal_connect(client, "changed", G_CALLBACK(count), &changes);
    fake_emit_firewall(fake, g_variant_new_boolean(FALSE));
    g_assert_true(WAIT(!akin_client_get_snapshot(client)->firewall, 5000));
    g_assert_true(WAIT(changes == 1, 1000));
    /* Nothing new is nothing to tell; nor is another interface's property. */
    fake_emit_firewall(fake, g_variant_new_boolean(FALSE));
    fake_emit(fake, "org.freedesktop.DBus.Properties", "PropertiesChanged",
              g_variant_new_parsed("('org.example', {'Firewall': <true>}, @as [])"));
    g_assert_false(WAIT(changes > 1, 100));
}

static void
test_services(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    guint lists = fake->lists;
    fake->services = 1000;
    for (guint i = 0; i < 100; i++)
        fake_emit(fake, AKIN_INTERFACE, "ServicesChanged", g_variant_new_parsed("(['s1'],)"));
    g_assert_true(WAIT(akin_client_get_services(client)->len == 1000, 5000));
    g_assert_nonnull(akin_client_find_service(client, "s999"));
    /* Use is kept over the new list. */
    g_assert_cmpuint(akin_client_find_service(client, "s0")->used_out, ==, 5);
    g_assert_false(WAIT(FALSE, 200));
    g_assert_cmpuint(fake->lists - lists, <, 20);
}

static char *told;

static void
on_transition(AkinClient *client, const char *what, const char *old, const char *new,
              const char *reason, const char *sentence, gpointer data)
{
    (void) client, (void) data;
    g_free(told);
    told = g_strjoin("|", what, old, new, reason, sentence, NULL);
}

static void
tell(Fake *fake, const char *what, const char *old, const char *new, const char *reason)
{
    g_clear_pointer(&told, g_free);
    fake_emit(fake, AKIN_INTERFACE, "Transition",
              g_variant_new("(sssss)", what, old, new, reason, "a sentence"));
    g_assert_true(WAIT(told, 5000));
}

/* Only the computer itself sleeps; what else happens on the way to sleep says nothing of that. */
static void
test_transition(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    const AkinFacts *facts = akin_client_get_facts(client);
    guint changes = 0;
    fake_settle();
    g_signal_connect(client, "transition", G_CALLBACK(on_transition), NULL);
    g_signal_connect(client, "changed", G_CALLBACK(count), &changes);
    tell(fake, "nat", "on", "off", "going to sleep");
    g_assert_cmpstr(told, ==, "nat|on|off|going to sleep|a sentence");
    g_assert_false(facts->asleep);
    tell(fake, "power", "awake", "asleep", "going to sleep");
    g_assert_true(facts->asleep);
    g_assert_true(WAIT(changes == 1, 1000));
    tell(fake, "active nic", "en0", "none", "en0 went down");
    g_assert_true(facts->asleep);
    tell(fake, "power", "asleep", "awake", "woke up");
    g_assert_false(facts->asleep);
    g_assert_true(WAIT(changes == 2, 1000));
    g_clear_pointer(&told, g_free);
}

static void
test_refresh(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    fake->may = "no";
    akin_client_refresh(client);
    akin_client_refresh(client);
    g_assert_true(WAIT(akin_client_get_may_control(client) == AKIN_MAY_CONTROL_NO, 5000));
    fake->may = "ask";
    g_assert_true(WAIT(
        (akin_client_refresh(client), akin_client_get_may_control(client) == AKIN_MAY_CONTROL_ASK),
        5000));
}

/* Whoever is slow to say what we may is asked once, and all else goes on. */
static void
test_slow_rights(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(AkinClient) client = fake_client_new(fake);
    guint rights = fake->rights_asked, machines = fake->machines_asked;
    fake->slow_rights = TRUE;
    fake->may = "no";
    g_assert_true(WAIT((akin_client_refresh(client), fake->machines_asked - machines >= 5), 5000));
    g_assert_cmpuint(fake->rights_asked - rights, ==, 1);
    fake->slow_rights = FALSE;
    fake_speak(fake);
    g_assert_true(WAIT(akin_client_get_may_control(client) == AKIN_MAY_CONTROL_NO, 5000));
    akin_client_refresh(client);
    g_assert_true(WAIT(fake->rights_asked - rights == 2, 5000));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(void);
    } tests[] = {
        {"/client/ready", test_ready},
        {"/client/no-helper", test_no_helper},
        {"/client/late-helper", test_late_helper},
        {"/client/restart", test_restart},
        {"/client/hangs-up", test_hangs_up},
        {"/client/no-socket", test_no_socket},
        {"/client/gone-while-connecting", test_gone_while_connecting},
        {"/client/incompatible/version", test_other_version},
        {"/client/incompatible/answer", test_rude_answer},
        {"/client/incompatible/empty-answer", test_empty_answer},
        {"/client/incompatible/twin-services", test_twin_services},
        {"/client/incompatible/signal", test_rude_signal},
        {"/client/incompatible/property", test_rude_property},
        {"/client/news/properties", test_properties},
        {"/client/news/services", test_services},
        {"/client/news/transition", test_transition},
        {"/client/news/refresh", test_refresh},
        {"/client/news/slow-rights", test_slow_rights},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].test);
    return g_test_run();
}
