/* SPDX-License-Identifier: BSD-2-Clause */
#include "situation.h"

#include <string.h>

AkinInterface *
akin_interface_new(const char *name)
{
    AkinInterface *interface = g_new0(AkinInterface, 1);
    interface->name = g_strdup(name);
    interface->addresses = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    interface->defaults = g_array_new(FALSE, FALSE, sizeof(AkinRoute));
    return interface;
}

void
akin_interface_free(AkinInterface *interface)
{
    g_free(interface->name);
    g_array_unref(interface->addresses);
    g_array_unref(interface->defaults);
    g_free(interface);
}

static gpointer
interface_copy(gconstpointer data, gpointer unused)
{
    (void) unused;
    AkinInterface *copy = g_new(AkinInterface, 1);
    *copy = *(const AkinInterface *) data;
    copy->name = g_strdup(copy->name);
    copy->addresses = g_array_copy(copy->addresses);
    copy->defaults = g_array_copy(copy->defaults);
    return copy;
}

AkinSituation *
akin_situation_new(void)
{
    AkinSituation *situation = g_new0(AkinSituation, 1);
    situation->interfaces = g_ptr_array_new_with_free_func((GDestroyNotify) akin_interface_free);
    situation->awake = TRUE;
    return situation;
}

AkinSituation *
akin_situation_copy(const AkinSituation *situation)
{
    AkinSituation *copy = g_new(AkinSituation, 1);
    *copy = *situation;
    copy->interfaces = g_ptr_array_copy(situation->interfaces, interface_copy, NULL);
    g_ptr_array_set_free_func(copy->interfaces, (GDestroyNotify) akin_interface_free);
    return copy;
}

void
akin_situation_free(AkinSituation *situation)
{
    g_ptr_array_unref(situation->interfaces);
    g_free(situation);
}

static gboolean
routes_equal(const GArray *a, const GArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++) {
        const AkinRoute *x = &g_array_index(a, AkinRoute, i);
        const AkinRoute *y = &g_array_index(b, AkinRoute, i);
        if (x->family != y->family || x->metric != y->metric || x->length != y->length)
            return FALSE;
    }
    return TRUE;
}

