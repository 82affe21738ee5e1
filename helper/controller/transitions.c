/* SPDX-License-Identifier: BSD-2-Clause */
#include "transitions.h"

#include <string.h>

#include "names.h"
#include "shown.h"

typedef struct {
    AkinTransitionVisit visit;
    gpointer user_data;
    guint count; /* differences so far */
} Visitor;

static void
pass_on(Visitor *visitor, const char *what, const char *old, const char *new_, const char *sentence)
{
    if (++visitor->count <= AKIN_TRANSITIONS_MAX)
        visitor->visit(what, old, new_, sentence, visitor->user_data);
}

/* "active nic changed from none to en0". */
static void
tell(Visitor *visitor, const char *what, const char *old, const char *new_)
{
    if (strcmp(old, new_) == 0)
        return;
    g_autofree char *sentence = g_strdup_printf("%s changed from %s to %s", what, old, new_);
    pass_on(visitor, what, old, new_, sentence);
}

/* "enabled nat", "disabled nat". */
static void
tell_switch(Visitor *visitor, const char *what, gboolean old, gboolean new_)
{
    static const char *const words[] = {"off", "on"};
    if (old == new_)
        return;
    g_autofree char *sentence = g_strdup_printf("%s %s", new_ ? "enabled" : "disabled", what);
    pass_on(visitor, what, words[old], words[new_], sentence);
}

/* --- Switches --------------------------------------------------------------------------------- */

/* Outside a kernel takes any bytes for a name. */
static char *
active_nic(const AkinState *state)
{
    const char *name = akin_situation_active_nic(state->policy, state->situation);
    return akin_shown(*name ? name : "none");
}

static gboolean
nat_runs(const AkinState *state)
{
    return state->enforcing && akin_nat_is_active(state->policy, state->situation);
}

static void
tell_switches(Visitor *visitor, const AkinState *before, const AkinState *after)
{
    const AkinPolicy *old = before->policy, *new_ = after->policy;
    g_autofree char *old_nic = active_nic(before);
    g_autofree char *new_nic = active_nic(after);
    tell(visitor, "power", before->situation->awake ? "awake" : "asleep",
         after->situation->awake ? "awake" : "asleep");
    tell_switch(visitor, "enforcement", before->enforcing, after->enforcing);
    tell(visitor, "active nic", old_nic, new_nic);
    tell_switch(visitor, "firewall", old->firewall, new_->firewall);
    tell_switch(visitor, "panic", old->panic, new_->panic);
    tell(visitor, "nat mode", akin_nat_mode_name(old->nat), akin_nat_mode_name(new_->nat));
    tell_switch(visitor, "nat", nat_runs(before), nat_runs(after));
    tell_switch(visitor, "ip forwarding", before->forwarding, after->forwarding);
    tell_switch(visitor, "machines' access to this computer", old->machines_reach_host,
                new_->machines_reach_host);
}

/* The value of what is either there or not; nothing that a user has written can be it. */
#define ON "\n"

/* --- Lists, as maps from what is told to its value -------------------------------------------- */

static GHashTable *
list_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
list_networks(const AkinState *state)
{
    GHashTable *list = list_new();
    for (guint i = 0; i < state->situation->interfaces->len; i++) {
        const AkinInterface *interface = state->situation->interfaces->pdata[i];
        if (!akin_network_is_up(state->policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        g_autoptr(GString) value = g_string_new(NULL);
        for (guint k = 0; k < subnets->len; k++) {
            g_autofree char *subnet = akin_prefix_format(&g_array_index(subnets, AkinPrefix, k));
            g_string_append_printf(value, "%s%s", k ? " " : "", subnet);
        }
        g_hash_table_insert(list, g_strconcat("network ", interface->name, NULL),
                            g_string_free(g_steal_pointer(&value), FALSE));
    }
    return list;
}

static GHashTable *
list_forwards(const AkinState *state)
{
    GHashTable *list = list_new();
    for (guint i = 0; i < state->policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(state->policy->forwards, AkinForward, i);
        g_autofree char *address = akin_prefix_format(&forward->address);
        g_autofree char *from = akin_forward_format_from(forward);
        g_hash_table_insert(
            list,
            g_strdup_printf("forward of %s port %u%s", akin_protocol_name(forward->protocol),
                            forward->port, forward->address.family == AKIN_IPV6 ? " (IPv6)" : ""),
            g_strdup_printf("%s port %u for %s", address, forward->target_port, from));
    }
    return list;
}

static GHashTable *
list_trusted(const AkinState *state)
{
    GHashTable *list = list_new();
    for (guint i = 0; i < state->policy->trusted->len; i++) {
        g_autofree char *address =
            akin_prefix_format(&g_array_index(state->policy->trusted, AkinPrefix, i));
        g_hash_table_insert(list, g_strconcat("ping from ", address, NULL), g_strdup(ON));
    }
    return list;
}

static GHashTable *
list_patterns(const AkinState *state)
{
    GHashTable *list = list_new();
    g_autoptr(GString) value = g_string_new(NULL);
    for (guint i = 0; i < state->policy->patterns->len; i++)
        g_string_append_printf(value, "%s%s", i ? " " : "",
                               (char *) state->policy->patterns->pdata[i]);
    g_hash_table_insert(list, g_strdup("patterns of networks"),
                        g_string_free(g_steal_pointer(&value), FALSE));
    return list;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void
tell_list(Visitor *visitor, GHashTable *before, GHashTable *after)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GList) old_names = g_hash_table_get_keys(before);
    g_autoptr(GList) new_names = g_hash_table_get_keys(after);
    for (GList *l = old_names; l; l = l->next)
        g_hash_table_add(names, l->data);
    for (GList *l = new_names; l; l = l->next)
        g_hash_table_add(names, l->data);

    g_autoptr(GList) all = g_list_sort(g_hash_table_get_keys(names), compare_names);
    for (GList *l = all; l; l = l->next) {
        const char *old = g_hash_table_lookup(before, l->data);
        const char *new_ = g_hash_table_lookup(after, l->data);
        if (g_strcmp0(old ? old : new_, ON) == 0)
            tell_switch(visitor, l->data, old != NULL, new_ != NULL);
        else
            tell(visitor, l->data, old ? old : "none", new_ ? new_ : "none");
    }
}

static void
tell_lists(Visitor *visitor, const AkinState *before, const AkinState *after)
{
    static GHashTable *(*const lists[])(const AkinState *) = {list_networks, list_patterns,
                                                              list_forwards, list_trusted};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GHashTable) old = lists[i](before);
        g_autoptr(GHashTable) new_ = lists[i](after);
        tell_list(visitor, old, new_);
    }
}

