/* SPDX-License-Identifier: BSD-2-Clause */
#include "methods.h"

#include <string.h>

#include "error.h"
#include "names.h"
#include "rules.h"
#include "verdict.h"

/* --- Switches --------------------------------------------------------------------------------- */

static GVariant *
start(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_enforce(controller, TRUE, "started by a user", error);
    return NULL;
}

static GVariant *
stop(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_enforce(controller, FALSE, "stopped by a user", error);
    return NULL;
}

static GVariant *
restart(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_restart(controller, error);
    return NULL;
}

static GVariant *
reload(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_reload(controller, error);
    return NULL;
}

static GVariant *
begin_trial(AkinController *controller, GVariant *parameters, GError **error)
{
    guint seconds;
    g_variant_get(parameters, "(u)", &seconds);
    akin_controller_try(controller, seconds, error);
    return NULL;
}

static GVariant *
confirm(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_confirm(controller, error);
    return NULL;
}

static GVariant *
revert(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    akin_controller_revert(controller, error);
    return NULL;
}

/* A copy of the policy in force, to be changed and handed to change(). */
static AkinPolicy *
draft(AkinController *controller)
{
    return akin_policy_copy(akin_controller_state(controller)->policy);
}

static GVariant *
set_firewall(AkinController *controller, GVariant *parameters, GError **error)
{
    AkinPolicy *policy = draft(controller);
    g_variant_get(parameters, "(b)", &policy->firewall);
    akin_controller_change(controller, policy,
                           policy->firewall ? "firewall turned on" : "firewall turned off", error);
    return NULL;
}

static GVariant *
set_nat(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *mode;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&s)", &mode);
    if (!akin_nat_mode_parse(mode, &policy->nat, error))
        return NULL;
    g_autofree char *reason = g_strdup_printf("nat set to %s", mode);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

static GVariant *
set_panic(AkinController *controller, GVariant *parameters, GError **error)
{
    AkinPolicy *policy = draft(controller);
    g_variant_get(parameters, "(b)", &policy->panic);
    akin_controller_change(controller, policy,
                           policy->panic ? "panic turned on" : "panic turned off", error);
    return NULL;
}

static GVariant *
set_machines_reach_host(AkinController *controller, GVariant *parameters, GError **error)
{
    AkinPolicy *policy = draft(controller);
    g_variant_get(parameters, "(b)", &policy->machines_reach_host);
    akin_controller_change(controller, policy,
                           policy->machines_reach_host ? "machines may reach this computer"
                                                       : "machines may not reach this computer",
                           error);
    return NULL;
}

static GVariant *
set_network_patterns(AkinController *controller, GVariant *parameters, GError **error)
{
    g_autofree const char **patterns = NULL;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(^a&s)", &patterns);
    if (akin_policy_set_patterns(policy, patterns, error) &&
        akin_controller_check_patterns(controller, policy, error))
        akin_controller_change(controller, g_steal_pointer(&policy), "patterns of networks set",
                               error);
    return NULL;
}

/* --- Services --------------------------------------------------------------------------------- */

static GVariant *
list_services(AkinController *controller, GVariant *parameters, GError **error)
{
    const GArray *services = akin_controller_state(controller)->policy->services;
    (void) parameters;
    (void) error;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("(a(ssssssub))"));
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a(ssssssub)"));
    for (guint i = 0; i < services->len; i++) {
        const AkinServiceState *state = &g_array_index(services, AkinServiceState, i);
        const AkinService *service = state->service;
        g_autofree char *out = akin_ports_format(service->out);
        g_autofree char *in = akin_ports_format(service->in);
        g_variant_builder_add(&builder, "(ssssssub)", service->name, service->title, service->group,
                              service->about, out, in, state->allowed, service->own);
    }
    g_variant_builder_close(&builder);
    return g_variant_builder_end(&builder);
}

static GVariant *
count_connections(AkinController *controller, GVariant *parameters, GError **error)
{
    g_autoptr(GArray) out = NULL;
    g_autoptr(GArray) in = NULL;
    (void) parameters;
    if (!akin_controller_count(controller, &out, &in, error))
        return NULL;
    const GArray *services = akin_controller_state(controller)->policy->services;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("(a(stt))"));
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a(stt)"));
    for (guint i = 0; i < services->len; i++) {
        const AkinServiceState *state = &g_array_index(services, AkinServiceState, i);
        const AkinService *service = state->service;
        /* What is not allowed has let nothing through; another service on its port may have. */
        guint64 going =
            state->allowed & AKIN_OUTGOING ? akin_count_connections(out, service->out) : 0;
        guint64 coming =
            state->allowed & AKIN_INCOMING ? akin_count_connections(in, service->in) : 0;
        g_variant_builder_add(&builder, "(stt)", service->name, going, coming);
    }
    g_variant_builder_close(&builder);
    return g_variant_builder_end(&builder);
}

/* The reason stands in a line of the log for each service that changes. */
#define REASON_NAMES_MAX 4

