/* SPDX-License-Identifier: BSD-2-Clause */
#include "route-builder.h"

#include <string.h>

const AkinRoutingLayout akin_test_freebsd = {
    .route_size = 152,
    .link_size = 168,
    .address_size = 20,
    .carrier = 20,
    .carrier_lost = 1,
    .rounding = 8,
    .inet6 = 28,
    .refusing = 0x1008,
    .own = 0x300000,
};

const AkinRoutingLayout akin_test_macos = {
    .route_size = 92,
    .link_size = 112,
    .address_size = 20,
    .rounding = 4,
    .inet6 = 30,
    .refusing = 0x1001008,
    .own = 0x300000,
};

/* A message under construction: where it begins in the array, and its fields by their place. */

static gsize
begin(GByteArray *messages, guint8 type, gsize header)
{
    gsize at = messages->len;
    g_byte_array_set_size(messages, at + header);
    memset(messages->data + at, 0, header);
    messages->data[at + 2] = 5;
    messages->data[at + 3] = type;
    return at;
}

static void
put_u16(GByteArray *messages, gsize at, guint16 value)
{
    memcpy(messages->data + at, &value, sizeof value);
}

static void
put_u32(GByteArray *messages, gsize at, guint32 value)
{
    memcpy(messages->data + at, &value, sizeof value);
}

static void
end(GByteArray *messages, gsize at)
{
    put_u16(messages, at, messages->len - at);
}

/* One address, filled up to where the next one begins. */
static void
put_part(const AkinRoutingLayout *layout, GByteArray *messages, const guint8 *part, gsize size)
{
    static const guint8 padding[8];
    gsize filled = MAX(size, 1);
    g_byte_array_append(messages, part, size);
    filled = (filled + layout->rounding - 1) / layout->rounding * layout->rounding;
    g_byte_array_append(messages, padding, filled - size);
}

static void
put_link(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link, const char *name,
         const guint8 *hardware)
{
    guint8 part[64] = {0, 18};
    gsize length = strlen(name), size = 8 + length + (hardware ? 6 : 0);
    part[0] = size;
    memcpy(part + 2, &link, sizeof link);
    part[5] = length;
    part[6] = hardware ? 6 : 0;
    memcpy(part + 8, name, length);
    if (hardware)
        memcpy(part + 8 + length, hardware, 6);
    put_part(layout, messages, part, size);
}

static AkinPrefix
put_address(const AkinRoutingLayout *layout, GByteArray *messages, const char *text)
{
    AkinPrefix address;
    g_assert_true(akin_address_parse(text, &address, NULL));
    gboolean inet = address.family == AKIN_IPV4;
    guint8 part[28] = {inet ? 16 : 28, inet ? 2 : layout->inet6};
    memcpy(part + (inet ? 4 : 8), address.bytes, inet ? 4 : 16);
    put_part(layout, messages, part, part[0]);
    return address;
}

/* As these kernels do: without a family, and cut behind the last byte that says something. */
static void
put_mask(const AkinRoutingLayout *layout, GByteArray *messages, AkinFamily family, guint8 length)
{
    guint8 part[28] = {0}, at = family == AKIN_IPV4 ? 4 : 8;
    for (guint i = 0; i < length; i++)
        part[at + i / 8] |= 0x80 >> i % 8;
    part[0] = length ? at + (length + 7) / 8 : 0;
    put_part(layout, messages, part, part[0]);
}

void
akin_build_link(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                const char *name, guint32 flags, gboolean carrier_lost)
{
    gsize at = begin(messages, 0xe, layout->link_size);
    put_u32(messages, at + 4, 1u << 4);
    put_u32(messages, at + 8, flags);
    put_u16(messages, at + 12, link);
    if (layout->carrier)
        messages->data[at + layout->carrier] = carrier_lost ? layout->carrier_lost : 2;
    put_link(layout, messages, link, name, NULL);
    end(messages, at);
}

/* Mask, name of the link, address. */
void
akin_build_address(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                   const char *address, guint8 length)
{
    gsize at = begin(messages, 0xc, layout->address_size);
    AkinPrefix parsed;
    g_assert_true(akin_address_parse(address, &parsed, NULL));
    put_u32(messages, at + 4, 1u << 2 | 1u << 4 | 1u << 5);
    put_u16(messages, at + 12, link);
    put_mask(layout, messages, parsed.family, length);
    put_link(layout, messages, link, "", NULL);
    put_address(layout, messages, address);
    end(messages, at);
}

/* Destination, gateway, mask. */
void
akin_build_route(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                 const char *to, guint8 length, guint32 flags)
{
    gsize at = begin(messages, 4, layout->route_size);
    put_u16(messages, at + 4, link);
    put_u32(messages, at + 8, flags);
    put_u32(messages, at + 12, 1u << 0 | 1u << 1 | 1u << 2);
    AkinPrefix parsed = put_address(layout, messages, to);
    put_link(layout, messages, link, "", NULL);
    put_mask(layout, messages, parsed.family, length);
    end(messages, at);
}

void
akin_build_neighbour(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                     const char *address, const guint8 *hardware, guint32 flags)
{
    gsize at = begin(messages, 4, layout->route_size);
    put_u16(messages, at + 4, link);
    put_u32(messages, at + 8, flags | 0x405); /* up, a host, of the link */
    put_u32(messages, at + 12, 1u << 0 | 1u << 1);
    put_address(layout, messages, address);
    put_link(layout, messages, link, "", hardware);
    end(messages, at);
}
