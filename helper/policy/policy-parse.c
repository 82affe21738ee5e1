/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-file.h"

#include <string.h>

#include "error.h"
#include "names.h"
#include "policy-lines.h"
#include "shown.h"

/*
 * Theory of operation
 *
 * GKeyFile reads the text; it gives no line numbers. A Reader therefore keeps the text, and looks
 * for the line of a group's key only once something is wrong with it. policy-format.c sets exactly
 * the keys that are read here.
 */

/* Each costs a look through the whole text. */
#define REMARKS_MAX 20

/* A key for another language is kept, so that it is read as the unknown key it is. */
#define READ_FLAGS G_KEY_FILE_KEEP_TRANSLATIONS

typedef struct {
    GKeyFile *file;
    const char *text;
    AkinPolicy *policy;
    GPtrArray *remarks;
} Reader;

/* --- Lines ---------------------------------------------------------------------------------- */

/* Turns the reason in error into "line N: reason", with the code that callers expect. */
static gboolean
fail_at(const Reader *reader, const char *group, const char *key, GError **error)
{
    if (!error || !*error)
        return FALSE;
    guint line = akin_lines_find(reader->text, group, key);
    (*error)->domain = AKIN_ERROR;
    (*error)->code = AKIN_ERROR_POLICY_BROKEN;
    g_prefix_error(error, "line %u: ", line);
    return FALSE;
}

static void
remark(const Reader *reader, const char *group, const char *key)
{
    if (!reader->remarks || reader->remarks->len > REMARKS_MAX)
        return;
    if (reader->remarks->len == REMARKS_MAX) {
        g_ptr_array_add(reader->remarks, g_strdup("more that is unknown is ignored as well"));
        return;
    }
    g_autofree char *name = akin_shown(key ? key : group);
    g_ptr_array_add(reader->remarks, g_strdup_printf("line %u: unknown %s ‘%s’ is ignored",
                                                     akin_lines_find(reader->text, group, key),
                                                     key ? "key" : "group", name));
}

static gboolean
load(GKeyFile *file, const char *text, GError **error)
{
    if (g_key_file_load_from_data(file, text, strlen(text), READ_FLAGS, NULL))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                "line %u: neither a [group], a key=value below a group nor a # comment",
                akin_lines_refused(text, READ_FLAGS));
    return FALSE;
}

/* --- Reading ---------------------------------------------------------------------------------- */

typedef gboolean (*ParseValue)(AkinPolicy *policy, const char *value, GError **error);

static gboolean
parse_boolean(const char *value, gboolean *result, GError **error)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
        g_autofree char *shown = akin_shown(value);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                    "write true or false, and nothing behind it, not ‘%s’", shown);
        return FALSE;
    }
    *result = strcmp(value, "true") == 0;
    return TRUE;
}

/* "a; b;" as its words; empty ones are left out. */
static GStrv
split_list(const char *value)
{
    g_auto(GStrv) words = g_strsplit_set(value, ";,", -1);
    GStrvBuilder *builder = g_strv_builder_new();
    for (guint i = 0; words[i]; i++) {
        if (*g_strstrip(words[i]))
            g_strv_builder_add(builder, words[i]);
    }
    GStrv list = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return list;
}

static gboolean
parse_enabled(AkinPolicy *policy, const char *value, GError **error)
{
    return parse_boolean(value, &policy->firewall, error);
}

static gboolean
parse_panic(AkinPolicy *policy, const char *value, GError **error)
{
    return parse_boolean(value, &policy->panic, error);
}

static gboolean
parse_trusted(AkinPolicy *policy, const char *value, GError **error)
{
    g_auto(GStrv) addresses = split_list(value);
    return akin_policy_trust(policy, (const char *const *) addresses, error);
}

static gboolean
parse_nat_mode(AkinPolicy *policy, const char *value, GError **error)
{
    return akin_nat_mode_parse(value, &policy->nat, error);
}

static gboolean
parse_until_started(AkinPolicy *policy, const char *value, GError **error)
{
    policy->fail_closed = strcmp(value, "closed") == 0;
    if (policy->fail_closed || strcmp(value, "open") == 0)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT, "until-started is open or closed");
    return FALSE;
}

static gboolean
parse_nat_engine(AkinPolicy *policy, const char *value, GError **error)
{
    return akin_nat_engine_parse(value, &policy->nat_engine, error);
}

static gboolean
parse_reach_host(AkinPolicy *policy, const char *value, GError **error)
{
    return parse_boolean(value, &policy->machines_reach_host, error);
}

