/* SPDX-License-Identifier: BSD-2-Clause */
#include "tamper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"
#include "names.h"
#include "shown.h"

/*
 * Theory of operation
 *
 * A transaction is a message for each thing that it changes, whose first attribute is the name of
 * the table, and one at its end, NFT_MSG_NEWGEN, which names the process that committed it. Those
 * of this process are skipped, or every toggle would be taken for an attack. A transaction of a
 * stranger may be of thousands of messages and overrun the queue; ENOBUFS is therefore a change of
 * anything by somebody unknown.
 */

/* Two programs that fight over the rules shall not take the computer down with them. */
#define AT_MOST_EVERY_MS 1000

/* Soon enough to be unnoticed, late enough that a script's dozen commands are one change. */
#define QUIET_MS 20

struct _AkinTamperMonitor {
    struct mnl_socket *socket;
    guint watch, report;
    char own_name[16]; /* as the kernel tells it: PR_GET_NAME(2const) */
    gint64 last;       /* when something was told, in monotonic µs */
    gboolean ours;     /* the transaction that is being read touches our table */
    gboolean overrun;  /* some of its messages, or of one before, are lost */
    AkinTamper which;  /* of the change that will be told */
    char *who;         /* likewise */
    AkinTampered tampered;
    gpointer user_data;
};

static gboolean
tell(gpointer user_data)
{
    AkinTamperMonitor *monitor = user_data;
    g_autofree char *who = g_steal_pointer(&monitor->who);
    monitor->report = 0;
    monitor->last = g_get_monotonic_time();
    monitor->tampered(monitor->which, who, monitor->user_data);
    return G_SOURCE_REMOVE;
}

/* Takes who. The last one of those who have done the worst is named. */
static void
note(AkinTamperMonitor *monitor, AkinTamper which, char *who)
{
    gboolean worst = !monitor->report || which >= monitor->which;
    if (!worst) {
        g_free(who);
        return;
    }
    g_free(monitor->who);
    monitor->who = who;
    monitor->which = which;
    if (monitor->report)
        return;
    gint64 passed = (g_get_monotonic_time() - monitor->last) / 1000;
    guint wait = passed > AT_MOST_EVERY_MS ? QUIET_MS : AT_MOST_EVERY_MS - passed;
    monitor->report = g_timeout_add(MAX(wait, QUIET_MS), tell, monitor);
}

/* The kernel takes the name from the process, which may call itself anything. */
static char *
describe(const char *name, guint32 pid)
{
    g_autofree char *shown = akin_shown(name);
    return g_strdup_printf("%s (process %u)", *shown ? shown : "a program", pid);
}

/* The first attribute of every message about a table or what is in it; NFTA_TABLE_NAME and so on.
 */
#define TABLE_ATTRIBUTE 1

static gboolean
is_of_our_table(const struct nlmsghdr *message)
{
    const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    if (header->nfgen_family != NFPROTO_INET)
        return FALSE;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
    {
        if (mnl_attr_get_type(attribute) == TABLE_ATTRIBUTE)
            return mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0 &&
                   strcmp(mnl_attr_get_str(attribute), AKIN_NFT_TABLE) == 0;
    }
    return FALSE;
}

static void
take_end(AkinTamperMonitor *monitor, const struct nlmsghdr *message)
{
    const struct nlattr *attribute;
    const char *name = "";
    guint32 pid = 0;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
    {
        guint16 type = mnl_attr_get_type(attribute);
        if (type == NFTA_GEN_PROC_PID && mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
            pid = ntohl(mnl_attr_get_u32(attribute));
        else if (type == NFTA_GEN_PROC_NAME &&
                 mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
            name = mnl_attr_get_str(attribute);
    }
    AkinTamper which = monitor->overrun ? AKIN_TAMPER_PERHAPS
                       : monitor->ours  ? AKIN_TAMPER_OURS
                                        : AKIN_TAMPER_OTHERS;
    /* In a namespace of processes we do not know our own number: the engine does better. */
    if (which == AKIN_TAMPER_OURS && strcmp(name, monitor->own_name) == 0)
        which = AKIN_TAMPER_PERHAPS;
    if (pid != (guint32) getpid())
        note(monitor, which, describe(name, pid));
    monitor->ours = monitor->overrun = FALSE;
}

static int
take_message(const struct nlmsghdr *message, void *data)
{
    AkinTamperMonitor *monitor = data;
    if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
        mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
        return MNL_CB_OK;
    if ((message->nlmsg_type & 0xff) == NFT_MSG_NEWGEN)
        take_end(monitor, message);
    else
        monitor->ours = monitor->ours || is_of_our_table(message);
    return MNL_CB_OK;
}

static gboolean
socket_readable(int fd, GIOCondition condition, gpointer user_data)
{
    AkinTamperMonitor *monitor = user_data;
    guint32 buffer[8192];
    (void) fd;
    (void) condition;
    ssize_t size = mnl_socket_recvfrom(monitor->socket, buffer, sizeof buffer);
    if (size > 0)
        mnl_cb_run(buffer, size, 0, 0, take_message, monitor);
    if (size < 0 && errno == ENOBUFS) {
        monitor->overrun = TRUE;
        note(monitor, AKIN_TAMPER_PERHAPS, g_strdup("another program"));
    }
    return G_SOURCE_CONTINUE;
}

AkinTamperMonitor *
akin_tamper_monitor_new(AkinTampered tampered, gpointer user_data, GError **error)
{
    int group = NFNLGRP_NFTABLES;
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
        mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "cannot watch the kernel's packet filter: %s", g_strerror(errno));
        if (socket)
            mnl_socket_close(socket);
        return NULL;
    }
    AkinTamperMonitor *monitor = g_new0(AkinTamperMonitor, 1);
    monitor->socket = socket;
    prctl(PR_GET_NAME, monitor->own_name);
    monitor->tampered = tampered;
    monitor->user_data = user_data;
    monitor->watch = g_unix_fd_add(mnl_socket_get_fd(socket), G_IO_IN, socket_readable, monitor);
    return monitor;
}

void
akin_tamper_monitor_free(AkinTamperMonitor *monitor)
{
    g_source_remove(monitor->watch);
    g_clear_handle_id(&monitor->report, g_source_remove);
    mnl_socket_close(monitor->socket);
    g_free(monitor->who);
    g_free(monitor);
}

void
akin_tamper_monitor_suspect(AkinTamperMonitor *monitor)
{
    (void) monitor;
}
