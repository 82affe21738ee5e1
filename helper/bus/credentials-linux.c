/* SPDX-License-Identifier: BSD-2-Clause */
#include "credentials.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"

/* Fields behind the program's name, which may hold anything but ends with the last parenthesis. */
#define START_TIME_FIELD 20

static guint64
start_time(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%ld/stat", (long) pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *at = strrchr(text, ')');
    for (guint field = 0; at && field < START_TIME_FIELD; field++)
        at = strchr(at + 1, ' ');
    return at ? g_ascii_strtoull(at + 1, NULL, 10) : 0;
}

gboolean
akin_credentials_read(GSocket *socket, AkinCredentials *who, GError **error)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, "cannot tell who connects: %s",
                    g_strerror(errno));
        return FALSE;
    }
    *who = (AkinCredentials){
        .uid = credentials.uid, .account = credentials.uid, .pid = credentials.pid};
    if (who->uid != 0)
        who->start_time = start_time(who->pid);
    return TRUE;
}

gboolean
akin_credentials_process_runs(const AkinCredentials *who)
{
    return who->start_time != 0 && start_time(who->pid) == who->start_time;
}
