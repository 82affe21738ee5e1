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

static void
take_link(AkinLinkTable *table, const struct nlmsghdr *message)
{
    const struct nlattr *found[IFLA_IFNAME + 1] = {NULL};
    const struct ifinfomsg *link = open_message(message, sizeof *link, found, G_N_ELEMENTS(found));
    const struct nlattr *name = found[IFLA_IFNAME];
    if (!link || !name || link->ifi_family != AF_UNSPEC || link->ifi_index <= 0 ||
        mnl_attr_validate(name, MNL_TYPE_NUL_STRING) != 0)
        return;
    AkinInterface *interface = akin_link_table_add(
        table, link->ifi_index, mnl_attr_get_payload(name), mnl_attr_get_payload_len(name));
    if (!interface)
        return;
    interface->loopback = (link->ifi_flags & IFF_LOOPBACK) != 0;
    interface->up = (link->ifi_flags & IFF_UP) != 0;
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
    AkinInterface *interface = akin_link_table_find(table, header->ifa_index);
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
    AkinInterface *interface = akin_link_table_find(table, link);
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
