/* SPDX-License-Identifier: BSD-2-Clause */
#include "natd-keeper.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child-watch.h"
#include "natd.h"
#include "world.h"

#define DELAY_MS 20

typedef struct {
    World *world;
    AkinTools *tools;
    AkinNatdKeeper *keeper;
    GPtrArray *instances;
    char *trouble; /* as last told */
    guint tellings;
} Fixture;

/* --- Fixture ---------------------------------------------------------------------------------- */

static void
troubled(const char *trouble, gpointer user_data)
{
    Fixture *f = user_data;
    g_free(f->trouble);
    f->trouble = g_strdup(trouble);
    f->tellings++;
}

static void
start_keeper(Fixture *f)
{
    f->keeper = akin_natd_keeper_new(f->tools, f->world->runtime, DELAY_MS, troubled, f);
}

/* As after kill -9 of the helper: what runs goes on. */
static void
kill_keeper(Fixture *f)
{
    g_clear_pointer(&f->keeper, akin_natd_keeper_free);
}

static void
instance_free(gpointer data)
{
    AkinNatInstance *instance = data;
    g_free(instance->interface);
    g_free(instance->natd);
    g_free(instance);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    (void) data;
    f->world = world_new();
    f->tools = world_tools(f->world, 5000);
    f->instances = g_ptr_array_new_with_free_func(instance_free);
    start_keeper(f);
}

/* world_free looks whether a natd is left. */
static void
tear_down(Fixture *f, gconstpointer data)
{
    (void) data;
    akin_natd_keeper_set(f->keeper, NULL);
    akin_natd_keeper_free(f->keeper);
    g_autoptr(GDir) dir = g_dir_open(f->world->runtime, 0, NULL);
    g_assert_true(!dir || !g_dir_read_name(dir));
    akin_tools_free(f->tools);
    world_free(f->world);
    g_ptr_array_unref(f->instances);
    g_free(f->trouble);
}

/* extra: more lines of the configuration, or "". */
static void
want(Fixture *f, const char *interface, guint port, const char *extra)
{
    AkinNatInstance *instance = g_new0(AkinNatInstance, 1);
    instance->interface = g_strdup(interface);
    instance->port = port;
    instance->natd = g_strdup_printf("interface %s\nport %u\n%s", interface, port, extra);
    g_ptr_array_add(f->instances, instance);
}

static void
want_none(Fixture *f)
{
    g_ptr_array_set_size(f->instances, 0);
}

static void
set(Fixture *f)
{
    akin_natd_keeper_set(f->keeper, f->instances);
}

static guint
count(const Fixture *f)
{
    g_autoptr(GArray) natds = world_natds(f->world);
    return natds->len;
}

static pid_t
first(const Fixture *f)
{
    g_autoptr(GArray) natds = world_natds(f->world);
    g_assert_cmpuint(natds->len, >, 0);
    return g_array_index(natds, pid_t, 0);
}

/* Has one run, for em0: the number of its process. */
static pid_t
run_one(Fixture *f)
{
    want(f, "em0", 8668, "");
    set(f);
    return first(f);
}

static gboolean
one_runs(gpointer user_data)
{
    return count(user_data) == 1;
}

static gboolean
has_trouble(gpointer user_data)
{
    return ((Fixture *) user_data)->trouble != NULL;
}

static gboolean
is_content(gpointer user_data)
{
    return !has_trouble(user_data) && one_runs(user_data);
}

static guint
calls(const Fixture *f)
{
    g_autofree char *log = world_read(f->world, "log");
    guint found = 0;
    for (const char *at = log; (at = strstr(at, "natd -f ")); at++)
        found++;
    return found;
}

static void
write_pid(const Fixture *f, const char *interface, const char *pid)
{
    g_autofree char *path = g_strdup_printf("%s/natd-%s.pid", f->world->runtime, interface);
    g_assert_true(g_file_set_contents(path, pid, -1, NULL));
}

/* --- Running ---------------------------------------------------------------------------------- */

static void
test_start_and_end(Fixture *f, gconstpointer data)
{
    (void) data;
    want(f, "em0", 8668, "");
    want(f, "em1", 8669, "");
    set(f);
    g_assert_cmpuint(count(f), ==, 2);
    set(f);
    g_assert_cmpuint(calls(f), ==, 2);
    world_pass(50);
    g_assert_cmpuint(f->tellings, ==, 0);

    want_none(f);
    want(f, "em1", 8669, "");
    set(f);
    g_assert_cmpuint(count(f), ==, 1);
    pid_t em1 = first(f);
    set(f);
    g_assert_cmpint(first(f), ==, em1);
    akin_natd_keeper_set(f->keeper, NULL);
    g_assert_cmpuint(count(f), ==, 0);
    g_assert_cmpuint(calls(f), ==, 2);
}

