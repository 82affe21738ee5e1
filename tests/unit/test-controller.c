/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fake-kernel.h"
#include "neighbours.h"
#include "samples.h"
#include "temporary-folder.h"

/*
 * What becomes of a change when a step of the one way through fails. The kernel is a fake, which
 * refuses when it is told to, and so are its switches; the files are real.
 */

/* --- Fixture ---------------------------------------------------------------------------------- */

typedef struct {
    PolicyPlaces places;
    FakeKernel *kernel;
    AkinController *controller;
    GString *told;   /* sentences of transitions, a line each */
    GString *warned; /* the log's warnings; a test that means them empties it */
} Fixture;

static void
hear(const char *what, const char *old, const char *new_, const char *sentence, gpointer user_data)
{
    Fixture *f = user_data;
    (void) what;
    (void) old;
    (void) new_;
    g_string_append_printf(f->told, "%s\n", sentence);
}

static const AkinControllerListener listener = {hear, NULL, NULL};

static void
note_warning(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    Fixture *f = user_data;
    (void) domain;
    (void) level;
    g_string_append_printf(f->warned, "%s\n", message);
}

/* How many of them there are is the controller's affair: they are noted, and looked at at the end.
 */
static gboolean
is_fatal(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    (void) domain;
    (void) message;
    (void) user_data;
    return !(level & G_LOG_LEVEL_WARNING);
}

/* Interfaces eth0, eth1 ...; the controller takes them. */
static GPtrArray *
interfaces(guint count)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify) akin_interface_free);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("eth%u", i);
        g_ptr_array_add(list, akin_case_interface(name, NULL, NULL));
    }
    return list;
}

static void
see_interfaces(Fixture *f, guint count)
{
    akin_controller_interfaces_changed(f->controller, interfaces(count), "network changed");
}

/* Has what waits for another attempt be attempted now, seconds early; FALSE: nothing waits. */
static gboolean
attempt_again(const Fixture *f)
{
    GSource *source = g_main_context_find_source_by_user_data(NULL, f->controller);
    if (!source)
        return FALSE;
    g_source_set_ready_time(source, 0);
    g_assert_true(g_main_context_iteration(NULL, FALSE));
    return TRUE;
}

static void
make_controller(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *lock = g_build_filename(f->places.folder, "lock", NULL);
    f->kernel = fake_kernel_new(akin_lock_new(lock, &error));
    g_assert_no_error(error);
    f->controller = akin_controller_new(&f->kernel->parent, akin_forwarding_new(f->places.state),
                                        akin_store_new(f->places.config, f->places.state));
    akin_controller_listen(f->controller, &listener, f);
    akin_controller_enforce(f->controller, TRUE, "started", &error);
    g_assert_no_error(error);
    see_interfaces(f, 1);
    g_assert_true(attempt_again(f)); /* the look at what others do */
    g_string_truncate(f->told, 0);
}

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    policy_places_init(&f->places, "controller");
    f->told = g_string_new(NULL);
    f->warned = g_string_new(NULL);
    g_log_set_handler("akin", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, note_warning, f);
    g_test_log_set_fatal_handler(is_fatal, NULL);
    make_controller(f);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpstr(f->warned->str, ==, "");
    akin_controller_free(f->controller);
    policy_places_clear(&f->places);
    g_string_free(f->told, TRUE);
    g_string_free(f->warned, TRUE);
}

/* --- Words for the tests ---------------------------------------------------------------------- */

#define WARNED TRUE
#define FINE FALSE

