/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <glib/gi18n.h>
#include <string.h>

#include "check.h"

static GInetAddress *
parse(const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    return g_inet_address_new_from_string(word);
}

/* Uplinks have their addresses with the length of the network: "198.51.100.2/24". */
static gboolean
is_own(const AkinSnapshot *snapshot, GInetAddress *address)
{
    g_autofree char *text = g_inet_address_to_string(address);
    g_autofree char *start = g_strconcat(text, "/", NULL);
    GVariantIter iter;
    GVariant *addresses;
    gboolean own = FALSE;
    g_variant_iter_init(&iter, snapshot->uplinks);
    while (g_variant_iter_loop(&iter, "(&s@as)", NULL, &addresses)) {
        g_autofree const char **words = g_variant_get_strv(addresses, NULL);
        for (guint i = 0; words[i]; i++)
            own |= g_str_equal(words[i], text) || g_str_has_prefix(words[i], start);
    }
    return own;
}

/* The subnet of a VM network that is up, with the address in it. */
static GInetAddressMask *
find_subnet(const AkinSnapshot *snapshot, GInetAddress *address)
{
    GVariantIter iter;
    gboolean up;
    GVariant *subnets;
    g_autoptr(GInetAddressMask) found = NULL;
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_loop(&iter, "(&sb@as)", NULL, &up, &subnets)) {
        g_autofree const char **words = g_variant_get_strv(subnets, NULL);
        for (guint i = 0; up && !found && words[i]; i++) {
            found = g_inet_address_mask_new_from_string(words[i], NULL);
            if (found && !g_inet_address_mask_matches(found, address))
                g_clear_object(&found);
        }
    }
    return g_steal_pointer(&found);
}

/* An IPv4 network's first and last address are no machine's, but in the smallest networks. */
static gboolean
is_at_an_end(GInetAddressMask *subnet, GInetAddress *address)
{
    guint32 host;
    guint length = g_inet_address_mask_get_length(subnet);
    if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV4 || length > 30)
        return FALSE;
    memcpy(&host, g_inet_address_to_bytes(address), sizeof host);
    host = GUINT32_FROM_BE(host) << length >> length;
    return host == 0 || host == G_MAXUINT32 >> length;
}

char *
akin_known_machine(const AkinSnapshot *snapshot, const char *text)
{
    g_autoptr(GInetAddress) address = parse(text);
    if (!address)
        return NULL;
    if (is_own(snapshot, address))
        return g_strdup(_("This is an address of this computer itself."));
    g_autoptr(GInetAddressMask) subnet = find_subnet(snapshot, address);
    if (!subnet)
        return g_strdup(_("No VM network that is up has this address."));
    if (is_at_an_end(subnet, address))
        return g_strdup(_("This is the address of the network, not of a machine."));
    return NULL;
}

char *
akin_known_port(const AkinSnapshot *snapshot, const char *protocol, guint port, const char *text,
                GVariant *except)
{
    g_autoptr(GInetAddress) address = parse(text);
    for (gsize i = 0; address && i < g_variant_n_children(snapshot->forwards); i++) {
        g_autoptr(GVariant) forward = g_variant_get_child_value(snapshot->forwards, i);
        const char *taken, *machine;
        guint16 number;
        g_variant_get_child(forward, 0, "&s", &taken);
        g_variant_get_child(forward, 1, "q", &number);
        g_variant_get_child(forward, 2, "&s", &machine);
        g_autoptr(GInetAddress) other = parse(machine);
        if (number == port && g_str_equal(taken, protocol) && other &&
            g_inet_address_get_family(other) == g_inet_address_get_family(address) &&
            !(except && g_variant_equal(forward, except)))
            return g_strdup_printf(_("This port leads to %s already."), machine);
    }
    return NULL;
}

char *
akin_known_source(const char *network, const char *address)
{
    g_autoptr(GInetAddress) machine = parse(address);
    if (!machine || !strchr(network, ':') == !strchr(address, ':'))
        return NULL;
    return g_strdup(_("The machine and this must both be IPv4, or both IPv6."));
}
