/* SPDX-License-Identifier: BSD-2-Clause */
#include "routing-message.h"

#include <string.h>

/*
 * Theory of operation. A message is a structure that depends on its type, and addresses: which
 * ones there are, the bits of a field say, and each says how long it is. open_message checks all
 * of that once and finds the addresses, so that the functions behind it deal with meaning only.
 *
 * Addresses are read byte by byte, since they are cut: a netmask ends with its last byte that is
 * not zero, and that of a default route has a length of 0. The family of a netmask is not set.
 *
 * Not read: whether an IPv6 address turned out to be another computer's (that takes a question for
 * each address), and metrics, which these systems do not have. On macOS a card without a carrier
 * loses its routes; on FreeBSD it keeps them, hence the carrier.
 */

/* net/route.h and sys/socket.h of both systems. */
enum {
    VERSION = 5,
    TYPE_ADD = 0x1,
    TYPE_DELETE = 0x2,
    TYPE_CHANGE = 0x3,
    TYPE_GET = 0x4,
    TYPE_NEW_ADDRESS = 0xc,
    TYPE_DELETE_ADDRESS = 0xd,
    TYPE_LINK = 0xe,
    TYPE_ANNOUNCE = 0x11, /* FreeBSD alone */
};
enum { INET = 2, LINK = 18 };
enum { FLAG_UP = 0x1, FLAG_HOST = 0x4 };
enum { LINK_UP = 0x1, LINK_LOOPBACK = 0x8 };

/* The addresses of a message, by bit. */
enum {
    DESTINATION,
    GATEWAY,
    NETMASK,
    GENMASK,
    INTERFACE,
    INTERFACE_ADDRESS,
    AUTHOR,
    PEER,
    N_PARTS
};

/* Where the header of each kind of message has what. */
enum { AT_VERSION = 2, AT_TYPE = 3 };
enum { ROUTE_AT_LINK = 4, ROUTE_AT_FLAGS = 8, ROUTE_AT_PARTS = 12 };
enum { LINK_AT_PARTS = 4, LINK_AT_FLAGS = 8, LINK_AT_LINK = 12 };

/* A sockaddr: its length, family, and for a link its number, type, lengths of name and address. */
enum { LINK_AT_NAME_LENGTH = 5, LINK_AT_ADDRESS_LENGTH = 6, LINK_AT_NAME = 8 };
enum { INET_AT_ADDRESS = 4, INET6_AT_ADDRESS = 8 };

typedef struct {
    const guint8 *bytes; /* from its length on */
    gsize size;
} Part;

typedef struct {
    guint8 type;
    const guint8 *bytes;
    guint32 link, flags;
    Part parts[N_PARTS]; /* size 0: not there, or empty */
} Message;

