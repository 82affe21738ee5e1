/* SPDX-License-Identifier: BSD-2-Clause */
#include "machines.h"

#include <string.h>
#include <sys/socket.h>

#include <net/if.h>

static void
machine_clear(gpointer data)
{
    AkinMachine *machine = data;
    g_free(machine->interface);
    g_free(machine->hardware);
}

static int
machine_compare(gconstpointer a, gconstpointer b)
{
    const AkinMachine *x = a, *y = b;
    int order = strcmp(x->interface, y->interface);
    return order ? order : akin_prefix_compare(&x->address, &y->address);
}

GArray *
akin_machines_new(void)
{
    GArray *machines = g_array_new(FALSE, FALSE, sizeof(AkinMachine));
    g_array_set_clear_func(machines, machine_clear);
    return machines;
}

void
akin_machines_add(GArray *machines, guint link, const AkinPrefix *address, const guint8 *hardware)
{
    char name[IF_NAMESIZE];
    if (akin_prefix_is_link_local(address) || !akin_prefix_is_unicast(address) ||
        !if_indextoname(link, name))
        return;
    AkinMachine machine = {
        .interface = g_strdup(name),
        .address = *address,
        .hardware = g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", hardware[0], hardware[1],
                                    hardware[2], hardware[3], hardware[4], hardware[5]),
    };
    g_array_append_val(machines, machine);
}

void
akin_machines_sort(GArray *machines)
{
    g_array_sort(machines, machine_compare);
}
