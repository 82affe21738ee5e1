/* SPDX-License-Identifier: BSD-2-Clause */
#include "rc-conf.h"

#include <string.h>

#include "error.h"

/* As checkyesno of rc.subr(8). */
static gboolean
means_yes(const char *value)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    for (guint i = 0; i < G_N_ELEMENTS(yes); i++) {
        if (g_ascii_strcasecmp(value, yes[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

/* One at a time: sysrc fails when there is one among them that this FreeBSD does not know. */
static gboolean
is_on(const AkinTools *tools, const char *name)
{
    const char *const argv[] = {"sysrc", "-n", name, NULL};
    g_autofree char *value = NULL;
    g_autoptr(GError) error = NULL;
    if (akin_tool_run(tools, argv, NULL, &value, NULL, &error))
        return means_yes(g_strstrip(value));
    g_message("nobody says whether another firewall is enabled: %s", error->message);
    return FALSE;
}

/* The service of "pf_enable" is pf, that of "firewall_enable" ipfw. */
static char *
service_of(const char *name)
{
    if (g_str_equal(name, "firewall_enable"))
        return g_strdup("ipfw");
    return g_strndup(name, strlen(name) - strlen("_enable"));
}

/* With its variable at NO a service ends by onestop alone. */
gboolean
akin_rc_conf_refuse(const AkinTools *tools, const char *const *names, GError **error)
{
    for (guint i = 0; akin_tools_have(tools, "sysrc") && names[i]; i++) {
        if (!is_on(tools, names[i]))
            continue;
        g_autofree char *service = service_of(names[i]);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "rc.conf has %s=YES, and akin does not work against another firewall; turn it "
                    "off by ‘sysrc %s=NO’ and ‘service %s onestop’, or do without akin",
                    names[i], names[i], service);
        return FALSE;
    }
    return TRUE;
}
