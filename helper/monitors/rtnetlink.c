/* SPDX-License-Identifier: BSD-2-Clause */
#include "rtnetlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/*
 * Theory of operation. A message is a header, a fixed structure that depends on its type, and
 * attributes; an attribute may hold others. open_message checks all of that once and finds the
 * attributes, so that the functions behind it deal with meaning only. The kernel's answers come
 * link by link, then address by address, then route by route, each naming its link by number.
 *
 * Not read: routes by next-hop object where net.ipv4.nexthop_compat_mode is 0 (it is 1 unless
 * somebody changes it: then the kernel writes out the object's interfaces in the route), tables
 * other than main, and default routes that a VPN splits finer than into halves.
 */

struct _AkinLinkTable {
    GHashTable *links; /* number -> AkinInterface */
    GHashTable *names; /* name -> number; also names that are gone */
    gboolean interrupted;
};

AkinLinkTable *
akin_link_table_new(void)
{
    AkinLinkTable *table = g_new0(AkinLinkTable, 1);
    table->links = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) akin_interface_free);
    table->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return table;
}

void
akin_link_table_free(AkinLinkTable *table)
{
    g_hash_table_unref(table->links);
    g_hash_table_unref(table->names);
    g_free(table);
}

/* libmnl's mnl_nlmsg_ok compares as int and lets lengths above INT_MAX through. */
static gboolean
message_fits(const struct nlmsghdr *message, gsize left)
{
    return left >= sizeof *message && message->nlmsg_len >= sizeof *message &&
           message->nlmsg_len <= left;
}

static const struct nlmsghdr *
next_message(const struct nlmsghdr *message, gsize *left)
{
    gsize step = MIN(*left, (gsize) NLMSG_ALIGN(message->nlmsg_len));
    *left -= step;
    return (const void *) ((const char *) message + step);
}

/* Of two attributes of one type the last counts. FALSE when they do not fill size exactly. */
static gboolean
collect(const void *payload, gsize size, const struct nlattr **found, guint n_found)
{
    const struct nlattr *attr;
    mnl_attr_for_each_payload(payload, size)
    {
        if (mnl_attr_get_type(attr) < n_found)
            found[mnl_attr_get_type(attr)] = attr;
    }
    return (const char *) attr >= (const char *) payload + size;
}

/* The fixed structure behind a message's header, of this size; NULL when malformed. */
static const void *
open_message(const struct nlmsghdr *message, gsize size, const struct nlattr **found, guint n_found)
{
    gsize whole = mnl_nlmsg_get_payload_len(message), head = NLMSG_ALIGN(size);
    const char *payload = mnl_nlmsg_get_payload(message);
    if (whole < head || !collect(payload + head, whole - head, found, n_found))
        return NULL;
    return payload;
}

/* An absent attribute leaves the value as it is. FALSE when its length is wrong. */
static gboolean
read_u32(const struct nlattr *attribute, guint32 *value)
{
    if (!attribute)
        return TRUE;
    if (mnl_attr_get_payload_len(attribute) != sizeof *value)
        return FALSE;
    *value = mnl_attr_get_u32(attribute);
    return TRUE;
}

/* A name as situation.h promises it, which is also what the kernel allows; or NULL. */
static const char *
read_name(const struct nlattr *attribute)
{
    if (!attribute)
        return NULL;
    const char *name = mnl_attr_get_payload(attribute);
    gsize size = mnl_attr_get_payload_len(attribute), length = strnlen(name, size);
    if (length == size || length == 0 || length >= IFNAMSIZ || strpbrk(name, "/ \t\n\v\f\r"))
        return NULL;
    return name;
}

/* Keeps the host bits. */
static gboolean
read_prefix(guint8 family, const struct nlattr *attribute, guint8 length, AkinPrefix *prefix)
{
    if (!attribute || (family != AF_INET && family != AF_INET6))
        return FALSE;
    *prefix = (AkinPrefix){.family = family == AF_INET ? AKIN_IPV4 : AKIN_IPV6, .length = length};
    guint8 bits = akin_family_bits(prefix->family);
    if (length > bits || mnl_attr_get_payload_len(attribute) != bits / 8)
        return FALSE;
    memcpy(prefix->bytes, mnl_attr_get_payload(attribute), bits / 8);
    return TRUE;
}

/* Between two questions a link may have gone, and another one come under its name. */
static void
add_link(AkinLinkTable *table, int number, AkinInterface *interface)
{
    gpointer key = g_hash_table_lookup(table->names, interface->name);
    AkinInterface *former = g_hash_table_lookup(table->links, key);
    if (former && strcmp(former->name, interface->name) == 0)
        g_hash_table_remove(table->links, key);
    g_hash_table_replace(table->names, g_strdup(interface->name), GINT_TO_POINTER(number));
    g_hash_table_replace(table->links, GINT_TO_POINTER(number), interface);
}

