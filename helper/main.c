/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "controller.h"
#include "names.h"
#include "power.h"
#include "privileges.h"
#include "ready.h"
#include "server.h"
#include "shown.h"
#include "tamper.h"
#include "trusted-folder.h"
#include "uplink.h"

/* Options, logging, wiring; nothing else. */

typedef struct {
    char *socket, *config, *state_dir, *engine, *check_config;
    gboolean version;
} Options;

typedef struct {
    GMainLoop *loop;
    AkinController *controller;
    AkinUplinkMonitor *uplinks;
    AkinTamperMonitor *tamper; /* NULL: not known what others do */
} Helper;

/* --- Logging ---------------------------------------------------------------------------------- */

static const char *
log_field(const GLogField *fields, gsize count, const char *key)
{
    for (gsize i = 0; i < count; i++) {
        if (g_strcmp0(fields[i].key, key) == 0)
            return fields[i].value;
    }
    return "";
}

/* What GDBus says of rubbish from a client is for debugging: anyone could fill the log with it. */
static gboolean
is_for_debugging(GLogLevelFlags level, const char *domain)
{
    return level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO) ||
           (level & G_LOG_LEVEL_WARNING && strcmp(domain, "GLib-GIO") == 0);
}

/*
 * What a library has to complain of may be somebody's doing, who can do it again and again: of that
 * there is a line a second at most. Any thread.
 */
static gboolean
is_too_often(const char *domain)
{
    static GMutex mutex;
    static gint64 next; /* monotonic */
    if (strcmp(domain, G_LOG_DOMAIN) == 0)
        return FALSE;
    g_mutex_lock(&mutex);
    gint64 now = g_get_monotonic_time();
    gboolean too_often = now < next;
    if (!too_often)
        next = now + G_USEC_PER_SEC;
    g_mutex_unlock(&mutex);
    return too_often;
}

/* What others have said may be part of it. */
#define LINE_MAX_SHOWN 4096

/* One line on standard error; below systemd with the level that the journal understands. */
static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer user_data)
{
    const char *word = level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL) ? "error: "
                       : level & G_LOG_LEVEL_WARNING                      ? "warning: "
                                                                          : "";
    const char *domain = log_field(fields, count, "GLIB_DOMAIN");
    if (!getenv("G_MESSAGES_DEBUG") && (is_for_debugging(level, domain) || is_too_often(domain)))
        return G_LOG_WRITER_HANDLED;
    if (*(const gboolean *) user_data)
        return g_log_writer_journald(level, fields, count, NULL);
    g_autofree char *message =
        akin_shown_within(log_field(fields, count, "MESSAGE"), LINE_MAX_SHOWN);
    fprintf(stderr, "akin-helper: %s%s\n", word, message);
    return G_LOG_WRITER_HANDLED;
}

static int
fail(const GError *error)
{
    fprintf(stderr, "akin-helper: %s\n", error->message);
    return EXIT_FAILURE;
}

/* --- Events ----------------------------------------------------------------------------------- */

static void
uplinks_changed(GPtrArray *interfaces, const char *reason, gpointer user_data)
{
    Helper *helper = user_data;
    akin_controller_interfaces_changed(helper->controller, interfaces, reason);
    if (helper->tamper)
        akin_tamper_monitor_suspect(helper->tamper);
}

static void
power_changed(gboolean awake, gpointer user_data)
{
    Helper *helper = user_data;
    akin_controller_power_changed(helper->controller, awake);
    if (awake)
        akin_uplink_monitor_read(helper->uplinks, "woke up");
}

static void
tampered(AkinTamper which, const char *who, gpointer user_data)
{
    Helper *helper = user_data;
    akin_controller_tampered(helper->controller, which, who);
}

static gboolean
quit(gpointer user_data)
{
    g_main_loop_quit(user_data);
    return G_SOURCE_CONTINUE;
}

static gboolean
hang_up(gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    if (!akin_controller_reload(user_data, &error))
        g_warning("%s", error->message);
    return G_SOURCE_CONTINUE;
}

/* --- Wiring ----------------------------------------------------------------------------------- */

/* With what only makes it better: neither monitor has to be there. */
static void
run(Helper *helper)
{
    g_autoptr(GError) error = NULL;
    AkinPowerMonitor *power = akin_power_monitor_new(power_changed, helper);
    helper->tamper = akin_tamper_monitor_new(tampered, helper, &error);
    if (!helper->tamper)
        g_warning("%s; akin's rules are looked at after sleep alone", error->message);
    g_main_loop_run(helper->loop);
    g_clear_pointer(&helper->tamper, akin_tamper_monitor_free);
    akin_power_monitor_free(power);
}

