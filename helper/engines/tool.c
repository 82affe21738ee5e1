/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "shown.h"

/*
 * Theory of operation
 *
 * The program gets three pipes and a process group of its own, and is waited for with poll(). Its
 * end shows in two ways: both outputs close, or waitpid() has it. The second one counts too, since
 * a daemon that it leaves behind may keep the outputs open; hence the short slices. Past the
 * deadline the whole group is killed.
 */

#define SLICE_MS 20
#define OUTPUT_MAX (16 * 1024 * 1024) /* a listing of a thousand forwards has two */
#define LINE_SHOWN 120
#define COMMAND_SHOWN 80

struct _AkinTools {
    char *folder;
    guint deadline_ms;
};

static const char *const system_folders[] = {"/sbin", "/usr/sbin", "/bin", "/usr/bin"};

static char *const environment[] = {"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "LC_ALL=C", NULL};

enum { IN, OUT, ERR, STREAMS };

typedef struct {
    pid_t pid;
    int fds[STREAMS]; /* our ends; -1 once closed */
    const char *rest; /* of the input */
    GString *said[STREAMS];
    gint64 deadline;
    gboolean ended;
    int status; /* as waitpid() gives it, when ended */
} Run;

AkinTools *
akin_tools_new(const char *folder, guint deadline_ms)
{
    AkinTools *tools = g_new0(AkinTools, 1);
    tools->folder = g_strdup(folder);
    tools->deadline_ms = deadline_ms;
    /* A program that ends before it has read its input is told by its status. */
    signal(SIGPIPE, SIG_IGN);
    return tools;
}

void
akin_tools_free(AkinTools *tools)
{
    g_free(tools->folder);
    g_free(tools);
}

/* --- Finding ---------------------------------------------------------------------------------- */

static char *
find_in(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        g_clear_pointer(&path, g_free);
    return path;
}

static char *
find(const AkinTools *tools, const char *name)
{
    char *path = tools->folder ? find_in(tools->folder, name) : NULL;
    for (guint i = 0; !tools->folder && !path && i < G_N_ELEMENTS(system_folders); i++)
        path = find_in(system_folders[i], name);
    return path;
}

gboolean
akin_tools_have(const AkinTools *tools, const char *name)
{
    g_autofree char *path = find(tools, name);
    return path != NULL;
}

/* --- Starting --------------------------------------------------------------------------------- */

static void
close_stream(Run *run, guint stream)
{
    if (run->fds[stream] >= 0)
        close(run->fds[stream]);
    run->fds[stream] = -1;
}

static void
run_clear(Run *run)
{
    for (guint i = 0; i < STREAMS; i++) {
        close_stream(run, i);
        if (run->said[i])
            g_string_free(run->said[i], TRUE);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* Signals as in a fresh process, whatever the helper has done about its own. */
static int
spawn_with(pid_t *pid, const char *path, char *const *argv, const int *theirs)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < STREAMS; i++)
        posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(pid, path, &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static gboolean
start(Run *run, const char *path, const char *const *argv, GError **error)
{
    int theirs[STREAMS] = {-1, -1, -1};
    int failed = 0;
    for (guint i = 0; !failed && i < STREAMS; i++) {
        int pair[2];
        if (!g_unix_open_pipe(pair, FD_CLOEXEC, NULL)) {
            failed = errno;
            break;
        }
        theirs[i] = pair[i == IN ? 0 : 1];
        run->fds[i] = pair[i == IN ? 1 : 0];
        fcntl(run->fds[i], F_SETFL, O_NONBLOCK);
    }
    if (!failed)
        failed = spawn_with(&run->pid, path, (char *const *) argv, theirs);
    for (guint i = 0; i < STREAMS; i++) {
        if (theirs[i] >= 0)
            close(theirs[i]);
    }
    if (failed)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "cannot run %s: %s", path,
                    g_strerror(failed));
    return !failed;
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static void
feed(Run *run)
{
    ssize_t written = write(run->fds[IN], run->rest, strlen(run->rest));
    if (written > 0)
        run->rest += written;
    else if (errno != EAGAIN && errno != EINTR)
        run->rest = "";
    if (!*run->rest)
        close_stream(run, IN);
}

static void
hear(Run *run, guint stream)
{
    char buffer[16384];
    ssize_t got = read(run->fds[stream], buffer, sizeof buffer);
    if (got > 0)
        g_string_append_len(run->said[stream], buffer, got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        close_stream(run, stream);
}

/* One look at the pipes, at most a slice long. */
static void
exchange(Run *run)
{
    struct pollfd polls[STREAMS];
    gint64 left = (run->deadline - g_get_monotonic_time()) / 1000;
    for (guint i = 0; i < STREAMS; i++)
        polls[i] = (struct pollfd){run->fds[i], i == IN ? POLLOUT : POLLIN, 0};
    if (poll(polls, STREAMS, CLAMP(left, 0, SLICE_MS)) <= 0)
        return;
    if (polls[IN].revents)
        feed(run);
    for (guint i = OUT; i < STREAMS; i++) {
        if (polls[i].revents)
            hear(run, i);
    }
}

static gboolean
says_too_much(const Run *run)
{
    return run->said[OUT]->len + run->said[ERR]->len > OUTPUT_MAX;
}

/* What is still in the pipes of a program that has ended; a daemon's is not waited for. */
static void
hear_rest(Run *run)
{
    for (guint i = OUT; i < STREAMS; i++) {
        gsize before;
        do {
            before = run->said[i]->len;
            if (run->fds[i] >= 0)
                hear(run, i);
        } while (run->said[i]->len > before && !says_too_much(run));
    }
}

/* FALSE when it had to be killed. */
static gboolean
wait_for(Run *run)
{
    while (!run->ended && g_get_monotonic_time() < run->deadline && !says_too_much(run)) {
        gboolean closed = run->fds[OUT] < 0 && run->fds[ERR] < 0;
        if (!closed)
            exchange(run);
        run->ended = waitpid(run->pid, &run->status, WNOHANG) == run->pid;
        if (!run->ended && closed)
            g_usleep(100);
    }
    if (run->ended) {
        hear_rest(run);
        return !says_too_much(run);
    }
    kill(-run->pid, SIGKILL);
    while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
        continue;
    return FALSE;
}

/* --- What came of it -------------------------------------------------------------------------- */

/* The first line of its complaints that says anything, else of its output; no full stop. */
static char *
first_line(const Run *run)
{
    for (guint i = STREAMS; i-- > OUT;) {
        const char *start = run->said[i]->str;
        start += strspn(start, " \t\r\n");
        gsize length = strcspn(start, "\r\n");
        while (length > 0 && strchr(" \t.", start[length - 1]))
            length--;
        if (length > 0)
            return akin_shown_within(start, MIN(length, LINE_SHOWN));
    }
    return g_strdup("nothing");
}

static void
set_error(const Run *run, const AkinTools *tools, const char *const *argv, GError **error)
{
    g_autofree char *joined = g_strjoinv(" ", (char **) argv);
    g_autofree char *command = akin_shown_within(joined, COMMAND_SHOWN);
    g_autofree char *line = first_line(run);
    if (says_too_much(run))
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘%s’ does not stop talking and was killed; look at what %s is", command,
                    argv[0]);
    else if (!run->ended)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘%s’ did not end within %u s and was killed; run it by hand to see why",
                    command, (tools->deadline_ms + 999) / 1000);
    else if (WIFSIGNALED(run->status))
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘%s’ was ended by signal %d; run it by hand to see why", command,
                    WTERMSIG(run->status));
    else
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘%s’ failed with status %d and said: %s", command, WEXITSTATUS(run->status),
                    line);
}

