/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "controller.h"
#include "error.h"
#include "listeners.h"
#include "shown.h"

/* What is right in itself and would be wrong now, as the computer is. */

gboolean
akin_controller_check_patterns(const AkinController *controller, const AkinPolicy *policy,
                               GError **error)
{
    const AkinState *state = akin_controller_state(controller);
    for (guint i = 0; i < state->situation->interfaces->len; i++) {
        const AkinInterface *interface = state->situation->interfaces->pdata[i];
        if (!akin_interface_is_unguarded(policy, interface) ||
            akin_interface_is_unguarded(state->policy, interface))
            continue;
        g_autofree char *name = akin_shown(interface->name);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "%s leads outside and would no longer be guarded; use a pattern that does not "
                    "match it",
                    name);
        return FALSE;
    }
    return TRUE;
}

/* Taken by this computer itself, or no machine's: an IPv4 network's first and last address. */
static gboolean
is_no_machines(const AkinInterface *network, const AkinPrefix *address)
{
    for (guint i = 0; i < network->addresses->len; i++) {
        const AkinPrefix *own = &g_array_index(network->addresses, AkinPrefix, i);
        AkinPrefix subnet = akin_prefix_network(own, own->length);
        guint host_bits = akin_family_bits(own->family) - own->length;
        if (own->family != address->family || !akin_prefix_contains(&subnet, address))
            continue;
        if (memcmp(own->bytes, address->bytes, sizeof own->bytes) == 0)
            return TRUE;
        if (own->family == AKIN_IPV4 && host_bits > 1) {
            guint32 host = (guint32) address->bytes[0] << 24 | address->bytes[1] << 16 |
                           address->bytes[2] << 8 | address->bytes[3];
            guint32 mask = host_bits == 32 ? G_MAXUINT32 : (1u << host_bits) - 1;
            if ((host & mask) == 0 || (host & mask) == mask)
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
check_engine(const AkinController *controller, const AkinForward *forward, GError **error)
{
    const char *obstacle =
        akin_forward_obstacle(akin_controller_state(controller)->situation, forward);
    if (!obstacle)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                "%s (%s); reach the machine at its own "
                "address, or use another one",
                obstacle, akin_controller_engine(controller));
    return FALSE;
}

static gboolean
check_machine(const AkinState *state, const AkinForward *forward, GError **error)
{
    g_autofree char *address = akin_prefix_format(&forward->address);
    const AkinInterface *network =
        akin_situation_find_network(state->policy, state->situation, &forward->address);
    if (!network) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "%s is in no VM network that is up; start its network first, or see the "
                    "networks in akinctl status",
                    address);
        return FALSE;
    }
    if (is_no_machines(network, &forward->address)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "%s is no machine's address: it is this computer's own, or the network's",
                    address);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_port(const AkinForward *forward, GError **error)
{
    g_autoptr(GError) asking = NULL;
    g_autofree char *program = akin_listener_find(forward->protocol, forward->port, &asking);
    if (asking)
        g_warning("cannot tell who listens here: %s", asking->message);
    if (!program)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE,
                "%s listens on %s port %u of this computer; stop it or forward another port",
                program, akin_protocol_name(forward->protocol), forward->port);
    return FALSE;
}

gboolean
akin_controller_check_forward(const AkinController *controller, const AkinForward *forward,
                              const AkinForward *replaced, GError **error)
{
    gboolean same_machine = replaced && akin_prefix_equal(&replaced->address, &forward->address);
    gboolean same_port =
        replaced && replaced->protocol == forward->protocol && replaced->port == forward->port;
    return check_engine(controller, forward, error) &&
           (same_machine || check_machine(akin_controller_state(controller), forward, error)) &&
           (same_port || check_port(forward, error));
}

/* Each takes a look at all sockets of the computer. */
#define MOST_LOOKED_AT 64

char *
akin_controller_find_taken(const AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    if (!state->enforcing || !akin_nat_is_active(state->policy, state->situation))
        return NULL;
    for (guint i = 0; i < MIN(state->policy->forwards->len, MOST_LOOKED_AT); i++) {
        const AkinForward *forward = &g_array_index(state->policy->forwards, AkinForward, i);
        const char *protocol = akin_protocol_name(forward->protocol);
        g_autofree char *program = akin_forward_obstacle(state->situation, forward)
                                       ? NULL
                                       : akin_listener_find(forward->protocol, forward->port, NULL);
        if (program)
            return g_strdup_printf("%s listens on %s port %u of this computer, and a forward leads "
                                   "that port to a machine: stop it, or run: akinctl forward "
                                   "remove %s %u",
                                   program, protocol, forward->port, protocol, forward->port);
    }
    return NULL;
}
