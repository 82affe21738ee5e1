/* SPDX-License-Identifier: BSD-2-Clause */
#include "facts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "names.h"

guint
akin_service_info_offers(const AkinServiceInfo *service)
{
    return (service->out_ports[0] ? AKIN_OUTGOING : 0) | (service->in_ports[0] ? AKIN_INCOMING : 0);
}

/* gettext answers the empty string with its own header. */
static const char *
translated(const AkinServiceInfo *service, const char *text)
{
    return service->own || text[0] == '\0' ? text : gettext(text);
}

const char *
akin_service_info_title(const AkinServiceInfo *service)
{
    return translated(service, service->title[0] ? service->title : service->name);
}

const char *
akin_service_info_about(const AkinServiceInfo *service)
{
    return translated(service, service->about);
}

void
akin_service_info_free(AkinServiceInfo *service)
{
    g_free(service->name);
    g_free(service->title);
    g_free(service->group);
    g_free(service->about);
    g_free(service->out_ports);
    g_free(service->in_ports);
    g_free(service);
}

void
akin_machine_free(AkinMachine *machine)
{
    g_free(machine->network);
    g_free(machine->hardware);
    g_strfreev(machine->addresses);
    g_free(machine);
}

GPtrArray *
akin_services_from_variant(GVariant *answer)
{
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a(ssssssub))")))
        return NULL;
    g_autoptr(GVariantIter) iter = NULL;
    g_variant_get(answer, "(a(ssssssub))", &iter);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) services = g_ptr_array_new_full(MAX(g_variant_iter_n_children(iter), 1),
                                                         (GDestroyNotify) akin_service_info_free);
    AkinServiceInfo row = {0};
    while (g_variant_iter_next(iter, "(ssssssub)", &row.name, &row.title, &row.group, &row.about,
                               &row.out_ports, &row.in_ports, &row.allowed, &row.own)) {
        AkinServiceInfo *service = g_new(AkinServiceInfo, 1);
        *service = row;
        g_ptr_array_add(services, service);
        if (!g_hash_table_add(names, service->name))
            return NULL;
    }
    return g_steal_pointer(&services);
}

static AkinMachine *
machine_new(const char *network, const char *hardware)
{
    AkinMachine *machine = g_new0(AkinMachine, 1);
    machine->network = g_strdup(network);
    machine->hardware = g_strdup(hardware);
    machine->addresses = g_new0(char *, 1);
    return machine;
}

static gboolean
is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static void
add_address(AkinMachine *machine, const char *address)
{
    guint count = g_strv_length(machine->addresses), at = count;
    machine->addresses = g_renew(char *, machine->addresses, count + 2);
    while (at > 0 && !is_ipv6(address) && is_ipv6(machine->addresses[at - 1]))
        at--;
    memmove(&machine->addresses[at + 1], &machine->addresses[at],
            (count - at + 1) * sizeof(char *));
    machine->addresses[at] = g_strdup(address);
}

GPtrArray *
akin_machines_from_variant(GVariant *answer)
{
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a(sss))")))
        return NULL;
    g_autoptr(GVariantIter) iter = NULL;
    g_variant_get(answer, "(a(sss))", &iter);
    GPtrArray *machines = g_ptr_array_new_with_free_func((GDestroyNotify) akin_machine_free);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *network, *address, *hardware;
    while (g_variant_iter_next(iter, "(&s&s&s)", &network, &address, &hardware)) {
        g_autofree char *key = g_strjoin(" ", network, hardware, NULL);
        AkinMachine *machine = g_hash_table_lookup(known, key);
        if (!machine) {
            machine = machine_new(network, hardware);
            g_ptr_array_add(machines, machine);
            g_hash_table_insert(known, g_steal_pointer(&key), machine);
        }
        add_address(machine, address);
    }
    return machines;
}

gboolean
akin_services_set_counts(GHashTable *by_name, GVariant *answer)
{
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a(stt))")))
        return FALSE;
    g_autoptr(GVariantIter) iter = NULL;
    const char *name;
    guint64 out, in;
    gboolean differs = FALSE;
    g_variant_get(answer, "(a(stt))", &iter);
    while (g_variant_iter_next(iter, "(&stt)", &name, &out, &in)) {
        AkinServiceInfo *service = g_hash_table_lookup(by_name, name);
        if (!service)
            continue;
        differs |= !service->counted || service->used_out != out || service->used_in != in;
        service->counted = TRUE;
        service->used_out = out;
        service->used_in = in;
    }
    return differs;
}