/* --- Services --------------------------------------------------------------------------------- */

/* The state of the same service in the other policy, where it mostly is at the same place. */
static const AkinServiceState *
counterpart(const AkinPolicy *other, guint index, const AkinServiceState *state)
{
    if (index < other->services->len) {
        const AkinServiceState *candidate =
            &g_array_index(other->services, AkinServiceState, index);
        if (strcmp(candidate->service->name, state->service->name) == 0)
            return candidate;
    }
    return akin_policy_find_service(other, state->service->name);
}

static gboolean
services_differ(const AkinServiceState *a, const AkinServiceState *b)
{
    return !a || !b || a->allowed != b->allowed || !akin_service_equal(a->service, b->service);
}

/* "outgoing tcp:80, incoming udp:53", in the notation of akinctl(1). */
static char *
service_value(const AkinService *service)
{
    g_autofree char *out = akin_ports_format(service->out);
    g_autofree char *in = akin_ports_format(service->in);
    return g_strconcat(*out ? "outgoing " : "", out, *out && *in ? ", " : "",
                       *in ? "incoming " : "", in, NULL);
}

/* The service itself came, went or became another one. */
static void
tell_definition(Visitor *visitor, const AkinService *old, const AkinService *new_)
{
    g_autofree char *what = g_strconcat("service ", (new_ ? new_ : old)->name, NULL);
    g_autofree char *before = old ? service_value(old) : g_strdup("none");
    g_autofree char *after = new_ ? service_value(new_) : g_strdup("none");
    if (old && new_) {
        g_autofree char *title = g_strconcat("title of ", what, NULL);
        tell(visitor, what, before, after);
        tell(visitor, title, old->title, new_->title);
        return;
    }
    g_autofree char *sentence = g_strdup_printf("%s %s", old ? "removed" : "added", what);
    pass_on(visitor, what, before, after, sentence);
}

static void
tell_service(const AkinServiceState *old, const AkinServiceState *new_, gpointer user_data)
{
    Visitor *visitor = user_data;
    static const struct {
        guint direction;
        const char *word;
    } ways[] = {{AKIN_OUTGOING, "outgoing"}, {AKIN_INCOMING, "incoming"}};
    const char *name = (new_ ? new_ : old)->service->name;
    tell_definition(visitor, old ? old->service : NULL, new_ ? new_->service : NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        gboolean was = old && (old->allowed & ways[i].direction) != 0;
        gboolean is = new_ && (new_->allowed & ways[i].direction) != 0;
        g_autofree char *what = g_strdup_printf("service %s %s", name, ways[i].word);
        tell_switch(visitor, what, was, is);
    }
}

typedef void (*ServiceVisit)(const AkinServiceState *old, const AkinServiceState *new_,
                             gpointer user_data);

static void
visit_services(const AkinPolicy *before, const AkinPolicy *after, ServiceVisit visit,
               gpointer user_data)
{
    for (guint i = 0; i < after->services->len; i++) {
        const AkinServiceState *new_ = &g_array_index(after->services, AkinServiceState, i);
        const AkinServiceState *old = counterpart(before, i, new_);
        if (services_differ(old, new_))
            visit(old, new_, user_data);
    }
    for (guint i = 0; i < before->services->len; i++) {
        const AkinServiceState *old = &g_array_index(before->services, AkinServiceState, i);
        if (!counterpart(after, i, old))
            visit(old, NULL, user_data);
    }
}

static void
collect_service_visit(const AkinServiceState *old, const AkinServiceState *new_, gpointer user_data)
{
    g_ptr_array_add(user_data, g_strdup((new_ ? new_ : old)->service->name));
}

GPtrArray *
akin_transitions_services(const AkinPolicy *before, const AkinPolicy *after)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    if (before != after)
        visit_services(before, after, collect_service_visit, names);
    return names;
}

/* Of a file that was read again: as many as were not told one by one. */
static void
tell_rest(const Visitor *visitor)
{
    if (visitor->count <= AKIN_TRANSITIONS_MAX)
        return;
    g_autofree char *number = g_strdup_printf("%u", visitor->count - AKIN_TRANSITIONS_MAX);
    g_autofree char *sentence =
        g_strdup_printf("changed %s more setting%s", number, strcmp(number, "1") == 0 ? "" : "s");
    visitor->visit("more settings", "none", number, sentence, visitor->user_data);
}

void
akin_transitions_visit(const AkinState *before, const AkinState *after, AkinTransitionVisit visit,
                       gpointer user_data)
{
    Visitor visitor = {visit, user_data, 0};
    tell_switches(&visitor, before, after);
    tell_lists(&visitor, before, after);
    if (before->policy != after->policy)
        visit_services(before->policy, after->policy, tell_service, &visitor);
    tell_rest(&visitor);
}
