/* SPDX-License-Identifier: BSD-2-Clause */
#include "cover.h"

#include <stdlib.h>
#include <string.h>

#include "service.h"

void
cover_by_services(const AkinPolicy *policy, guint direction, Cover cover)
{
    memset(cover, 0, sizeof(Cover));
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        const GArray *ports = akin_service_ports(state->service, direction);
        for (guint k = 0; k < ports->len && state->allowed & direction; k++) {
            const AkinPortRange *range = &g_array_index(ports, AkinPortRange, k);
            if (akin_protocol_has_ports(range->protocol))
                memset(&cover[range->protocol][range->first], 1, range->last - range->first + 1);
        }
    }
}

void
cover_by_list(const char *list, char dash, AkinProtocol protocol, Cover cover)
{
    g_auto(GStrv) ranges = g_strsplit(list, ",", -1);
    for (guint i = 0; ranges[i]; i++) {
        const char *last = strchr(ranges[i], dash);
        guint first = atoi(ranges[i]), end = last ? (guint) atoi(last + 1) : first;
        g_assert_cmpuint(end, <=, 65535);
        for (guint port = first; port <= end; port++)
            cover[protocol][port]++;
    }
}
