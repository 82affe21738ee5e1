/* SPDX-License-Identifier: BSD-2-Clause */
#include "standin.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

gboolean standin_half;

static char *folder;
static const char *program;
static gboolean late;

/* --- The kernel's files ----------------------------------------------------------------------- */

char *
standin_path(const char *name)
{
    return g_build_filename(folder, "kernel", name, NULL);
}

char *
standin_read(const char *name)
{
    g_autofree char *path = standin_path(name);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void
put(const char *name, const char *text, const char *mode)
{
    g_autofree char *path = standin_path(name);
    FILE *file = fopen(path, mode);
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

void
standin_write(const char *name, const char *text)
{
    put(name, text, "w");
}

void
standin_append(const char *name, const char *text)
{
    put(name, text, "a");
}

gboolean
standin_has(const char *name)
{
    g_autofree char *path = standin_path(name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

void
standin_delete(const char *name)
{
    g_autofree char *path = standin_path(name);
    g_unlink(path);
}

GStrv
standin_lines(const char *text)
{
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    GPtrArray *lines = g_ptr_array_new();
    for (guint i = 0; all[i]; i++) {
        if (*all[i])
            g_ptr_array_add(lines, g_strdup(all[i]));
    }
    g_ptr_array_add(lines, NULL);
    return (GStrv) g_ptr_array_free(lines, FALSE);
}

char *
standin_input(void)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        g_string_append_len(text, buffer, got);
    return g_string_free(text, FALSE);
}

void
standin_fail(const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s: ", program);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(69);
}

/* --- What goes wrong -------------------------------------------------------------------------- */

static char *
find_fault(const char *step)
{
    g_autofree char *text = standin_read("faults");
    g_auto(GStrv) lines = standin_lines(text);
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 2);
        if (g_str_equal(words[0], step) || g_str_equal(words[0], program))
            return g_strdup(words[1]);
    }
    return g_strdup("");
}

static void
go_wrong(const char *fault)
{
    late = g_str_equal(fault, "late");
    standin_half = g_str_equal(fault, "half");
    if (g_str_equal(fault, "fail"))
        standin_fail("told to fail.");
    if (g_str_equal(fault, "hang"))
        sleep(30);
    if (g_str_equal(fault, "die"))
        raise(SIGKILL);
    if (g_str_equal(fault, "rubbish"))
        printf("\001\377 rubbish \033[2J %%s 00010 set\n");
    if (g_str_equal(fault, "rubbish") || g_str_equal(fault, "silent") || g_str_equal(fault, "hang"))
        exit(0);
}

/* Notes the call. */
static void
count_step(char **argv)
{
    g_autofree char *before = standin_read("step");
    g_autofree char *step = g_strdup_printf("%d", atoi(before) + 1);
    g_autofree char *words = g_strjoinv(" ", argv);
    g_autofree char *line = g_strdup_printf("%s %s\n", program, words);
    standin_write("step", step);
    standin_append("log", line);
    g_autofree char *fault = find_fault(step);
    go_wrong(fault);
}

/* --- The small ones --------------------------------------------------------------------------- */

/* "sysctl -n -i NAME" and "sysctl NAME=VALUE"; a file for each switch. */
static void
standin_sysctl(char **argv)
{
    gboolean read = g_str_equal(argv[0], "-n");
    g_auto(GStrv) words = g_strsplit(argv[read ? 2 : 0], "=", 2);
    g_autofree char *file = g_strconcat("sysctl/", words[0], NULL);
    g_autofree char *value = standin_read(file);
    if (!standin_has(file) && !read)
        standin_fail("unknown oid '%s'", words[0]);
    if (read) {
        if (standin_has(file))
            printf("%s\n", value);
        return;
    }
    printf("%s: %s -> %s\n", words[0], value, words[1]);
    standin_write(file, words[1]);
}

/* "kenv -q NAME", "kenv -u NAME" and "kenv NAME=VALUE"; a file for each variable. */
static void
standin_kenv(char **argv)
{
    gboolean assigns = argv[0][0] != '-';
    g_auto(GStrv) words = g_strsplit(argv[assigns ? 0 : 1], "=", 2);
    g_autofree char *file = g_strconcat("kenv/", words[0], NULL);
    if (assigns) {
        standin_write(file, words[1]);
        return;
    }
    if (!standin_has(file))
        exit(1);
    g_autofree char *value = standin_read(file);
    if (g_str_equal(argv[0], "-u"))
        standin_delete(file);
    else
        printf("%s\n", value);
}

#define ACCEPT "net.inet.ip.fw.default_to_accept"

/* "kldload -n MODULE". Once it is loaded ipfw denies everything, unless the tunable is 1. */
static void
standin_kldload(char **argv)
{
    g_autofree char *file = g_strconcat("modules/", argv[1], NULL);
    if (standin_has(file))
        return;
    standin_write(file, "");
    if (!g_str_equal(argv[1], "ipfw"))
        return;
    g_autofree char *value = standin_read("kenv/" ACCEPT);
    gboolean accepts = g_str_equal(value, "1");
    if (!accepts)
        standin_write("network-was-cut", "");
    standin_write("sysctl/" ACCEPT, accepts ? "1" : "0");
    standin_write("sysctl/net.inet.ip.fw.enable", "1");
    standin_write("sysctl/net.inet6.ip6.fw.enable", "1");
    standin_write("sysctl/net.inet.ip.fw.one_pass", "1");
    standin_write("sysctl/net.inet.ip.fw.dyn_keep_states", "0");
}

/* "sysrc -n NAME"; a file for each variable of rc.conf. */
static void
standin_sysrc(char **argv)
{
    g_autofree char *file = g_strconcat("rc/", argv[1], NULL);
    g_autofree char *value = standin_read(file);
    printf("%s\n", *value ? value : "NO");
}

static const struct {
    const char *name;
    void (*run)(char **argv);
} programs[] = {
    {"ipfw", standin_ipfw},   {"kenv", standin_kenv},   {"kldload", standin_kldload},
    {"natd", standin_natd},   {"pfctl", standin_pfctl}, {"sysctl", standin_sysctl},
    {"sysrc", standin_sysrc},
};

int
main(int argc, char **argv)
{
    /* argv[0] has no folder. */
    const char *called = (const char *) getauxval(AT_EXECFN);
    folder = g_path_get_dirname(called);
    program = strrchr(called, '/') + 1;
    if (argc < 2)
        standin_fail("usage");
    count_step(argv + 1);
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (g_str_equal(programs[i].name, program))
            programs[i].run(argv + 1);
    }
    if (late)
        standin_fail("told to fail late.");
    return 0;
}
