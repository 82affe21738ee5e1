/* SPDX-License-Identifier: BSD-2-Clause */
#include "forwarding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "switches.h"

/*
 * Theory of operation
 *
 * A switch is a file below /proc/sys/net. What akin wants is a table from switch to value, made
 * anew at every call; switches.c turns what differs and puts back the rest.
 *
 * IPv6: a forwarding interface stops heeding router advertisements unless its accept_ra is 2
 * (Documentation/networking/ip-sysctl.rst), and turning forwarding on drops the default routes
 * learned from them; so accept_ra comes first. Not on VM networks: machines are no routers of ours.
 *
 * Forwarding as a whole sets the forwarding of each interface too, and IPv4's also sets
 * accept_redirects (inet_forward_change in net/ipv4/devinet.c), so these are noted before it goes
 * on and written again after it has gone off.
 *
 * rp_filter is strict with 1 and loose with 2, and of an interface's own and that of all the
 * greater one holds. What a helper before has loosened stays so.
 *
 * route_localnet lets a program here reach a forward through 127.0.0.1; the rules drop whatever
 * comes from a machine or from outside for 127.0.0.0/8.
 */

#define SYSCTL_DIR "/proc/sys/net/"
#define FORWARD4 "ipv4/ip_forward"
#define FORWARD6 "ipv6/conf/all/forwarding"
#define REDIRECTS4 "ipv4/conf/all/accept_redirects"
#define ALL_STRICT "ipv4/conf/all/rp_filter"
#define RECORD_NAME "forwarding"
#define SIDE_EFFECTS4 "side-effects4"
#define SIDE_EFFECTS6 "side-effects6"

struct _AkinForwarding {
    AkinSwitches *switches; /* its record has [side-effects4] switch=old besides */
    gboolean loosen;        /* uplinks are */
};

/* --- Switches --------------------------------------------------------------------------------- */

/* NULL, as of a switch that the kernel does not have: a name in a record may lead elsewhere. */
static char *
switch_path(const char *name, GError **error)
{
    g_autofree char *path = g_strconcat(SYSCTL_DIR, name, NULL);
    if (!strstr(path, "/../"))
        return g_steal_pointer(&path);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND, "%s is no switch", path);
    return NULL;
}

/* The value without its newline. */
static char *
read_switch(gpointer kernel, const char *name, GError **error)
{
    char *value = NULL;
    (void) kernel;
    g_autofree char *path = switch_path(name, error);
    g_autoptr(GError) reason = NULL;
    if (!path)
        return NULL;
    if (g_file_get_contents(path, &value, NULL, &reason))
        return g_strchomp(value);
    gboolean gone = g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
                    g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NODEV);
    g_set_error(error, AKIN_ERROR, gone ? AKIN_ERROR_NOT_FOUND : AKIN_ERROR_ENGINE_FAILED,
                "cannot read %s: %s", path, reason->message);
    return NULL;
}

static gboolean
write_switch(gpointer kernel, const char *name, const char *value, GError **error)
{
    (void) kernel;
    g_autofree char *path = switch_path(name, error);
    if (!path)
        return FALSE;
    FILE *file = fopen(path, "we");
    gboolean done = file && fputs(value, file) >= 0;
    if (file)
        done = fclose(file) == 0 && done;
    if (!done)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "cannot set %s to %s: %s", path,
                    value, g_strerror(errno));
    return done;
}

/* --- What turning forwarding on overwrites ---------------------------------------------------- */

static gboolean
is_forwarding(const char *name)
{
    return strcmp(name, FORWARD4) == 0 || strcmp(name, FORWARD6) == 0;
}

static const char *
side_effects_of(const char *name)
{
    return strcmp(name, FORWARD4) == 0 ? SIDE_EFFECTS4 : SIDE_EFFECTS6;
}

/* What turning forwarding on is about to overwrite. */
static void
note_side_effects(gpointer kernel, const char *forwarding, GKeyFile *record)
{
    if (!is_forwarding(forwarding))
        return;
    const char *group = side_effects_of(forwarding);
    const char *family = strcmp(forwarding, FORWARD4) == 0 ? "ipv4" : "ipv6";
    g_autofree char *path = g_strconcat(SYSCTL_DIR, family, "/conf", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    g_key_file_remove_group(record, group, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *key = g_strdup_printf("%s/conf/%s/forwarding", family, name);
        g_autofree char *value = read_switch(kernel, key, NULL);
        if (strcmp(name, "all") != 0 && akin_name_is_plain(name) && g_strcmp0(value, "1") == 0)
            g_key_file_set_string(record, group, key, "1");
    }
    g_autofree char *redirects = read_switch(kernel, REDIRECTS4, NULL);
    if (redirects && strcmp(group, SIDE_EFFECTS4) == 0)
        g_key_file_set_string(record, group, REDIRECTS4, redirects);
}

static void
undo_side_effects(gpointer kernel, const char *forwarding, GKeyFile *record)
{
    if (!is_forwarding(forwarding))
        return;
    const char *group = side_effects_of(forwarding);
    g_auto(GStrv) names = g_key_file_get_keys(record, group, NULL, NULL);
    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *value = g_key_file_get_string(record, group, names[i], NULL);
        /* The interface may be gone. */
        write_switch(kernel, names[i], value, NULL);
    }
    g_key_file_remove_group(record, group, NULL);
}

static const AkinSwitchClass switch_class = {
    .read = read_switch,
    .write = write_switch,
    .is_last = is_forwarding,
    .note = note_side_effects,
    .undo = undo_side_effects,
};

/* --- Life ------------------------------------------------------------------------------------- */

