/* SPDX-License-Identifier: BSD-2-Clause */
#include "power.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "devd-line.h"

/*
 * devd(8) gives every line that the kernel sends it to whoever connects. It starts after us, and
 * when it is started anew the connection ends: then it is tried again, soon and then less and less
 * often, since a jail or a small system may have none at all.
 */
#define DEVD_SOCKET "/var/run/devd.seqpacket.pipe"
#define LINE_SIZE 8192
#define RETRY_FIRST_SECONDS 2
#define RETRY_LAST_SECONDS 600

struct _AkinPowerMonitor {
    AkinPowerChanged changed;
    gpointer user_data;
    gboolean asleep;
    int devd; /* -1 while there is none */
    guint watch, retry;
    guint retry_seconds;
};

static void try_later(AkinPowerMonitor *monitor);

/* The user may free the monitor in its callback, so that is always the last thing done. */
static void
set_awake(AkinPowerMonitor *monitor, gboolean awake)
{
    if (monitor->asleep != awake)
        return;
    monitor->asleep = !awake;
    monitor->changed(awake, monitor->user_data);
}

static void
drop(AkinPowerMonitor *monitor)
{
    g_clear_handle_id(&monitor->watch, g_source_remove);
    if (monitor->devd >= 0)
        close(monitor->devd);
    monitor->devd = -1;
}

/* Whoever gets this far is awake, and nobody is left to say so. */
static void
lose(AkinPowerMonitor *monitor)
{
    g_message("devd is gone: sleep and wake are not watched until it is back");
    drop(monitor);
    monitor->retry_seconds = RETRY_FIRST_SECONDS;
    try_later(monitor);
    set_awake(monitor, TRUE);
}

static gboolean
on_line(gint fd, GIOCondition condition, gpointer user_data)
{
    char line[LINE_SIZE];
    (void) condition;
    ssize_t size = recv(fd, line, sizeof line, 0);
    AkinDevdNews news = size > 0 ? akin_devd_read(line, size) : AKIN_DEVD_NOTHING;
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        lose(user_data);
    else if (news != AKIN_DEVD_NOTHING)
        set_awake(user_data, news == AKIN_DEVD_AWAKE);
    return G_SOURCE_CONTINUE;
}

static int
connect_to_devd(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, DEVD_SOCKET, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
        connect(fd, (const struct sockaddr *) &address, sizeof address) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean
on_retry(gpointer user_data)
{
    AkinPowerMonitor *monitor = user_data;
    monitor->retry = 0;
    monitor->devd = connect_to_devd();
    if (monitor->devd < 0) {
        monitor->retry_seconds = MIN(2 * monitor->retry_seconds, RETRY_LAST_SECONDS);
        try_later(monitor);
        return G_SOURCE_REMOVE;
    }
    g_message("devd is there: sleep and wake are watched");
    monitor->watch = g_unix_fd_add(monitor->devd, G_IO_IN | G_IO_HUP, on_line, monitor);
    return G_SOURCE_REMOVE;
}

static void
try_later(AkinPowerMonitor *monitor)
{
    monitor->retry = g_timeout_add_seconds(monitor->retry_seconds, on_retry, monitor);
}

AkinPowerMonitor *
akin_power_monitor_new(AkinPowerChanged changed, gpointer user_data)
{
    AkinPowerMonitor *monitor = g_new0(AkinPowerMonitor, 1);
    monitor->changed = changed;
    monitor->user_data = user_data;
    monitor->retry_seconds = RETRY_FIRST_SECONDS / 2;
    on_retry(monitor);
    if (monitor->devd < 0)
        g_message("no devd: sleep and wake are not watched until it is there");
    return monitor;
}

void
akin_power_monitor_free(AkinPowerMonitor *monitor)
{
    g_clear_handle_id(&monitor->retry, g_source_remove);
    drop(monitor);
    g_free(monitor);
}