static gboolean
has_warning(const Fixture *f, const char *name)
{
    const GArray *list = akin_controller_warnings(f->controller);
    for (guint i = 0; i < list->len; i++) {
        if (strcmp(g_array_index(list, AkinWarning, i).name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
assert_interfaces(const Fixture *f, guint count, gboolean warned)
{
    const AkinState *state = akin_controller_state(f->controller);
    g_assert_cmpuint(f->kernel->interfaces, ==, count);
    g_assert_cmpuint(state->situation->interfaces->len, ==, count);
    g_assert_cmpint(has_warning(f, AKIN_WARNING_RULES), ==, warned);
}

/* The log has said this; and what else it has said is meant as well. */
static void
assert_logged(Fixture *f, const char *words)
{
    g_assert_nonnull(strstr(f->warned->str, words));
    g_string_truncate(f->warned, 0);
}

/* The kernel takes what it has refused: all of it is there now, and nothing is left to be done. */
static void
assert_catches_up(Fixture *f, guint count)
{
    while (attempt_again(f)) {
    }
    assert_interfaces(f, count, FINE);
    g_assert_false(f->kernel->tampered);
}

/* Two interfaces are there, and the kernel knows of one. */
static void
have_situation_refused(Fixture *f)
{
    f->kernel->refuses = TRUE;
    see_interfaces(f, 2);
    assert_logged(f, "the kernel is out of memory");
    f->kernel->refuses = FALSE;
}

static AkinPolicy *
policy_with_nat(const Fixture *f, AkinNatMode nat)
{
    AkinPolicy *policy = akin_policy_copy(akin_controller_state(f->controller)->policy);
    policy->nat = nat;
    return policy;
}

static gboolean
turn_nat_on(Fixture *f, GError **error)
{
    return akin_controller_change(f->controller, policy_with_nat(f, AKIN_NAT_ON), "nat on", error);
}

/* --- A situation that the kernel refuses ------------------------------------------------------ */

static void
test_situation_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    have_situation_refused(f);
    assert_interfaces(f, 1, WARNED);
    g_assert_cmpstr(f->told->str, ==, "");
    assert_catches_up(f, 2);
}

static void
test_situation_refused_twice(Fixture *f, gconstpointer unused)
{
    (void) unused;
    have_situation_refused(f);
    f->kernel->refuses = TRUE;
    g_assert_true(attempt_again(f));
    assert_logged(f, "the kernel is out of memory");
    assert_interfaces(f, 1, WARNED);
    f->kernel->refuses = FALSE;
    assert_catches_up(f, 2);
}

static void
test_situation_overtaken(Fixture *f, gconstpointer unused)
{
    (void) unused;
    have_situation_refused(f);
    see_interfaces(f, 3);
    assert_catches_up(f, 3);
}

/* It is as it was when the kernel was last told: nothing is wrong any more. */
static void
test_situation_over(Fixture *f, gconstpointer unused)
{
    (void) unused;
    have_situation_refused(f);
    see_interfaces(f, 1);
    assert_catches_up(f, 1);
}

/* --- What comes between the refusal and the next attempt -------------------------------------- */

static void
tamper(Fixture *f)
{
    f->kernel->tampered = TRUE;
    akin_controller_tampered(f->controller, "nft (process 3)");
}

static void
toggle(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    turn_nat_on(f, &error);
    g_assert_no_error(error);
    g_assert_cmpint(f->kernel->nat, ==, AKIN_NAT_ON);
}

static void
reload(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    akin_controller_reload(f->controller, &error);
    g_assert_no_error(error);
}

static void
restart(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    akin_controller_restart(f->controller, &error);
    g_assert_no_error(error);
}

static void
stop_and_start(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    akin_controller_enforce(f->controller, FALSE, "stopped", &error);
    g_assert_no_error(error);
    g_assert_false(f->kernel->holds);
    akin_controller_enforce(f->controller, TRUE, "started", &error);
    g_assert_no_error(error);
}

static void
fall_asleep(Fixture *f)
{
    akin_controller_power_changed(f->controller, FALSE);
    g_assert_false(akin_controller_state(f->controller)->situation->awake);
}

static void
wake_up(Fixture *f)
{
    fall_asleep(f);
    akin_controller_power_changed(f->controller, TRUE);
    g_assert_true(akin_controller_state(f->controller)->situation->awake);
}

static const struct {
    const char *name;
    void (*happens)(Fixture *f);
} between[] = {
    {"tampered", tamper},        {"changed", toggle},     {"reloaded", reload},
    {"restarted", restart},      {"asleep", fall_asleep}, {"awake", wake_up},
    {"stopped", stop_and_start},
};

/* Either it takes the new situation along, or the warning stays until that is in force. */
static void
test_between(Fixture *f, gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    have_situation_refused(f);
    between[index].happens(f);
    assert_interfaces(f, f->kernel->interfaces, f->kernel->interfaces == 2 ? FINE : WARNED);
    assert_catches_up(f, 2);
}

/* --- Tampering -------------------------------------------------------------------------------- */

static void
test_tampered(Fixture *f, gconstpointer unused)
{
    (void) unused;
    guint loads = f->kernel->loads;
    tamper(f);
    g_assert_cmpuint(f->kernel->loads, ==, loads + 1);
    assert_interfaces(f, 1, FINE);
    g_assert_false(f->kernel->tampered);
    g_assert_cmpstr(f->told->str, ==, "restored rules that nft (process 3) had changed\n");
}

/* NAT may break by itself, and be mended by itself, without any change. */
static void
test_engine_troubled(Fixture *f, gconstpointer unused)
{
    (void) unused;
    akin_engine_tell_trouble(&f->kernel->parent, "natd has ended");
    const GArray *warnings = akin_controller_warnings(f->controller);
    g_assert_cmpuint(warnings->len, ==, 1);
    g_assert_cmpstr(g_array_index(warnings, AkinWarning, 0).name, ==, AKIN_WARNING_DEGRADED);
    g_assert_cmpstr(g_array_index(warnings, AkinWarning, 0).sentence, ==, "natd has ended");
    akin_engine_tell_trouble(&f->kernel->parent, NULL);
    g_assert_cmpuint(akin_controller_warnings(f->controller)->len, ==, 0);
}

static void
test_tampered_with_others(Fixture *f, gconstpointer unused)
{
    (void) unused;
    guint loads = f->kernel->loads;
    akin_controller_tampered(f->controller, "nft (process 3)");
    g_assert_cmpuint(f->kernel->loads, ==, loads);
    g_assert_cmpstr(f->told->str, ==, "");
}

static void
test_tampered_while_stopped(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    akin_controller_enforce(f->controller, FALSE, "stopped", &error);
    g_assert_no_error(error);
    g_string_truncate(f->told, 0);
    tamper(f);
    g_assert_false(f->kernel->holds);
    g_assert_cmpstr(f->told->str, ==, "");
}

/* Nobody is told that all is well again before it is. */
static void
test_tampered_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->kernel->refuses = TRUE;
    tamper(f);
    assert_logged(f, "the kernel is out of memory");
    g_assert_null(strstr(f->told->str, "restored"));
    assert_interfaces(f, 1, WARNED);
    f->kernel->refuses = FALSE;
    assert_catches_up(f, 1);
}

/* Who cannot see whether the rules are whole makes them whole. */
static void
test_tampered_check_fails(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->kernel->check_fails = TRUE;
    tamper(f);
    g_assert_false(f->kernel->tampered);
    f->kernel->check_fails = FALSE;
    g_string_truncate(f->warned, 0);
    assert_catches_up(f, 1);
}

static void
test_awake_check_fails(Fixture *f, gconstpointer unused)
{
    (void) unused;
    fall_asleep(f);
    f->kernel->check_fails = f->kernel->tampered = TRUE;
    akin_controller_power_changed(f->controller, TRUE);
    g_assert_false(f->kernel->tampered);
    f->kernel->check_fails = FALSE;
    g_string_truncate(f->warned, 0);
    assert_catches_up(f, 1);
}

/* --- What others do --------------------------------------------------------------------------- */

static void
look_at_others(Fixture *f, gboolean unknown)
{
    fake_lookout_set_unknown(unknown);
    akin_controller_tampered(f->controller, "nft (process 3)");
    g_assert_true(attempt_again(f));
    g_assert_cmpint(has_warning(f, AKIN_FINDING_UNKNOWN), ==, unknown);
    /* Until there is news, nobody wakes up. */
    g_assert_false(attempt_again(f));
}

static void
test_others(Fixture *f, gconstpointer unused)
{
    (void) unused;
    look_at_others(f, TRUE);
    look_at_others(f, FALSE);
    look_at_others(f, TRUE);
    fake_lookout_set_unknown(FALSE);
    g_usleep(2000); /* the last look was no moment ago */
    akin_controller_examine(f->controller);
    g_assert_false(has_warning(f, AKIN_FINDING_UNKNOWN));
}

/* Who enforces nothing has nothing that others could stand in the way of. */
static void
test_others_while_stopped(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    look_at_others(f, TRUE);
    akin_controller_enforce(f->controller, FALSE, "stopped", &error);
    g_assert_no_error(error);
    g_assert_false(has_warning(f, AKIN_FINDING_UNKNOWN));
    akin_controller_tampered(f->controller, "nft (process 3)");
    g_assert_false(attempt_again(f));
    akin_controller_examine(f->controller);
    g_assert_false(has_warning(f, AKIN_FINDING_UNKNOWN));
    akin_controller_enforce(f->controller, TRUE, "started", &error);
    g_assert_true(attempt_again(f));
    g_assert_true(has_warning(f, AKIN_FINDING_UNKNOWN));
    fake_lookout_set_unknown(FALSE);
}

static void
test_mend_nothing(Fixture *f, gconstpointer unused)
{
    (void) unused;
    static const char *const names[] = {"", "docker", AKIN_FINDING_STRICT, "a\nb"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_controller_mend(f->controller, names[i], &error));
        assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    }
}

/* --- A file that the kernel refuses ----------------------------------------------------------- */

#define NAT_OFF "[nat]\nmode=off\n"
#define BY_HAND "# mine\n[forwards]\ntcp/80=192.168.56.101:80\n"

static void
have_reload_refused(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    put_file(f->places.config, BY_HAND, 0600);
    f->kernel->refuses = TRUE;
    g_assert_false(akin_controller_reload(f->controller, &error));
    g_assert_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED);
    f->kernel->refuses = FALSE;
}