AkinForwarding *
akin_forwarding_new(const char *state_dir)
{
    AkinForwarding *forwarding = g_new0(AkinForwarding, 1);
    forwarding->switches = akin_switches_new(&switch_class, NULL, state_dir, RECORD_NAME);
    return forwarding;
}

void
akin_forwarding_free(AkinForwarding *forwarding)
{
    akin_switches_free(forwarding->switches);
    g_free(forwarding);
}

/* Without descriptors nothing can be read: then it is as far as we know. */
static gboolean
is_ours(const AkinForwarding *forwarding, const char *name)
{
    return akin_switches_is_turned(forwarding->switches, name) &&
           !akin_switches_is(forwarding->switches, name, "0");
}

gboolean
akin_forwarding_is_on(const AkinForwarding *forwarding)
{
    return is_ours(forwarding, FORWARD4) || is_ours(forwarding, FORWARD6);
}

/* *others stays as it is when the switch cannot be read. */
static void
find_others(const AkinForwarding *forwarding, const char *name, gboolean *others)
{
    g_autofree char *value = read_switch(NULL, name, NULL);
    if (akin_switches_is_turned(forwarding->switches, name))
        *others = FALSE;
    else if (value)
        *others = strcmp(value, "1") == 0;
}

void
akin_forwarding_describe(AkinForwarding *forwarding, AkinSituation *situation)
{
    find_others(forwarding, FORWARD4, &situation->routes4);
    find_others(forwarding, FORWARD6, &situation->routes6);
}

/* --- What is wanted --------------------------------------------------------------------------- */

static gboolean
is_vm_network(const AkinPolicy *policy, const char *name)
{
    for (guint i = 0; i < policy->patterns->len; i++) {
        if (akin_pattern_matches(policy->patterns->pdata[i], name))
            return TRUE;
    }
    return FALSE;
}

/*
 * accept_ra of each interface that heeds advertisements now, or did before akin. Not "default": a
 * VM network that is still to come would get it as well. An interface outside that comes later is
 * set when it does, well before it asks for a router.
 */
static void
want_advertisements(AkinForwarding *forwarding, const AkinPolicy *policy, GHashTable *wanted)
{
    g_autoptr(GDir) dir = g_dir_open(SYSCTL_DIR "ipv6/conf", 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        if (strcmp(name, "all") == 0 || strcmp(name, "default") == 0 || strcmp(name, "lo") == 0 ||
            !akin_name_is_plain(name) || is_vm_network(policy, name))
            continue;
        g_autofree char *key = g_strdup_printf("ipv6/conf/%s/accept_ra", name);
        if (akin_switches_is_turned(forwarding->switches, key) ||
            akin_switches_is(forwarding->switches, key, "1"))
            g_hash_table_insert(wanted, g_steal_pointer(&key), g_strdup("2"));
    }
}

static void
want_localnet(const AkinPolicy *policy, const AkinSituation *situation, GHashTable *wanted)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        const AkinInterface *network =
            akin_situation_find_network(policy, situation, &forward->address);
        if (network && forward->address.family == AKIN_IPV4)
            g_hash_table_insert(wanted,
                                g_strdup_printf("ipv4/conf/%s/route_localnet", network->name),
                                g_strdup("1"));
    }
}

static gboolean
is_strict(const AkinForwarding *forwarding, const char *key)
{
    if (akin_switches_is(forwarding->switches, ALL_STRICT, "1"))
        return !akin_switches_is(forwarding->switches, key, "2");
    return akin_switches_is(forwarding->switches, key, "1") &&
           !akin_switches_is(forwarding->switches, ALL_STRICT, "2");
}

static void
want_loose(AkinForwarding *forwarding, const AkinPolicy *policy, const AkinSituation *situation,
           GHashTable *wanted)
{
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(policy, situation);
    for (guint i = 0; i < uplinks->len; i++) {
        const AkinInterface *uplink = uplinks->pdata[i];
        g_autofree char *key = g_strdup_printf("ipv4/conf/%s/rp_filter", uplink->name);
        if (akin_name_is_plain(uplink->name) &&
            (akin_switches_is_turned(forwarding->switches, key) ||
             (forwarding->loosen && is_strict(forwarding, key))))
            g_hash_table_insert(wanted, g_steal_pointer(&key), g_strdup("2"));
    }
}

static GHashTable *
wanted_switches(AkinForwarding *forwarding, const AkinPolicy *policy,
                const AkinSituation *situation)
{
    GHashTable *wanted = akin_switches_table();
    want_loose(forwarding, policy, situation, wanted);
    if (!akin_nat_is_active(policy, situation))
        return wanted;
    if (policy->nat == AKIN_NAT_ON || akin_networks_have(policy, situation, AKIN_IPV4))
        g_hash_table_insert(wanted, g_strdup(FORWARD4), g_strdup("1"));
    want_localnet(policy, situation, wanted);
    /* Where others have turned it on already, accept_ra is theirs as well. */
    if (akin_networks_have(policy, situation, AKIN_IPV6) && !situation->routes6) {
        g_hash_table_insert(wanted, g_strdup(FORWARD6), g_strdup("1"));
        want_advertisements(forwarding, policy, wanted);
    }
    return wanted;
}

void
akin_forwarding_loosen(AkinForwarding *forwarding)
{
    forwarding->loosen = TRUE;
}

gboolean
akin_forwarding_apply(AkinForwarding *forwarding, const AkinPolicy *policy,
                      const AkinSituation *situation, gboolean enforcing, GError **error)
{
    g_autoptr(GHashTable) wanted =
        enforcing ? wanted_switches(forwarding, policy, situation) : akin_switches_table();
    forwarding->loosen = forwarding->loosen && enforcing;
    return akin_switches_set(forwarding->switches, wanted, error);
}
