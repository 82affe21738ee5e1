/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>
#include <sys/types.h>

/*
 * A process that need not be our child: that it has died, and signals that reach it and never
 * another one that has got its number. One file per operating system.
 */

/*
 * A descriptor that can be polled, and becomes readable (for good) when the process is dead. -1
 * when there is no such process. The caller closes it.
 */
int akin_child_watch_open(pid_t pid);

/* fd is that of akin_child_watch_open for pid. Does nothing to a process that is dead. */
void akin_child_watch_signal(int fd, pid_t pid, int signal);

/* Whether it is of this process's user, and was started with this word among its arguments. */
gboolean akin_child_watch_is_ours(pid_t pid, const char *word);
