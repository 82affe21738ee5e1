/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "controller-stage.h"
#include "samples.h"

/*
 * What becomes of a change, by a click or by the file, when a step of the one way through fails:
 * the kernel is a fake which refuses when it is told to, the files are real.
 */

/* --- A file that the kernel refuses ----------------------------------------------------------- */

#define NAT_OFF "[nat]\nmode=off\n"
#define BY_HAND "# mine\n[forwards]\ntcp/80=192.168.56.101:80\n"

static void
have_reload_refused(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    put_file(stage->places.config, BY_HAND, 0600);
    stage->kernel->refuses = TRUE;
    g_assert_false(akin_controller_reload(stage->controller, &error));
    g_assert_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED);
    stage->kernel->refuses = FALSE;
}

static void
start_again_on_nonsense(Stage *stage)
{
    akin_controller_free(stage->controller);
    put_file(stage->places.config, "nonsense\n", 0600);
    stage_make_controller(stage);
    stage_assert_logged(stage, "line 1");
}

/* A click is refused until the file is in force, and then leaves in it what a person wrote. */
static void
assert_waits_for_reload(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(stage_turn_nat_on(stage, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    assert_file(stage->places.config, BY_HAND);
    g_assert_cmpint(stage->kernel->nat, !=, AKIN_NAT_ON);

    stage_reload(stage);
    assert_file(stage->places.last_good, BY_HAND);
    g_assert_cmpuint(stage->kernel->forwards, ==, 1);
    g_assert_false(stage_has_warning(stage, AKIN_WARNING_POLICY));
    stage_toggle(stage);
    g_assert_cmpuint(stage->kernel->forwards, ==, 1);
    g_autofree char *text = NULL;
    g_file_get_contents(stage->places.config, &text, NULL, NULL);
    g_assert_true(g_str_has_prefix(text, "# mine\n"));
    g_assert_nonnull(strstr(text, "tcp/80=192.168.56.101:80"));
}

static void
test_reload_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    put_file(stage->places.config, NAT_OFF, 0600);
    stage_reload(stage);
    assert_file(stage->places.last_good, NAT_OFF);
    have_reload_refused(stage);
    assert_file(stage->places.last_good, NAT_OFF);
    assert_file(stage->places.config, BY_HAND);
    const AkinPolicy *policy = akin_controller_state(stage->controller)->policy;
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_OFF);
    g_assert_cmpuint(policy->forwards->len, ==, 0);
    assert_waits_for_reload(stage);
}

/* Where no file was, the default policy stays the last good one. */
static void
test_reload_first_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    have_reload_refused(stage);
    assert_file(stage->places.last_good, NULL);
    g_assert_cmpuint(akin_controller_state(stage->controller)->policy->forwards->len, ==, 0);
    assert_waits_for_reload(stage);
}

/* The helper came up on a broken file; then it is mended, and the kernel does not take it. */
static void
test_reload_mended_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    put_file(stage->places.config, NAT_OFF, 0600);
    stage_reload(stage);
    start_again_on_nonsense(stage);
    g_assert_true(stage_has_warning(stage, AKIN_WARNING_POLICY));
    have_reload_refused(stage);
    assert_file(stage->places.last_good, NAT_OFF);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_OFF);
    assert_waits_for_reload(stage);
}

/* A file that nobody has accepted is not the last good one for a helper that comes next. */
static void
test_reload_refused_at_start(Stage *stage, gconstpointer unused)
{
    (void) unused;
    put_file(stage->places.config, NAT_OFF, 0600);
    stage_reload(stage);
    have_reload_refused(stage);
    start_again_on_nonsense(stage);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_OFF);
    g_assert_cmpuint(stage->kernel->forwards, ==, 0);
}

/* --- A click that does not come to its end ---------------------------------------------------- */

static void
test_change_refused(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    stage->kernel->refuses = TRUE;
    g_assert_false(stage_turn_nat_on(stage, &error));
    assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    stage->kernel->refuses = FALSE;
    assert_file(stage->places.config, NULL);
    g_assert_cmpint(akin_controller_state(stage->controller)->policy->nat, ==, AKIN_NAT_AUTO);
    g_assert_cmpstr(stage->told->str, ==, "");
    stage_toggle(stage);
}

static void
put_folder_in_its_place(gpointer config)
{
    g_assert_cmpint(g_mkdir(config, 0755), ==, 0);
}

static void
remove_its_folder(gpointer config)
{
    g_autofree char *etc = g_path_get_dirname(config);
    temporary_folder_empty(etc);
    g_assert_cmpint(g_rmdir(etc), ==, 0);
}

/* meanwhile: what makes it impossible to save the policy once the kernel has it. */
static void
assert_taken_back(Stage *stage, void (*meanwhile)(gpointer config))
{
    g_autoptr(GError) error = NULL;
    stage->kernel->meanwhile = meanwhile;
    stage->kernel->meanwhile_data = stage->places.config;
    g_assert_false(stage_turn_nat_on(stage, &error));
    g_assert_null(stage->kernel->meanwhile);
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    const AkinState *state = akin_controller_state(stage->controller);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_AUTO);
    g_assert_cmpint(state->policy->nat, ==, AKIN_NAT_AUTO);
    g_assert_false(state->forwarding);
    g_assert_cmpstr(stage->told->str, ==, "");
    assert_file(stage->places.last_good, NULL);
}