/* A click is refused until the file is in force, and then leaves in it what a person wrote. */
static void
assert_waits_for_reload(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(turn_nat_on(f, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    assert_file(f->places.config, BY_HAND);
    g_assert_cmpint(f->kernel->nat, !=, AKIN_NAT_ON);

    reload(f);
    assert_file(f->places.last_good, BY_HAND);
    g_assert_cmpuint(f->kernel->forwards, ==, 1);
    g_assert_false(has_warning(f, AKIN_WARNING_POLICY));
    toggle(f);
    g_assert_cmpuint(f->kernel->forwards, ==, 1);
    g_autofree char *text = NULL;
    g_file_get_contents(f->places.config, &text, NULL, NULL);
    g_assert_true(g_str_has_prefix(text, "# mine\n"));
    g_assert_nonnull(strstr(text, "tcp/80=192.168.56.101:80"));
}

static void
test_reload_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, NAT_OFF, 0600);
    reload(f);
    assert_file(f->places.last_good, NAT_OFF);
    have_reload_refused(f);
    assert_file(f->places.last_good, NAT_OFF);
    assert_file(f->places.config, BY_HAND);
    const AkinPolicy *policy = akin_controller_state(f->controller)->policy;
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_OFF);
    g_assert_cmpuint(policy->forwards->len, ==, 0);
    assert_waits_for_reload(f);
}

