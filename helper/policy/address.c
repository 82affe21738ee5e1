/* SPDX-License-Identifier: BSD-2-Clause */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"
#include "shown.h"

guint8
akin_family_bits(AkinFamily family)
{
    return family == AKIN_IPV4 ? 32 : 128;
}

static gboolean
fail(GError **error, const char *text)
{
    g_autofree char *shown = akin_shown(text);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                "‘%s’ is not an address; write it like 192.168.56.101 or fd00:56::101", shown);
    return FALSE;
}

gboolean
akin_address_parse(const char *text, AkinPrefix *address, GError **error)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, address->bytes) == 1)
        address->family = AKIN_IPV4;
    else if (inet_pton(AF_INET6, text, address->bytes) == 1)
        address->family = AKIN_IPV6;
    else
        return fail(error, text);
    address->length = akin_family_bits(address->family);
    return TRUE;
}

gboolean
akin_prefix_parse(const char *text, AkinPrefix *prefix, GError **error)
{
    const char *slash = strchr(text, '/');
    if (!slash)
        return akin_address_parse(text, prefix, error);

    g_autofree char *shown = akin_shown(text);
    g_autofree char *head = g_strndup(text, slash - text);
    AkinPrefix address;
    if (!akin_address_parse(head, &address, error))
        return FALSE;
    guint64 length;
    if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, address.length, &length, NULL)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ has no valid length; write a number from 0 to %u after the slash", shown,
                    address.length);
        return FALSE;
    }
    *prefix = akin_prefix_network(&address, length);
    if (memcmp(prefix->bytes, address.bytes, sizeof address.bytes) != 0) {
        g_autofree char *meant = akin_prefix_format(prefix);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ is an address inside a network; write %s for the network", shown, meant);
        return FALSE;
    }
    return TRUE;
}

AkinPrefix
akin_prefix_network(const AkinPrefix *address, guint8 length)
{
    AkinPrefix network = *address;
    network.length = MIN(length, akin_family_bits(address->family));
    guint whole = network.length / 8;
    if (whole < sizeof network.bytes) {
        network.bytes[whole] &= 0xff00 >> network.length % 8;
        memset(network.bytes + whole + 1, 0, sizeof network.bytes - whole - 1);
    }
    return network;
}

int
akin_prefix_compare(const AkinPrefix *a, const AkinPrefix *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(a->bytes, b->bytes, sizeof a->bytes);
    return order ? order : (int) a->length - b->length;
}

gboolean
akin_prefix_equal(const AkinPrefix *a, const AkinPrefix *b)
{
    return akin_prefix_compare(a, b) == 0;
}

gboolean
akin_prefix_contains(const AkinPrefix *outer, const AkinPrefix *inner)
{
    if (outer->family != inner->family || inner->length < outer->length)
        return FALSE;
    AkinPrefix cut = akin_prefix_network(inner, outer->length);
    return memcmp(cut.bytes, outer->bytes, sizeof cut.bytes) == 0;
}

/* RFC 6890 and RFC 4291 give these networks their meaning. */
static const AkinPrefix loopbacks[] = {
    {AKIN_IPV4, 8, {127}},
    {AKIN_IPV6, 128, {[15] = 1}},
};
static const AkinPrefix link_locals[] = {
    {AKIN_IPV4, 16, {169, 254}},
    {AKIN_IPV6, 10, {0xfe, 0x80}},
};
static const AkinPrefix not_unicasts[] = {
    {AKIN_IPV4, 8, {0}},                         /* "this network" */
    {AKIN_IPV4, 3, {224}},                       /* multicast, reserved, broadcast */
    {AKIN_IPV6, 128, {0}},                       /* unspecified */
    {AKIN_IPV6, 8, {0xff}},                      /* multicast */
    {AKIN_IPV6, 96, {[10] = 0xff, [11] = 0xff}}, /* IPv4 in disguise */
};

static gboolean
lies_in(const AkinPrefix *address, const AkinPrefix *networks, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (akin_prefix_contains(&networks[i], address))
            return TRUE;
    }
    return FALSE;
}

gboolean
akin_prefix_is_loopback(const AkinPrefix *address)
{
    return lies_in(address, loopbacks, G_N_ELEMENTS(loopbacks));
}

gboolean
akin_prefix_is_link_local(const AkinPrefix *address)
{
    return lies_in(address, link_locals, G_N_ELEMENTS(link_locals));
}

gboolean
akin_prefix_is_unicast(const AkinPrefix *address)
{
    return !akin_prefix_is_loopback(address) &&
           !lies_in(address, not_unicasts, G_N_ELEMENTS(not_unicasts));
}

void
akin_prefixes_prune(GArray *prefixes)
{
    /* Sorted, a network comes before all that lies in it, with nothing else between. */
    g_array_sort(prefixes, (GCompareFunc) akin_prefix_compare);
    guint kept = 0;
    for (guint i = 1; i < prefixes->len; i++) {
        const AkinPrefix *prefix = &g_array_index(prefixes, AkinPrefix, i);
        AkinPrefix *last = &g_array_index(prefixes, AkinPrefix, kept);
        if (!akin_prefix_contains(last, prefix))
            last[1] = *prefix, kept++;
    }
    g_array_set_size(prefixes, prefixes->len ? kept + 1 : 0);
}

char *
akin_prefix_format(const AkinPrefix *prefix)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(prefix->family == AKIN_IPV4 ? AF_INET : AF_INET6, prefix->bytes, text, sizeof text);
    if (prefix->length == akin_family_bits(prefix->family))
        return g_strdup(text);
    return g_strdup_printf("%s/%u", text, prefix->length);
}
