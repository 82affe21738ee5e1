/* SPDX-License-Identifier: BSD-2-Clause */
#include "case.h"

#include <string.h>

#include "error.h"
#include "policy-file.h"

#define INTERFACE_PREFIX "interface "

static gboolean
fail(GError **error, const char *what, const char *word)
{
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT, "%s ‘%s’", what, word);
    return FALSE;
}

/* "203.0.113.5/24": an address with the length of its network, host bits kept. */
static gboolean
parse_address(const char *word, GArray *addresses, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, "/", 2);
    AkinPrefix address;
    guint64 length;
    if (!akin_address_parse(parts[0], &address, error))
        return FALSE;
    if (!parts[1] || !g_ascii_string_to_unsigned(parts[1], 10, 0, address.length, &length, NULL))
        return fail(error, "no length in the address", word);
    address.length = length;
    g_array_append_val(addresses, address);
    return TRUE;
}

/* "ipv4 100" or "ipv6/1 50". */
static gboolean
parse_default(const char *word, GArray *defaults, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, " ", 2);
    guint64 metric;
    AkinRoute route = {0};
    if (g_str_has_prefix(parts[0], "ipv4"))
        route.family = AKIN_IPV4;
    else if (g_str_has_prefix(parts[0], "ipv6"))
        route.family = AKIN_IPV6;
    else
        return fail(error, "not a default route:", word);
    route.length = strcmp(parts[0] + strlen("ipvN"), "/1") == 0;
    if ((parts[0][strlen("ipvN")] && !route.length) || !parts[1] ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXUINT32, &metric, NULL))
        return fail(error, "not a default route:", word);
    route.metric = metric;
    g_array_append_val(defaults, route);
    return TRUE;
}

typedef gboolean (*ParseWord)(const char *word, GArray *list, GError **error);

static gboolean
parse_list(const char *text, ParseWord parse, GArray *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "", ";", -1);
    for (guint i = 0; words[i]; i++) {
        if (*g_strstrip(words[i]) && !parse(words[i], list, error))
            return FALSE;
    }
    return TRUE;
}

AkinInterface *
akin_case_interface(const char *name, const char *addresses, const char *defaults)
{
    g_autoptr(GError) error = NULL;
    AkinInterface *interface = akin_interface_new(name);
    interface->up = TRUE;
    if (!parse_list(addresses, parse_address, interface->addresses, &error) ||
        !parse_list(defaults, parse_default, interface->defaults, &error))
        g_error("interface %s: %s", name, error->message);
    return interface;
}

/* Sets *value, which holds the default, from a key that may be absent. */
static gboolean
read_boolean(GKeyFile *file, const char *group, const char *key, gboolean *value, GError **error)
{
    g_autoptr(GError) local = NULL;
    gboolean given = g_key_file_get_boolean(file, group, key, &local);
    if (!local)
        *value = given;
    else if (!g_error_matches(local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_keys(GKeyFile *file, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        if (!g_strv_contains(known, keys[i]))
            return fail(error, "unknown key", keys[i]);
    }
    return TRUE;
}

static gboolean
read_interface(GKeyFile *file, const char *group, AkinSituation *situation, GError **error)
{
    static const char *const known[] = {"up", "loopback", "addresses", "defaults", NULL};
    AkinInterface *interface = akin_interface_new(group + strlen(INTERFACE_PREFIX));
    g_ptr_array_add(situation->interfaces, interface);
    interface->up = TRUE;
    g_autofree char *addresses = g_key_file_get_string(file, group, "addresses", NULL);
    g_autofree char *defaults = g_key_file_get_string(file, group, "defaults", NULL);
    return check_keys(file, group, known, error) &&
           read_boolean(file, group, "up", &interface->up, error) &&
           read_boolean(file, group, "loopback", &interface->loopback, error) &&
           parse_list(addresses, parse_address, interface->addresses, error) &&
           parse_list(defaults, parse_default, interface->defaults, error);
}

static int
compare_interfaces(gconstpointer a, gconstpointer b)
{
    const AkinInterface *x = *(const AkinInterface *const *) a;
    const AkinInterface *y = *(const AkinInterface *const *) b;
    return strcmp(x->name, y->name);
}

static AkinSituation *
read_situation(GKeyFile *file, GError **error)
{
    static const char *const known[] = {"awake",   "routes4",         "routes6", "ftp-helper",
                                        "no-nat6", "no-own-forwards", "no-natd", NULL};
    g_autoptr(AkinSituation) situation = akin_situation_new();
    gboolean *const values[] = {&situation->awake,   &situation->routes4,
                                &situation->routes6, &situation->ftp_helper,
                                &situation->no_nat6, &situation->no_own_forwards,
                                &situation->no_natd};
    if (!check_keys(file, "situation", known, error))
        return NULL;
    for (guint i = 0; g_key_file_has_group(file, "situation") && known[i]; i++) {
        if (!read_boolean(file, "situation", known[i], values[i], error))
            return NULL;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++) {
        if (g_str_has_prefix(groups[i], INTERFACE_PREFIX) &&
            !read_interface(file, groups[i], situation, error))
            return NULL;
    }
    g_ptr_array_sort(situation->interfaces, compare_interfaces);
    return g_steal_pointer(&situation);
}

/* The only groups that a policy file may not know are the situation's. */
static gboolean
check_remarks(const GPtrArray *remarks, GError **error)
{
    for (guint i = 0; i < remarks->len; i++) {
        const char *remark = remarks->pdata[i];
        if (!strstr(remark, "group ‘situation’") && !strstr(remark, "group ‘" INTERFACE_PREFIX))
            return fail(error, "the policy:", remark);
    }
    return TRUE;
}

gboolean
akin_case_parse(const char *text, AkinPolicy **policy, AkinSituation **situation, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(AkinPolicy) wanted = akin_policy_parse(text, strlen(text), remarks, error);
    if (!wanted || !check_remarks(remarks, error) ||
        !g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, error))
        return FALSE;
    *situation = read_situation(file, error);
    if (!*situation)
        return FALSE;
    *policy = g_steal_pointer(&wanted);
    return TRUE;
}

gboolean
akin_case_load(const char *path, AkinPolicy **policy, AkinSituation **situation, GError **error)
{
    g_autofree char *text = NULL;
    if (g_file_get_contents(path, &text, NULL, error) &&
        akin_case_parse(text, policy, situation, error))
        return TRUE;
    g_prefix_error(error, "%s: ", path);
    return FALSE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

char **
akin_case_names(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (!dir)
        g_error("%s", error->message);
    GPtrArray *names = g_ptr_array_new();
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        if (g_str_has_suffix(name, ".case"))
            g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(".case")));
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}
