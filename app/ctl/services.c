/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalogue.h"
#include "commands.h"
#include "error.h"
#include "names.h"
#include "output.h"
#include "text.h"

gboolean
ctl_services(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    if (!catalogue)
        return FALSE;
    if (!ctl->json) {
        g_autofree char *text = ctl_catalogue_format(catalogue);
        return ctl_print(text, error);
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "services");
    json_builder_begin_array(builder);
    for (guint i = 0; i < catalogue->services->len; i++)
        ctl_service_json(builder, &g_array_index(catalogue->services, CtlService, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}

/* The named services as they are now; those that are gone are left out. */
static gboolean
print_named(Ctl *ctl, char **names, GError **error)
{
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    g_autoptr(AkinSnapshot) snapshot = catalogue ? ctl_snapshot(ctl, error) : NULL;
    if (!snapshot)
        return FALSE;
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "services");
    json_builder_begin_array(builder);
    for (guint i = 0; names[i]; i++) {
        const CtlService *service = ctl_catalogue_find(catalogue, names[i]);
        if (!service)
            continue;
        ctl_service_json(builder, service);
        g_autofree char *sentence = ctl_service_sentence(service);
        if (!ctl->json && !ctl_print_state(ctl, snapshot, sentence, error))
            return FALSE;
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return !ctl->json || ctl_print_json(builder, error);
}

static gboolean
set_services(Ctl *ctl, const char *method, char **names, GError **error)
{
    guint directions = (ctl->out ? AKIN_OUTGOING : 0) | (ctl->in ? AKIN_INCOMING : 0);
    return ctl_change(ctl, method, g_variant_new("(^asu)", names, directions), error) &&
           print_named(ctl, names, error);
}

gboolean
ctl_allow(Ctl *ctl, char **args, GError **error)
{
    return set_services(ctl, "AllowServices", args, error);
}

gboolean
ctl_deny(Ctl *ctl, char **args, GError **error)
{
    return set_services(ctl, "DenyServices", args, error);
}

gboolean
ctl_service_add(Ctl *ctl, char **args, GError **error)
{
    if (!ctl->out_ports && !ctl->in_ports) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "a service needs ports; add --out tcp:80 or --in tcp:80, or both");
        return FALSE;
    }
    GVariant *service =
        g_variant_new("(ssssu)", args[0], ctl->title ? ctl->title : args[0],
                      ctl->out_ports ? ctl->out_ports : "", ctl->in_ports ? ctl->in_ports : "", 0);
    return ctl_change(ctl, "AddService", service, error) && print_named(ctl, args, error);
}

/* What is not given stays. */
gboolean
ctl_service_edit(Ctl *ctl, char **args, GError **error)
{
    if (!ctl->out_ports && !ctl->in_ports && !ctl->title) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "what is to change? add --out tcp:80, --in tcp:80 or --title");
        return FALSE;
    }
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    if (!catalogue)
        return FALSE;
    const CtlService *now = ctl_catalogue_find(catalogue, args[0]);
    if (!now) {
        g_autofree char *shown = ctl_excerpt(args[0]);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND,
                    "no service ‘%s’; see akinctl services", shown);
        return FALSE;
    }
    GVariant *service = g_variant_new("(ssss)", now->name, ctl->title ? ctl->title : now->title,
                                      ctl->out_ports ? ctl->out_ports : now->out_ports,
                                      ctl->in_ports ? ctl->in_ports : now->in_ports);
    return ctl_change(ctl, "UpdateService", service, error) && print_named(ctl, args, error);
}

gboolean
ctl_service_remove(Ctl *ctl, char **args, GError **error)
{
    if (!ctl_change(ctl, "RemoveService", g_variant_new("(s)", args[0]), error))
        return FALSE;
    if (ctl->json)
        return print_named(ctl, args, error);
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    g_autofree char *sentence = g_strconcat(args[0], ": removed", NULL);
    return snapshot && ctl_print_state(ctl, snapshot, sentence, error);
}
