/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-error.h"

static const struct {
    const char *property;
    const char *type;
    glong offset;
} fields[] = {
    {"Enforcing", "b", G_STRUCT_OFFSET(AkinSnapshot, enforcing)},
    {"Firewall", "b", G_STRUCT_OFFSET(AkinSnapshot, firewall)},
    {"Panic", "b", G_STRUCT_OFFSET(AkinSnapshot, panic)},
    {"NatActive", "b", G_STRUCT_OFFSET(AkinSnapshot, nat_active)},
    {"MachinesReachHost", "b", G_STRUCT_OFFSET(AkinSnapshot, machines_reach_host)},
    {"Engine", "s", G_STRUCT_OFFSET(AkinSnapshot, engine)},
    {"NatMode", "s", G_STRUCT_OFFSET(AkinSnapshot, nat_mode)},
    {"ActiveNic", "s", G_STRUCT_OFFSET(AkinSnapshot, active_nic)},
    {"Uplinks", "a(sas)", G_STRUCT_OFFSET(AkinSnapshot, uplinks)},
    {"NetworkPatterns", "as", G_STRUCT_OFFSET(AkinSnapshot, network_patterns)},
    {"Networks", "a(sbas)", G_STRUCT_OFFSET(AkinSnapshot, networks)},
    {"TrustedPingers", "as", G_STRUCT_OFFSET(AkinSnapshot, trusted_pingers)},
    {"Forwards", "a(sqsqsb)", G_STRUCT_OFFSET(AkinSnapshot, forwards)},
    {"Warnings", "a(ss)", G_STRUCT_OFFSET(AkinSnapshot, warnings)},
    {"Notes", "a(ss)", G_STRUCT_OFFSET(AkinSnapshot, notes)},
};

static void
set_field(AkinSnapshot *snapshot, glong offset, GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
        G_STRUCT_MEMBER(gboolean, snapshot, offset) = g_variant_get_boolean(value);
    else if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        G_STRUCT_MEMBER(char *, snapshot, offset) = g_variant_dup_string(value, NULL);
    else
        G_STRUCT_MEMBER(GVariant *, snapshot, offset) = g_variant_ref(value);
}

AkinSnapshot *
akin_snapshot_new(GVariant *properties, GError **error)
{
    g_autoptr(AkinSnapshot) snapshot = g_new0(AkinSnapshot, 1);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GVariant) value =
            g_variant_lookup_value(properties, fields[i].property, G_VARIANT_TYPE(fields[i].type));
        if (!value) {
            g_set_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE,
                        _("the helper's answer lacks %s; install one version of akin and restart "
                          "the helper"),
                        fields[i].property);
            return NULL;
        }
        set_field(snapshot, fields[i].offset, value);
    }
    return g_steal_pointer(&snapshot);
}

void
akin_snapshot_free(AkinSnapshot *snapshot)
{
    g_free(snapshot->engine);
    g_free(snapshot->nat_mode);
    g_free(snapshot->active_nic);
    g_clear_pointer(&snapshot->uplinks, g_variant_unref);
    g_clear_pointer(&snapshot->network_patterns, g_variant_unref);
    g_clear_pointer(&snapshot->networks, g_variant_unref);
    g_clear_pointer(&snapshot->trusted_pingers, g_variant_unref);
    g_clear_pointer(&snapshot->forwards, g_variant_unref);
    g_clear_pointer(&snapshot->warnings, g_variant_unref);
    g_clear_pointer(&snapshot->notes, g_variant_unref);
    g_free(snapshot);
}

gboolean
akin_warnings_have(GVariant *warnings, const char *name)
{
    GVariantIter iter;
    const char *other;
    g_variant_iter_init(&iter, warnings);
    while (g_variant_iter_next(&iter, "(&s&s)", &other, NULL)) {
        if (strcmp(other, name) == 0)
            return TRUE;
    }
    return FALSE;
}

guint
akin_snapshot_count_up(const AkinSnapshot *snapshot)
{
    guint count = 0;
    GVariantIter iter;
    gboolean up;
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_next(&iter, "(&sb@as)", NULL, &up, NULL))
        count += up;
    return count;
}
