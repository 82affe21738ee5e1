/* SPDX-License-Identifier: BSD-2-Clause */
#include "ready.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#define READY "READY=1"

/* "@name" is a socket in Linux's abstract space, anything else a path. */
static GSocketAddress *
parse_address(const char *text)
{
    if (text[0] == '@')
        return g_unix_socket_address_new_with_type(text + 1, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
    return g_unix_socket_address_new(text);
}

void
akin_tell_ready(void)
{
    const char *text = g_getenv("NOTIFY_SOCKET");
    g_autoptr(GError) error = NULL;
    if (!text || !*text)
        return;
    g_autoptr(GSocketAddress) address = parse_address(text);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, 0, &error);
    if (!socket || g_socket_send_to(socket, address, READY, sizeof READY - 1, NULL, &error) < 0)
        g_warning("cannot tell the service manager that akin is ready: %s", error->message);
}
