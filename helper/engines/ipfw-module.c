/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-module.h"

#include "error.h"
#include "sysctl.h"

#define ACCEPT "net.inet.ip.fw.default_to_accept"

/* -n: that it is there already is no error; that goes for one that the kernel has built in too. */
static gboolean
load(const AkinTools *tools, const char *module, GError **error)
{
    return akin_tool_call(tools, error, "kldload", "-n", module, NULL);
}

static char *
read_tunable(const AkinTools *tools)
{
    const char *const argv[] = {"kenv", "-q", ACCEPT, NULL};
    char *value = NULL;
    return akin_tool_run(tools, argv, NULL, &value, NULL, NULL) ? g_strchomp(value) : NULL;
}

/* Read back: nothing may be loaded while there is any doubt. */
static gboolean
accept_by_default(const AkinTools *tools, GError **error)
{
    if (!akin_tool_call(tools, error, "kenv", ACCEPT "=1", NULL))
        return FALSE;
    g_autofree char *now = read_tunable(tools);
    if (g_strcmp0(now, "1") == 0)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "kenv does not set %s, without which ipfw would cut the network; write %s=1 into "
                "/boot/loader.conf and restart",
                ACCEPT, ACCEPT);
    return FALSE;
}

/* The module reads the tunable when it is loaded, and only then; afterwards it is as it was. */
gboolean
akin_ipfw_module_load(const AkinTools *tools, GError **error)
{
    g_autofree char *there = akin_sysctl_read(tools, ACCEPT, NULL);
    if (there)
        return TRUE;
    g_autofree char *before = read_tunable(tools);
    gboolean done = accept_by_default(tools, error) && load(tools, "ipfw", error);
    if (before) {
        g_autofree char *assignment = g_strconcat(ACCEPT "=", before, NULL);
        akin_tool_call(tools, NULL, "kenv", assignment, NULL);
    } else {
        akin_tool_call(tools, NULL, "kenv", "-u", ACCEPT, NULL);
    }
    return done;
}

gboolean
akin_ipfw_module_load_nat(const AkinTools *tools, const char *module, GError **error)
{
    return load(tools, module, error);
}
