/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-private.h"

/* What the engine cannot do of what the traffic contract promises, as long as it is missed. */

/* NULL: machines have IPv6 to outside, or no use for it. */
static char *
find_ipv6_limit(const AkinController *controller)
{
    const AkinState *state = &controller->state;
    if (!state->situation->no_nat6 || !akin_nat_is_active(state->policy, state->situation) ||
        !akin_networks_have(state->policy, state->situation, AKIN_IPV6))
        return NULL;
    return g_strdup_printf("machines have no IPv6 to outside, since %s cannot translate it: it is "
                           "refused at once; IPv4 works",
                           akin_controller_engine(controller));
}

/* A note is a sentence and not a list. */
#define MOST_NAMED 3

/* NULL: none. */
static char *
list_impossible_forwards(const AkinState *state)
{
    GString *list = g_string_new(NULL);
    guint count = 0;
    for (guint i = 0; i < state->policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(state->policy->forwards, AkinForward, i);
        const char *obstacle = akin_forward_obstacle(state->situation, forward);
        if (obstacle && count++ < MOST_NAMED)
            g_string_append_printf(list, "%s%s port %u is not forwarded: %s", list->len ? "; " : "",
                                   akin_protocol_name(forward->protocol), forward->port, obstacle);
    }
    if (count > MOST_NAMED)
        g_string_append_printf(list, "; and %u more", count - MOST_NAMED);
    return g_string_free(list, list->len == 0);
}

void
akin_controller_note_limits(AkinController *controller)
{
    const AkinState *state = &controller->state;
    g_autofree char *ipv6 = state->enforcing ? find_ipv6_limit(controller) : NULL;
    g_autofree char *forwards = state->enforcing ? list_impossible_forwards(state) : NULL;
    akin_warnings_note(controller->warnings, AKIN_NOTE_IPV6, ipv6);
    akin_warnings_note(controller->warnings, AKIN_NOTE_FORWARDS, forwards);
}
