/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl.h"

#include "call.h"
#include "client-error.h"
#include "error.h"
#include "names.h"
#include "trial.h"

G_DEFINE_QUARK(akin - ctl - error - quark, ctl_error)

Ctl *
ctl_new(void)
{
    Ctl *ctl = g_new0(Ctl, 1);
    ctl->socket_path = g_strdup(AKIN_SOCKET_PATH);
    return ctl;
}

void
ctl_free(Ctl *ctl)
{
    g_free(ctl->socket_path);
    g_free(ctl->out_ports);
    g_free(ctl->in_ports);
    g_free(ctl->title);
    g_free(ctl->from);
    g_free(ctl->engine);
    g_clear_pointer(&ctl->trial, ctl_trial_free);
    g_clear_object(&ctl->helper);
    g_free(ctl);
}

gboolean
ctl_connect(Ctl *ctl, GError **error)
{
    if (!ctl->helper)
        ctl->helper = akin_connect_sync(ctl->socket_path, AKIN_ANSWER_LIMIT, error);
    return ctl->helper != NULL;
}

GVariant *
ctl_ask(Ctl *ctl, const char *method, GVariant *args, GError **error)
{
    g_autoptr(GVariant) kept = args ? g_variant_ref_sink(args) : NULL;
    return ctl_connect(ctl, error) ? akin_ask(ctl->helper, method, kept, error) : NULL;
}

gboolean
ctl_change(Ctl *ctl, const char *method, GVariant *args, GError **error)
{
    g_autoptr(GVariant) kept = args ? g_variant_ref_sink(args) : NULL;
    return ctl_connect(ctl, error) && ctl_trial_begin(ctl, error) &&
           akin_change(ctl->helper, method, kept, error);
}

AkinSnapshot *
ctl_snapshot(Ctl *ctl, GError **error)
{
    return ctl_connect(ctl, error) ? akin_snapshot_ask(ctl->helper, error) : NULL;
}

int
ctl_exit_code(const GError *error)
{
    if (g_error_matches(error, CTL_ERROR, CTL_ERROR_USAGE))
        return CTL_USAGE;
    if (error->domain == AKIN_CLIENT_ERROR)
        return CTL_NO_HELPER;
    if (g_error_matches(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED))
        return CTL_NOT_ALLOWED;
    return CTL_FAILED;
}

static const char *
client_error_name(int code)
{
    switch (code) {
    case AKIN_CLIENT_ERROR_NO_HELPER: return "NoHelper";
    case AKIN_CLIENT_ERROR_NO_ANSWER: return "NoAnswer";
    default: return "WrongHelper";
    }
}

const char *
ctl_error_name(const GError *error)
{
    if (g_error_matches(error, CTL_ERROR, CTL_ERROR_USAGE))
        return "Usage";
    if (error->domain == AKIN_CLIENT_ERROR)
        return client_error_name(error->code);
    if (error->domain != AKIN_ERROR)
        return "Failed";
    g_autofree char *name = g_dbus_error_encode_gerror(error);
    return g_intern_string(strrchr(name, '.') + 1);
}
