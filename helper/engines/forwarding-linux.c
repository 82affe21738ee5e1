/* SPDX-License-Identifier: BSD-2-Clause */
#include "forwarding.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "error.h"

/*
 * Theory of operation
 *
 * A switch is a file below /proc/sys/net. What akin wants is a table from switch to value, made
 * anew at every call; what it has changed is a key file from switch to old and new value. The
 * difference of the two is set or put back, and the key file is written before any switch is
 * turned, so that there is no moment at which an old value is known to nobody.
 *
 * IPv6: a forwarding interface stops heeding router advertisements unless its accept_ra is 2
 * (Documentation/networking/ip-sysctl.rst), and turning forwarding on drops the default routes
 * learned from them; so accept_ra comes first. Not on VM networks: machines are no routers of ours.
 *
 * Forwarding as a whole sets the forwarding of each interface too, and IPv4's also sets
 * accept_redirects (inet_forward_change in net/ipv4/devinet.c), so these are noted before it goes
 * on and written again after it has gone off.
 *
 * route_localnet lets a program here reach a forward through 127.0.0.1; the rules drop whatever
 * comes from a machine or from outside for 127.0.0.0/8.
 */

#define SYSCTL_DIR "/proc/sys/net/"
#define FORWARD4 "ipv4/ip_forward"
#define FORWARD6 "ipv6/conf/all/forwarding"
#define REDIRECTS4 "ipv4/conf/all/accept_redirects"
#define RECORD_NAME "forwarding"
#define GROUP "changed"
#define SIDE_EFFECTS4 "side-effects4"
#define SIDE_EFFECTS6 "side-effects6"

struct _AkinForwarding {
    char *path;       /* of the record */
    gboolean unsaved; /* the file does not say what the record says */
    GKeyFile *record; /* [changed] switch=old;new, [side-effects4] switch=old */
};

/* --- Switches --------------------------------------------------------------------------------- */

/* The value without its newline; NULL when there is no such switch. */
static char *
read_switch(const char *name)
{
    char *value = NULL;
    g_autofree char *path = g_strconcat(SYSCTL_DIR, name, NULL);
    return g_file_get_contents(path, &value, NULL, NULL) ? g_strchomp(value) : NULL;
}

static gboolean
switch_is(const char *name, const char *wanted)
{
    g_autofree char *value = read_switch(name);
    return g_strcmp0(value, wanted) == 0;
}

static gboolean
write_switch(const char *name, const char *value, GError **error)
{
    g_autofree char *path = g_strconcat(SYSCTL_DIR, name, NULL);
    FILE *file = fopen(path, "we");
    gboolean done = file && fputs(value, file) >= 0;
    if (file)
        done = fclose(file) == 0 && done;
    if (!done)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "cannot set %s to %s: %s", path,
                    value, g_strerror(errno));
    return done;
}

/* --- The record ------------------------------------------------------------------------------- */

/* Old values are of this boot only; after another one the switches are fresh. */
static char *
boot_id(void)
{
    char *id = NULL;
    g_file_get_contents("/proc/sys/kernel/random/boot_id", &id, NULL, NULL);
    return id ? g_strchomp(id) : g_strdup("unknown");
}

AkinForwarding *
akin_forwarding_new(const char *state_dir)
{
    AkinForwarding *forwarding = g_new0(AkinForwarding, 1);
    g_autofree char *boot = boot_id();
    forwarding->path = g_build_filename(state_dir, RECORD_NAME, NULL);
    forwarding->record = g_key_file_new();
    g_key_file_load_from_file(forwarding->record, forwarding->path, G_KEY_FILE_NONE, NULL);
    g_autofree char *recorded = g_key_file_get_string(forwarding->record, "boot", "id", NULL);
    if (g_strcmp0(boot, recorded) != 0) {
        g_key_file_unref(forwarding->record);
        forwarding->record = g_key_file_new();
        g_key_file_set_string(forwarding->record, "boot", "id", boot);
    }
    return forwarding;
}

void
akin_forwarding_free(AkinForwarding *forwarding)
{
    g_key_file_unref(forwarding->record);
    g_free(forwarding->path);
    g_free(forwarding);
}

static gboolean
save_record(AkinForwarding *forwarding, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(forwarding->path);
    if (g_mkdir_with_parents(dir, 0700) != 0 ||
        !g_key_file_save_to_file(forwarding->record, forwarding->path, error)) {
        g_prefix_error(error, "cannot note the old values of the kernel's switches: ");
        if (error && !*error)
            g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "cannot make %s: %s", dir,
                        g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_changed(AkinForwarding *forwarding, const char *name)
{
    return g_key_file_has_key(forwarding->record, GROUP, name, NULL);
}

gboolean
akin_forwarding_is_on(const AkinForwarding *forwarding)
{
    return (g_key_file_has_key(forwarding->record, GROUP, FORWARD4, NULL) &&
            switch_is(FORWARD4, "1")) ||
           (g_key_file_has_key(forwarding->record, GROUP, FORWARD6, NULL) &&
            switch_is(FORWARD6, "1"));
}

void
akin_forwarding_describe(AkinForwarding *forwarding, AkinSituation *situation)
{
    situation->routes4 = !is_changed(forwarding, FORWARD4) && switch_is(FORWARD4, "1");
    situation->routes6 = !is_changed(forwarding, FORWARD6) && switch_is(FORWARD6, "1");
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
        if (is_changed(forwarding, key) || switch_is(key, "1"))
            g_hash_table_insert(wanted, g_steal_pointer(&key), (gpointer) "2");
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
                                (gpointer) "1");
    }
}

