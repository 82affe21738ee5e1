/* SPDX-License-Identifier: BSD-2-Clause */
#include "listeners.h"

#include <errno.h>
#include <libproc.h>
#include <netinet/in.h>
#include <sys/proc_info.h>

#include "error.h"
#include "shown.h"

/* As lsof(8) does it: every socket of every process. */

static gboolean
listens(const struct socket_info *socket, AkinProtocol protocol, guint16 port)
{
    const struct in_sockinfo *inet = &socket->soi_proto.pri_in;
    if (protocol == AKIN_PROTOCOL_TCP && socket->soi_kind == SOCKINFO_TCP)
        return ntohs(socket->soi_proto.pri_tcp.tcpsi_ini.insi_lport) == port &&
               socket->soi_proto.pri_tcp.tcpsi_state == TSI_S_LISTEN;
    return protocol == AKIN_PROTOCOL_UDP && socket->soi_kind == SOCKINFO_IN &&
           socket->soi_protocol == IPPROTO_UDP && ntohs(inet->insi_lport) == port &&
           inet->insi_fport == 0;
}

static gboolean
process_listens(pid_t pid, AkinProtocol protocol, guint16 port)
{
    int size = proc_pidinfo(pid, PROC_PIDLISTFDS, 0, NULL, 0);
    if (size <= 0)
        return FALSE;
    g_autofree struct proc_fdinfo *fds = g_malloc0(size);
    size = proc_pidinfo(pid, PROC_PIDLISTFDS, 0, fds, size);
    for (int i = 0; i < size / (int) sizeof *fds; i++) {
        struct socket_fdinfo info;
        if (fds[i].proc_fdtype == PROX_FDTYPE_SOCKET &&
            proc_pidfdinfo(pid, fds[i].proc_fd, PROC_PIDFDSOCKETINFO, &info, sizeof info) ==
                (int) sizeof info &&
            listens(&info.psi, protocol, port))
            return TRUE;
    }
    return FALSE;
}

/* A program gives itself its name, and may put anything into it. */
static char *
describe(pid_t pid)
{
    char name[2 * MAXCOMLEN + 1] = "";
    proc_name(pid, name, sizeof name);
    g_autofree char *shown = akin_shown(name);
    return g_strdup_printf("%s (process %d)", *shown ? shown : "a program", (int) pid);
}

char *
akin_listener_find(AkinProtocol protocol, guint16 port, GError **error)
{
    int size = proc_listpids(PROC_ALL_PIDS, 0, NULL, 0);
    g_autofree pid_t *pids = g_malloc0(MAX(size, 1));
    size = size > 0 ? proc_listpids(PROC_ALL_PIDS, 0, pids, size) : size;
    if (size <= 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot tell whether a program listens on port %u: %s", port,
                    g_strerror(errno));
        return NULL;
    }
    for (int i = 0; i < size / (int) sizeof *pids; i++) {
        if (process_listens(pids[i], protocol, port))
            return describe(pids[i]);
    }
    return NULL;
}