/* "services http, ssh allowed", for the log. */
static char *
services_reason(const char *const *names, guint directions, gboolean allow)
{
    static const char *const ways[] = {"", " outgoing", " incoming", ""};
    g_autoptr(GString) list = g_string_new(names[0]);
    for (guint i = 1; names[i] && i < REASON_NAMES_MAX; i++)
        g_string_append_printf(list, ", %s", names[i]);
    guint count = g_strv_length((char **) names);
    if (count > REASON_NAMES_MAX)
        g_string_append_printf(list, " and %u more", count - REASON_NAMES_MAX);
    return g_strdup_printf("service%s %s%s %s", names[1] ? "s" : "", list->str,
                           ways[directions & (AKIN_OUTGOING | AKIN_INCOMING)],
                           allow ? "allowed" : "denied");
}

static void
set_services(AkinController *controller, GVariant *parameters, gboolean allow, GError **error)
{
    g_autofree const char **names = NULL;
    guint directions;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(^a&su)", &names, &directions);
    if (!akin_policy_set_services(policy, names, directions, allow, error))
        return;
    g_autofree char *reason = services_reason(names, directions, allow);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
}

static GVariant *
allow_services(AkinController *controller, GVariant *parameters, GError **error)
{
    set_services(controller, parameters, TRUE, error);
    return NULL;
}

static GVariant *
deny_services(AkinController *controller, GVariant *parameters, GError **error)
{
    set_services(controller, parameters, FALSE, error);
    return NULL;
}

static GVariant *
add_service(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *name, *title, *out, *in;
    guint allowed;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&s&s&s&su)", &name, &title, &out, &in, &allowed);
    const char *const names[] = {name, NULL};
    g_autoptr(AkinService) service = akin_service_new(name, *title ? title : NULL, out, in, error);
    if (!service || !akin_policy_add_service(policy, service, error) ||
        (allowed && !akin_policy_set_services(policy, names, allowed, TRUE, error)))
        return NULL;
    g_autofree char *reason = g_strdup_printf("service %s added", name);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

static GVariant *
update_service(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *name, *title, *out, *in;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&s&s&s&s)", &name, &title, &out, &in);
    g_autoptr(AkinService) service = akin_service_new(name, *title ? title : NULL, out, in, error);
    if (!service || !akin_policy_update_service(policy, service, error))
        return NULL;
    g_autofree char *reason = g_strdup_printf("service %s changed", name);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

static GVariant *
remove_service(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *name;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&s)", &name);
    if (!akin_policy_remove_service(policy, name, error))
        return NULL;
    g_autofree char *reason = g_strdup_printf("service %s removed", name);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

/* --- Who may ping, and forwards --------------------------------------------------------------- */

static GVariant *
trust_ping(AkinController *controller, GVariant *parameters, GError **error)
{
    g_autofree const char **addresses = NULL;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(^a&s)", &addresses);
    if (akin_policy_trust(policy, addresses, error))
        akin_controller_change(controller, g_steal_pointer(&policy), "trusted an address", error);
    return NULL;
}

static GVariant *
distrust_ping(AkinController *controller, GVariant *parameters, GError **error)
{
    g_autofree const char **addresses = NULL;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(^a&s)", &addresses);
    if (akin_policy_distrust(policy, addresses, error))
        akin_controller_change(controller, g_steal_pointer(&policy), "distrusted an address",
                               error);
    return NULL;
}

static GVariant *
add_forward(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *protocol, *address, *from;
    guint16 port, target_port;
    AkinForward forward;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&sq&sq&s)", &protocol, &port, &address, &target_port, &from);
    if (!akin_forward_parse(&forward, protocol, port, address, target_port, from, error) ||
        !akin_policy_add_forward(policy, &forward, error) ||
        !akin_controller_check_forward(controller, &forward, NULL, error))
        return NULL;
    g_autofree char *reason = g_strdup_printf("forward of %s port %u added", protocol, port);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

static AkinForward *
find_forward(const AkinPolicy *policy, const char *protocol_name, guint16 port,
             const char *address_text, GError **error)
{
    AkinProtocol protocol;
    AkinPrefix address;
    return akin_protocol_parse(protocol_name, &protocol, error) &&
                   akin_address_parse(address_text, &address, error)
               ? akin_policy_find_forward(policy, protocol, port, &address, error)
               : NULL;
}

static GVariant *
replace_forward(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *old_protocol, *old_address, *protocol, *address, *from;
    guint16 old_port, port, target_port;
    AkinForward forward;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&sq&s&sq&sq&s)", &old_protocol, &old_port, &old_address, &protocol,
                  &port, &address, &target_port, &from);
    AkinForward *slot = find_forward(policy, old_protocol, old_port, old_address, error);
    if (!slot || !akin_forward_parse(&forward, protocol, port, address, target_port, from, error))
        return NULL;
    const AkinForward old = *slot;
    if (!akin_policy_replace_forward(policy, slot, &forward, error) ||
        !akin_controller_check_forward(controller, &forward, &old, error))
        return NULL;
    g_autofree char *reason =
        g_strdup_printf("forward of %s port %u changed", old_protocol, old_port);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

