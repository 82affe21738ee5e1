/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy.h"

#include <string.h>

#include "error.h"
#include "names.h"
#include "shown.h"

static const char *const nat_modes[] = {"auto", "on", "off"};
static const char *const nat_engines[] = {"natd", "kernel"};
static const char *const default_patterns[] = {"akin*", "vboxnet*", "vmnet*", NULL};

static void
service_state_clear(gpointer data)
{
    AkinServiceState *state = data;
    akin_service_unref(state->service);
}

static GArray *
service_states_new(guint size)
{
    GArray *states = g_array_sized_new(FALSE, FALSE, sizeof(AkinServiceState), size);
    g_array_set_clear_func(states, service_state_clear);
    return states;
}

AkinPolicy *
akin_policy_new_default(void)
{
    AkinPolicy *policy = g_new0(AkinPolicy, 1);
    policy->firewall = TRUE;
    policy->machines_reach_host = TRUE;
    policy->patterns = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; default_patterns[i]; i++)
        g_ptr_array_add(policy->patterns, g_strdup(default_patterns[i]));
    policy->trusted = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    policy->forwards = g_array_new(FALSE, FALSE, sizeof(AkinForward));

    GPtrArray *catalogue = akin_catalogue();
    policy->services = service_states_new(catalogue->len);
    for (guint i = 0; i < catalogue->len; i++) {
        AkinService *service = catalogue->pdata[i];
        AkinServiceState state = {akin_service_ref(service), service->defaults, FALSE};
        g_array_append_val(policy->services, state);
    }
    return policy;
}

AkinPolicy *
akin_policy_copy(const AkinPolicy *policy)
{
    AkinPolicy *copy = g_new(AkinPolicy, 1);
    *copy = *policy;
    copy->patterns = g_ptr_array_copy(policy->patterns, (GCopyFunc) (void *) g_strdup, NULL);
    g_ptr_array_set_free_func(copy->patterns, g_free);
    copy->trusted = g_array_copy(policy->trusted);
    copy->forwards = g_array_copy(policy->forwards);
    copy->services = service_states_new(policy->services->len);
    g_array_append_vals(copy->services, policy->services->data, policy->services->len);
    for (guint i = 0; i < copy->services->len; i++)
        akin_service_ref(g_array_index(copy->services, AkinServiceState, i).service);
    return copy;
}

void
akin_policy_free(AkinPolicy *policy)
{
    g_ptr_array_unref(policy->patterns);
    g_array_unref(policy->trusted);
    g_array_unref(policy->forwards);
    g_array_unref(policy->services);
    g_free(policy);
}

static gboolean
forwards_equal(const AkinForward *a, const AkinForward *b)
{
    return a->protocol == b->protocol && a->port == b->port && a->target_port == b->target_port &&
           a->from == b->from && akin_prefix_equal(&a->address, &b->address) &&
           akin_prefix_equal(&a->network, &b->network);
}

gboolean
akin_policy_same_nat(const AkinPolicy *a, const AkinPolicy *b)
{
    if (a->nat != b->nat || a->patterns->len != b->patterns->len ||
        a->forwards->len != b->forwards->len)
        return FALSE;
    for (guint i = 0; i < a->patterns->len; i++) {
        if (strcmp(a->patterns->pdata[i], b->patterns->pdata[i]) != 0)
            return FALSE;
    }
    for (guint i = 0; i < a->forwards->len; i++) {
        if (!forwards_equal(&g_array_index(a->forwards, AkinForward, i),
                            &g_array_index(b->forwards, AkinForward, i)))
            return FALSE;
    }
    return TRUE;
}

const char *
akin_nat_mode_name(AkinNatMode mode)
{
    return nat_modes[mode];
}

gboolean
akin_nat_mode_parse(const char *name, AkinNatMode *mode, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(nat_modes); i++) {
        if (strcmp(name, nat_modes[i]) == 0) {
            *mode = i;
            return TRUE;
        }
    }
    g_autofree char *shown = akin_shown(name);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                "‘%s’ is not a NAT mode; use auto, on or off", shown);
    return FALSE;
}

const char *
akin_nat_engine_name(AkinNatEngine engine)
{
    return nat_engines[engine];
}

gboolean
akin_nat_engine_parse(const char *name, AkinNatEngine *engine, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(nat_engines); i++) {
        if (strcmp(name, nat_engines[i]) == 0) {
            *engine = i;
            return TRUE;
        }
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                "not a NAT engine; use natd or kernel");
    return FALSE;
}

