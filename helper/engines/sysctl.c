/* SPDX-License-Identifier: BSD-2-Clause */
#include "sysctl.h"

#include "error.h"

char *
akin_sysctl_read(const AkinTools *tools, const char *name, GError **error)
{
    /* -i: nothing at all is said of one that is not there. */
    const char *const argv[] = {"sysctl", "-n", "-i", name, NULL};
    char *value = NULL;
    gint64 number;
    if (!akin_tool_run(tools, argv, NULL, &value, NULL, error))
        return NULL;
    if (g_ascii_string_to_signed(g_strchomp(value), 10, G_MININT, G_MAXINT, &number, NULL))
        return value;
    if (!*value)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND, "this kernel has no %s", name);
    else
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘sysctl %s’ gives no number; run it by hand to see why", name);
    g_free(value);
    return NULL;
}

static char *
read_switch(gpointer kernel, const char *name, GError **error)
{
    return akin_sysctl_read(kernel, name, error);
}

/* It prints "net.inet.ip.forwarding: 0 -> 1". */
static gboolean
write_switch(gpointer kernel, const char *name, const char *value, GError **error)
{
    g_autofree char *assignment = g_strdup_printf("%s=%s", name, value);
    g_autofree char *arrow = g_strdup_printf("-> %s", value);
    const char *const argv[] = {"sysctl", assignment, NULL};
    g_autofree char *output = NULL;
    if (!akin_tool_run(kernel, argv, NULL, &output, NULL, error))
        return FALSE;
    if (g_str_has_suffix(g_strchomp(output), arrow))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "‘sysctl %s’ does not say that it is done; run it by hand to see why", assignment);
    return FALSE;
}

/* net.inet.ip.forwarding and net.inet6.ip6.forwarding */
static gboolean
is_last(const char *name)
{
    return g_str_has_suffix(name, ".forwarding");
}

const AkinSwitchClass akin_sysctl_switches = {
    .read = read_switch,
    .write = write_switch,
    .is_last = is_last,
};