static gboolean
prefixes_equal(const GArray *a, const GArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++) {
        if (!akin_prefix_equal(&g_array_index(a, AkinPrefix, i), &g_array_index(b, AkinPrefix, i)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
interfaces_equal(const AkinInterface *a, const AkinInterface *b)
{
    return strcmp(a->name, b->name) == 0 && a->loopback == b->loopback && a->up == b->up &&
           prefixes_equal(a->addresses, b->addresses) && routes_equal(a->defaults, b->defaults);
}

gboolean
akin_situation_equal(const AkinSituation *a, const AkinSituation *b)
{
    if (a->awake != b->awake || a->routes4 != b->routes4 || a->routes6 != b->routes6 ||
        a->ftp_helper != b->ftp_helper || a->no_nat6 != b->no_nat6 ||
        a->no_own_forwards != b->no_own_forwards || a->no_natd != b->no_natd ||
        a->interfaces->len != b->interfaces->len)
        return FALSE;
    for (guint i = 0; i < a->interfaces->len; i++) {
        if (!interfaces_equal(a->interfaces->pdata[i], b->interfaces->pdata[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
matches_pattern(const AkinPolicy *policy, const AkinInterface *interface)
{
    for (guint i = 0; i < policy->patterns->len; i++) {
        if (akin_pattern_matches(policy->patterns->pdata[i], interface->name))
            return TRUE;
    }
    return FALSE;
}

/* A kernel lets names hold quotes and worse; such an interface is outside and its name in no rule.
 */
AkinRole
akin_interface_role(const AkinPolicy *policy, const AkinInterface *interface)
{
    if (interface->loopback)
        return AKIN_ROLE_LOOPBACK;
    if (matches_pattern(policy, interface) && akin_name_is_plain(interface->name))
        return AKIN_ROLE_VM_NETWORK;
    return AKIN_ROLE_OUTSIDE;
}

GArray *
akin_interface_subnets(const AkinInterface *interface)
{
    GArray *subnets = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    for (guint i = 0; i < interface->addresses->len; i++) {
        const AkinPrefix *address = &g_array_index(interface->addresses, AkinPrefix, i);
        AkinPrefix subnet = akin_prefix_network(address, address->length);
        if (!akin_prefix_is_link_local(address) && akin_prefix_is_unicast(address) &&
            subnet.length > 0)
            g_array_append_val(subnets, subnet);
    }
    akin_prefixes_prune(subnets);
    return subnets;
}

gboolean
akin_network_is_up(const AkinPolicy *policy, const AkinInterface *interface)
{
    if (!interface->up || akin_interface_role(policy, interface) != AKIN_ROLE_VM_NETWORK)
        return FALSE;
    g_autoptr(GArray) subnets = akin_interface_subnets(interface);
    return subnets->len > 0;
}

gboolean
akin_networks_have(const AkinPolicy *policy, const AkinSituation *situation, AkinFamily family)
{
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (!akin_network_is_up(policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        for (guint k = 0; k < subnets->len; k++) {
            if (g_array_index(subnets, AkinPrefix, k).family == family)
                return TRUE;
        }
    }
    return FALSE;
}

gboolean
akin_nat_is_active(const AkinPolicy *policy, const AkinSituation *situation)
{
    if (policy->nat != AKIN_NAT_AUTO)
        return policy->nat == AKIN_NAT_ON;
    return akin_networks_have(policy, situation, AKIN_IPV4) ||
           akin_networks_have(policy, situation, AKIN_IPV6);
}

const AkinInterface *
akin_situation_find_network(const AkinPolicy *policy, const AkinSituation *situation,
                            const AkinPrefix *address)
{
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (!akin_network_is_up(policy, interface))
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        for (guint k = 0; k < subnets->len; k++) {
            if (akin_prefix_contains(&g_array_index(subnets, AkinPrefix, k), address))
                return interface;
        }
    }
    return NULL;
}

const char *
akin_forward_obstacle(const AkinSituation *situation, const AkinForward *forward)
{
    if (situation->no_nat6 && forward->address.family == AKIN_IPV6)
        return "this firewall cannot translate IPv6";
    if (situation->no_own_forwards && forward->from == AKIN_FROM_LOOPBACK)
        return "this firewall cannot lead this computer's own connections to a machine";
    return NULL;
}

gboolean
akin_forward_works(const AkinPolicy *policy, const AkinSituation *situation,
                   const AkinForward *forward)
{
    return akin_nat_is_active(policy, situation) && !akin_forward_obstacle(situation, forward) &&
           (!policy->panic || forward->from == AKIN_FROM_LOOPBACK) &&
           akin_situation_find_network(policy, situation, &forward->address) != NULL;
}

/*
 * How good an uplink's best default route is; lower is better. The longer prefix wins in the
 * kernel before any metric is looked at; a computer with both families is judged by IPv4, as most
 * of its traffic is.
 */
static guint64
uplink_cost(const AkinInterface *interface)
{
    guint64 best = G_MAXUINT64;
    for (guint i = 0; i < interface->defaults->len; i++) {
        const AkinRoute *route = &g_array_index(interface->defaults, AkinRoute, i);
        guint64 cost = route->metric;
        cost |= (guint64) (route->length == 0) << 32;
        cost |= (guint64) (route->family == AKIN_IPV6) << 33;
        best = MIN(best, cost);
    }
    return best;
}

static int
uplink_compare(gconstpointer a, gconstpointer b)
{
    const AkinInterface *x = *(const AkinInterface *const *) a;
    const AkinInterface *y = *(const AkinInterface *const *) b;
    guint64 left = uplink_cost(x), right = uplink_cost(y);
    if (left != right)
        return left < right ? -1 : 1;
    return strcmp(x->name, y->name);
}

GPtrArray *
akin_situation_uplinks(const AkinPolicy *policy, const AkinSituation *situation)
{
    GPtrArray *uplinks = g_ptr_array_new();
    for (guint i = 0; i < situation->interfaces->len; i++) {
        AkinInterface *interface = situation->interfaces->pdata[i];
        if (interface->up && interface->defaults->len > 0 &&
            akin_interface_role(policy, interface) == AKIN_ROLE_OUTSIDE)
            g_ptr_array_add(uplinks, interface);
    }
    g_ptr_array_sort(uplinks, uplink_compare);
    return uplinks;
}

/* A pattern in nftables knows nothing of plain names. */
gboolean
akin_interface_is_unguarded(const AkinPolicy *policy, const AkinInterface *interface)
{
    gboolean suspicious = interface->defaults->len > 0 || !akin_name_is_plain(interface->name);
    return interface->up && !interface->loopback && suspicious &&
           matches_pattern(policy, interface);
}

const AkinInterface *
akin_situation_find_unguarded(const AkinPolicy *policy, const AkinSituation *situation)
{
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        if (akin_interface_is_unguarded(policy, interface))
            return interface;
    }
    return NULL;
}

const char *
akin_situation_active_nic(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(policy, situation);
    return uplinks->len ? ((AkinInterface *) uplinks->pdata[0])->name : "";
}
