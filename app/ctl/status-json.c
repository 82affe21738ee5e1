/* SPDX-License-Identifier: BSD-2-Clause */
#include "forward.h"
#include "output.h"
#include "status.h"

static void
add_uplinks(JsonBuilder *builder, const AkinSnapshot *snapshot)
{
    const char *name;
    GVariant *addresses;
    GVariantIter iter;
    json_builder_set_member_name(builder, "uplinks");
    json_builder_begin_array(builder);
    g_variant_iter_init(&iter, snapshot->uplinks);
    while (g_variant_iter_loop(&iter, "(&s@as)", &name, &addresses)) {
        json_builder_begin_object(builder);
        ctl_json_string(builder, "name", name);
        ctl_json_strings(builder, "addresses", addresses);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void
add_networks(JsonBuilder *builder, const AkinSnapshot *snapshot)
{
    const char *name;
    gboolean up;
    GVariant *subnets;
    GVariantIter iter;
    json_builder_set_member_name(builder, "networks");
    json_builder_begin_array(builder);
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_loop(&iter, "(&sb@as)", &name, &up, &subnets)) {
        json_builder_begin_object(builder);
        ctl_json_string(builder, "name", name);
        ctl_json_boolean(builder, "up", up);
        ctl_json_strings(builder, "subnets", subnets);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void
add_sentences(JsonBuilder *builder, const char *member, GVariant *sentences)
{
    const char *name, *sentence;
    GVariantIter iter;
    json_builder_set_member_name(builder, member);
    json_builder_begin_array(builder);
    g_variant_iter_init(&iter, sentences);
    while (g_variant_iter_next(&iter, "(&s&s)", &name, &sentence)) {
        json_builder_begin_object(builder);
        ctl_json_string(builder, "name", name);
        ctl_json_string(builder, "sentence", sentence);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

void
ctl_warnings_json(JsonBuilder *builder, GVariant *warnings, GVariant *notes)
{
    add_sentences(builder, "warnings", warnings);
    add_sentences(builder, "notes", notes);
}

static void
add_active_nic(JsonBuilder *builder, const AkinSnapshot *snapshot)
{
    json_builder_set_member_name(builder, "active_nic");
    if (snapshot->active_nic[0])
        json_builder_add_string_value(builder, snapshot->active_nic);
    else
        json_builder_add_null_value(builder);
}

static void
build(JsonBuilder *builder, const AkinSnapshot *snapshot, gboolean anyone_may_ping)
{
    g_autofree char *headline = akin_snapshot_headline(snapshot);
    json_builder_begin_object(builder);
    ctl_json_string(builder, "headline", headline);
    ctl_json_boolean(builder, "enforcing", snapshot->enforcing);
    ctl_json_boolean(builder, "firewall", snapshot->firewall);
    ctl_json_string(builder, "nat", snapshot->nat_mode);
    ctl_json_boolean(builder, "nat_active", snapshot->nat_active);
    ctl_json_boolean(builder, "panic", snapshot->panic);
    add_active_nic(builder, snapshot);
    add_uplinks(builder, snapshot);
    add_networks(builder, snapshot);
    ctl_json_strings(builder, "network_patterns", snapshot->network_patterns);
    ctl_json_boolean(builder, "machines_reach_host", snapshot->machines_reach_host);
    ctl_forwards_json(builder, snapshot->forwards);
    ctl_json_boolean(builder, "anyone_may_ping", anyone_may_ping);
    ctl_json_strings(builder, "trusted_pingers", snapshot->trusted_pingers);
    ctl_json_string(builder, "engine", snapshot->engine);
    ctl_warnings_json(builder, snapshot->warnings, snapshot->notes);
    json_builder_end_object(builder);
}

gboolean
ctl_status_print_json(Ctl *ctl, GError **error)
{
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    if (!catalogue)
        return FALSE;
    g_autoptr(JsonBuilder) builder = json_builder_new();
    build(builder, snapshot, ctl_catalogue_lets_anyone_ping(catalogue));
    return ctl_print_json(builder, error);
}
