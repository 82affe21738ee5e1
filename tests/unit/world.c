/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "temporary-folder.h"

#define WAIT_MS 60000

static char *
path_of(const World *world, const char *name)
{
    return g_build_filename(world->kernel, name, NULL);
}

/* What goes wrong here is meant to. */
static void
note(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    (void) domain;
    (void) user_data;
    g_test_message("%s%s", level & G_LOG_LEVEL_WARNING ? "warning: " : "", message);
}

static gboolean
is_fatal(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    (void) domain;
    (void) message;
    (void) user_data;
    return !(level & G_LOG_LEVEL_WARNING);
}

World *
world_new(void)
{
    static const char *const programs[] = {"ipfw",  "kenv",   "kldload", "natd",
                                           "pfctl", "sysctl", "sysrc"};
    static const char *const folders[] = {"kenv", "modules", "nat", "natd", "rc", "sysctl"};
    static const char *const files[] = {"disabled", "faults",    "history", "in-force",
                                        "log",      "natd-mode", "natds",   "rules"};
    static const char *const switches[][2] = {
        {"net.inet.ip.fw.default_to_accept", "1"},
        {"net.inet.ip.fw.dyn_keep_states", "0"},
        {"net.inet.ip.fw.enable", "1"},
        {"net.inet.ip.fw.one_pass", "1"},
        {"net.inet6.ip6.fw.enable", "1"},
        {"net.inet.ip.forwarding", "0"},
        {"net.inet6.ip6.forwarding", "0"},
        {"net.inet6.ip6.rfc6204w3", "0"},
    };
    World *world = g_new0(World, 1);
    g_log_set_handler(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_FLAG_FATAL,
                      note, NULL);
    g_test_log_set_fatal_handler(is_fatal, NULL);
    const char *standin = g_getenv("AKIN_STANDIN");
    g_assert_nonnull(standin);
    world->tools = temporary_folder_new("world");
    world->kernel = g_build_filename(world->tools, "kernel", NULL);
    world->state = g_build_filename(world->tools, "state", NULL);
    world->runtime = g_build_filename(world->tools, "runtime", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *link = g_build_filename(world->tools, programs[i], NULL);
        g_assert_cmpint(symlink(standin, link), ==, 0);
    }
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = path_of(world, folders[i]);
        g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    }
    for (guint i = 0; i < G_N_ELEMENTS(files); i++)
        world_write(world, files[i], "");
    for (guint i = 0; i < G_N_ELEMENTS(switches); i++) {
        g_autofree char *file = g_strconcat("sysctl/", switches[i][0], NULL);
        world_write(world, file, switches[i][1]);
    }
    world_write(world, "step", "0\n");
    world_write(world, "modules/ipfw", "");
    return world;
}

void
world_free(World *world)
{
    g_autoptr(GArray) natds = world_natds(world);
    g_autofree char *log = natds->len > 0 ? world_read(world, "log") : NULL;
    if (natds->len > 0)
        g_error("%u natds are left behind; what was called:\n%s", natds->len, log);
    temporary_folder_empty(world->tools);
    temporary_folder_remove(world->tools);
    g_free(world->kernel);
    g_free(world->state);
    g_free(world->runtime);
    g_free(world);
}

AkinTools *
world_tools(const World *world, guint deadline_ms)
{
    return akin_tools_new(world->tools, deadline_ms);
}

char *
world_read(const World *world, const char *name)
{
    g_autofree char *path = path_of(world, name);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

void
world_write(const World *world, const char *name, const char *text)
{
    g_autofree char *path = path_of(world, name);
    FILE *file = fopen(path, "w");
    g_assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

gboolean
world_has(const World *world, const char *name)
{
    g_autofree char *path = path_of(world, name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

guint
world_steps(const World *world)
{
    g_autofree char *text = world_read(world, "step");
    return (guint) g_ascii_strtoull(text, NULL, 10);
}

void
world_set_faults(const World *world, const char *faults)
{
    g_autofree char *lines = g_strconcat(faults, "\n", NULL);
    world_write(world, "faults", lines);
}

static gboolean
lives(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *stat = NULL;
    return g_file_get_contents(path, &stat, NULL, NULL) && !strstr(stat, ") Z ");
}

GArray *
world_natds(const World *world)
{
    GArray *natds = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autofree char *text = world_read(world, "natds");
    g_auto(GStrv) pids = g_strsplit(text, "\n", -1);
    for (guint i = 0; pids[i]; i++) {
        pid_t pid = (pid_t) g_ascii_strtoull(pids[i], NULL, 10);
        if (pid && lives(pids[i]))
            g_array_append_val(natds, pid);
    }
    return natds;
}

static gboolean
time_is_up(gpointer user_data)
{
    *(gboolean *) user_data = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean
go_on(gpointer user_data)
{
    (void) user_data;
    return G_SOURCE_CONTINUE;
}

void
world_wait(WorldCondition condition, gpointer user_data)
{
    gboolean up = FALSE;
    guint clock = g_timeout_add(WAIT_MS, time_is_up, &up);
    guint wake = g_timeout_add(5, go_on, NULL);
    while (!condition(user_data)) {
        g_assert_false(up);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(wake);
    g_source_remove(clock);
}

void
world_pass(guint milliseconds)
{
    gboolean up = FALSE;
    guint clock = g_timeout_add(milliseconds, time_is_up, &up);
    while (!up)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(clock);
}
