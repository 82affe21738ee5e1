/* SPDX-License-Identifier: BSD-2-Clause */
#include "child-watch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
akin_child_watch_open(pid_t pid)
{
    return (int) syscall(SYS_pidfd_open, pid, 0);
}

void
akin_child_watch_signal(int fd, pid_t pid, int signal)
{
    (void) pid;
    syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
}

gboolean
akin_child_watch_is_ours(pid_t pid, const char *word)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int) pid);
    g_autofree char *words = NULL;
    struct stat file;
    gsize length;
    if (stat(path, &file) != 0 || file.st_uid != geteuid() ||
        !g_file_get_contents(path, &words, &length, NULL))
        return FALSE;
    /* It ends with a NUL, as GLib makes sure. */
    for (const char *at = words; at < words + length; at += strlen(at) + 1) {
        if (strcmp(at, word) == 0)
            return TRUE;
    }
    return FALSE;
}