static guint16
get_u16(const guint8 *bytes)
{
    guint16 value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static guint32
get_u32(const guint8 *bytes)
{
    guint32 value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* The length of the message at bytes; 0 when it does not fit. */
static gsize
message_length(const guint8 *bytes, gsize left)
{
    gsize length = left > AT_TYPE ? get_u16(bytes) : 0;
    return length > AT_TYPE && length <= left ? length : 0;
}

/* Of the fixed structure; 0 for messages that are not read. */
static gsize
header_size(const AkinRoutingLayout *layout, guint8 type)
{
    switch (type) {
    case TYPE_ADD:
    case TYPE_DELETE:
    case TYPE_CHANGE:
    case TYPE_GET: return layout->route_size;
    case TYPE_LINK: return layout->link_size;
    case TYPE_NEW_ADDRESS: return layout->address_size;
    default: return 0;
    }
}

/* An empty one still fills a place. The last one need not be filled up. */
static gboolean
find_parts(const AkinRoutingLayout *layout, guint32 present, const guint8 *bytes, gsize left,
           Part *parts)
{
    for (guint i = 0; i < N_PARTS; i++) {
        if (!(present & 1u << i))
            continue;
        if (left == 0 || bytes[0] > left)
            return FALSE;
        parts[i] = (Part){bytes, bytes[0]};
        gsize step = MAX(bytes[0], 1) + layout->rounding - 1;
        step = MIN(step - step % layout->rounding, left);
        bytes += step;
        left -= step;
    }
    return TRUE;
}

/* FALSE when it is malformed, or not read. */
static gboolean
open_message(const AkinRoutingLayout *layout, const guint8 *bytes, gsize size, Message *message)
{
    *message = (Message){.type = bytes[AT_TYPE], .bytes = bytes};
    gsize header = header_size(layout, message->type);
    if (bytes[AT_VERSION] != VERSION || header == 0 || size < header)
        return FALSE;
    gboolean route = message->type <= TYPE_GET;
    message->link = get_u16(bytes + (route ? ROUTE_AT_LINK : LINK_AT_LINK));
    message->flags = get_u32(bytes + (route ? ROUTE_AT_FLAGS : LINK_AT_FLAGS));
    guint32 present = get_u32(bytes + (route ? ROUTE_AT_PARTS : LINK_AT_PARTS));
    return find_parts(layout, present, bytes + header, size - header, message->parts);
}

/* Calls for each message that can be opened. */
static void
each_message(const AkinRoutingLayout *layout, const void *buffer, gsize size,
             void (*take)(const AkinRoutingLayout *layout, const Message *message, gpointer data),
             gpointer data)
{
    const guint8 *bytes = buffer;
    gsize length;
    while ((length = message_length(bytes, size)) > 0) {
        Message message;
        if (open_message(layout, bytes, length, &message))
            take(layout, &message, data);
        bytes += length;
        size -= length;
    }
}

/* The bytes of an address or netmask from at on, filled up with zeroes to n. */
static void
copy_bytes(const Part *part, gsize at, guint8 *to, gsize n)
{
    memset(to, 0, n);
    if (part->size > at)
        memcpy(to, part->bytes + at, MIN(part->size - at, n));
}

static gboolean
read_address(const AkinRoutingLayout *layout, const Part *part, AkinPrefix *address)
{
    guint8 family = part->size > 1 ? part->bytes[1] : 0;
    if (family != INET && family != layout->inet6)
        return FALSE;
    *address = (AkinPrefix){.family = family == INET ? AKIN_IPV4 : AKIN_IPV6};
    address->length = akin_family_bits(address->family);
    copy_bytes(part, family == INET ? INET_AT_ADDRESS : INET6_AT_ADDRESS, address->bytes,
               address->length / 8);
    /* The kernel keeps the number of the link in these addresses, where it is always zero. */
    if (akin_prefix_is_link_local(address) && address->family == AKIN_IPV6)
        address->bytes[2] = address->bytes[3] = 0;
    return TRUE;
}

/* FALSE when its bits are not contiguous. */
static gboolean
read_mask(const Part *part, AkinFamily family, guint8 *length)
{
    guint8 bytes[16], bits = akin_family_bits(family), n = 0;
    copy_bytes(part, family == AKIN_IPV4 ? INET_AT_ADDRESS : INET6_AT_ADDRESS, bytes, bits / 8);
    while (n < bits && bytes[n / 8] & 0x80 >> n % 8)
        n++;
    *length = n;
    for (; n < bits; n++) {
        if (bytes[n / 8] & 0x80 >> n % 8)
            return FALSE;
    }
    return TRUE;
}

static void
take_link(const AkinRoutingLayout *layout, AkinLinkTable *table, const Message *message)
{
    const Part *part = &message->parts[INTERFACE];
    if (part->size < LINK_AT_NAME || part->bytes[1] != LINK || message->link == 0)
        return;
    gsize length = part->bytes[LINK_AT_NAME_LENGTH];
    if (length > part->size - LINK_AT_NAME)
        return;
    AkinInterface *interface = akin_link_table_add(
        table, message->link, (const char *) part->bytes + LINK_AT_NAME, length);
    if (!interface)
        return;
    interface->up = (message->flags & LINK_UP) != 0;
    interface->loopback = (message->flags & LINK_LOOPBACK) != 0;
    if (layout->carrier && message->bytes[layout->carrier] == layout->carrier_lost)
        g_hash_table_add(table->cut_off, GUINT_TO_POINTER(message->link));
}

static void
take_address(const AkinRoutingLayout *layout, AkinLinkTable *table, const Message *message)
{
    AkinInterface *interface = akin_link_table_find(table, message->link);
    AkinPrefix address;
    if (interface && read_address(layout, &message->parts[INTERFACE_ADDRESS], &address) &&
        read_mask(&message->parts[NETMASK], address.family, &address.length))
        g_array_append_val(interface->addresses, address);
}

/* A route that leads everywhere, or half of everywhere, whatever its kind. */
static gboolean
read_default(const AkinRoutingLayout *layout, const Message *message, AkinRoute *route)
{
    AkinPrefix to;
    if (message->flags & FLAG_HOST || !read_address(layout, &message->parts[DESTINATION], &to) ||
        !read_mask(&message->parts[NETMASK], to.family, &to.length) || to.length > 1)
        return FALSE;
    *route = (AkinRoute){.family = to.family, .length = to.length};
    return TRUE;
}

static void
take_route(const AkinRoutingLayout *layout, AkinLinkTable *table, const Message *message)
{
    AkinInterface *interface = akin_link_table_find(table, message->link);
    AkinRoute route;
    if (interface && interface->up && message->flags & FLAG_UP &&
        !(message->flags & layout->refusing) &&
        !g_hash_table_contains(table->cut_off, GUINT_TO_POINTER(message->link)) &&
        read_default(layout, message, &route))
        g_array_append_val(interface->defaults, route);
}

static void
take(const AkinRoutingLayout *layout, const Message *message, gpointer table)
{
    switch (message->type) {
    case TYPE_LINK: take_link(layout, table, message); break;
    case TYPE_NEW_ADDRESS: take_address(layout, table, message); break;
    case TYPE_GET: take_route(layout, table, message); break;
    default: break;
    }
}

void
akin_routing_feed(const AkinRoutingLayout *layout, AkinLinkTable *table, const void *buffer,
                  gsize size)
{
    each_message(layout, buffer, size, take, table);
}

/*
 * Routes of single computers come and go all the time on macOS, and answers to questions of other
 * programs come to every socket. Of a default route any kind counts: one that refuses may have
 * taken a good one's place.
 */
static gboolean
message_is_news(const AkinRoutingLayout *layout, const guint8 *bytes, gsize size)
{
    Message message;
    AkinRoute route;
    switch (bytes[AT_TYPE]) {
    case TYPE_LINK:
    case TYPE_ANNOUNCE:
    case TYPE_NEW_ADDRESS:
    case TYPE_DELETE_ADDRESS: return TRUE;
    case TYPE_ADD:
    case TYPE_DELETE:
    case TYPE_CHANGE:
        return !open_message(layout, bytes, size, &message) ||
               read_default(layout, &message, &route);
    default: return FALSE;
    }
}

gboolean
akin_routing_is_news(const AkinRoutingLayout *layout, const void *buffer, gsize size)
{
    const guint8 *bytes = buffer;
    gsize length;
    while ((length = message_length(bytes, size)) > 0) {
        if (message_is_news(layout, bytes, length))
            return TRUE;
        bytes += length;
        size -= length;
    }
    return size != 0;
}

static void
take_neighbour(const AkinRoutingLayout *layout, const Message *message, gpointer neighbours)
{
    const Part *part = &message->parts[GATEWAY];
    AkinNeighbour neighbour = {.link = message->link};
    if (message->type != TYPE_GET || message->flags & layout->own || part->size < LINK_AT_NAME ||
        part->bytes[1] != LINK || part->bytes[LINK_AT_ADDRESS_LENGTH] != 6)
        return;
    gsize at = LINK_AT_NAME + part->bytes[LINK_AT_NAME_LENGTH];
    if (at + 6 > part->size ||
        !read_address(layout, &message->parts[DESTINATION], &neighbour.address))
        return;
    memcpy(neighbour.hardware, part->bytes + at, 6);
    g_array_append_val((GArray *) neighbours, neighbour);
}

void
akin_routing_neighbours(const AkinRoutingLayout *layout, GArray *neighbours, const void *buffer,
                        gsize size)
{
    each_message(layout, buffer, size, take_neighbour, neighbours);
}
