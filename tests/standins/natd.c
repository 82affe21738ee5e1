/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "standin.h"

/*
 * FreeBSD's natd(8), called as "natd -f CONFIG -P PIDFILE": holds its port, makes a daemon of
 * itself, writes its pid file a little later, and stays for a minute at most. The file "natd-mode"
 * may say "stubborn" (SIGTERM does not end it) or "mortal" (it ends soon).
 */

#define LIFE_MS 60000
#define SHORT_LIFE_MS 20

static gboolean
lives(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *stat = NULL;
    return *pid && g_file_get_contents(path, &stat, NULL, NULL) && !strstr(stat, ") Z ");
}

/* The file that stands for the divert port. */
static char *
read_port(const char *config)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(config, &text, NULL, NULL))
        standin_fail("cannot open config file %s", config);
    if (!g_str_has_suffix(text, "\n"))
        standin_fail("config file format error: last line should end with newline");
    g_auto(GStrv) lines = standin_lines(text);
    for (guint i = 0; lines[i]; i++) {
        if (g_str_has_prefix(lines[i], "port "))
            return g_strconcat("natd/", lines[i] + strlen("port "), NULL);
    }
    standin_fail("no port");
}

static void
serve(const char *pid_file, const char *mode)
{
    gboolean mortal = g_str_equal(mode, "mortal");
    int nothing = open("/dev/null", O_RDWR);
    g_autofree char *kernel = standin_path("");
    g_autofree char *pid = g_strdup_printf("%d\n", (int) getpid());
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(nothing, i);
    if (g_str_equal(mode, "stubborn"))
        signal(SIGTERM, SIG_IGN);
    g_usleep(5000);
    g_file_set_contents(pid_file, pid, -1, NULL);
    for (guint life = 0; life < (mortal ? SHORT_LIFE_MS : LIFE_MS); life += 10) {
        g_usleep(10000);
        if (!g_file_test(kernel, G_FILE_TEST_EXISTS))
            break;
    }
}

void
standin_natd(char **argv)
{
    if (g_strv_length(argv) != 4 || !g_str_equal(argv[0], "-f") || !g_str_equal(argv[2], "-P"))
        standin_fail("bad arguments");
    g_autofree char *port = read_port(argv[1]);
    g_autofree char *holder = standin_read(port);
    g_autofree char *mode = standin_read("natd-mode");
    if (lives(holder))
        standin_fail("Unable to bind divert socket.: Address already in use");
    pid_t daemon = fork();
    if (daemon == 0) {
        serve(argv[3], mode);
        _exit(0);
    }
    g_autofree char *pid = g_strdup_printf("%d", (int) daemon);
    g_autofree char *line = g_strconcat(pid, "\n", NULL);
    standin_write(port, pid);
    standin_append("natds", line);
}