/* Before anything is read from or written to them. */
static gboolean
trust_places(Options *options, GError **error)
{
    return akin_trust_folder(&options->state_dir, "a --state-dir", error) &&
           akin_trust_folder_of(&options->config, "a folder for --config", error);
}

/* Everything that can refuse comes before the kernel is touched: the socket, above all. */
static gboolean
serve(const Options *options, GError **error)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Helper helper = {.loop = loop};
    g_autoptr(AkinEngine) engine = akin_engine_new(options->engine, options->state_dir, error);
    if (!engine)
        return FALSE;
    g_autoptr(AkinUplinkMonitor) uplinks = akin_uplink_monitor_new(uplinks_changed, &helper, error);
    if (!uplinks)
        return FALSE;
    g_autoptr(AkinController) controller =
        akin_controller_new(g_steal_pointer(&engine), akin_forwarding_new(options->state_dir),
                            akin_store_new(options->config, options->state_dir));
    g_autoptr(AkinServer) server = akin_server_new(options->socket, controller, error);
    if (!server)
        return FALSE;

    helper.uplinks = uplinks;
    helper.controller = controller;
    /* Before the kernel is touched: who is told to end while starting ends once started. */
    guint sources[] = {g_unix_signal_add(SIGTERM, quit, loop),
                       g_unix_signal_add(SIGINT, quit, loop),
                       g_unix_signal_add(SIGHUP, hang_up, controller)};
    akin_uplink_monitor_wait(uplinks, "started");
    gboolean done = akin_controller_enforce(controller, TRUE, "started", error);
    if (done) {
        akin_tell_ready();
        run(&helper);
        done = akin_controller_leave(controller, error);
    }
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    return done;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket, "Serve clients here", "PATH"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "The policy file", "FILE"},
        {"state-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir,
         "What must outlive the helper", "DIR"},
        {"engine", 0, 0, G_OPTION_ARG_STRING, &options->engine,
         "What loads the rules: nftables, ipfw or pf", "NAME"},
        {"check-config", 0, 0, G_OPTION_ARG_FILENAME, &options->check_config,
         "Say whether FILE is a valid policy, and exit", "FILE"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Owns the firewall and NAT of this computer for akin.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc > 1) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "unknown argument; see akin-helper --help");
        return FALSE;
    }
    if (!options->socket)
        options->socket = g_strdup(AKIN_SOCKET_PATH);
    if (!options->config)
        options->config = g_strdup(AKIN_CONFIG_PATH);
    if (!options->state_dir)
        options->state_dir = g_strdup(AKIN_STATE_DIR);
    return TRUE;
}

static void
options_clear(Options *options)
{
    g_free(options->socket);
    g_free(options->config);
    g_free(options->state_dir);
    g_free(options->engine);
    g_free(options->check_config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/*
 * glibc gives each thread a heap of its own, and what one has freed no other can use: with GDBus'
 * threads the helper grew by 2 MiB. Two that do something at the same time do not wait for each
 * other.
 */
static void
share_heaps(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 2);
#endif
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(GError) error = NULL;
    share_heaps();
    setlocale(LC_ALL, "C.UTF-8");
    /* Everybody may look: the socket's folder must not depend on who starts the helper. */
    umask(022);
    gboolean journal = g_log_writer_is_journald(STDERR_FILENO);
    g_log_set_writer_func(write_log, &journal, NULL);
    if (!parse_options(&options, &argc, &argv, &error)) {
        fprintf(stderr, "akin-helper: %s\n", error->message);
        return 2;
    }
    if (options.version) {
        puts("akin-helper " AKIN_VERSION);
        return EXIT_SUCCESS;
    }
    if (options.check_config) {
        if (!akin_store_check(options.check_config, &error))
            return fail(error);
        printf("%s: valid\n", options.check_config);
        return EXIT_SUCCESS;
    }
    if (geteuid() != 0) {
        fputs("akin-helper: only root can change the firewall; try it with sudo\n", stderr);
        return EXIT_FAILURE;
    }
    akin_privileges_drop();
    return trust_places(&options, &error) && serve(&options, &error) ? EXIT_SUCCESS : fail(error);
}
