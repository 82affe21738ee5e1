/* SPDX-License-Identifier: BSD-2-Clause */
#include "natd-keeper.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child-watch.h"
#include "error.h"
#include "natd.h"

/*
 * Theory of operation
 *
 * natd makes a daemon of itself, so it is no child of ours: the program that we start ends with 0
 * once its socket is bound, and a little later the daemon writes its number to a file. That number
 * is believed only when its process is root's and was started with our configuration file as an
 * argument.
 *
 * The configuration file is written right before a natd is started and after the one before it has
 * ended: so a natd that runs has read the text that is in the file, also when another helper has
 * started it.
 */

#define PID_FILE_MS 1000
#define TERM_MS 2000
#define KILL_MS 2000
#define DELAY_MAX_MS 60000

typedef struct {
    AkinNatdKeeper *keeper;
    char *interface, *config_path, *pid_path;
    char *config; /* the text that it is to run with */
    pid_t pid;    /* 0: it does not run */
    int watch;    /* of the process; -1 */
    guint died;   /* source, while it runs */
    guint again;  /* source, while it is waited for the next try */
    guint delay_ms;
    gint64 started;
    char *trouble;
} Natd;

struct _AkinNatdKeeper {
    const AkinTools *tools;
    char *folder;
    guint first_delay_ms;
    GHashTable *natds; /* interface -> Natd */

    AkinNatdTroubled troubled;
    gpointer user_data;
    guint tell; /* source */
    char *told;
};

/* --- Troubles --------------------------------------------------------------------------------- */

static gint
compare_interfaces(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* NULL when there is none; in the order of the interfaces' names. */
static char *
collect_troubles(const AkinNatdKeeper *keeper)
{
    GString *all = g_string_new(NULL);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(keeper->natds), compare_interfaces);
    for (const GList *at = names; at; at = at->next) {
        const Natd *natd = g_hash_table_lookup(keeper->natds, at->data);
        if (natd->trouble)
            g_string_append_printf(all, "%s%s", all->len ? "; " : "", natd->trouble);
    }
    gboolean none = all->len == 0;
    char *text = g_string_free(all, FALSE);
    if (none)
        g_clear_pointer(&text, g_free);
    return text;
}

static gboolean
tell(gpointer user_data)
{
    AkinNatdKeeper *keeper = user_data;
    char *troubles = collect_troubles(keeper);
    keeper->tell = 0;
    gboolean news = g_strcmp0(troubles, keeper->told) != 0;
    g_free(keeper->told);
    keeper->told = troubles;
    if (news)
        keeper->troubled(troubles, keeper->user_data);
    return G_SOURCE_REMOVE;
}

/* Takes trouble; NULL: none any more. */
static void
set_trouble(Natd *natd, char *trouble)
{
    AkinNatdKeeper *keeper = natd->keeper;
    g_free(natd->trouble);
    natd->trouble = trouble;
    if (!keeper->tell)
        keeper->tell = g_idle_add(tell, keeper);
}

/* --- One process ------------------------------------------------------------------------------ */

static gboolean natd_died(int watch, GIOCondition condition, gpointer user_data);

/* 0 when there is no such file, or what is in it is no number of a process. */
static pid_t
read_pid_file(const char *path)
{
    g_autofree char *text = NULL;
    guint64 pid;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    g_strstrip(text);
    return g_ascii_string_to_unsigned(text, 10, 2, G_MAXINT, &pid, NULL) ? (pid_t) pid : 0;
}

/* Takes charge of the process that the pid file names, if it is one of ours. */
static gboolean
attach(Natd *natd)
{
    pid_t pid = read_pid_file(natd->pid_path);
    int watch = pid ? akin_child_watch_open(pid) : -1;
    if (watch < 0)
        return FALSE;
    /* Looked at only now: as long as it is watched, the number is not given to another. */
    if (!akin_child_watch_is_ours(pid, natd->config_path)) {
        close(watch);
        return FALSE;
    }
    natd->pid = pid;
    natd->watch = watch;
    natd->died = g_unix_fd_add(watch, G_IO_IN, natd_died, natd);
    natd->started = g_get_monotonic_time();
    return TRUE;
}

