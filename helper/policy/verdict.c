/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include <string.h>

#include "error.h"
#include "names.h"

/* What decided, as an end of a sentence; reason is the caller's to free. */
typedef struct {
    AkinVerdict verdict;
    char *reason;
} Finding;

static Finding finding(AkinVerdict verdict, const char *format, ...) G_GNUC_PRINTF(2, 3);

static Finding
finding(AkinVerdict verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Finding found = {verdict, g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    return found;
}

const char *
akin_verdict_name(AkinVerdict verdict)
{
    static const char *const names[] = {"pass", "reject", "drop"};
    return names[verdict];
}

gboolean
akin_question_parse(AkinQuestion *question, const char *direction, const char *protocol, guint port,
                    const char *address, GError **error)
{
    memset(question, 0, sizeof *question);
    question->outgoing = strcmp(direction, "out") == 0;
    if (!question->outgoing && strcmp(direction, "in") != 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "not a direction; use out or in");
        return FALSE;
    }
    if (!akin_protocol_parse(protocol, &question->protocol, error))
        return FALSE;
    if (akin_protocol_has_ports(question->protocol) ? port < 1 || port > 65535 : port != 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    port ? "‘%u’ is not a port of %s" : "which port? give one from 1 to 65535",
                    port, protocol);
        return FALSE;
    }
    question->port = port;
    question->has_address = address[0] != '\0';
    return !question->has_address || akin_address_parse(address, &question->address, error);
}

/* The services that cover the question in its direction, allowed or not: "http, http-alt". */
static char *
name_services(const AkinPolicy *policy, const AkinQuestion *question, gboolean allowed)
{
    guint direction = question->outgoing ? AKIN_OUTGOING : AKIN_INCOMING;
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        if (((state->allowed & direction) != 0) == allowed &&
            akin_ports_contain(akin_service_ports(state->service, direction), question->protocol,
                               question->port))
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", state->service->name);
    }
    return names->len ? g_string_free(g_steal_pointer(&names), FALSE) : NULL;
}

/* Row 9: DHCP of this computer itself, IPv4 and IPv6. */
static gboolean
is_own_dhcp(const AkinQuestion *question)
{
    guint16 four = question->outgoing ? 67 : 68, six = question->outgoing ? 547 : 546;
    return question->protocol == AKIN_PROTOCOL_UDP &&
           (question->port == four || question->port == six);
}

/* Rows 5, 6, 7 and 9 of the contract: by service. */
static Finding
judge_service(const AkinPolicy *policy, const AkinQuestion *question)
{
    if (is_own_dhcp(question))
        return finding(AKIN_PASS, "this computer's own DHCP always does");
    AkinVerdict refusal = question->outgoing ? AKIN_REJECT : AKIN_DROP;
    const char *way = question->outgoing ? "outgoing" : "incoming";
    g_autofree char *allowed = name_services(policy, question, TRUE);
    if (allowed)
        return finding(AKIN_PASS, "%s is allowed %s", allowed, way);
    g_autofree char *denied = name_services(policy, question, FALSE);
    if (denied && strchr(denied, ','))
        return finding(refusal, "none of %s is allowed %s", denied, way);
    if (denied)
        return finding(refusal, "%s is not allowed %s", denied, way);
    return finding(refusal, "no allowed service has it %s", way);
}

/* Why a forward of this port does not apply to the question; NULL when it does. Free with g_free.
 */
static char *
forward_obstacle(const AkinPolicy *policy, const AkinSituation *situation,
                 const AkinForward *forward, const AkinQuestion *question)
{
    if (akin_forward_obstacle(situation, forward))
        return g_strdup(akin_forward_obstacle(situation, forward));
    if (!akin_nat_is_active(policy, situation))
        return g_strdup("NAT is not active");
    if (!akin_situation_find_network(policy, situation, &forward->address))
        return g_strdup("the machine's VM network is not up");
    if (forward->from == AKIN_FROM_ANYONE ||
        (forward->from == AKIN_FROM_NETWORK && question->has_address &&
         akin_prefix_contains(&forward->network, &question->address)))
        return NULL;
    g_autofree char *network = akin_prefix_format(&forward->network);
    return g_strdup_printf("for %s alone",
                           forward->from == AKIN_FROM_LOOPBACK ? "this computer" : network);
}

/*
 * The forward of this port and family, one that applies before one that does not; of the latter
 * *obstacle, which is the caller's, says why.
 */
static const AkinForward *
find_forward(const AkinPolicy *policy, const AkinSituation *situation, const AkinQuestion *question,
             char **obstacle)
{
    const AkinForward *found = NULL;
    *obstacle = NULL;
    for (guint i = 0; i < policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        if (forward->protocol != question->protocol || forward->port != question->port ||
            (question->has_address && forward->address.family != question->address.family))
            continue;
        found = forward;
        g_free(*obstacle);
        *obstacle = forward_obstacle(policy, situation, forward, question);
        if (!*obstacle)
            break;
    }
    return found;
}

/* "it is forwarded to 192.168.56.101 port 80" */
static char *
describe_forward(const AkinForward *forward)
{
    g_autofree char *address = akin_prefix_format(&forward->address);
    return g_strdup_printf("it is forwarded to %s port %u", address, forward->target_port);
}