static void
take_link(AkinLinkTable *table, const struct nlmsghdr *message)
{
    const struct nlattr *found[IFLA_IFNAME + 1] = {NULL};
    const struct ifinfomsg *link = open_message(message, sizeof *link, found, G_N_ELEMENTS(found));
    const char *name = read_name(found[IFLA_IFNAME]);
    if (!link || !name || link->ifi_family != AF_UNSPEC || link->ifi_index <= 0)
        return;
    AkinInterface *interface = akin_interface_new(name);
    interface->loopback = (link->ifi_flags & IFF_LOOPBACK) != 0;
    interface->up = (link->ifi_flags & IFF_UP) != 0;
    add_link(table, link->ifi_index, interface);
}

/*
 * Tentative addresses count: they will be in use within a second, and a rule that waits for that
 * comes too late for the first packets. Deprecated ones are in use for what already goes on. One
 * that another computer turned out to have (DADFAILED) is not in use at all.
 *
 * On a point-to-point link IFA_LOCAL is ours and IFA_ADDRESS, with the length, is the peer's
 * network; an address of ours outside it is in no network but its own.
 */
static void
take_address(AkinLinkTable *table, const struct nlmsghdr *message)
{
    const struct nlattr *found[IFA_LOCAL + 1] = {NULL};
    const struct ifaddrmsg *header =
        open_message(message, sizeof *header, found, G_N_ELEMENTS(found));
    if (!header || header->ifa_flags & IFA_F_DADFAILED)
        return;
    AkinInterface *interface =
        g_hash_table_lookup(table->links, GUINT_TO_POINTER(header->ifa_index));
    guint8 family = header->ifa_family, length = header->ifa_prefixlen;
    AkinPrefix peer, own;
    if (!interface || !read_prefix(family, found[IFA_ADDRESS], length, &peer))
        return;
    own = peer;
    if (found[IFA_LOCAL] && !read_prefix(family, found[IFA_LOCAL], length, &own))
        return;
    AkinPrefix network = akin_prefix_network(&peer, length);
    if (!akin_prefix_contains(&network, &own))
        own.length = akin_family_bits(own.family);
    g_array_append_val(interface->addresses, own);
}

/* A route of table main that leads everywhere, or half of everywhere, whatever its type. */
static gboolean
is_default(const struct rtmsg *route, const struct nlattr *table_attribute)
{
    guint32 table = route->rtm_table;
    return read_u32(table_attribute, &table) && table == RT_TABLE_MAIN && route->rtm_dst_len <= 1 &&
           (route->rtm_family == AF_INET || route->rtm_family == AF_INET6) &&
           !(route->rtm_flags & RTM_F_CLONED);
}

