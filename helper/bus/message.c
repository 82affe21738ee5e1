/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"

const char *
akin_message_offence(GDBusMessage *message)
{
    /* Each of these is NULL when the field has another type than it must. */
    const char *path = g_dbus_message_get_path(message);
    const char *member = g_dbus_message_get_member(message);
    const char *sender = g_dbus_message_get_sender(message);
    if (g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL || !path ||
        !g_variant_is_object_path(path) || !member || !g_dbus_is_member_name(member) ||
        (sender && !g_dbus_is_name(sender)))
        return "sends what is no call";
    return NULL;
}
