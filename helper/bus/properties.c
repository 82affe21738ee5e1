/* SPDX-License-Identifier: BSD-2-Clause */
#include "properties.h"

#include <string.h>

#include "names.h"
#include "shown.h"

/* --- One function a property ------------------------------------------------------------------ */

static GVariant *
make_version(AkinController *controller)
{
    (void) controller;
    return g_variant_new_uint32(AKIN_INTERFACE_VERSION);
}

static GVariant *
make_engine(AkinController *controller)
{
    return g_variant_new_string(akin_controller_engine(controller));
}

static GVariant *
make_enforcing(AkinController *controller)
{
    return g_variant_new_boolean(akin_controller_state(controller)->enforcing);
}

static GVariant *
make_firewall(AkinController *controller)
{
    return g_variant_new_boolean(akin_controller_state(controller)->policy->firewall);
}

static GVariant *
make_nat_mode(AkinController *controller)
{
    return g_variant_new_string(akin_nat_mode_name(akin_controller_state(controller)->policy->nat));
}

static GVariant *
make_panic(AkinController *controller)
{
    return g_variant_new_boolean(akin_controller_state(controller)->policy->panic);
}

static GVariant *
make_nat_active(AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    return g_variant_new_boolean(state->enforcing &&
                                 akin_nat_is_active(state->policy, state->situation));
}

static GVariant *
make_machines_reach_host(AkinController *controller)
{
    return g_variant_new_boolean(akin_controller_state(controller)->policy->machines_reach_host);
}

static GVariant *
make_active_nic(AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    return g_variant_new_take_string(
        akin_shown(akin_situation_active_nic(state->policy, state->situation)));
}

static GVariant *
make_prefixes(const GArray *prefixes)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < prefixes->len; i++) {
        g_autofree char *text = akin_prefix_format(&g_array_index(prefixes, AkinPrefix, i));
        g_variant_builder_add(&builder, "s", text);
    }
    return g_variant_builder_end(&builder);
}

/* Without link-local addresses, which say nothing to a person. */
static GArray *
addresses_to_show(const AkinInterface *interface)
{
    GArray *shown = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    for (guint i = 0; i < interface->addresses->len; i++) {
        const AkinPrefix *address = &g_array_index(interface->addresses, AkinPrefix, i);
        if (!akin_prefix_is_link_local(address))
            g_array_append_val(shown, *address);
    }
    return shown;
}