/* A next hop without a carrier is not in use, though the kernel may keep it. */
static void
take_hop(AkinLinkTable *table, guint32 link, guint flags, const AkinRoute *route)
{
    AkinInterface *interface = g_hash_table_lookup(table->links, GUINT_TO_POINTER(link));
    if (interface && !(flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
        g_array_append_val(interface->defaults, *route);
}

static void
take_hops(AkinLinkTable *table, const struct nlattr *hops, const AkinRoute *route)
{
    const char *at = mnl_attr_get_payload(hops);
    gsize left = mnl_attr_get_payload_len(hops);
    while (left >= sizeof(struct rtnexthop)) {
        const struct rtnexthop *hop = (const void *) at;
        if (hop->rtnh_len < sizeof *hop || hop->rtnh_len > left)
            return;
        take_hop(table, hop->rtnh_ifindex, hop->rtnh_flags, route);
        gsize step = MIN(left, (gsize) RTNH_ALIGN(hop->rtnh_len));
        at += step;
        left -= step;
    }
}

static void
take_route(AkinLinkTable *table, const struct nlmsghdr *message)
{
    const struct nlattr *found[RTA_TABLE + 1] = {NULL};
    const struct rtmsg *header = open_message(message, sizeof *header, found, G_N_ELEMENTS(found));
    if (!header || header->rtm_type != RTN_UNICAST || !is_default(header, found[RTA_TABLE]))
        return;
    AkinRoute route = {.family = header->rtm_family == AF_INET ? AKIN_IPV4 : AKIN_IPV6,
                       .length = header->rtm_dst_len};
    guint32 link = 0;
    if (!read_u32(found[RTA_PRIORITY], &route.metric) || !read_u32(found[RTA_OIF], &link))
        return;
    if (link)
        take_hop(table, link, header->rtm_flags, &route);
    if (found[RTA_MULTIPATH])
        take_hops(table, found[RTA_MULTIPATH], &route);
}

static void
take(AkinLinkTable *table, const struct nlmsghdr *message)
{
    switch (message->nlmsg_type) {
    case RTM_NEWLINK: take_link(table, message); break;
    case RTM_NEWADDR: take_address(table, message); break;
    case RTM_NEWROUTE: take_route(table, message); break;
    default: break;
    }
}

/* Both the end of a dump and a refusal carry a number: 0, or an errno with a minus sign. */
static AkinDump
end_of_dump(AkinLinkTable *table, const struct nlmsghdr *message)
{
    AkinDump whole = table->interrupted ? AKIN_DUMP_INTERRUPTED : AKIN_DUMP_DONE;
    table->interrupted = FALSE;
    gint32 code = 0;
    if (mnl_nlmsg_get_payload_len(message) >= sizeof code)
        memcpy(&code, mnl_nlmsg_get_payload(message), sizeof code);
    else if (message->nlmsg_type == NLMSG_ERROR)
        code = -EBADMSG;
    if (code >= 0)
        return whole;
    errno = code == G_MININT32 ? EBADMSG : -code;
    return AKIN_DUMP_FAILED;
}

AkinDump
akin_link_table_feed(AkinLinkTable *table, const void *buffer, gsize size)
{
    const struct nlmsghdr *message = buffer;
    gsize left = size;
    for (; message_fits(message, left); message = next_message(message, &left)) {
        if (message->nlmsg_flags & NLM_F_DUMP_INTR)
            table->interrupted = TRUE;
        if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
            return end_of_dump(table, message);
        take(table, message);
    }
    if (left == 0)
        return AKIN_DUMP_MORE;
    errno = EBADMSG;
    return AKIN_DUMP_FAILED;
}

static int
route_compare(gconstpointer a, gconstpointer b)
{
    const AkinRoute *x = a, *y = b;
    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->metric < y->metric ? -1 : x->metric > y->metric;
}

static void
sort_unique(GArray *array, GCompareFunc compare)
{
    gsize size = g_array_get_element_size(array), kept = 0;
    g_array_sort(array, compare);
    for (gsize i = 0; i < array->len; i++) {
        const char *item = array->data + i * size;
        if (kept == 0 || compare(array->data + (kept - 1) * size, item) != 0)
            memmove(array->data + kept++ * size, item, size);
    }
    g_array_set_size(array, kept);
}

static int
name_compare(gconstpointer a, gconstpointer b)
{
    return strcmp((*(AkinInterface *const *) a)->name, (*(AkinInterface *const *) b)->name);
}

GPtrArray *
akin_link_table_finish(AkinLinkTable *table)
{
    GPtrArray *interfaces =
        g_ptr_array_new_full(g_hash_table_size(table->links), (GDestroyNotify) akin_interface_free);
    GHashTableIter iter;
    gpointer interface;
    g_hash_table_iter_init(&iter, table->links);
    while (g_hash_table_iter_next(&iter, NULL, &interface)) {
        g_hash_table_iter_steal(&iter);
        sort_unique(((AkinInterface *) interface)->addresses, (GCompareFunc) akin_prefix_compare);
        sort_unique(((AkinInterface *) interface)->defaults, route_compare);
        g_ptr_array_add(interfaces, interface);
    }
    g_hash_table_remove_all(table->names);
    g_ptr_array_sort(interfaces, name_compare);
    return interfaces;
}

/*
 * Noise among links: what a bridge says about its ports (family AF_BRIDGE) and what a wireless
 * card says about a scan. Each real change of a link comes without either.
 */
static gboolean
link_is_news(const struct nlmsghdr *message)
{
    const struct nlattr *found[IFLA_WIRELESS + 1] = {NULL};
    const struct ifinfomsg *link = open_message(message, sizeof *link, found, G_N_ELEMENTS(found));
    return !link || (link->ifi_family == AF_UNSPEC && !found[IFLA_WIRELESS]);
}

/* Of any type: an unreachable default route may have taken a good one's place without a word. */
static gboolean
route_is_news(const struct nlmsghdr *message)
{
    const struct nlattr *found[RTA_TABLE + 1] = {NULL};
    const struct rtmsg *route = open_message(message, sizeof *route, found, G_N_ELEMENTS(found));
    return !route || is_default(route, found[RTA_TABLE]);
}

static gboolean
message_is_news(const struct nlmsghdr *message)
{
    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: return link_is_news(message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE: return route_is_news(message);
    default: return TRUE;
    }
}

gboolean
akin_rtnetlink_is_news(const void *buffer, gsize size)
{
    const struct nlmsghdr *message = buffer;
    gsize left = size;
    for (; message_fits(message, left); message = next_message(message, &left)) {
        if (message_is_news(message))
            return TRUE;
    }
    return left != 0;
}
