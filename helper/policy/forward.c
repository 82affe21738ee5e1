/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "error.h"
#include "policy.h"
#include "shown.h"

static gboolean
parse_from(AkinForward *forward, const char *from, GError **error)
{
    if (strcmp(from, "anyone") == 0) {
        forward->from = AKIN_FROM_ANYONE;
        return TRUE;
    }
    if (strcmp(from, "loopback") == 0) {
        forward->from = AKIN_FROM_LOOPBACK;
        return TRUE;
    }
    forward->from = AKIN_FROM_NETWORK;
    if (!akin_prefix_parse(from, &forward->network, error)) {
        g_prefix_error(error, "who may use the forward (anyone, loopback or a network): ");
        return FALSE;
    }
    if (forward->network.family != forward->address.family) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ and the machine's address are not both IPv4 or both IPv6", from);
        return FALSE;
    }
    if (forward->network.length == 0) { /* 0.0.0.0/0 */
        forward->from = AKIN_FROM_ANYONE;
        forward->network = (AkinPrefix){0};
    }
    return TRUE;
}

gboolean
akin_forward_parse(AkinForward *forward, const char *protocol, guint port, const char *address,
                   guint target_port, const char *from, GError **error)
{
    memset(forward, 0, sizeof *forward);
    if (!akin_protocol_parse(protocol, &forward->protocol, NULL) ||
        !akin_protocol_has_ports(forward->protocol)) {
        g_autofree char *shown = akin_shown(protocol);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ cannot be forwarded; use tcp or udp", shown);
        return FALSE;
    }
    if (!akin_address_parse(address, &forward->address, error))
        return FALSE;
    if (port < 1 || port > 65535 || target_port < 1 || target_port > 65535) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%u’ is not a port; use a number from 1 to 65535",
                    port < 1 || port > 65535 ? port : target_port);
        return FALSE;
    }
    if (!akin_prefix_is_unicast(&forward->address) ||
        akin_prefix_is_link_local(&forward->address)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ cannot be a machine's address in a VM network", address);
        return FALSE;
    }
    forward->port = port;
    forward->target_port = target_port;
    return parse_from(forward, from, error);
}

char *
akin_forward_format_from(const AkinForward *forward)
{
    switch (forward->from) {
    case AKIN_FROM_LOOPBACK: return g_strdup("loopback");
    case AKIN_FROM_NETWORK: return akin_prefix_format(&forward->network);
    case AKIN_FROM_ANYONE: break;
    }
    return g_strdup("anyone");
}
