/* SPDX-License-Identifier: BSD-2-Clause */
#include "child-watch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/event.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

/*
 * A queue for each process, with one event: as long as nobody fetches it, the queue stays readable.
 */

int
akin_child_watch_open(pid_t pid)
{
    struct kevent change;
    int queue = kqueue();
    if (queue < 0)
        return -1;
    fcntl(queue, F_SETFD, FD_CLOEXEC);
    EV_SET(&change, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    if (kevent(queue, &change, 1, NULL, 0, NULL) == 0)
        return queue;
    close(queue);
    return -1;
}

/* Its number is given to nobody else before the queue tells of its end. */
void
akin_child_watch_signal(int fd, pid_t pid, int signal)
{
    struct pollfd end = {fd, POLLIN, 0};
    if (poll(&end, 1, 0) == 0)
        kill(pid, signal);
}

static gboolean
is_of_this_user(pid_t pid)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    struct kinfo_proc process;
    size_t length = sizeof process;
    return sysctl(name, G_N_ELEMENTS(name), &process, &length, NULL, 0) == 0 &&
           length == sizeof process && process.ki_uid == geteuid();
}

gboolean
akin_child_watch_is_ours(pid_t pid, const char *word)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_ARGS, pid};
    char words[16384];
    size_t length = sizeof words - 1;
    if (!is_of_this_user(pid) || sysctl(name, G_N_ELEMENTS(name), words, &length, NULL, 0) != 0)
        return FALSE;
    words[length] = '\0';
    for (const char *at = words; at < words + length; at += strlen(at) + 1) {
        if (strcmp(at, word) == 0)
            return TRUE;
    }
    return FALSE;
}
