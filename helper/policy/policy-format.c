/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-file.h"

#include <string.h>

#include "names.h"
#include "policy-leads.h"

/* What GKeyFile keeps of a text that it reads and writes again. */
#define WRITE_FLAGS (G_KEY_FILE_KEEP_TRANSLATIONS | G_KEY_FILE_KEEP_COMMENTS)

static const char header[] =
    "# akin's policy: what may pass and where NAT runs. See akin.conf(5).\n"
    "# Edit it, then run: akinctl reload\n";

static void
write_switches(const AkinPolicy *policy, GKeyFile *file)
{
    g_autoptr(GString) patterns = g_string_new(NULL);
    for (guint i = 0; i < policy->patterns->len; i++)
        g_string_append_printf(patterns, "%s%s", i ? ";" : "",
                               (const char *) policy->patterns->pdata[i]);

    g_key_file_set_boolean(file, "firewall", "enabled", policy->firewall);
    g_key_file_set_boolean(file, "firewall", "panic", policy->panic);
    g_key_file_set_string(file, "firewall", "until-started",
                          policy->fail_closed ? "closed" : "open");
    g_key_file_set_string(file, "nat", "mode", akin_nat_mode_name(policy->nat));
    g_key_file_set_string(file, "nat", "nat-engine", akin_nat_engine_name(policy->nat_engine));
    g_key_file_set_boolean(file, "nat", "machines-reach-host", policy->machines_reach_host);
    g_key_file_set_string(file, "nat", "networks", patterns->str);

    g_autoptr(GString) trusted = g_string_new(NULL);
    for (guint i = 0; i < policy->trusted->len; i++) {
        g_autofree char *prefix =
            akin_prefix_format(&g_array_index(policy->trusted, AkinPrefix, i));
        g_string_append_printf(trusted, "%s%s", i ? ";" : "", prefix);
    }
    g_key_file_set_string(file, "firewall", "trusted-pingers", trusted->str);
}

static void
write_own_service(const AkinService *service, GKeyFile *file)
{
    g_autofree char *group = g_strconcat(AKIN_OWN_SERVICE_PREFIX, service->name, NULL);
    g_autofree char *out = akin_ports_format(service->out);
    g_autofree char *in = akin_ports_format(service->in);
    g_key_file_set_string(file, group, "title", service->title);
    g_key_file_set_string(file, group, "out", out);
    g_key_file_set_string(file, group, "in", in);
}

static void
write_services(const AkinPolicy *policy, GKeyFile *file)
{
    static const char *const words[] = {"none", "out", "in", "out;in"};
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        if (state->service->own)
            write_own_service(state->service, file);
        if (state->decided)
            g_key_file_set_string(file, "services", state->service->name, words[state->allowed]);
    }
}

static char *
forward_key(const AkinForward *forward)
{
    return g_strdup_printf("%s/%u", akin_protocol_name(forward->protocol), forward->port);
}

/* The machine's side of a forward, as parse_forward reads it. */
static char *
forward_place(const AkinForward *forward)
{
    g_autofree char *address = akin_prefix_format(&forward->address);
    g_autofree char *from = akin_forward_format_from(forward);
    gboolean bare = forward->address.family == AKIN_IPV4;
    gboolean anyone = forward->from == AKIN_FROM_ANYONE;
    return g_strdup_printf("%s%s%s:%u%s%s", bare ? "" : "[", address, bare ? "" : "]",
                           forward->target_port, anyone ? "" : " from ", anyone ? "" : from);
}

/* A key a port: those of both families stand behind one, as neighbours in the policy. */
static void
write_forwards(const AkinPolicy *policy, GKeyFile *file)
{
    const AkinForward *forwards = (const AkinForward *) policy->forwards->data;
    g_autofree char *value = NULL;
    for (guint i = 0; i < policy->forwards->len; i++) {
        gboolean continues = i > 0 && forwards[i].protocol == forwards[i - 1].protocol &&
                             forwards[i].port == forwards[i - 1].port;
        g_autofree char *place = forward_place(&forwards[i]);
        g_autofree char *key = forward_key(&forwards[i]);
        char *joined = continues ? g_strconcat(value, "; ", place, NULL) : g_strdup(place);
        g_free(value);
        value = joined;
        g_key_file_set_string(file, "forwards", key, value);
    }
}

static gboolean
wants_forward_key(const AkinPolicy *policy, const char *key)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        g_autofree char *own = forward_key(&g_array_index(policy->forwards, AkinForward, i));
        if (strcmp(own, key) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
wants_service_key(const AkinPolicy *policy, const char *key)
{
    const AkinServiceState *state = akin_policy_find_service(policy, key);
    return state && state->decided;
}

static void
prune_keys(const AkinPolicy *policy, GKeyFile *file, const char *group,
           gboolean (*wants)(const AkinPolicy *, const char *))
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        if (!wants(policy, keys[i]))
            g_key_file_remove_key(file, group, keys[i], NULL);
    }
}

/* Takes out what the policy no longer has; what it has was overwritten in place. */
static void
prune(const AkinPolicy *policy, GKeyFile *file)
{
    prune_keys(policy, file, "services", wants_service_key);
    prune_keys(policy, file, "forwards", wants_forward_key);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++) {
        if (g_str_has_prefix(groups[i], AKIN_OWN_SERVICE_PREFIX) &&
            !akin_policy_find_service(policy, groups[i] + strlen(AKIN_OWN_SERVICE_PREFIX)))
            g_key_file_remove_group(file, groups[i], NULL);
    }
}

char *
akin_policy_format(const AkinPolicy *policy, const char *previous)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) leads = NULL;
    g_autofree char *start = akin_leads_cut(previous ? previous : header, &leads);
    g_key_file_load_from_data(file, start, strlen(start), WRITE_FLAGS, NULL);
    write_switches(policy, file);
    write_services(policy, file);
    write_forwards(policy, file);
    prune(policy, file);
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    return akin_leads_put(text, leads);
}
