/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalogue.h"

#include <string.h>

#include "error.h"
#include "names.h"

static void
count_connections(CtlCatalogue *catalogue, GVariant *counts)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < catalogue->services->len; i++) {
        CtlService *service = &g_array_index(catalogue->services, CtlService, i);
        g_hash_table_insert(by_name, (gpointer) service->name, service);
    }
    GVariantIter iter;
    const char *name;
    guint64 out, in;
    g_variant_iter_init(&iter, counts);
    while (g_variant_iter_next(&iter, "(&stt)", &name, &out, &in)) {
        CtlService *service = g_hash_table_lookup(by_name, name);
        if (!service)
            continue;
        service->out_connections = out;
        service->in_connections = in;
    }
}

CtlCatalogue *
ctl_catalogue_new(GVariant *services, GVariant *counts)
{
    CtlCatalogue *catalogue = g_new0(CtlCatalogue, 1);
    catalogue->answer = g_variant_ref(services);
    catalogue->services = g_array_new(FALSE, TRUE, sizeof(CtlService));
    GVariantIter iter;
    CtlService service = {0};
    g_variant_iter_init(&iter, services);
    service.counted = counts != NULL;
    while (g_variant_iter_next(&iter, "(&s&s&s&s&s&sub)", &service.name, &service.title,
                               &service.group, &service.about, &service.out_ports,
                               &service.in_ports, &service.allowed, &service.own))
        g_array_append_val(catalogue->services, service);
    if (counts)
        count_connections(catalogue, counts);
    return catalogue;
}

void
ctl_catalogue_free(CtlCatalogue *catalogue)
{
    g_variant_unref(catalogue->answer);
    g_array_unref(catalogue->services);
    g_free(catalogue);
}

CtlCatalogue *
ctl_catalogue_ask(Ctl *ctl, GError **error)
{
    g_autoptr(GVariant) services = ctl_ask(ctl, "ListServices", NULL, error);
    if (!services)
        return NULL;
    g_autoptr(GError) refused = NULL;
    g_autoptr(GVariant) counts = ctl_ask(ctl, "CountConnections", NULL, &refused);
    if (!counts && !g_error_matches(refused, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED) &&
        !g_error_matches(refused, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED)) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return NULL;
    }
    g_autoptr(GVariant) list = g_variant_get_child_value(services, 0);
    g_autoptr(GVariant) numbers = counts ? g_variant_get_child_value(counts, 0) : NULL;
    return ctl_catalogue_new(list, numbers);
}

const CtlService *
ctl_catalogue_find(const CtlCatalogue *catalogue, const char *name)
{
    for (guint i = 0; i < catalogue->services->len; i++) {
        const CtlService *service = &g_array_index(catalogue->services, CtlService, i);
        if (strcmp(service->name, name) == 0)
            return service;
    }
    return NULL;
}

/* Whichever service has ping among its ports: the user may have made one. */
gboolean
ctl_catalogue_lets_anyone_ping(const CtlCatalogue *catalogue)
{
    for (guint i = 0; i < catalogue->services->len; i++) {
        const CtlService *service = &g_array_index(catalogue->services, CtlService, i);
        g_auto(GStrv) parts = g_strsplit(service->in_ports, ";", -1);
        if ((service->allowed & AKIN_INCOMING) &&
            g_strv_contains((const char *const *) parts, "ping"))
            return TRUE;
    }
    return FALSE;
}