static void
detach(Natd *natd)
{
    g_clear_handle_id(&natd->died, g_source_remove);
    if (natd->watch >= 0)
        close(natd->watch);
    natd->watch = -1;
    natd->pid = 0;
}

static gboolean
is_dead_within(const Natd *natd, int milliseconds)
{
    struct pollfd end = {natd->watch, POLLIN, 0};
    return poll(&end, 1, milliseconds) > 0;
}

/* One that has written its pid file too late for us is ended too: it would hold the port. */
static void
end_process(Natd *natd)
{
    if (natd->pid || attach(natd)) {
        akin_child_watch_signal(natd->watch, natd->pid, SIGTERM);
        if (!is_dead_within(natd, TERM_MS)) {
            g_message("natd for %s does not end, killing it", natd->interface);
            akin_child_watch_signal(natd->watch, natd->pid, SIGKILL);
            is_dead_within(natd, KILL_MS);
        }
    }
    detach(natd);
    g_unlink(natd->pid_path);
}

/* The daemon writes it a few milliseconds after the program that we ran has ended. */
static gboolean
wait_for_pid_file(Natd *natd)
{
    gint64 end = g_get_monotonic_time() + PID_FILE_MS * 1000;
    while (!attach(natd)) {
        if (g_get_monotonic_time() > end)
            return FALSE;
        g_usleep(2000);
    }
    return TRUE;
}

static gboolean
start_process(Natd *natd, GError **error)
{
    g_autoptr(GError) refused = NULL;
    end_process(natd);
    if (g_mkdir_with_parents(natd->keeper->folder, 0755) != 0 ||
        !g_file_set_contents(natd->config_path, natd->config, -1, &refused)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "cannot write %s: %s",
                    natd->config_path, refused ? refused->message : g_strerror(errno));
        return FALSE;
    }
    if (!akin_tool_call(natd->keeper->tools, error, "natd", "-f", natd->config_path, "-P",
                        natd->pid_path, NULL))
        return FALSE;
    if (wait_for_pid_file(natd))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "it does not write its number to %s; see what the system's log says of natd",
                natd->pid_path);
    return FALSE;
}

/* --- Once more -------------------------------------------------------------------------------- */

static void start(Natd *natd);

static gboolean
try_again(gpointer user_data)
{
    Natd *natd = user_data;
    natd->again = 0;
    start(natd);
    return G_SOURCE_REMOVE;
}

static void
wait_and_try_again(Natd *natd, const char *what)
{
    set_trouble(natd, g_strdup_printf("machines do not reach the outside by %s: %s; it is started "
                                      "again after a while",
                                      natd->interface, what));
    g_warning("natd for %s: %s", natd->interface, what);
    natd->again = g_timeout_add(natd->delay_ms, try_again, natd);
    natd->delay_ms = MIN(natd->delay_ms * 2, DELAY_MAX_MS);
}

static void
start(Natd *natd)
{
    g_autoptr(GError) error = NULL;
    g_clear_handle_id(&natd->again, g_source_remove);
    if (!start_process(natd, &error)) {
        wait_and_try_again(natd, error->message);
        return;
    }
    g_message("started natd for %s", natd->interface);
    set_trouble(natd, NULL);
}

/* Having lived for long, it has earned a fresh start. */
static gboolean
natd_died(int watch, GIOCondition condition, gpointer user_data)
{
    Natd *natd = user_data;
    (void) watch;
    (void) condition;
    natd->died = 0;
    detach(natd);
    if (g_get_monotonic_time() - natd->started > DELAY_MAX_MS * (gint64) 1000)
        natd->delay_ms = natd->keeper->first_delay_ms;
    wait_and_try_again(natd, "natd has ended");
    return G_SOURCE_REMOVE;
}

/* --- All of them ------------------------------------------------------------------------------ */