static GVariant *
remove_forward(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *name, *text;
    guint16 port;
    AkinProtocol protocol;
    AkinPrefix address;
    g_autoptr(AkinPolicy) policy = draft(controller);
    g_variant_get(parameters, "(&sq&s)", &name, &port, &text);
    if (!akin_protocol_parse(name, &protocol, error) ||
        (*text && !akin_address_parse(text, &address, error)) ||
        !akin_policy_remove_forward(policy, protocol, port, *text ? &address : NULL, error))
        return NULL;
    g_autofree char *reason = g_strdup_printf("forward of %s port %u removed", name, port);
    akin_controller_change(controller, g_steal_pointer(&policy), reason, error);
    return NULL;
}

/* --- Questions -------------------------------------------------------------------------------- */

static GVariant *
get_rules(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *engine;
    const AkinState *state = akin_controller_state(controller);
    g_variant_get(parameters, "(&s)", &engine);
    g_autofree char *text = akin_rules_text(*engine ? engine : akin_controller_engine(controller),
                                            state->policy, state->situation, error);
    return text ? g_variant_new("(s)", text) : NULL;
}

static GVariant *
explain(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *direction, *protocol, *address;
    guint16 port;
    AkinQuestion question;
    g_autofree char *sentence = NULL;
    const AkinState *state = akin_controller_state(controller);
    g_variant_get(parameters, "(&s&sq&s)", &direction, &protocol, &port, &address);
    if (!akin_question_parse(&question, direction, protocol, port, address, error))
        return NULL;
    AkinVerdict verdict =
        akin_explain(state->policy, state->situation, state->enforcing, &question, &sentence);
    return g_variant_new("(ss)", akin_verdict_name(verdict), sentence);
}

static GVariant *
list_machines(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    g_autoptr(GArray) machines = akin_controller_list_machines(controller, error);
    if (!machines)
        return NULL;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("(a(sss))"));
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a(sss)"));
    for (guint i = 0; i < machines->len; i++) {
        const AkinMachine *machine = &g_array_index(machines, AkinMachine, i);
        g_autofree char *address = akin_prefix_format(&machine->address);
        g_variant_builder_add(&builder, "(sss)", machine->interface, address, machine->hardware);
    }
    g_variant_builder_close(&builder);
    return g_variant_builder_end(&builder);
}

static GVariant *
examine(AkinController *controller, GVariant *parameters, GError **error)
{
    (void) parameters;
    (void) error;
    akin_controller_examine(controller);
    return NULL;
}

static GVariant *
mend(AkinController *controller, GVariant *parameters, GError **error)
{
    const char *name;
    g_variant_get(parameters, "(&s)", &name);
    akin_controller_mend(controller, name, error);
    return NULL;
}

static const AkinMethod methods[] = {
    {"AddForward", AKIN_RIGHT_CONTROL, add_forward},
    {"AddService", AKIN_RIGHT_CONTROL, add_service},
    {"AllowServices", AKIN_RIGHT_CONTROL, allow_services},
    {"Confirm", AKIN_RIGHT_CONTROL, confirm},
    {"CountConnections", AKIN_RIGHT_READ_LOG, count_connections},
    {"DenyServices", AKIN_RIGHT_CONTROL, deny_services},
    {"DistrustPing", AKIN_RIGHT_CONTROL, distrust_ping},
    {"Examine", AKIN_RIGHT_LOOK, examine},
    {"Explain", AKIN_RIGHT_LOOK, explain},
    {"GetRules", AKIN_RIGHT_LOOK, get_rules},
    {"ListMachines", AKIN_RIGHT_LOOK, list_machines},
    {"ListServices", AKIN_RIGHT_LOOK, list_services},
    {"Mend", AKIN_RIGHT_CONTROL, mend},
    {"Reload", AKIN_RIGHT_CONTROL, reload},
    {"RemoveForward", AKIN_RIGHT_CONTROL, remove_forward},
    {"RemoveService", AKIN_RIGHT_CONTROL, remove_service},
    {"ReplaceForward", AKIN_RIGHT_CONTROL, replace_forward},
    {"Restart", AKIN_RIGHT_CONTROL, restart},
    {"Revert", AKIN_RIGHT_CONTROL, revert},
    {"SetFirewall", AKIN_RIGHT_CONTROL, set_firewall},
    {"SetMachinesReachHost", AKIN_RIGHT_CONTROL, set_machines_reach_host},
    {"SetNat", AKIN_RIGHT_CONTROL, set_nat},
    {"SetNetworkPatterns", AKIN_RIGHT_CONTROL, set_network_patterns},
    {"SetPanic", AKIN_RIGHT_CONTROL, set_panic},
    {"Start", AKIN_RIGHT_CONTROL, start},
    {"Stop", AKIN_RIGHT_CONTROL, stop},
    {"TrustPing", AKIN_RIGHT_CONTROL, trust_ping},
    {"Try", AKIN_RIGHT_CONTROL, begin_trial},
    {"UpdateService", AKIN_RIGHT_CONTROL, update_service},
};

const AkinMethod *
akin_method_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    }
    return NULL;
}
