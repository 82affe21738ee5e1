/* SPDX-License-Identifier: BSD-2-Clause */
#include "error.h"

static const GDBusErrorEntry entries[] = {
    {AKIN_ERROR_INVALID_ARGUMENT, "org.akin.Error.InvalidArgument"},
    {AKIN_ERROR_NOT_FOUND, "org.akin.Error.NotFound"},
    {AKIN_ERROR_EXISTS, "org.akin.Error.Exists"},
    {AKIN_ERROR_IN_USE, "org.akin.Error.InUse"},
    {AKIN_ERROR_NOT_ALLOWED, "org.akin.Error.NotAllowed"},
    {AKIN_ERROR_ENGINE_FAILED, "org.akin.Error.EngineFailed"},
    {AKIN_ERROR_STORE_FAILED, "org.akin.Error.StoreFailed"},
    {AKIN_ERROR_POLICY_BROKEN, "org.akin.Error.PolicyBroken"},
    {AKIN_ERROR_NOT_SUPPORTED, "org.akin.Error.NotSupported"},
};

GQuark
akin_error_quark(void)
{
    static gsize quark = 0;
    g_dbus_error_register_error_domain("akin-error-quark", &quark, entries, G_N_ELEMENTS(entries));
    return (GQuark) quark;
}