/* Leaves the process alone. */
static void
natd_free(gpointer data)
{
    Natd *natd = data;
    g_clear_handle_id(&natd->again, g_source_remove);
    detach(natd);
    g_free(natd->interface);
    g_free(natd->config_path);
    g_free(natd->pid_path);
    g_free(natd->config);
    g_free(natd->trouble);
    g_free(natd);
}

static Natd *
add(AkinNatdKeeper *keeper, const char *interface)
{
    Natd *natd = g_new0(Natd, 1);
    natd->keeper = keeper;
    natd->interface = g_strdup(interface);
    natd->config_path = g_strdup_printf("%s/natd-%s.conf", keeper->folder, interface);
    natd->pid_path = g_strdup_printf("%s/natd-%s.pid", keeper->folder, interface);
    natd->watch = -1;
    natd->delay_ms = keeper->first_delay_ms;
    g_hash_table_insert(keeper->natds, natd->interface, natd);
    return natd;
}

static void
end(Natd *natd)
{
    if (natd->pid)
        g_message("ending natd for %s", natd->interface);
    end_process(natd);
    g_clear_handle_id(&natd->again, g_source_remove);
    g_unlink(natd->config_path);
    set_trouble(natd, NULL);
}

/* The interface of "natd-em0.pid" or "natd-em0.conf"; NULL for another file. */
static char *
interface_of(const char *file)
{
    const char *dot = strrchr(file, '.');
    if (!g_str_has_prefix(file, "natd-") || !dot ||
        (!g_str_equal(dot, ".pid") && !g_str_equal(dot, ".conf")))
        return NULL;
    file += strlen("natd-");
    return dot > file ? g_strndup(file, dot - file) : NULL;
}

/* The files of one that does not run any more go with it. */
static void
take_over(AkinNatdKeeper *keeper)
{
    g_autoptr(GDir) dir = g_dir_open(keeper->folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *interface = interface_of(name);
        if (!interface || g_hash_table_contains(keeper->natds, interface))
            continue;
        Natd *natd = add(keeper, interface);
        if (attach(natd) && g_file_get_contents(natd->config_path, &natd->config, NULL, NULL)) {
            g_message("taking over natd for %s", interface);
            continue;
        }
        end(natd);
        g_hash_table_remove(keeper->natds, interface);
    }
}

AkinNatdKeeper *
akin_natd_keeper_new(const AkinTools *tools, const char *folder, guint delay_ms,
                     AkinNatdTroubled troubled, gpointer user_data)
{
    AkinNatdKeeper *keeper = g_new0(AkinNatdKeeper, 1);
    keeper->tools = tools;
    keeper->folder = g_strdup(folder);
    keeper->first_delay_ms = delay_ms;
    keeper->natds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, natd_free);
    keeper->troubled = troubled;
    keeper->user_data = user_data;
    take_over(keeper);
    return keeper;
}

void
akin_natd_keeper_free(AkinNatdKeeper *keeper)
{
    g_hash_table_unref(keeper->natds);
    g_clear_handle_id(&keeper->tell, g_source_remove);
    g_free(keeper->told);
    g_free(keeper->folder);
    g_free(keeper);
}

static const AkinNatInstance *
find_instance(const GPtrArray *instances, const char *interface)
{
    for (guint i = 0; instances && i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        if (g_str_equal(instance->interface, interface))
            return instance;
    }
    return NULL;
}

/* Before any is started: a new one may need the port of an old one. */
static void
end_what_differs(AkinNatdKeeper *keeper, const GPtrArray *instances)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, keeper->natds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Natd *natd = value;
        const AkinNatInstance *instance = find_instance(instances, natd->interface);
        if (instance && g_str_equal(instance->natd, natd->config))
            continue;
        end(natd);
        g_hash_table_iter_remove(&iter);
    }
}

void
akin_natd_keeper_set(AkinNatdKeeper *keeper, const GPtrArray *instances)
{
    end_what_differs(keeper, instances);
    for (guint i = 0; instances && i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        if (g_hash_table_contains(keeper->natds, instance->interface))
            continue;
        Natd *natd = add(keeper, instance->interface);
        natd->config = g_strdup(instance->natd);
        start(natd);
    }
}