AkinServiceState *
akin_policy_find_service(const AkinPolicy *policy, const char *name)
{
    for (guint i = 0; i < policy->services->len; i++) {
        AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        if (strcmp(state->service->name, name) == 0)
            return state;
    }
    return NULL;
}

/* The state to change, once it is clear that the service exists and offers the directions. */
static AkinServiceState *
find_for_change(const AkinPolicy *policy, const char *name, guint directions, GError **error)
{
    AkinServiceState *state = akin_policy_find_service(policy, name);
    if (!state) {
        g_autofree char *shown = akin_shown(name);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                    "no service ‘%s’; see akinctl services", shown);
        return NULL;
    }
    if (directions & ~akin_service_offers(state->service)) {
        gboolean outgoing = directions & ~akin_service_offers(state->service) & AKIN_OUTGOING;
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "service %s has no %s ports; it can only be allowed %s", name,
                    outgoing ? "outgoing" : "incoming", outgoing ? "incoming" : "outgoing");
        return NULL;
    }
    return state;
}

gboolean
akin_policy_set_services(AkinPolicy *policy, const char *const *names, guint directions,
                         gboolean allow, GError **error)
{
    if (directions & ~(AKIN_OUTGOING | AKIN_INCOMING) || !names[0]) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    names[0] ? "no such direction" : "name a service; see akinctl services");
        return FALSE;
    }
    for (guint i = 0; names[i]; i++) {
        if (!find_for_change(policy, names[i], directions, error))
            return FALSE;
    }
    for (guint i = 0; names[i]; i++) {
        AkinServiceState *state = akin_policy_find_service(policy, names[i]);
        guint affected = directions ? directions : akin_service_offers(state->service);
        state->allowed = allow ? state->allowed | affected : state->allowed & ~affected;
        state->decided = TRUE;
    }
    return TRUE;
}

gboolean
akin_policy_add_service(AkinPolicy *policy, AkinService *service, GError **error)
{
    const AkinServiceState *other = akin_policy_find_service(policy, service->name);
    if (other) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_EXISTS, "there is a service %s already; %s%s",
                    service->name,
                    other->service->own ? "to change it: akinctl service edit "
                                        : "choose another name",
                    other->service->own ? service->name : "");
        return FALSE;
    }
    if (policy->services->len - akin_catalogue()->len >= AKIN_OWN_SERVICES_MAX) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "there are %d services of your own already; remove one", AKIN_OWN_SERVICES_MAX);
        return FALSE;
    }
    AkinServiceState state = {akin_service_ref(service), 0, TRUE};
    g_array_append_val(policy->services, state);
    return TRUE;
}

static AkinServiceState *
find_own(const AkinPolicy *policy, const char *name, GError **error)
{
    AkinServiceState *state = find_for_change(policy, name, 0, error);
    if (!state || state->service->own)
        return state;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                "service %s is built in and stays as it is; to be without it: akinctl deny %s",
                name, name);
    return NULL;
}

gboolean
akin_policy_update_service(AkinPolicy *policy, AkinService *service, GError **error)
{
    AkinServiceState *state = find_own(policy, service->name, error);
    if (!state)
        return FALSE;
    akin_service_unref(state->service);
    state->service = akin_service_ref(service);
    state->allowed &= akin_service_offers(service);
    return TRUE;
}

gboolean
akin_policy_remove_service(AkinPolicy *policy, const char *name, GError **error)
{
    AkinServiceState *state = find_own(policy, name, error);
    if (!state)
        return FALSE;
    g_array_remove_index(policy->services, state - (AkinServiceState *) policy->services->data);
    return TRUE;
}

static gboolean
find_prefix(const GArray *prefixes, const AkinPrefix *wanted, guint *index)
{
    for (guint i = 0; i < prefixes->len; i++) {
        if (akin_prefix_equal(&g_array_index(prefixes, AkinPrefix, i), wanted)) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
trusted_parse(const char *text, AkinPrefix *prefix, GError **error)
{
    if (!akin_prefix_parse(text, prefix, error))
        return FALSE;
    if (prefix->length == 0 || !akin_prefix_is_unicast(prefix)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    prefix->length == 0
                        ? "‘%s’ is everyone; to let anyone ping: akinctl allow ping --in"
                        : "‘%s’ is not the address of another computer",
                    text);
        return FALSE;
    }
    return TRUE;
}

gboolean
akin_policy_trust(AkinPolicy *policy, const char *const *addresses, GError **error)
{
    g_autoptr(GArray) trusted = g_array_copy(policy->trusted);
    for (guint i = 0, at; addresses[i]; i++) {
        AkinPrefix prefix;
        if (!trusted_parse(addresses[i], &prefix, error))
            return FALSE;
        if (find_prefix(trusted, &prefix, &at))
            continue;
        if (trusted->len == AKIN_TRUSTED_MAX) {
            g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                        "more than %d trusted addresses; trust a network instead",
                        AKIN_TRUSTED_MAX);
            return FALSE;
        }
        g_array_append_val(trusted, prefix);
    }
    g_array_sort(trusted, (GCompareFunc) akin_prefix_compare);
    g_array_unref(policy->trusted);
    policy->trusted = g_steal_pointer(&trusted);
    return TRUE;
}

