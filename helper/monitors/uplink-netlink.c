/* SPDX-License-Identifier: BSD-2-Clause */
#include "uplink-system.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "error.h"
#include "rtnetlink.h"

/*
 * Theory of operation. One socket listens to the kernel's groups; its messages are only looked at
 * to tell news from noise. A reading asks for the state as a whole, on a socket of its own: what a
 * failed one leaves behind goes away with it.
 *
 * Links, addresses and routes are separate questions, and the state may change between them. What
 * changes then sends an event as well, hence another reading. An answer of several datagrams (more
 * than some 30 links) may also lack something when the state changes meanwhile. The kernel says so
 * and the question is asked again, a few times: with 5,000 links, of which some come and go, no
 * answer is ever clean. What remains is what any of the answers held, so that nothing is missing
 * that was there all the time, and the state is read once more soon.
 */

/* The same as MNL_SOCKET_DUMP_SIZE; the kernel never sends more in one datagram. */
#define BUFFER_SIZE 32768

/* For bursts, such as a container engine starting: without it 400 messages overrun the queue. */
#define QUEUE_SIZE (1024 * 1024)

/* Datagrams read before other sources of the main loop get their turn. */
#define BATCH 64

/* How often a question is asked that changes spoil. */
#define ATTEMPTS 4

#define GROUPS                                                                                     \
    (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)

typedef struct mnl_socket NetlinkSocket;

static void
netlink_socket_close(NetlinkSocket *socket)
{
    mnl_socket_close(socket);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetlinkSocket, netlink_socket_close)

static NetlinkSocket *
open_socket(int flags, guint groups, GError **error)
{
    g_autoptr(NetlinkSocket) socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | flags);
    if (socket && mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) == 0)
        return g_steal_pointer(&socket);
    int code = errno;
    gboolean absent = code == EPROTONOSUPPORT || code == EAFNOSUPPORT;
    g_set_error(error, AKIN_ERROR, absent ? AKIN_ERROR_NOT_SUPPORTED : AKIN_ERROR_ENGINE_FAILED,
                "cannot ask the kernel about network cards (rtnetlink): %s", g_strerror(code));
    return NULL;
}

gboolean
akin_uplink_system_hear(int fd)
{
    guint32 buffer[BUFFER_SIZE / sizeof(guint32)];
    gboolean news = FALSE;
    for (guint i = 0; i < BATCH; i++) {
        ssize_t size = recv(fd, buffer, sizeof buffer, 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        /* ENOBUFS, an overrun of the queue, and whatever else goes wrong may hide a change. */
        news = news || size < 0 || akin_rtnetlink_is_news(buffer, size);
    }
    return news;
}

/*
 * All may fail, and watching goes on. The queue's size needs root, and costs only a reading more
 * when bursts are great. Next hops are for Linux 5.3 and later, which takes the routes of such an
 * object away without a word when it goes. The other two say that forwarding was switched.
 */
static void
tune(NetlinkSocket *events)
{
    static const int groups[] = {RTNLGRP_NEXTHOP, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF};
    int size = QUEUE_SIZE;
    setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        mnl_socket_setsockopt(events, NETLINK_ADD_MEMBERSHIP, (void *) &groups[i],
                              sizeof groups[i]);
}

/* A copy of the socket's descriptor: libmnl's own handle is not needed to listen. */
int
akin_uplink_system_open(GError **error)
{
    g_autoptr(NetlinkSocket) events = open_socket(SOCK_NONBLOCK, GROUPS, error);
    if (!events)
        return -1;
    tune(events);
    int fd = fcntl(mnl_socket_get_fd(events), F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot listen to the kernel about network cards: %s", g_strerror(errno));
    return fd;
}

/* No statistics, a quarter of the answer; and only table main, where the kernel can do that. */
static gboolean
send_request(NetlinkSocket *socket, guint16 type, guint8 family)
{
    guint8 buffer[128] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = type;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (type == RTM_GETLINK) {
        mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
        mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    } else if (type == RTM_GETADDR) {
        mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
    } else {
        struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof *route);
        route->rtm_family = family;
        route->rtm_table = RT_TABLE_MAIN;
    }
    return mnl_socket_sendto(socket, request, request->nlmsg_len) >= 0;
}

static AkinDump
ask(NetlinkSocket *socket, AkinLinkTable *table, guint16 type, guint8 family)
{
    guint32 buffer[BUFFER_SIZE / sizeof(guint32)];
    AkinDump state = send_request(socket, type, family) ? AKIN_DUMP_MORE : AKIN_DUMP_FAILED;
    while (state == AKIN_DUMP_MORE) {
        ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
        if (size >= 0)
            state = akin_link_table_feed(table, buffer, size);
        else if (errno != EINTR)
            state = AKIN_DUMP_FAILED;
    }
    /* A network namespace without a single route has no table main yet. */
    if (state == AKIN_DUMP_FAILED && errno == ENOENT && type == RTM_GETROUTE)
        return AKIN_DUMP_DONE;
    return state;
}

/* FALSE with errno. */
static gboolean
read_tables(NetlinkSocket *socket, AkinLinkTable *table, gboolean *unsettled)
{
    static const struct {
        guint16 type;
        guint8 family;
    } questions[] = {{RTM_GETLINK, AF_UNSPEC},
                     {RTM_GETADDR, AF_UNSPEC},
                     {RTM_GETROUTE, AF_INET},
                     {RTM_GETROUTE, AF_INET6}};
    for (guint i = 0; i < G_N_ELEMENTS(questions); i++) {
        AkinDump state = AKIN_DUMP_INTERRUPTED;
        for (guint k = 0; k < ATTEMPTS && state == AKIN_DUMP_INTERRUPTED; k++)
            state = ask(socket, table, questions[i].type, questions[i].family);
        if (state == AKIN_DUMP_FAILED)
            return FALSE;
        *unsettled = *unsettled || state == AKIN_DUMP_INTERRUPTED;
    }
    return TRUE;
}

GPtrArray *
akin_uplink_system_list(gboolean *unsettled, GError **error)
{
    g_autoptr(NetlinkSocket) socket = open_socket(0, 0, error);
    if (!socket)
        return NULL;
    /* Lets the kernel leave out other tables. Older than 4.20 it sends all, and we leave out. */
    int strict = 1;
    mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &strict, sizeof strict);

    g_autoptr(AkinLinkTable) table = akin_link_table_new();
    *unsettled = FALSE;
    if (read_tables(socket, table, unsettled))
        return akin_link_table_finish(table);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "cannot read the kernel's network cards and routes: %s", g_strerror(errno));
    return NULL;
}
