/* SPDX-License-Identifier: BSD-2-Clause */
#include "client-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

G_DEFINE_QUARK(akin - client - error - quark, akin_client_error)

static gboolean
is_silence(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT);
}

static gboolean
is_end(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED);
}

GError *
akin_client_error_from_call(GError *error)
{
    g_autoptr(GError) raw = error;
    if (is_silence(raw))
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER,
                           _("the helper does not answer; see what it is doing in its log"));
    if (is_end(raw))
        return g_error_new(AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER,
                           _("the helper went away; see why in its log"));
    g_dbus_error_strip_remote_error(raw);
    return g_steal_pointer(&raw);
}
