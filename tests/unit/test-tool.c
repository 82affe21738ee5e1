/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples.h"
#include "temporary-folder.h"

/* Programs are made for each test: a line of shell in a folder of its own. */

#define SHORT_MS 150

typedef struct {
    char *folder;
    AkinTools *tools;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    (void) data;
    f->folder = temporary_folder_new("tool");
    f->tools = akin_tools_new(f->folder, 5000);
}

/* Whatever a test does, no process stays. */
static void
tear_down(Fixture *f, gconstpointer data)
{
    (void) data;
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
    akin_tools_free(f->tools);
    temporary_folder_empty(f->folder);
    temporary_folder_remove(f->folder);
}

static void
make(Fixture *f, const char *script)
{
    g_autofree char *path = g_build_filename(f->folder, "tool", NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\ncd '%s'\n%s\n", f->folder, script);
    put_file(path, text, 0700);
}

static void
be_impatient(Fixture *f)
{
    akin_tools_free(f->tools);
    f->tools = akin_tools_new(f->folder, SHORT_MS);
}

static const char *const just_tool[] = {"tool", NULL};

static char *
run(Fixture *f, const char *input)
{
    char *output = NULL;
    g_autoptr(GError) error = NULL;
    gboolean done = akin_tool_run(f->tools, just_tool, input, &output, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    return output;
}

/* The error's message, which must be fit to be shown. */
static char *
fail(Fixture *f)
{
    GError *error = NULL;
    char *output = NULL;
    g_assert_false(akin_tool_run(f->tools, just_tool, NULL, &output, NULL, &error));
    g_assert_null(output);
    char *message = g_strdup(error->message);
    assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    return message;
}

static void
assert_says(const char *message, const char *part)
{
    if (!strstr(message, part))
        g_error("‘%s’ does not say ‘%s’", message, part);
}

/* A program of this script fails, and the message says so. */
static void
assert_fails(Fixture *f, const char *script, const char *part)
{
    make(f, script);
    g_autofree char *message = fail(f);
    assert_says(message, part);
}

/* The number of the process that a script has written to the file "child". */
static char *
child_of(const Fixture *f)
{
    g_autofree char *path = g_build_filename(f->folder, "child", NULL);
    char *child = NULL;
    g_assert_true(g_file_get_contents(path, &child, NULL, NULL));
    return g_strchomp(child);
}

static gboolean
lives(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *stat = NULL;
    return g_file_get_contents(path, &stat, NULL, NULL) && !strstr(stat, ") Z ");
}

/* --- What passes ------------------------------------------------------------------------------ */

static void
test_streams(Fixture *f, gconstpointer data)
{
    const char *const argv[] = {"tool", "a b", "$HOME; *", NULL};
    g_autofree char *output = NULL;
    g_autofree char *complaints = NULL;
    (void) data;
    make(f, "cat; printf '%s|' \"$@\"; echo aside >&2");
    g_assert_true(akin_tool_run(f->tools, argv, "read\n", &output, &complaints, NULL));
    g_assert_cmpstr(output, ==, "read\na b|$HOME; *|");
    g_assert_cmpstr(complaints, ==, "aside\n");
    g_assert_true(akin_tool_call(f->tools, NULL, "tool", "x", NULL));
}

/* More than a pipe holds, both ways at once. */
static void
test_much(Fixture *f, gconstpointer data)
{
    g_autofree char *input = g_strnfill(2 * 1024 * 1024, 'x');
    (void) data;
    make(f, "cat; head -c 200000 /dev/zero | tr '\\0' y >&2");
    g_autofree char *output = run(f, input);
    g_assert_cmpstr(output, ==, input);
}

static void
test_unread_input(Fixture *f, gconstpointer data)
{
    g_autofree char *input = g_strnfill(2 * 1024 * 1024, 'x');
    (void) data;
    make(f, "echo done");
    g_autofree char *output = run(f, input);
    g_assert_cmpstr(output, ==, "done\n");
}

static void
test_empty_input(Fixture *f, gconstpointer data)
{
    (void) data;
    make(f, "wc -c");
    g_autofree char *output = run(f, NULL);
    g_assert_cmpstr(g_strstrip(output), ==, "0");
}

/* Nothing of the helper's environment, open files, or ignored signals. */
static void
test_surroundings(Fixture *f, gconstpointer data)
{
    (void) data;
    g_autofree char *path = g_build_filename(f->folder, "tool", NULL);
    g_assert_cmpint(symlink("/usr/bin/env", path), ==, 0);
    g_setenv("IFS_OF_THE_HELPER", "x", TRUE);
    g_autofree char *environment = run(f, NULL);
    g_assert_cmpstr(environment, ==, "PATH=/sbin:/usr/sbin:/bin:/usr/bin\nLC_ALL=C\n");
    g_unlink(path);

    assert_fails(f, "kill -PIPE $$; echo still here", "ended by signal 13");
}

/* What a program leaves behind may keep its outputs open; nobody waits for that. */
static void
test_daemon(Fixture *f, gconstpointer data)
{
    (void) data;
    make(f, "sleep 30 & echo $! >child; echo started");
    g_autofree char *output = run(f, NULL);
    g_assert_cmpstr(output, ==, "started\n");
    g_autofree char *child = child_of(f);
    g_assert_true(lives(child));
    g_assert_cmpint(kill((pid_t) g_ascii_strtoll(child, NULL, 10), SIGKILL), ==, 0);
}

static void
test_have(Fixture *f, gconstpointer data)
{
    (void) data;
    g_autoptr(AkinTools) of_the_system = akin_tools_new(NULL, 1000);
    make(f, ":");
    g_assert_true(akin_tools_have(f->tools, "tool"));
    g_assert_false(akin_tools_have(f->tools, "sh"));
    g_assert_false(akin_tools_have(f->tools, "."));
    g_assert_true(akin_tools_have(of_the_system, "sh"));
    g_assert_false(akin_tools_have(of_the_system, "no-such-program"));
}

/* --- What does not ---------------------------------------------------------------------------- */

static void
test_status(Fixture *f, gconstpointer data)
{
    (void) data;
    make(f, "echo out; echo >&2; echo '  first of all.' >&2; echo second >&2; exit 69");
    g_autofree char *message = fail(f);
    assert_says(message, "status 69");
    assert_says(message, "first of all");
    g_assert_null(strstr(message, "second"));

    assert_fails(f, "echo to standard output; exit 1", "to standard output");
    assert_fails(f, "exit 1", "status 1");
}

/* assert_refused, in fail(), looks for control characters and endless lines. */
static void
test_rubbish(Fixture *f, gconstpointer data)
{
    (void) data;
    assert_fails(f,
                 "printf '\\033[2J\\001\\377 %%s %%n' >&2; head -c 100000 /dev/urandom >&2; exit 1",
                 "%s %n");
    make(f, "head -c 100000 /dev/zero >&2; exit 1");
    g_free(fail(f));
}

static void
test_signal(Fixture *f, gconstpointer data)
{
    (void) data;
    assert_fails(f, "kill -9 $$", "signal 9");
}

static void
test_missing(Fixture *f, gconstpointer data)
{
    (void) data;
    g_autofree char *message = fail(f);
    assert_says(message, "no program tool");

    make(f, ":");
    g_autofree char *path = g_build_filename(f->folder, "tool", NULL);
    put_file(path, "#!/no/such/interpreter\n", 0700);
    g_autofree char *broken = fail(f);
    assert_says(broken, "No such file");
}

/* With all that it has started. */
static void
test_hang(Fixture *f, gconstpointer data)
{
    (void) data;
    be_impatient(f);
    make(f, "trap '' TERM HUP; sleep 30 & echo $! >child; wait; sleep 30");
    gint64 before = g_get_monotonic_time();
    g_autofree char *message = fail(f);
    assert_says(message, "did not end");
    g_assert_cmpint(g_get_monotonic_time() - before, >=, SHORT_MS * 1000);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 20 * SHORT_MS * 1000);

    g_autofree char *child = child_of(f);
    /* It was told to die; when it does is up to the kernel. */
    for (guint tries = 0; lives(child); tries++) {
        g_assert_cmpuint(tries, <, 2000);
        g_usleep(1000);
    }
}

static void
test_hang_without_outputs(Fixture *f, gconstpointer data)
{
    (void) data;
    be_impatient(f);
    assert_fails(f, "exec >&- 2>&-; exec sleep 30", "did not end");
}

static void
test_flood(Fixture *f, gconstpointer data)
{
    (void) data;
    assert_fails(f, "exec yes", "does not stop talking");
}

#define ADD(name, function) g_test_add("/tool/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("streams", test_streams);
    ADD("much", test_much);
    ADD("unread-input", test_unread_input);
    ADD("empty-input", test_empty_input);
    ADD("surroundings", test_surroundings);
    ADD("daemon", test_daemon);
    ADD("have", test_have);
    ADD("status", test_status);
    ADD("rubbish", test_rubbish);
    ADD("signal", test_signal);
    ADD("missing", test_missing);
    ADD("hang", test_hang);
    ADD("hang-without-outputs", test_hang_without_outputs);
    ADD("flood", test_flood);
    return g_test_run();
}