static void
test_change_not_saved(Stage *stage, gconstpointer unused)
{
    (void) unused;
    assert_taken_back(stage, put_folder_in_its_place);
    g_assert_cmpint(g_rmdir(stage->places.config), ==, 0);
    stage_toggle(stage);
}

static Stage *refusing;

static void
refuse_what_comes_next(gpointer config)
{
    put_folder_in_its_place(config);
    refusing->kernel->refuses = TRUE;
}

/* Nor can it be taken back at once: that is said, and done as soon as it can be. */
static void
test_change_not_saved_nor_taken_back(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    refusing = stage;
    stage->kernel->meanwhile = refuse_what_comes_next;
    stage->kernel->meanwhile_data = stage->places.config;
    g_assert_false(stage_turn_nat_on(stage, &error));
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    stage_assert_logged(stage, "cannot go back to the rules before");
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_ON);
    g_assert_true(stage_has_warning(stage, AKIN_WARNING_RULES));
    stage->kernel->refuses = FALSE;
    stage_assert_catches_up(stage, 1);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_AUTO);
    g_assert_cmpint(g_rmdir(stage->places.config), ==, 0);
}

static void
test_change_without_folder(Stage *stage, gconstpointer unused)
{
    (void) unused;
    assert_taken_back(stage, remove_its_folder);
    stage_toggle(stage);
}

/* While nothing is enforced there is nothing in the kernel to be taken back. */
static void
test_change_not_saved_stopped(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    stage_stop(stage);
    put_folder_in_its_place(stage->places.config);
    g_assert_false(stage_turn_nat_on(stage, &error));
    g_assert_nonnull(error);
    g_assert_false(stage->kernel->holds);
    g_assert_cmpint(akin_controller_state(stage->controller)->policy->nat, ==, AKIN_NAT_AUTO);
}

/* --- Forwards that would be wrong now --------------------------------------------------------- */

/* A port of this computer that somebody listens on until the socket is closed. */
static guint16
listen_somewhere(GSocketListener *server)
{
    g_autoptr(GError) error = NULL;
    guint16 port = g_socket_listener_add_any_inet_port(server, NULL, &error);
    g_assert_no_error(error);
    return port;
}

static void
assert_forward(const Stage *stage, AkinForward forward, const AkinForward *replaced, int code)
{
    g_autoptr(GError) error = NULL;
    if (akin_controller_check_forward(stage->controller, &forward, replaced, &error))
        g_assert_cmpint(code, ==, -1);
    else
        assert_refused(&error, code);
}

/* One that replaces another is asked only for what it changes: the rest was wrong before. */
static void
test_forward_checked(Stage *stage, gconstpointer unused)
{
    (void) unused;
    enum { FREE = 1, RIGHT = -1 };
    const char *up = "192.168.56.101", *down = "192.168.57.101";
    g_autoptr(GSocketListener) server = g_socket_listener_new();
    guint16 busy = listen_somewhere(server);
    GPtrArray *list = stage_interfaces(1);
    g_ptr_array_add(list, akin_case_interface("vboxnet0", "192.168.56.1/24", NULL));
    akin_controller_interfaces_changed(stage->controller, list, "network changed");

    assert_forward(stage, sample_forward("tcp", FREE, up, 80, "anyone"), NULL, RIGHT);
    assert_forward(stage, sample_forward("tcp", FREE, down, 80, "anyone"), NULL,
                   AKIN_ERROR_INVALID_ARGUMENT);
    assert_forward(stage, sample_forward("tcp", busy, up, 80, "anyone"), NULL, AKIN_ERROR_IN_USE);

    const AkinForward old = sample_forward("tcp", busy, down, 80, "anyone");
    assert_forward(stage, sample_forward("tcp", busy, down, 81, "loopback"), &old, RIGHT);
    assert_forward(stage, sample_forward("tcp", busy, up, 80, "anyone"), &old, RIGHT);
    assert_forward(stage, sample_forward("tcp", FREE, down, 80, "anyone"), &old, RIGHT);
    const AkinForward other = sample_forward("udp", FREE, up, 80, "anyone");
    assert_forward(stage, sample_forward("tcp", busy, up, 80, "anyone"), &other, AKIN_ERROR_IN_USE);
    assert_forward(stage, sample_forward("udp", FREE, down, 80, "anyone"), &other,
                   AKIN_ERROR_INVALID_ARGUMENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    stage_add("reload/refused", test_reload_refused, 0);
    stage_add("reload/first-refused", test_reload_first_refused, 0);
    stage_add("reload/mended-refused", test_reload_mended_refused, 0);
    stage_add("reload/refused-at-start", test_reload_refused_at_start, 0);
    stage_add("change/refused", test_change_refused, 0);
    stage_add("change/not-saved", test_change_not_saved, 0);
    stage_add("change/not-saved-nor-taken-back", test_change_not_saved_nor_taken_back, 0);
    stage_add("change/without-folder", test_change_without_folder, 0);
    stage_add("change/not-saved-stopped", test_change_not_saved_stopped, 0);
    stage_add("forward/checked", test_forward_checked, 0);
    return g_test_run();
}