static gboolean
is_trusted(const AkinPolicy *policy, const AkinPrefix *address)
{
    for (guint i = 0; i < policy->trusted->len; i++) {
        if (akin_prefix_contains(&g_array_index(policy->trusted, AkinPrefix, i), address))
            return TRUE;
    }
    return FALSE;
}

/* DHCP and DNS, which machines always get from this computer. */
static gboolean
is_machines_due(const AkinQuestion *question)
{
    if (question->protocol == AKIN_PROTOCOL_UDP)
        return question->port == 53 || question->port == 67 || question->port == 547;
    return question->protocol == AKIN_PROTOCOL_TCP && question->port == 53;
}

/* What a machine finds at any of this computer's addresses where nothing is forwarded. */
static Finding
judge_asked_by_machine(const AkinPolicy *policy, const AkinInterface *network,
                       const AkinQuestion *question)
{
    if (policy->machines_reach_host)
        return finding(AKIN_PASS, "machines of %s may reach this computer", network->name);
    if (is_machines_due(question))
        return finding(AKIN_PASS, "machines always get DHCP and DNS");
    return finding(AKIN_REJECT, "machines may not reach this computer");
}

static Finding
judge_machine(const AkinPolicy *policy, const AkinSituation *situation,
              const AkinInterface *network, const AkinQuestion *question)
{
    g_autofree char *obstacle = NULL;
    if (question->outgoing)
        return finding(AKIN_PASS, "it is a machine of %s", network->name);
    Finding found = judge_asked_by_machine(policy, network, question);
    /* A forward is of the outside addresses, which machines may ask as well (row 8). */
    const AkinForward *forward = find_forward(policy, situation, question, &obstacle);
    if (!forward || obstacle)
        return found;
    g_autofree char *forwarded = describe_forward(forward);
    g_autofree char *own = found.reason;
    return finding(AKIN_PASS, "at its outside addresses %s, and else %s", forwarded, own);
}

static Finding
judge_incoming(const AkinPolicy *policy, const AkinSituation *situation,
               const AkinQuestion *question)
{
    if (question->has_address && !akin_prefix_is_unicast(&question->address))
        return finding(AKIN_DROP, "such a source is forged when it comes from outside");
    if (policy->panic)
        return finding(AKIN_DROP, "everything is blocked (panic)");
    g_autofree char *obstacle = NULL;
    const AkinForward *forward = find_forward(policy, situation, question, &obstacle);
    if (forward && !obstacle)
        return (Finding){AKIN_PASS, describe_forward(forward)};
    if (!policy->firewall)
        return finding(AKIN_PASS, "the firewall is off");
    if (question->protocol == AKIN_PROTOCOL_PING && question->has_address &&
        is_trusted(policy, &question->address))
        return finding(AKIN_PASS, "the address may ping");
    Finding found = judge_service(policy, question);
    if (forward && found.verdict != AKIN_PASS) {
        g_autofree char *service = found.reason;
        found.reason = g_strdup_printf("it is forwarded, but %s; and %s", obstacle, service);
    }
    return found;
}

/* Loopback, and what connects to an address of ours never leaves. */
static gboolean
is_own(const AkinSituation *situation, const AkinPrefix *address)
{
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        for (guint k = 0; k < interface->addresses->len; k++) {
            AkinPrefix own = g_array_index(interface->addresses, AkinPrefix, k);
            own.length = akin_family_bits(own.family);
            if (akin_prefix_equal(&own, address))
                return TRUE;
        }
    }
    return akin_prefix_is_loopback(address);
}

static Finding
judge(const AkinPolicy *policy, const AkinSituation *situation, gboolean enforcing,
      const AkinQuestion *question)
{
    if (!enforcing)
        return finding(AKIN_PASS, "akin is stopped");
    if (question->has_address && question->outgoing && is_own(situation, &question->address))
        return finding(AKIN_PASS, "it stays on this computer");
    const AkinInterface *network =
        question->has_address ? akin_situation_find_network(policy, situation, &question->address)
                              : NULL;
    if (network)
        return judge_machine(policy, situation, network, question);
    if (!question->outgoing)
        return judge_incoming(policy, situation, question);
    if (policy->panic)
        return finding(AKIN_REJECT, "everything is blocked (panic)");
    if (!policy->firewall)
        return finding(AKIN_PASS, "the firewall is off");
    return judge_service(policy, question);
}

AkinVerdict
akin_explain(const AkinPolicy *policy, const AkinSituation *situation, gboolean enforcing,
             const AkinQuestion *question, char **sentence)
{
    static const char *const verbs[] = {"passes", "is rejected at once", "is dropped silently"};
    Finding found = judge(policy, situation, enforcing, question);
    g_autofree char *reason = found.reason;
    g_autofree char *address =
        question->has_address ? akin_prefix_format(&question->address) : NULL;
    g_autofree char *port = question->port ? g_strdup_printf(" port %u", question->port) : NULL;
    *sentence = g_strdup_printf("%s%s %s%s%s %s: %s", akin_protocol_name(question->protocol),
                                port ? port : "", question->outgoing ? "going out" : "coming in",
                                address ? (question->outgoing ? " to " : " from ") : "",
                                address ? address : "", verbs[found.verdict], reason);
    return found.verdict;
}
