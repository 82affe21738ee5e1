/* SPDX-License-Identifier: BSD-2-Clause */
#include "address.h"
#include "policy.h"
#include "ports.h"
#include "target.h"

/*
 * Any words where the command line, a client or the policy file has PORTS, an address, a port or a
 * pattern. What is taken has a canonical form, which means the same.
 */

static void
try_ports(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ports = akin_ports_parse(text, &error);
    g_assert((ports == NULL) == (error != NULL));
    if (!ports)
        return;
    g_autofree char *formatted = akin_ports_format(ports);
    g_autoptr(GArray) again = akin_ports_parse(formatted, NULL);
    g_assert(again);
    g_autofree char *twice = akin_ports_format(again);
    g_assert_cmpstr(formatted, ==, twice);
    for (guint i = 0; i < ports->len; i++) {
        const AkinPortRange *range = &g_array_index(ports, AkinPortRange, i);
        g_assert(akin_ports_contain(again, range->protocol, range->first));
        g_assert(akin_ports_contain(again, range->protocol, range->last));
    }
}

static void
try_prefix(const char *text)
{
    g_autoptr(GError) error = NULL;
    AkinPrefix prefix, again;
    gboolean taken = akin_prefix_parse(text, &prefix, &error);
    g_assert(taken == (error == NULL));
    if (!taken)
        return;
    g_autofree char *formatted = akin_prefix_format(&prefix);
    g_assert(akin_prefix_parse(formatted, &again, NULL));
    g_assert(akin_prefix_equal(&prefix, &again));
}

static void
try_rest(const char *text)
{
    guint16 port;
    AkinPrefix address;
    g_assert(!akin_port_parse(text, &port, NULL) || port > 0);
    g_assert(!akin_address_parse(text, &address, NULL) ||
             address.length == akin_family_bits(address.family));
    if (akin_pattern_check(text, NULL))
        akin_pattern_matches(text, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    try_ports(text);
    try_prefix(text);
    try_rest(text);
    return 0;
}
