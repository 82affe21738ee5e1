/* SPDX-License-Identifier: BSD-2-Clause */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "shown.h"

/*
 * Reads /proc/self/net, whose files every kernel has since 2.6 and which show the network
 * namespace that we are in. sock_diag(7) would be faster with 100,000 connections, but comes from
 * modules that need not be there, so that this code would be needed all the same; and the question
 * is asked once, when a person adds a forward.
 *
 * Naming the program of another user needs CAP_SYS_PTRACE; without it, "another program".
 */

/* include/net/tcp_states.h; a UDP socket that is bound and not connected shows as CLOSE. */
enum { STATE_CLOSE = 7, STATE_LISTEN = 10 };

typedef struct {
    const char *name;
    AkinProtocol protocol;
    gboolean optional; /* absent where IPv6 is */
} Table;

static const Table tables[] = {
    {"/proc/self/net/tcp", AKIN_PROTOCOL_TCP, FALSE},
    {"/proc/self/net/tcp6", AKIN_PROTOCOL_TCP, TRUE},
    {"/proc/self/net/udp", AKIN_PROTOCOL_UDP, FALSE},
    {"/proc/self/net/udp6", AKIN_PROTOCOL_UDP, TRUE},
};

/*
 * "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 21345 ...":
 * number, own address and port, the peer's, state, two queues, timer, retransmits, user, timeout,
 * inode. The line of titles does not match.
 */
static gboolean
line_listens(const char *line, const Table *table, guint16 port, gulong *inode)
{
    guint own = 0, state = 0;
    if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%4x %*s %2x %*s %*s %*s %*u %*u %lu", &own, &state,
               inode) != 3)
        return FALSE;
    guint wanted = table->protocol == AKIN_PROTOCOL_TCP ? STATE_LISTEN : STATE_CLOSE;
    return own == port && state == wanted;
}

/* Adds the inodes of the sockets that listen: one a process, with SO_REUSEPORT. */
static gboolean
read_table(const Table *table, guint16 port, GArray *inodes, GError **error)
{
    FILE *file = fopen(table->name, "re");
    if (!file && errno == ENOENT && table->optional)
        return TRUE;
    gboolean failed = !file;
    char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) >= 0) {
        gulong inode = 0;
        if (line_listens(line, table, port, &inode))
            g_array_append_val(inodes, inode);
    }
    int code = errno;
    failed = failed || ferror(file);
    free(line);
    if (file)
        fclose(file);
    if (failed)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot tell whether a program listens on port %u: %s: %s", port, table->name,
                    g_strerror(code));
    return !failed;
}

/* The inode of "socket:[21345]", 0 for any other target. */
static gulong
socket_inode(const char *target)
{
    return g_str_has_prefix(target, "socket:[") ? strtoul(target + strlen("socket:["), NULL, 10)
                                                : 0;
}

static gboolean
process_has(const char *pid, const GArray *inodes)
{
    g_autofree char *folder = g_build_filename("/proc", pid, "fd", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *fd;
    while (dir && (fd = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, fd, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);
        gulong inode = target ? socket_inode(target) : 0;
        for (guint i = 0; inode && i < inodes->len; i++) {
            if (g_array_index(inodes, gulong, i) == inode)
                return TRUE;
        }
    }
    return FALSE;
}

/* A program gives itself its name, and may put anything into it. */
static char *
describe(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "comm", NULL);
    g_autofree char *comm = NULL;
    if (!g_file_get_contents(path, &comm, NULL, NULL) || !*g_strchomp(comm))
        return g_strdup("another program");
    g_autofree char *name = akin_shown(comm);
    return g_strdup_printf("%s (process %s)", name, pid);
}

/*
 * systemd keeps the sockets that it opens for its services; the service itself, which comes later
 * in /proc, says more.
 */
static char *
find_program(const GArray *inodes)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    gboolean init = FALSE;
    const char *pid;
    while (dir && (pid = g_dir_read_name(dir))) {
        if (!g_ascii_isdigit(*pid) || !process_has(pid, inodes))
            continue;
        if (strcmp(pid, "1") != 0)
            return describe(pid);
        init = TRUE;
    }
    return init ? describe("1") : g_strdup("another program");
}

char *
akin_listener_find(AkinProtocol protocol, guint16 port, GError **error)
{
    g_autoptr(GArray) inodes = g_array_new(FALSE, FALSE, sizeof(gulong));
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (tables[i].protocol == protocol && !read_table(&tables[i], port, inodes, error))
            return NULL;
    }
    return inodes->len > 0 ? find_program(inodes) : NULL;
}