static gboolean
parse_networks(AkinPolicy *policy, const char *value, GError **error)
{
    g_auto(GStrv) patterns = split_list(value);
    return akin_policy_set_patterns(policy, (const char *const *) patterns, error);
}

static const struct {
    const char *group, *key;
    ParseValue parse;
} simple_keys[] = {
    {"firewall", "enabled", parse_enabled},
    {"firewall", "panic", parse_panic},
    {"firewall", "trusted-pingers", parse_trusted},
    {"nat", "mode", parse_nat_mode},
    {"nat", "machines-reach-host", parse_reach_host},
    {"nat", "networks", parse_networks},
    {"nat", "nat-engine", parse_nat_engine},
    {"firewall", "until-started", parse_until_started},
};

static gboolean
escapes_are_valid(const char *raw)
{
    for (const char *at = strchr(raw, '\\'); at; at = strchr(at + 2, '\\')) {
        if (at[1] == '\0' || !strchr("sntr\\", at[1]))
            return FALSE;
    }
    return TRUE;
}

/* The value with its escapes undone; NULL with error set. GKeyFile's own errors quote half letters.
 */
static char *
get_value(const Reader *reader, const char *group, const char *key, GError **error)
{
    g_autofree char *raw = g_key_file_get_value(reader->file, group, key, error);
    if (raw && escapes_are_valid(raw))
        return g_key_file_get_string(reader->file, group, key, error);
    if (raw)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                    "a backslash stands before s, n, t, r or another backslash only");
    return NULL;
}

static gboolean
read_simple_key(Reader *reader, const char *group, const char *key, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(simple_keys); i++) {
        if (strcmp(simple_keys[i].group, group) != 0 || strcmp(simple_keys[i].key, key) != 0)
            continue;
        g_autofree char *value = get_value(reader, group, key, error);
        if (!value || !simple_keys[i].parse(reader->policy, value, error))
            return fail_at(reader, group, key, error);
        return TRUE;
    }
    remark(reader, group, key);
    return TRUE;
}

/* "out;in", "out", "in" or "none". */
static gboolean
parse_directions(const char *value, guint *directions, GError **error)
{
    g_auto(GStrv) words = split_list(value);
    *directions = 0;
    for (guint i = 0; words[i]; i++) {
        if (strcmp(words[i], "out") == 0)
            *directions |= AKIN_OUTGOING;
        else if (strcmp(words[i], "in") == 0)
            *directions |= AKIN_INCOMING;
        else if (strcmp(words[i], "none") != 0 || words[1])
            break;
        if (!words[i + 1])
            return TRUE;
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN, "write out, in, out;in or none");
    return FALSE;
}

static gboolean
read_service_state(Reader *reader, const char *name, GError **error)
{
    const char *const names[] = {name, NULL};
    guint directions;
    g_autofree char *value = get_value(reader, "services", name, error);
    if (!value || !parse_directions(value, &directions, error) ||
        !akin_policy_set_services(reader->policy, names, 0, FALSE, error) ||
        (directions && !akin_policy_set_services(reader->policy, names, directions, TRUE, error)))
        return fail_at(reader, "services", name, error);
    return TRUE;
}

/* *value stays NULL when the key is absent. */
static gboolean
read_text(Reader *reader, const char *group, const char *key, char **value, GError **error)
{
    if (!g_key_file_has_key(reader->file, group, key, NULL))
        return TRUE;
    *value = get_value(reader, group, key, error);
    return *value || fail_at(reader, group, key, error);
}

static void
remark_own_keys(Reader *reader, const char *group)
{
    static const char *const known[] = {"title", "out", "in", NULL};
    g_auto(GStrv) keys = g_key_file_get_keys(reader->file, group, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        if (!g_strv_contains(known, keys[i]))
            remark(reader, group, keys[i]);
    }
}

static gboolean
read_own_service(Reader *reader, const char *group, GError **error)
{
    const char *name = group + strlen(AKIN_OWN_SERVICE_PREFIX);
    g_autofree char *title = NULL, *out = NULL, *in = NULL;
    if (!read_text(reader, group, "title", &title, error) ||
        !read_text(reader, group, "out", &out, error) ||
        !read_text(reader, group, "in", &in, error))
        return FALSE;
    remark_own_keys(reader, group);
    g_autoptr(AkinService) service =
        akin_service_new(name, title, out ? out : "", in ? in : "", error);
    if (!service || !akin_policy_add_service(reader->policy, service, error))
        return fail_at(reader, group, NULL, error);
    return TRUE;
}

