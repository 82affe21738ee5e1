/* SPDX-License-Identifier: BSD-2-Clause */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"

/*
 * Reads /proc/self/net, whose files every kernel has since 2.6 and which show the network
 * namespace that we are in. sock_diag(7) would be faster with 100,000 connections, but comes from
 * modules that need not be there, so that this code would be needed all the same; and the question
 * is asked once, when a person adds a forward.
 *
 * Nothing here names the program: for that one must look at its descriptors, which takes
 * CAP_SYS_PTRACE, and the helper keeps nothing that reads others' memory.
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
 * number, own address and port, the peer's, state, and what does not matter here. The line of
 * titles does not match.
 */
static gboolean
line_listens(const char *line, const Table *table, guint16 port)
{
    guint own = 0, state = 0;
    if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%4x %*s %2x", &own, &state) != 2)
        return FALSE;
    guint wanted = table->protocol == AKIN_PROTOCOL_TCP ? STATE_LISTEN : STATE_CLOSE;
    return own == port && state == wanted;
}

static gboolean
search(const Table *table, guint16 port, gboolean *found, GError **error)
{
    FILE *file = fopen(table->name, "re");
    if (!file && errno == ENOENT && table->optional)
        return TRUE;
    gboolean failed = !file;
    char *line = NULL;
    size_t size = 0;
    while (file && !*found && getline(&line, &size, file) >= 0)
        *found = line_listens(line, table, port);
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

char *
akin_listener_find(AkinProtocol protocol, guint16 port, GError **error)
{
    gboolean found = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (tables[i].protocol == protocol && !search(&tables[i], port, &found, error))
            return NULL;
    }
    return found ? g_strdup("another program") : NULL;
}
