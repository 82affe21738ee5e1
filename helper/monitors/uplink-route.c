/* SPDX-License-Identifier: BSD-2-Clause */
#include "uplink-system.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"
#include "routing-system.h"

/* <sys/sysctl.h> has them on macOS, <sys/socket.h> on FreeBSD. */
#include <sys/sysctl.h>

/*
 * Theory of operation. A routing socket listens; its messages are only looked at to tell news from
 * noise. A reading asks by sysctl for the state as a whole, so that nothing is ever written to the
 * socket, and no answer to a question of ours comes back on it as an event.
 *
 * Links and routes are separate questions, and the state may change between them. What changes
 * then sends an event as well, hence another reading. That forwarding was switched, nobody tells.
 */

/* For bursts. A queue that is full loses messages, on FreeBSD before 14 and macOS without a word.
 */
#define QUEUE_SIZE (256 * 1024)
#define MESSAGE_SIZE 4096

/* Messages read before other sources of the main loop get their turn. */
#define BATCH 64

gboolean
akin_uplink_system_hear(int fd)
{
    guint64 message[MESSAGE_SIZE / sizeof(guint64)];
    gboolean news = FALSE;
    for (guint i = 0; i < BATCH; i++) {
        ssize_t size = read(fd, message, sizeof message);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        /* ENOBUFS, an overrun of the queue, and whatever else goes wrong may hide a change. */
        news = news || size < 0 || akin_routing_is_news(&akin_routing_here, message, size);
    }
    return news;
}

/* All may fail, and watching goes on. */
static void
tune(int fd)
{
    int size = QUEUE_SIZE;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
#ifdef SO_RERROR
    int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_RERROR, &yes, sizeof yes);
#endif
}

int
akin_uplink_system_open(GError **error)
{
    int fd = socket(PF_ROUTE, SOCK_RAW, AF_UNSPEC);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0) {
        tune(fd);
        return fd;
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "cannot listen to the kernel about network cards (routing socket): %s",
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean
feed(AkinLinkTable *table, int family, int question, GError **error)
{
    gsize size;
    g_autofree void *answer = akin_routing_ask(family, question, 0, &size, error);
    if (!answer)
        return FALSE;
    akin_routing_feed(&akin_routing_here, table, answer, size);
    return TRUE;
}

GPtrArray *
akin_uplink_system_list(gboolean *unsettled, GError **error)
{
    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    *unsettled = FALSE;
    if (!feed(table, AF_UNSPEC, NET_RT_IFLIST, error) ||
        !feed(table, AF_INET, NET_RT_DUMP, error) || !feed(table, AF_INET6, NET_RT_DUMP, error))
        return NULL;
    return akin_link_table_finish(table);
}