/* Where no file was, the default policy stays the last good one. */
static void
test_reload_first_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    have_reload_refused(f);
    assert_file(f->places.last_good, NULL);
    g_assert_cmpuint(akin_controller_state(f->controller)->policy->forwards->len, ==, 0);
    assert_waits_for_reload(f);
}

/* The helper came up on a broken file; then it is mended, and the kernel does not take it. */
static void
test_reload_mended_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, NAT_OFF, 0600);
    reload(f);
    akin_controller_free(f->controller);
    put_file(f->places.config, "nonsense\n", 0600);
    make_controller(f);
    assert_logged(f, "line 1");
    g_assert_true(has_warning(f, AKIN_WARNING_POLICY));
    have_reload_refused(f);
    assert_file(f->places.last_good, NAT_OFF);
    g_assert_cmpint(f->kernel->nat, ==, AKIN_NAT_OFF);
    assert_waits_for_reload(f);
}

/* A file that nobody has accepted is not the last good one for a helper that comes next. */
static void
test_reload_refused_at_start(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, NAT_OFF, 0600);
    reload(f);
    have_reload_refused(f);
    akin_controller_free(f->controller);
    put_file(f->places.config, "nonsense\n", 0600);
    make_controller(f);
    assert_logged(f, "line 1");
    g_assert_cmpint(f->kernel->nat, ==, AKIN_NAT_OFF);
    g_assert_cmpuint(f->kernel->forwards, ==, 0);
}

/* --- A click that does not come to its end ---------------------------------------------------- */

static void
test_change_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    f->kernel->refuses = TRUE;
    g_assert_false(turn_nat_on(f, &error));
    assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    f->kernel->refuses = FALSE;
    assert_file(f->places.config, NULL);
    g_assert_cmpint(akin_controller_state(f->controller)->policy->nat, ==, AKIN_NAT_AUTO);
    g_assert_cmpstr(f->told->str, ==, "");
    toggle(f);
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
assert_taken_back(Fixture *f, void (*meanwhile)(gpointer config))
{
    g_autoptr(GError) error = NULL;
    f->kernel->meanwhile = meanwhile;
    f->kernel->meanwhile_data = f->places.config;
    g_assert_false(turn_nat_on(f, &error));
    g_assert_null(f->kernel->meanwhile);
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    const AkinState *state = akin_controller_state(f->controller);
    g_assert_cmpint(f->kernel->nat, ==, AKIN_NAT_AUTO);
    g_assert_cmpint(state->policy->nat, ==, AKIN_NAT_AUTO);
    g_assert_false(state->forwarding);
    g_assert_cmpstr(f->told->str, ==, "");
    assert_file(f->places.last_good, NULL);
}

static void
test_change_not_saved(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_taken_back(f, put_folder_in_its_place);
    g_assert_cmpint(g_rmdir(f->places.config), ==, 0);
    toggle(f);
}

static void
test_change_without_folder(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_taken_back(f, remove_its_folder);
    toggle(f);
}

