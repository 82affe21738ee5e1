/* SPDX-License-Identifier: BSD-2-Clause */
#include "error.h"

#include <string.h>

/* Every code, in the order of the enumeration, with the name that clients and scripts know. */
static const char *const names[] = {
    [AKIN_ERROR_INVALID_ARGUMENT] = "org.akin.Error.InvalidArgument",
    [AKIN_ERROR_NOT_FOUND] = "org.akin.Error.NotFound",
    [AKIN_ERROR_EXISTS] = "org.akin.Error.Exists",
    [AKIN_ERROR_IN_USE] = "org.akin.Error.InUse",
    [AKIN_ERROR_NOT_ALLOWED] = "org.akin.Error.NotAllowed",
    [AKIN_ERROR_ENGINE_FAILED] = "org.akin.Error.EngineFailed",
    [AKIN_ERROR_STORE_FAILED] = "org.akin.Error.StoreFailed",
    [AKIN_ERROR_POLICY_BROKEN] = "org.akin.Error.PolicyBroken",
    [AKIN_ERROR_NOT_SUPPORTED] = "org.akin.Error.NotSupported",
};

static void
test_names(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = g_error_new(AKIN_ERROR, (gint) i, "a reason");
        g_autofree char *name = g_dbus_error_encode_gerror(error);
        g_assert_cmpstr(name, ==, names[i]);
    }
}

/* Over the wire and back: an error message, as a client gets it. */
static void
test_survive(void)
{
    g_autoptr(GDBusMessage) call =
        g_dbus_message_new_method_call(NULL, "/org/akin/Helper1", "org.akin.Helper1", "Start");
    g_dbus_message_set_serial(call, 1);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GDBusMessage) reply =
            g_dbus_message_new_method_error_literal(call, names[i], "line 7: ‘x’ is not a port");
        g_autoptr(GError) error = NULL;
        g_assert_true(g_dbus_message_to_gerror(reply, &error));
        g_assert_error(error, AKIN_ERROR, (gint) i);
        g_assert_true(g_dbus_error_is_remote_error(error));
        g_assert_true(g_dbus_error_strip_remote_error(error));
        g_assert_cmpstr(error->message, ==, "line 7: ‘x’ is not a port");
    }
}

static void
test_unknown_name(void)
{
    g_autoptr(GError) error =
        g_dbus_error_new_for_dbus_error("org.akin.Error.FromTheFuture", "a reason");
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR);
}

static void
test_no_strangers(void)
{
    /* A new code without a name would be the first that this table lacks. */
    g_autoptr(GError) error = g_error_new(AKIN_ERROR, (gint) G_N_ELEMENTS(names), "a reason");
    g_autofree char *name = g_dbus_error_encode_gerror(error);
    g_assert_false(g_str_has_prefix(name, "org.akin.Error."));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* The domain registers itself at the first use. */
    g_assert_cmpuint(AKIN_ERROR, !=, 0);
    g_test_add_func("/error/names", test_names);
    g_test_add_func("/error/survive", test_survive);
    g_test_add_func("/error/unknown-name", test_unknown_name);
    g_test_add_func("/error/no-strangers", test_no_strangers);
    return g_test_run();
}
