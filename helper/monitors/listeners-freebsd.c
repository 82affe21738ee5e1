/* SPDX-License-Identifier: BSD-2-Clause */
#include "listeners.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/tcp_fsm.h>
#include <netinet/tcp_var.h>

#include "error.h"
#include "shown.h"

/*
 * As sockstat(1) does it: the kernel's list of protocol control blocks says which socket has the
 * port, its list of open files which process has the socket. Both tell lengths of their own, so
 * that a kernel that is newer than this program can be noticed.
 */

/* It may grow between the question how long it is and the one for itself. */
#define ATTEMPTS 8

static char *
ask(const char *name, gsize *size)
{
    g_autofree char *answer = NULL;
    errno = ENOMEM;
    for (guint i = 0; i < ATTEMPTS && errno == ENOMEM; i++) {
        size_t length = 0;
        if (sysctlbyname(name, NULL, &length, NULL, 0) != 0)
            break;
        length += length / 8 + 1024;
        g_free(answer);
        answer = g_malloc(length);
        errno = 0;
        if (sysctlbyname(name, answer, &length, NULL, 0) == 0) {
            *size = length;
            return g_steal_pointer(&answer);
        }
    }
    return NULL;
}

/* The block that an entry of a table holds, when it is of somebody who listens on the port. */
static const struct xinpcb *
listener(const struct xinpgen *entry, AkinProtocol protocol, guint16 port)
{
    const struct xtcpcb *tcp = (const void *) entry;
    const struct xinpcb *block =
        protocol == AKIN_PROTOCOL_TCP ? &tcp->xt_inp : (const void *) entry;
    gsize size = protocol == AKIN_PROTOCOL_TCP ? sizeof *tcp : sizeof *block;
    if (entry->xig_len != size || ntohs(block->inp_inc.inc_ie.ie_lport) != port)
        return NULL;
    gboolean listens = protocol == AKIN_PROTOCOL_TCP ? tcp->t_state == TCPS_LISTEN
                                                     : block->inp_inc.inc_ie.ie_fport == 0;
    return listens ? block : NULL;
}

/* The table begins and ends with a struct xinpgen. 0: nobody listens. */
static kvaddr_t
find_socket(const char *table, gsize size, AkinProtocol protocol, guint16 port)
{
    const struct xinpgen *entry = (const void *) table;
    while (size >= sizeof *entry && entry->xig_len >= sizeof *entry && entry->xig_len <= size) {
        const struct xinpcb *block = listener(entry, protocol, port);
        if (block)
            return block->xi_socket.xso_so;
        gsize step = entry->xig_len;
        entry = (const void *) ((const char *) entry + step);
        size -= step;
    }
    return 0;
}

static pid_t
find_process(kvaddr_t socket)
{
    gsize size = 0;
    g_autofree char *files = ask("kern.file", &size);
    for (gsize at = 0; files && at + sizeof(struct xfile) <= size; at += sizeof(struct xfile)) {
        const struct xfile *file = (const void *) (files + at);
        if (file->xf_size == sizeof *file && file->xf_data == socket)
            return file->xf_pid;
    }
    return 0;
}

/* A program gives itself its name, and may put anything into it. */
static char *
describe(pid_t pid)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    struct kinfo_proc process;
    size_t size = sizeof process;
    if (pid == 0 || sysctl(name, G_N_ELEMENTS(name), &process, &size, NULL, 0) != 0 ||
        size != sizeof process)
        return g_strdup("another program");
    g_autofree char *comm = g_strndup(process.ki_comm, sizeof process.ki_comm);
    g_autofree char *shown = akin_shown(comm);
    return g_strdup_printf("%s (process %d)", *shown ? shown : "a program", (int) pid);
}

char *
akin_listener_find(AkinProtocol protocol, guint16 port, GError **error)
{
    const char *name =
        protocol == AKIN_PROTOCOL_TCP ? "net.inet.tcp.pcblist" : "net.inet.udp.pcblist";
    gsize size = 0;
    g_autofree char *table = ask(name, &size);
    if (!table) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot tell whether a program listens on port %u: %s: %s", port, name,
                    g_strerror(errno));
        return NULL;
    }
    kvaddr_t socket = find_socket(table, size, protocol, port);
    return socket ? describe(find_process(socket)) : NULL;
}