gboolean
akin_policy_distrust(AkinPolicy *policy, const char *const *addresses, GError **error)
{
    g_autoptr(GArray) trusted = g_array_copy(policy->trusted);
    for (guint i = 0, at; addresses[i]; i++) {
        AkinPrefix prefix;
        if (!akin_prefix_parse(addresses[i], &prefix, error))
            return FALSE;
        if (!find_prefix(trusted, &prefix, &at)) {
            g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                        "%s is not among the trusted addresses; see akinctl status", addresses[i]);
            return FALSE;
        }
        g_array_remove_index(trusted, at);
    }
    g_array_unref(policy->trusted);
    policy->trusted = g_steal_pointer(&trusted);
    return TRUE;
}

static int
forward_compare(gconstpointer a, gconstpointer b)
{
    const AkinForward *x = a, *y = b;
    if (x->protocol != y->protocol)
        return (int) x->protocol - (int) y->protocol;
    if (x->port != y->port)
        return (int) x->port - (int) y->port;
    return (int) x->address.family - (int) y->address.family;
}

/* Whether no other forward but except has its port. */
static gboolean
forward_is_free(const AkinPolicy *policy, const AkinForward *forward, const AkinForward *except,
                GError **error)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        const AkinForward *other = &g_array_index(policy->forwards, AkinForward, i);
        if (other == except || forward_compare(forward, other) != 0)
            continue;
        g_autofree char *address = akin_prefix_format(&other->address);
        const char *protocol = akin_protocol_name(forward->protocol);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_EXISTS,
                    "%s port %u leads to %s port %u already; first: akinctl forward remove %s %u",
                    protocol, forward->port, address, other->target_port, protocol, forward->port);
        return FALSE;
    }
    return TRUE;
}

gboolean
akin_policy_add_forward(AkinPolicy *policy, const AkinForward *forward, GError **error)
{
    if (!forward_is_free(policy, forward, NULL, error))
        return FALSE;
    if (policy->forwards->len >= AKIN_FORWARDS_MAX) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "there are %d forwards already; remove one", AKIN_FORWARDS_MAX);
        return FALSE;
    }
    g_array_append_val(policy->forwards, *forward);
    g_array_sort(policy->forwards, forward_compare);
    return TRUE;
}

AkinForward *
akin_policy_find_forward(const AkinPolicy *policy, AkinProtocol protocol, guint16 port,
                         const AkinPrefix *address, GError **error)
{
    for (guint i = 0; i < policy->forwards->len; i++) {
        AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        if (forward->protocol == protocol && forward->port == port &&
            (!address || akin_prefix_equal(&forward->address, address)))
            return forward;
    }
    g_autofree char *place = address ? akin_prefix_format(address) : NULL;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                "%s port %u %s%s; see akinctl forward list", akin_protocol_name(protocol), port,
                address ? "does not lead to " : "is not forwarded", address ? place : "");
    return NULL;
}

gboolean
akin_policy_replace_forward(AkinPolicy *policy, AkinForward *old, const AkinForward *forward,
                            GError **error)
{
    if (!forward_is_free(policy, forward, old, error))
        return FALSE;
    *old = *forward;
    g_array_sort(policy->forwards, forward_compare);
    return TRUE;
}

gboolean
akin_policy_remove_forward(AkinPolicy *policy, AkinProtocol protocol, guint16 port,
                           const AkinPrefix *address, GError **error)
{
    AkinForward *forward = akin_policy_find_forward(policy, protocol, port, address, error);
    if (!forward)
        return FALSE;
    for (; forward; forward = akin_policy_find_forward(policy, protocol, port, address, NULL))
        g_array_remove_index(policy->forwards, forward - (AkinForward *) policy->forwards->data);
    return TRUE;
}