static GVariant *
make_uplinks(AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(state->policy, state->situation);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sas)"));
    for (guint i = 0; i < uplinks->len; i++) {
        const AkinInterface *interface = uplinks->pdata[i];
        /* Outside a kernel takes any bytes for a name; D-Bus takes UTF-8. */
        g_autofree char *name = akin_shown(interface->name);
        g_autoptr(GArray) addresses = addresses_to_show(interface);
        g_variant_builder_add(&builder, "(s@as)", name, make_prefixes(addresses));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
make_patterns(AkinController *controller)
{
    const GPtrArray *patterns = akin_controller_state(controller)->policy->patterns;
    return g_variant_new_strv((const char *const *) patterns->pdata, patterns->len);
}

static GVariant *
make_networks(AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sbas)"));
    for (guint i = 0; i < state->situation->interfaces->len; i++) {
        const AkinInterface *interface = state->situation->interfaces->pdata[i];
        if (akin_interface_role(state->policy, interface) != AKIN_ROLE_VM_NETWORK)
            continue;
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        g_variant_builder_add(&builder, "(sb@as)", interface->name,
                              akin_network_is_up(state->policy, interface), make_prefixes(subnets));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
make_trusted(AkinController *controller)
{
    return make_prefixes(akin_controller_state(controller)->policy->trusted);
}

static GVariant *
make_forwards(AkinController *controller)
{
    const AkinState *state = akin_controller_state(controller);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sqsqsb)"));
    for (guint i = 0; i < state->policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(state->policy->forwards, AkinForward, i);
        g_autofree char *address = akin_prefix_format(&forward->address);
        g_autofree char *from = akin_forward_format_from(forward);
        gboolean works =
            state->enforcing && akin_forward_works(state->policy, state->situation, forward);
        g_variant_builder_add(&builder, "(sqsqsb)", akin_protocol_name(forward->protocol),
                              forward->port, address, forward->target_port, from, works);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
list_warnings(AkinController *controller, gboolean notes)
{
    const GArray *warnings = akin_controller_warnings(controller);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ss)"));
    for (guint i = 0; i < warnings->len; i++) {
        const AkinWarning *warning = &g_array_index(warnings, AkinWarning, i);
        if (warning->note == notes)
            g_variant_builder_add(&builder, "(ss)", warning->name, warning->sentence);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
make_warnings(AkinController *controller)
{
    return list_warnings(controller, FALSE);
}

static GVariant *
make_notes(AkinController *controller)
{
    return list_warnings(controller, TRUE);
}

static const struct {
    const char *name;
    GVariant *(*make)(AkinController *controller);
} makers[] = {
    {"InterfaceVersion", make_version}, {"Engine", make_engine},
    {"Enforcing", make_enforcing},      {"Firewall", make_firewall},
    {"NatMode", make_nat_mode},         {"Panic", make_panic},
    {"NatActive", make_nat_active},     {"MachinesReachHost", make_machines_reach_host},
    {"ActiveNic", make_active_nic},     {"Uplinks", make_uplinks},
    {"NetworkPatterns", make_patterns}, {"Networks", make_networks},
    {"TrustedPingers", make_trusted},   {"Forwards", make_forwards},
    {"Warnings", make_warnings},        {"Notes", make_notes},
};

/* --- All of them ------------------------------------------------------------------------------ */

struct _AkinProperties {
    AkinController *controller;
    GVariant *values[G_N_ELEMENTS(makers)];
    GVariant *all; /* of them, as one answer; NULL until somebody asks */
};

AkinProperties *
akin_properties_new(AkinController *controller)
{
    AkinProperties *properties = g_new0(AkinProperties, 1);
    properties->controller = controller;
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
        properties->values[i] = g_variant_ref_sink(makers[i].make(controller));
    return properties;
}

void
akin_properties_free(AkinProperties *properties)
{
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
        g_variant_unref(properties->values[i]);
    g_clear_pointer(&properties->all, g_variant_unref);
    g_free(properties);
}

static GVariant *
make_all(const AkinProperties *properties)
{
    g_auto(GVariantBuilder) all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
        g_variant_builder_add(&all, "{sv}", makers[i].name, properties->values[i]);
    return g_variant_ref_sink(g_variant_new("(a{sv})", &all));
}

GVariant *
akin_properties_answer(AkinProperties *properties, const char *method, GVariant *parameters)
{
    const char *name;
    if (strcmp(method, "GetAll") == 0) {
        if (!properties->all)
            properties->all = make_all(properties);
        return properties->all;
    }
    g_variant_get(parameters, "(&s&s)", NULL, &name);
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++) {
        if (strcmp(makers[i].name, name) == 0)
            return g_variant_new("(v)", properties->values[i]);
    }
    return NULL;
}

GVariant *
akin_properties_update(AkinProperties *properties)
{
    gboolean differs = FALSE;
    g_auto(GVariantBuilder) changed = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++) {
        g_autoptr(GVariant) value = g_variant_ref_sink(makers[i].make(properties->controller));
        if (g_variant_equal(value, properties->values[i]))
            continue;
        differs = TRUE;
        g_variant_builder_add(&changed, "{sv}", makers[i].name, value);
        g_variant_unref(properties->values[i]);
        properties->values[i] = g_steal_pointer(&value);
    }
    if (differs)
        g_clear_pointer(&properties->all, g_variant_unref);
    return differs ? g_variant_new("(sa{sv}as)", AKIN_INTERFACE, &changed, NULL) : NULL;
}