static char *
take_said(Run *run, guint stream)
{
    return g_string_free(g_steal_pointer(&run->said[stream]), FALSE);
}

gboolean
akin_tool_run(const AkinTools *tools, const char *const *argv, const char *input, char **output,
              char **complaints, GError **error)
{
    g_auto(Run) run = {.fds = {-1, -1, -1}, .rest = input ? input : ""};
    run.said[OUT] = g_string_new(NULL);
    run.said[ERR] = g_string_new(NULL);
    run.deadline = g_get_monotonic_time() + tools->deadline_ms * (gint64) 1000;
    g_autofree char *path = find(tools, argv[0]);
    if (!path) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "there is no program %s here; install it, or use another engine", argv[0]);
        return FALSE;
    }
    if (!start(&run, path, argv, error))
        return FALSE;
    if (!*run.rest)
        close_stream(&run, IN);
    if (!wait_for(&run) || !WIFEXITED(run.status) || WEXITSTATUS(run.status) != 0) {
        set_error(&run, tools, argv, error);
        return FALSE;
    }
    if (output)
        *output = take_said(&run, OUT);
    if (complaints)
        *complaints = take_said(&run, ERR);
    return TRUE;
}

gboolean
akin_tool_call(const AkinTools *tools, GError **error, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    va_list words;
    va_start(words, error);
    const char *word;
    do {
        word = va_arg(words, const char *);
        g_ptr_array_add(argv, (gpointer) word);
    } while (word);
    va_end(words);
    return akin_tool_run(tools, (const char *const *) argv->pdata, NULL, NULL, NULL, error);
}