static void
test_changed_forwards(Fixture *f, gconstpointer data)
{
    (void) data;
    pid_t before = run_one(f);
    want_none(f);
    want(f, "em0", 8668, "redirect_port tcp 192.168.56.101:80 81\n");
    set(f);
    set(f);
    g_assert_cmpuint(count(f), ==, 1);
    g_assert_cmpint(first(f), !=, before);
    g_assert_cmpuint(calls(f), ==, 2);
}

/* Each needs the other's port: both have to be ended before either is started. */
static void
test_swapped_ports(Fixture *f, gconstpointer data)
{
    (void) data;
    want(f, "em0", 8668, "");
    want(f, "em1", 8669, "");
    set(f);
    want_none(f);
    want(f, "em0", 8669, "");
    want(f, "em1", 8668, "");
    set(f);
    g_assert_cmpuint(count(f), ==, 2);
    world_pass(50);
    g_assert_cmpuint(f->tellings, ==, 0);
}

/* One that SIGTERM does not end is killed. */
static void
test_stubborn(Fixture *f, gconstpointer data)
{
    (void) data;
    world_write(f->world, "natd-mode", "stubborn");
    run_one(f);
    g_assert_cmpuint(count(f), ==, 1);
    akin_natd_keeper_set(f->keeper, NULL);
    g_assert_cmpuint(count(f), ==, 0);
}

/* --- Dying ------------------------------------------------------------------------------------ */

static void
test_killed(Fixture *f, gconstpointer data)
{
    (void) data;
    pid_t before = run_one(f);
    kill(before, SIGKILL);
    world_wait(has_trouble, f);
    g_assert_nonnull(strstr(f->trouble, "em0"));
    world_wait(is_content, f);
    g_assert_cmpint(first(f), !=, before);
    g_assert_cmpuint(f->tellings, ==, 2);
}

/* When the keeper has said that it waits: each time right before it begins to. */
typedef struct {
    gint64 at[7];
    guint count;
} Waits;

static void
note_wait(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    Waits *waits = user_data;
    (void) domain;
    (void) level;
    (void) message;
    if (waits->count < G_N_ELEMENTS(waits->at))
        waits->at[waits->count] = g_get_monotonic_time();
    waits->count++;
}

static gboolean
has_waited(gpointer user_data)
{
    const Waits *waits = user_data;
    return waits->count >= G_N_ELEMENTS(waits->at);
}

/*
 * Twice as long each time, so a natd that cannot live does not keep the computer busy. A computer
 * that is busy anyway makes each wait longer and none shorter: that it is long enough is all that
 * is asked, and that the tries go on.
 */
static void
test_back_off(Fixture *f, gconstpointer data)
{
    (void) data;
    Waits waits = {0};
    guint handler =
        g_log_set_handler("akin", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, note_wait, &waits);
    world_write(f->world, "natd-mode", "mortal");
    want(f, "em0", 8668, "");
    set(f);
    world_wait(has_waited, &waits);
    g_log_remove_handler("akin", handler);
    for (guint i = 0; i + 1 < G_N_ELEMENTS(waits.at); i++)
        g_assert_cmpint(waits.at[i + 1] - waits.at[i], >=, (DELAY_MS << i) * 1000);
    g_assert_cmpuint(calls(f), ==, waits.count);
    world_wait(has_trouble, f);
    world_write(f->world, "natd-mode", "");
    world_wait(is_content, f);
}

static void
test_does_not_start(Fixture *f, gconstpointer data)
{
    static const char *const kinds[] = {"fail", "late", "rubbish", "silent", "die"};
    (void) data;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *fault = g_strdup_printf("natd %s", kinds[i]);
        world_set_faults(f->world, fault);
        want(f, "em0", 8668, "");
        set(f);
        world_wait(has_trouble, f);
        world_set_faults(f->world, "");
        world_wait(is_content, f);
        want_none(f);
        set(f);
        g_assert_cmpuint(count(f), ==, 0);
    }
}

static void
test_hangs(Fixture *f, gconstpointer data)
{
    (void) data;
    akin_tools_free(f->tools);
    kill_keeper(f);
    f->tools = world_tools(f->world, 150);
    start_keeper(f);
    world_set_faults(f->world, "natd hang");
    want(f, "em0", 8668, "");
    set(f);
    world_wait(has_trouble, f);
    g_assert_nonnull(strstr(f->trouble, "did not end"));
    world_set_faults(f->world, "");
    world_wait(is_content, f);
}