/* key "tcp/80"; one "192.168.56.101:80 from 203.0.113.0/24". Cuts place in pieces. */
static gboolean
parse_forward(AkinPolicy *policy, const char *key, char *place, GError **error)
{
    char *from = strstr(place, " from ");
    if (from)
        *from = '\0';
    char *colon = strrchr(g_strstrip(place), ':');
    const char *slash = strchr(key, '/');
    guint16 port, target_port;
    if (!colon || !slash) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                    "write it like tcp/80=192.168.56.101:80 or tcp/80=[fd00:56::101]:80");
        return FALSE;
    }
    *colon = '\0';
    if (place[0] == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        place++;
    }
    g_autofree char *protocol = g_strndup(key, slash - key);
    AkinForward forward;
    return akin_port_parse(slash + 1, &port, error) &&
           akin_port_parse(colon + 1, &target_port, error) &&
           akin_forward_parse(&forward, protocol, port, place, target_port,
                              from ? g_strstrip(from + strlen(" from ")) : "anyone", error) &&
           akin_policy_add_forward(policy, &forward, error);
}

static gboolean
read_forward(Reader *reader, const char *key, GError **error)
{
    g_autofree char *value = get_value(reader, "forwards", key, error);
    if (!value)
        return fail_at(reader, "forwards", key, error);
    g_auto(GStrv) places = split_list(value);
    for (guint i = 0; places[i]; i++) {
        if (!parse_forward(reader->policy, key, places[i], error))
            return fail_at(reader, "forwards", key, error);
    }
    return TRUE;
}

/* Of two the second would count, and the first be lost to whoever wrote one for each family. */
static gboolean
check_forwards(const Reader *reader, GError **error)
{
    g_autofree char *key = akin_lines_find_repeated(reader->text, "forwards");
    if (!key)
        return TRUE;
    g_autofree char *shown = akin_shown(key);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                "‘%s’ stands there twice; write both machines behind one, like "
                "tcp/80=192.168.56.101:80; [fd00:56::101]:80",
                shown);
    return fail_at(reader, "forwards", key, error);
}

static gboolean
read_group(Reader *reader, const char *group, GError **error)
{
    gboolean (*read_key)(Reader *, const char *, GError **) = NULL;
    if (strcmp(group, "services") == 0)
        read_key = read_service_state;
    else if (strcmp(group, "forwards") == 0)
        read_key = read_forward;
    if (read_key == read_forward && !check_forwards(reader, error))
        return FALSE;

    g_auto(GStrv) keys = g_key_file_get_keys(reader->file, group, NULL, error);
    for (guint i = 0; keys && keys[i]; i++) {
        if (read_key ? !read_key(reader, keys[i], error)
                     : !read_simple_key(reader, group, keys[i], error))
            return FALSE;
    }
    return keys != NULL;
}

/* Own services first: [services] may name them, wherever it stands in the file. */
static gboolean
read_groups(Reader *reader, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(reader->file, NULL);
    for (guint i = 0; groups[i]; i++) {
        if (g_str_has_prefix(groups[i], AKIN_OWN_SERVICE_PREFIX) &&
            !read_own_service(reader, groups[i], error))
            return FALSE;
    }
    static const char *const known[] = {"firewall", "nat", "services", "forwards", NULL};
    for (guint i = 0; groups[i]; i++) {
        if (g_str_has_prefix(groups[i], AKIN_OWN_SERVICE_PREFIX))
            continue;
        if (!g_strv_contains(known, groups[i]))
            remark(reader, groups[i], NULL);
        else if (!read_group(reader, groups[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_text(const char *text, gsize length, GError **error)
{
    const char *reason = NULL;
    if (length == 0)
        reason = "the file is empty; remove it to have the default policy";
    else if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        reason = "line 1: begins with a byte order mark; save the file without it";
    else if (length > AKIN_POLICY_FILE_MAX)
        reason = "the file is larger than 1 MiB; no policy needs that";
    else if (memchr(text, '\0', length) || !g_utf8_validate(text, length, NULL))
        reason = "the file is not text in UTF-8";
    if (reason)
        g_set_error_literal(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN, reason);
    return reason == NULL;
}

AkinPolicy *
akin_policy_parse(const char *text, gsize length, GPtrArray *remarks, GError **error)
{
    if (!check_text(text, length, error))
        return NULL;
    g_autofree char *copy = g_strndup(text, length);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) local = NULL;
    if (!load(file, copy, error))
        return NULL;
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    Reader reader = {file, copy, policy, remarks};
    if (!read_groups(&reader, &local)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    return g_steal_pointer(&policy);
}