/* While nothing is enforced there is nothing in the kernel to be taken back. */
static void
test_change_not_saved_stopped(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    akin_controller_enforce(f->controller, FALSE, "stopped", &error);
    g_assert_no_error(error);
    put_folder_in_its_place(f->places.config);
    g_assert_false(turn_nat_on(f, &error));
    g_assert_nonnull(error);
    g_assert_false(f->kernel->holds);
    g_assert_cmpint(akin_controller_state(f->controller)->policy->nat, ==, AKIN_NAT_AUTO);
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
assert_forward(const Fixture *f, AkinForward forward, const AkinForward *replaced, int code)
{
    g_autoptr(GError) error = NULL;
    if (akin_controller_check_forward(f->controller, &forward, replaced, &error))
        g_assert_cmpint(code, ==, -1);
    else
        assert_refused(&error, code);
}

/* One that replaces another is asked only for what it changes: the rest was wrong before. */
static void
test_forward_checked(Fixture *f, gconstpointer unused)
{
    (void) unused;
    enum { FREE = 1, RIGHT = -1 };
    const char *up = "192.168.56.101", *down = "192.168.57.101";
    g_autoptr(GSocketListener) server = g_socket_listener_new();
    guint16 busy = listen_somewhere(server);
    GPtrArray *list = interfaces(1);
    g_ptr_array_add(list, akin_case_interface("vboxnet0", "192.168.56.1/24", NULL));
    akin_controller_interfaces_changed(f->controller, list, "network changed");

    assert_forward(f, sample_forward("tcp", FREE, up, 80, "anyone"), NULL, RIGHT);
    assert_forward(f, sample_forward("tcp", FREE, down, 80, "anyone"), NULL,
                   AKIN_ERROR_INVALID_ARGUMENT);
    assert_forward(f, sample_forward("tcp", busy, up, 80, "anyone"), NULL, AKIN_ERROR_IN_USE);

    const AkinForward old = sample_forward("tcp", busy, down, 80, "anyone");
    assert_forward(f, sample_forward("tcp", busy, down, 81, "loopback"), &old, RIGHT);
    assert_forward(f, sample_forward("tcp", busy, up, 80, "anyone"), &old, RIGHT);
    assert_forward(f, sample_forward("tcp", FREE, down, 80, "anyone"), &old, RIGHT);
    const AkinForward other = sample_forward("udp", FREE, up, 80, "anyone");
    assert_forward(f, sample_forward("tcp", busy, up, 80, "anyone"), &other, AKIN_ERROR_IN_USE);
    assert_forward(f, sample_forward("udp", FREE, down, 80, "anyone"), &other,
                   AKIN_ERROR_INVALID_ARGUMENT);
}

static void
add(const char *name, void (*test)(Fixture *f, gconstpointer data), guint index)
{
    g_autofree char *path = g_strconcat("/controller/", name, NULL);
    g_test_add(path, Fixture, GUINT_TO_POINTER(index), set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("situation/refused", test_situation_refused, 0);
    add("situation/refused-twice", test_situation_refused_twice, 0);
    add("situation/overtaken", test_situation_overtaken, 0);
    add("situation/over", test_situation_over, 0);
    for (guint i = 0; i < G_N_ELEMENTS(between); i++) {
        g_autofree char *name = g_strconcat("situation/refused-then-", between[i].name, NULL);
        add(name, test_between, i);
    }
    add("engine/troubled", test_engine_troubled, 0);
    add("tampered/restored", test_tampered, 0);
    add("tampered/with-others", test_tampered_with_others, 0);
    add("tampered/while-stopped", test_tampered_while_stopped, 0);
    add("tampered/refused", test_tampered_refused, 0);
    add("tampered/check-fails", test_tampered_check_fails, 0);
    add("awake/check-fails", test_awake_check_fails, 0);
    add("others/come-and-go", test_others, 0);
    add("others/while-stopped", test_others_while_stopped, 0);
    add("others/mend-nothing", test_mend_nothing, 0);
    add("reload/refused", test_reload_refused, 0);
    add("reload/first-refused", test_reload_first_refused, 0);
    add("reload/mended-refused", test_reload_mended_refused, 0);
    add("reload/refused-at-start", test_reload_refused_at_start, 0);
    add("change/refused", test_change_refused, 0);
    add("change/not-saved", test_change_not_saved, 0);
    add("change/without-folder", test_change_without_folder, 0);
    add("change/not-saved-stopped", test_change_not_saved_stopped, 0);
    add("forward/checked", test_forward_checked, 0);
    return g_test_run();
}
