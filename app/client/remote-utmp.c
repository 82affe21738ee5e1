/* SPDX-License-Identifier: BSD-2-Clause */
#include "remote.h"

#include <utmpx.h>

/* FreeBSD and macOS: a login has the name of the host that it comes from, or of a display here. */
static gboolean
is_remote(const struct utmpx *login)
{
    const char *host = login->ut_host;
    gboolean display = host[0] == ':' && g_ascii_isdigit(host[1]); /* "::1" is an address */
    return login->ut_type == USER_PROCESS && host[0] != '\0' && !display;
}

void
akin_remote_ask(GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, data);
    const struct utmpx *login;
    gboolean anybody = FALSE;
    setutxent();
    while (!anybody && (login = getutxent()))
        anybody = is_remote(login);
    endutxent();
    g_task_return_boolean(task, anybody);
}

gboolean
akin_remote_ask_finish(GAsyncResult *result)
{
    return g_task_propagate_boolean(G_TASK(result), NULL);
}