/* While it is waited for the next try, nothing is done at once, and nothing after it was ended. */
static void
test_ended_while_waiting(Fixture *f, gconstpointer data)
{
    (void) data;
    world_set_faults(f->world, "natd fail");
    want(f, "em0", 8668, "");
    set(f);
    world_wait(has_trouble, f);
    akin_natd_keeper_set(f->keeper, NULL);
    guint tries = calls(f);
    world_set_faults(f->world, "");
    world_pass(10 * DELAY_MS);
    g_assert_cmpuint(calls(f), ==, tries);
    g_assert_null(f->trouble);
    g_assert_cmpuint(count(f), ==, 0);
}

/* --- After a helper that was killed ----------------------------------------------------------- */

static void
test_taken_over(Fixture *f, gconstpointer data)
{
    (void) data;
    pid_t before = run_one(f);
    kill_keeper(f);
    world_pass(20);
    g_assert_cmpuint(count(f), ==, 1);

    start_keeper(f);
    set(f);
    g_assert_cmpint(first(f), ==, before);
    g_assert_cmpuint(calls(f), ==, 1);
    kill(before, SIGKILL);
    world_wait(has_trouble, f);
    world_wait(is_content, f);
}

static void
test_taken_over_with_another_config(Fixture *f, gconstpointer data)
{
    (void) data;
    pid_t before = run_one(f);
    kill_keeper(f);
    start_keeper(f);
    want_none(f);
    want(f, "em0", 8670, "");
    set(f);
    g_assert_cmpuint(count(f), ==, 1);
    g_assert_cmpint(first(f), !=, before);
}

static void
test_left_but_not_wanted(Fixture *f, gconstpointer data)
{
    (void) data;
    want(f, "em0", 8668, "");
    want(f, "em1", 8669, "");
    set(f);
    kill_keeper(f);
    start_keeper(f);
    akin_natd_keeper_set(f->keeper, NULL);
    g_assert_cmpuint(count(f), ==, 0);
}

/* Its configuration is gone, so nobody knows what it does. */
static void
test_left_without_config(Fixture *f, gconstpointer data)
{
    (void) data;
    run_one(f);
    kill_keeper(f);
    g_autofree char *path = g_strdup_printf("%s/natd-em0.conf", f->world->runtime);
    g_unlink(path);
    start_keeper(f);
    g_assert_cmpuint(count(f), ==, 0);
}

/* Numbers that are none, or somebody else's: nobody gets a signal. */
static void
test_strange_pid_files(Fixture *f, gconstpointer data)
{
    g_autofree char *self = g_strdup_printf("%d\n", (int) getpid());
    const char *const texts[] = {"",  "0",  "1",   "-1", "-5",       "0\n",     "99999999999999999",
                                 "x", "5x", "0x5", " ",  "\001\377", "4194304", self};
    (void) data;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        kill_keeper(f);
        g_assert_cmpint(g_mkdir_with_parents(f->world->runtime, 0700), ==, 0);
        write_pid(f, "em0", texts[i]);
        start_keeper(f);
        want_none(f);
        want(f, "em0", 8668, "");
        set(f);
        g_assert_cmpuint(count(f), ==, 1);
        akin_natd_keeper_set(f->keeper, NULL);
    }
}

/* --- One process ------------------------------------------------------------------------------ */

static void
test_watch(void)
{
    g_assert_cmpint(akin_child_watch_open(0), ==, -1);
    g_assert_cmpint(akin_child_watch_open(4194304), ==, -1);
    int self = akin_child_watch_open(getpid());
    g_assert_cmpint(self, >=, 0);
    akin_child_watch_signal(self, getpid(), 0);
    close(self);
    g_assert_true(akin_child_watch_is_ours(getpid(), "--tap"));
    g_assert_false(akin_child_watch_is_ours(getpid(), "--ta"));
    g_assert_false(akin_child_watch_is_ours(getpid(), ""));
    g_assert_false(akin_child_watch_is_ours(4194304, "--tap"));
}

#define ADD(name, function)                                                                        \
    g_test_add("/natd-keeper/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("start-and-end", test_start_and_end);
    ADD("changed-forwards", test_changed_forwards);
    ADD("swapped-ports", test_swapped_ports);
    ADD("stubborn", test_stubborn);
    ADD("killed", test_killed);
    ADD("back-off", test_back_off);
    ADD("does-not-start", test_does_not_start);
    ADD("hangs", test_hangs);
    ADD("ended-while-waiting", test_ended_while_waiting);
    ADD("taken-over", test_taken_over);
    ADD("taken-over-with-another-config", test_taken_over_with_another_config);
    ADD("left-but-not-wanted", test_left_but_not_wanted);
    ADD("left-without-config", test_left_without_config);
    ADD("strange-pid-files", test_strange_pid_files);
    g_test_add_func("/natd-keeper/watch", test_watch);
    return g_test_run();
}
