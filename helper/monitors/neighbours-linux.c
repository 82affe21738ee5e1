/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <unistd.h>

#include "neighbours-listing.h"

/* A computer may have thousands of chains, so rules are listed of a few alone. */

#define GATES_MAX 16u
#define ALL_STRICT "/proc/sys/net/ipv4/conf/all/rp_filter"
#define BRIDGES_FILTERED4 "/proc/sys/net/bridge/bridge-nf-call-iptables"
#define BRIDGES_FILTERED6 "/proc/sys/net/bridge/bridge-nf-call-ip6tables"

typedef struct {
    AkinRulesLister list;
    gpointer lister;
} Lister;

static gboolean
ask(const Lister *lister, const char *command, const char **json, GError **error)
{
    return lister->list(lister->lister, command, json, error);
}

/* Nothing of a stranger's naming becomes part of a command that could mean something else. */
static gboolean
is_identifier(const char *name)
{
    return g_ascii_isalpha(*name) &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
               '\0';
}

/* A chain that cannot be listed, such as one that has gone meanwhile, has no door. */
static void
list_doors(const Lister *lister, AkinSurroundings *seen)
{
    g_autoptr(GPtrArray) gates = akin_chains_list_gates(seen->chains);
    for (guint i = 0; i < MIN(gates->len, GATES_MAX); i++) {
        const AkinChain *gate = gates->pdata[i];
        const char *json;
        if (!is_identifier(gate->table) || !is_identifier(gate->name))
            continue;
        g_autofree char *command =
            g_strdup_printf("list chain %s %s %s", gate->family, gate->table, gate->name);
        if (ask(lister, command, &json, NULL))
            akin_doors_read(json, seen->doors, NULL);
    }
}

static void
list_rules(const Lister *lister, AkinSurroundings *seen)
{
    g_autoptr(GError) error = NULL;
    const char *json;
    if (ask(lister, "list chains", &json, &error) && akin_chains_read(json, seen->chains, &error))
        list_doors(lister, seen);
    else
        seen->unknown = g_strdup(error->message);
}

/* 0 for what is not there. */
static guint64
read_switch(const char *path)
{
    g_autofree char *value = NULL;
    if (!g_file_get_contents(path, &value, NULL, NULL))
        return 0;
    return g_ascii_strtoull(value, NULL, 10);
}

/* Of an interface's value and that of all, the greater one holds: 0 off, 1 strict, 2 loose. */
static gboolean
is_strict(const char *interface)
{
    g_autofree char *path = g_strdup_printf("/proc/sys/net/ipv4/conf/%s/rp_filter", interface);
    return MAX(read_switch(path), read_switch(ALL_STRICT)) == 1;
}

static gboolean
is_bridge(const char *interface)
{
    g_autofree char *path = g_strdup_printf("/sys/class/net/%s/bridge", interface);
    return access(path, F_OK) == 0;
}

AkinSurroundings *
akin_surroundings_look(const AkinSituation *situation, AkinRulesLister list, gpointer lister)
{
    AkinSurroundings *seen = akin_surroundings_new();
    list_rules(&(const Lister){list, lister}, seen);
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (interface->defaults->len > 0 && is_strict(interface->name))
            g_ptr_array_add(seen->strict, g_strdup(interface->name));
        if (interface->addresses->len > 0 && is_bridge(interface->name))
            g_ptr_array_add(seen->bridges, g_strdup(interface->name));
    }
    seen->bridges_filtered = (read_switch(BRIDGES_FILTERED4) == 1 ? AKIN_BRIDGED_IPV4 : 0) |
                             (read_switch(BRIDGES_FILTERED6) == 1 ? AKIN_BRIDGED_IPV6 : 0);
    return seen;
}
