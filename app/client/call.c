/* SPDX-License-Identifier: BSD-2-Clause */
#include "call.h"

#include "client-error.h"

static GVariant *
call(AkinHelper1 *helper, const char *method, GVariant *args, GDBusCallFlags flags, guint seconds,
     GError **error)
{
    GError *raw = NULL;
    GVariant *answer = g_dbus_proxy_call_sync(G_DBUS_PROXY(helper), method, args, flags,
                                              seconds * 1000, NULL, &raw);
    if (!answer)
        g_propagate_error(error, akin_client_error_from_call(raw));
    return answer;
}

GVariant *
akin_ask(AkinHelper1 *helper, const char *method, GVariant *args, GError **error)
{
    return call(helper, method, args, G_DBUS_CALL_FLAGS_NONE, AKIN_ANSWER_LIMIT, error);
}

gboolean
akin_change(AkinHelper1 *helper, const char *method, GVariant *args, GError **error)
{
    g_autoptr(GVariant) answer =
        call(helper, method, args, G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
             AKIN_CHANGE_LIMIT, error);
    return answer != NULL;
}

AkinSnapshot *
akin_snapshot_ask(AkinHelper1 *helper, GError **error)
{
    const char *interface = g_dbus_proxy_get_interface_name(G_DBUS_PROXY(helper));
    g_autoptr(GVariant) answer = akin_ask(helper, "org.freedesktop.DBus.Properties.GetAll",
                                          g_variant_new("(s)", interface), error);
    if (!answer)
        return NULL;
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a{sv})"))) {
        g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                    "the helper's answer makes no sense; install one version of akin and restart "
                    "the helper");
        return NULL;
    }
    g_autoptr(GVariant) properties = g_variant_get_child_value(answer, 0);
    return akin_snapshot_new(properties, error);
}
