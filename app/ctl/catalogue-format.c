/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "catalogue.h"
#include "names.h"
#include "output.h"
#include "text.h"

static const char *
switch_word(const char *ports, gboolean allowed)
{
    if (ports[0] == '\0')
        return "-";
    return allowed ? "on" : "off";
}

/* Most services have the same ports in both directions. */
static char *
format_ports(const CtlService *service)
{
    if (service->in_ports[0] == '\0' || strcmp(service->out_ports, service->in_ports) == 0)
        return g_strdup(service->out_ports);
    if (service->out_ports[0] == '\0')
        return g_strdup(service->in_ports);
    return g_strdup_printf("%s in %s", service->out_ports, service->in_ports);
}

static void
add_row(CtlTable *table, const CtlService *service)
{
    g_autofree char *name = g_strconcat("  ", service->name, NULL);
    g_autofree char *ports = format_ports(service);
    g_autofree char *count =
        service->counted ? g_strdup_printf("%11" G_GUINT64_FORMAT,
                                           service->out_connections + service->in_connections)
                         : g_strdup_printf("%11s", "-");
    const char *const cells[] = {
        name,
        switch_word(service->out_ports, service->allowed & AKIN_OUTGOING),
        switch_word(service->in_ports, service->allowed & AKIN_INCOMING),
        count,
        ports,
        service->title,
    };
    ctl_table_add(table, cells);
}

char *
ctl_catalogue_format(const CtlCatalogue *catalogue)
{
    const char *const header[] = {"NAME", "OUT", "IN", "CONNECTIONS", "PORTS", "TITLE"};
    CtlTable *table = ctl_table_new(G_N_ELEMENTS(header));
    ctl_table_add(table, header);
    const char *group = NULL;
    for (guint i = 0; i < catalogue->services->len; i++) {
        const CtlService *service = &g_array_index(catalogue->services, CtlService, i);
        if (g_strcmp0(group, service->group) != 0)
            ctl_table_add_line(table, service->group);
        group = service->group;
        add_row(table, service);
    }
    return ctl_table_end(table);
}

char *
ctl_service_sentence(const CtlService *service)
{
    GString *line = g_string_new(service->name);
    g_string_append_c(line, ':');
    if (service->out_ports[0])
        g_string_append_printf(line, " outgoing %s",
                               service->allowed & AKIN_OUTGOING ? "on" : "off");
    if (service->in_ports[0])
        g_string_append_printf(line, "%s incoming %s", service->out_ports[0] ? "," : "",
                               service->allowed & AKIN_INCOMING ? "on" : "off");
    return g_string_free(line, FALSE);
}

static void
direction_json(JsonBuilder *builder, const char *name, const char *ports, gboolean allowed,
               const guint64 *connections)
{
    json_builder_set_member_name(builder, name);
    if (ports[0] == '\0') {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_object(builder);
    ctl_json_string(builder, "ports", ports);
    ctl_json_boolean(builder, "allowed", allowed);
    json_builder_set_member_name(builder, "connections");
    if (connections)
        json_builder_add_int_value(builder, MIN(*connections, G_MAXINT64));
    else
        json_builder_add_null_value(builder);
    json_builder_end_object(builder);
}

void
ctl_service_json(JsonBuilder *builder, const CtlService *service)
{
    json_builder_begin_object(builder);
    ctl_json_string(builder, "name", service->name);
    ctl_json_string(builder, "title", service->title);
    ctl_json_string(builder, "group", service->group);
    ctl_json_string(builder, "about", service->about);
    direction_json(builder, "out", service->out_ports, (service->allowed & AKIN_OUTGOING) != 0,
                   service->counted ? &service->out_connections : NULL);
    direction_json(builder, "in", service->in_ports, (service->allowed & AKIN_INCOMING) != 0,
                   service->counted ? &service->in_connections : NULL);
    ctl_json_boolean(builder, "own", service->own);
    json_builder_end_object(builder);
}