/* Switch -> value, a constant. */
static GHashTable *
wanted_switches(AkinForwarding *forwarding, const AkinPolicy *policy,
                const AkinSituation *situation)
{
    GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!akin_nat_is_active(policy, situation))
        return wanted;
    if (policy->nat == AKIN_NAT_ON || akin_networks_have(policy, situation, AKIN_IPV4))
        g_hash_table_insert(wanted, g_strdup(FORWARD4), (gpointer) "1");
    want_localnet(policy, situation, wanted);
    /* Where others have turned it on already, accept_ra is theirs as well. */
    if (akin_networks_have(policy, situation, AKIN_IPV6) && !situation->routes6) {
        g_hash_table_insert(wanted, g_strdup(FORWARD6), (gpointer) "1");
        want_advertisements(forwarding, policy, wanted);
    }
    return wanted;
}

/* --- Setting and putting back ----------------------------------------------------------------- */

/* Keeps the first error; the rest goes on. */
static void
keep_first(GError **first, GError *error)
{
    if (*first)
        g_error_free(error);
    else
        *first = error;
}

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
note_side_effects(AkinForwarding *forwarding, const char *group, const char *family)
{
    g_autofree char *path = g_strconcat(SYSCTL_DIR, family, "/conf", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    g_key_file_remove_group(forwarding->record, group, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *key = g_strdup_printf("%s/conf/%s/forwarding", family, name);
        if (strcmp(name, "all") != 0 && akin_name_is_plain(name) && switch_is(key, "1"))
            g_key_file_set_string(forwarding->record, group, key, "1");
    }
    g_autofree char *redirects = read_switch(REDIRECTS4);
    if (redirects && strcmp(group, SIDE_EFFECTS4) == 0)
        g_key_file_set_string(forwarding->record, group, REDIRECTS4, redirects);
}

static void
undo_side_effects(AkinForwarding *forwarding, const char *group)
{
    g_auto(GStrv) names = g_key_file_get_keys(forwarding->record, group, NULL, NULL);
    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *value = g_key_file_get_string(forwarding->record, group, names[i], NULL);
        /* The interface may be gone. */
        write_switch(names[i], value, NULL);
    }
    g_key_file_remove_group(forwarding->record, group, NULL);
}

static void
put_back(AkinForwarding *forwarding, const char *name, GError **first)
{
    GError *error = NULL;
    g_auto(GStrv) values = g_key_file_get_string_list(forwarding->record, GROUP, name, NULL, NULL);
    gboolean ours = values && g_strv_length(values) == 2 && switch_is(name, values[1]);
    if (ours && !write_switch(name, values[0], &error)) {
        keep_first(first, error);
        return;
    }
    if (ours && is_forwarding(name))
        undo_side_effects(forwarding, side_effects_of(name));
    g_key_file_remove_key(forwarding->record, GROUP, name, NULL);
}

/* Forwarding goes off before anything else is put back. */
static gboolean
put_back_unwanted(AkinForwarding *forwarding, GHashTable *wanted, GError **first)
{
    gboolean changed = FALSE;
    g_auto(GStrv) names = g_key_file_get_keys(forwarding->record, GROUP, NULL, NULL);
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; names && names[i]; i++) {
            if (is_forwarding(names[i]) != (pass == 0) || g_hash_table_contains(wanted, names[i]))
                continue;
            put_back(forwarding, names[i], first);
            changed = TRUE;
        }
    }
    return changed;
}

/* Notes the old value of each switch that has to change. */
static gboolean
note_old_values(AkinForwarding *forwarding, GHashTable *wanted)
{
    GHashTableIter iter;
    gpointer name, value;
    gboolean changed = FALSE;
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_autofree char *old = read_switch(name);
        if (!old || strcmp(old, value) == 0 || is_changed(forwarding, name))
            continue;
        if (is_forwarding(name))
            note_side_effects(forwarding, side_effects_of(name),
                              strcmp(name, FORWARD4) == 0 ? "ipv4" : "ipv6");
        const char *const values[] = {old, value};
        g_key_file_set_string_list(forwarding->record, GROUP, name, values, 2);
        changed = TRUE;
    }
    return changed;
}

/* Forwarding goes on last. */
static void
set_wanted(AkinForwarding *forwarding, GHashTable *wanted, GError **first)
{
    for (int pass = 0; pass < 2; pass++) {
        GHashTableIter iter;
        gpointer name, value;
        g_hash_table_iter_init(&iter, wanted);
        while (g_hash_table_iter_next(&iter, &name, &value)) {
            GError *error = NULL;
            if (is_forwarding(name) == (pass == 1) && is_changed(forwarding, name) &&
                !switch_is(name, value) && !write_switch(name, value, &error))
                keep_first(first, error);
        }
    }
}

gboolean
akin_forwarding_apply(AkinForwarding *forwarding, const AkinPolicy *policy,
                      const AkinSituation *situation, gboolean enforcing, GError **error)
{
    g_autoptr(GHashTable) wanted =
        enforcing ? wanted_switches(forwarding, policy, situation)
                  : g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GError *first = NULL;
    gboolean gone = put_back_unwanted(forwarding, wanted, &first);
    gboolean come = note_old_values(forwarding, wanted);
    if (gone || come || forwarding->unsaved) {
        forwarding->unsaved = !save_record(forwarding, first ? NULL : &first);
        if (forwarding->unsaved && g_hash_table_size(wanted) > 0) {
            g_propagate_error(error, first);
            return FALSE;
        }
    }
    set_wanted(forwarding, wanted, &first);
    if (first)
        g_propagate_error(error, first);
    return first == NULL;
}
