/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf.h"

#include <stdarg.h>

#include "rule-facts.h"

/*
 * Theory of operation
 *
 * Every filter rule is quick: the first that matches decides. pf passes packets of known states
 * before it looks at any rule, so panic also has to kill states; the label "akin" marks those
 * that cross the border to outside, and spares the others.
 *
 * A redirected packet is known by its tag, not by its address: direct access to a machine stays
 * shut. Networks are tables, since `! { a, b }` would expand to something else.
 *
 * Order of sections as pf.conf(5) demands: tables, translation, filter. `set` and `scrub` are the
 * main ruleset's.
 */

#define ND_TYPES "{ 130 131 132 133 135 136 143 }"
#define ESSENTIAL_TYPES "{ 130 131 132 133 134 135 136 143 }"

/* pfctl expands lists rule by rule; a list of this many stays readable. */
#define PORTS_A_RULE 64

typedef struct {
    const AkinRuleFacts *facts;
    GString *text;
} Writer;

static void line(Writer *writer, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
line(Writer *writer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(writer->text, format, arguments);
    va_end(arguments);
    g_string_append_c(writer->text, '\n');
}

static const AkinNetworkFacts *
network_at(const Writer *writer, guint index)
{
    return &g_array_index(writer->facts->networks, AkinNetworkFacts, index);
}

static const AkinUplinkFacts *
uplink_at(const Writer *writer, guint index)
{
    return &g_array_index(writer->facts->uplinks, AkinUplinkFacts, index);
}

/* --- Tables and translation ------------------------------------------------------------------- */

static void
write_tables(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    line(writer, "table <akin_vm> const { %s%s%s }", facts->all4,
         *facts->all4 && *facts->all6 ? "," : "", facts->all6);
    for (guint i = 0; i < facts->networks->len; i++) {
        const AkinNetworkFacts *network = network_at(writer, i);
        line(writer, "table <akin_%s> const { %s%s%s%sfe80::/10, ::/128 }", network->name,
             network->subnets4, *network->subnets4 ? ", " : "", network->subnets6,
             *network->subnets6 ? ", " : "");
    }
}

static void
write_nat(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    for (guint i = 0; i < facts->uplinks->len; i++) {
        const char *name = uplink_at(writer, i)->name;
        line(writer, "nat on %s inet from <akin_vm> to ! <akin_vm> -> (%s:0)", name, name);
        line(writer, "nat on %s inet6 from <akin_vm> to ! <akin_vm> -> (%s:0)", name, name);
    }
    for (guint i = 0; i < facts->forwards->len; i++) {
        const AkinForwardFacts *forward = &g_array_index(facts->forwards, AkinForwardFacts, i);
        for (guint k = 0; k < facts->networks->len; k++)
            line(writer, "nat on %s %s proto %s from <akin_vm> to %s port %u -> (%s:0)",
                 network_at(writer, k)->name,
                 forward->forward->address.family == AKIN_IPV4 ? "inet" : "inet6",
                 forward->protocol, forward->address, forward->forward->target_port,
                 network_at(writer, k)->name);
    }
}

/* From outside on every uplink, and from machines on every network (hairpin). */
static void
write_redirection(Writer *writer, const AkinForwardFacts *facts)
{
    const AkinForward *forward = facts->forward;
    const char *family = forward->address.family == AKIN_IPV4 ? "inet" : "inet6";
    for (guint u = 0; u < writer->facts->uplinks->len; u++) {
        const char *uplink = uplink_at(writer, u)->name;
        line(writer, "rdr on %s %s proto %s from %s to (%s) port %u tag akin_fwd -> %s port %u",
             uplink, family, facts->protocol, facts->from, uplink, forward->port, facts->address,
             forward->target_port);
        for (guint k = 0; forward->from == AKIN_FROM_ANYONE && k < writer->facts->networks->len;
             k++)
            line(writer,
                 "rdr on %s %s proto %s from <akin_vm> to (%s) port %u tag akin_fwd -> %s port %u",
                 network_at(writer, k)->name, family, facts->protocol, uplink, forward->port,
                 facts->address, forward->target_port);
    }
}

/* --- VM networks ------------------------------------------------------------------------------ */

static void
write_host_access(Writer *writer, const char *name)
{
    if (!writer->facts->policy->machines_reach_host) {
        line(writer, "pass in quick on %s proto udp to any port { 53 67 547 } keep state", name);
        line(writer, "pass in quick on %s proto tcp to (self) port 53 flags any keep state", name);
        line(writer, "block return in quick on %s to (self)", name);
        return;
    }
    line(writer, "pass in quick on %s to (self) flags any keep state", name);
}

static void
write_network(Writer *writer, const char *name)
{
    line(writer,
         "pass in quick on %s inet proto udp from 0.0.0.0 port 68 to 255.255.255.255 port 67 "
         "no state",
         name);
    line(writer, "block drop in quick on %s from ! <akin_%s>", name, name);
    line(writer, "pass in quick on %s tagged akin_fwd flags any keep state", name);
    line(writer,
         "pass in quick on %s inet6 proto ipv6-icmp icmp6-type " ND_TYPES " allow-opts no state",
         name);
    line(writer, "pass in quick on %s inet proto igmp allow-opts no state", name);
    write_host_access(writer, name);
    line(writer, "pass in quick on %s to <akin_%s> flags any keep state", name, name);
    line(writer, "pass in quick on %s to { 255.255.255.255 224.0.0.0/4 ff00::/8 } keep state",
         name);
    line(writer, "block return in quick on %s to <akin_vm>", name);
    if (writer->facts->nat)
        line(writer, "pass in quick on %s flags any keep state", name);
    else
        line(writer, "block return in quick on %s", name);
    line(writer, "pass out quick on %s inet6 proto ipv6-icmp allow-opts no state", name);
    line(writer, "pass out quick on %s flags any keep state allow-opts", name);
}

/* --- Outside ---------------------------------------------------------------------------------- */

static void
write_essential(Writer *writer)
{
    line(writer,
         "pass quick inet6 proto ipv6-icmp from { fe80::/10 ::/128 } icmp6-type " ESSENTIAL_TYPES
         " allow-opts no state");
    line(writer, "pass quick inet6 proto ipv6-icmp icmp6-type { 135 136 } no state");
    line(writer, "pass quick inet proto igmp allow-opts no state");
    line(writer, "pass out quick inet proto udp from any port 68 to any port 67 no state");
    line(writer, "pass in quick inet proto udp from any port 67 to any port 68 no state");
    line(writer, "pass out quick inet6 proto udp from any port 546 to ff02::1:2 port 547 no state");
    line(writer, "pass in quick inet6 proto udp from fe80::/10 to any port 546 no state");
}

static void
write_pings_in(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (*facts->trusted4)
        line(writer,
             "pass in quick inet proto icmp from { %s } to (self) icmp-type echoreq keep state "
             "label \"akin\"",
             facts->trusted4);
    if (*facts->trusted6)
        line(writer,
             "pass in quick inet6 proto ipv6-icmp from { %s } to (self) icmp6-type echoreq "
             "keep state label \"akin\"",
             facts->trusted6);
}

static void
write_ports(Writer *writer, const GArray *ranges, AkinProtocol protocol, const char *head)
{
    guint at = 0;
    char *ports;
    while ((ports = akin_rule_facts_ports(ranges, protocol, ':', PORTS_A_RULE, &at))) {
        line(writer, "%s port { %s } flags any keep state label \"akin\"", head, ports);
        g_free(ports);
    }
}

static void
write_services(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (!facts->policy->firewall) {
        line(writer, "pass in quick to { (self) 255.255.255.255 224.0.0.0/4 ff00::/8 } flags any "
                     "keep state allow-opts label \"akin\"");
        line(writer, "pass out quick flags any keep state allow-opts label \"akin\"");
        return;
    }
    write_pings_in(writer);
    write_ports(writer, facts->in, AKIN_PROTOCOL_TCP, "pass in quick proto tcp to (self)");
    write_ports(writer, facts->in, AKIN_PROTOCOL_UDP, "pass in quick proto udp to (self)");
    if (akin_ports_contain(facts->in, AKIN_PROTOCOL_ESP, 0))
        line(writer, "pass in quick proto esp to (self) keep state label \"akin\"");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_PING, 0)) {
        line(writer, "pass out quick inet proto icmp icmp-type echoreq keep state label \"akin\"");
        line(writer,
             "pass out quick inet6 proto ipv6-icmp icmp6-type echoreq keep state label \"akin\"");
    }
    write_ports(writer, facts->out, AKIN_PROTOCOL_TCP, "pass out quick proto tcp to any");
    write_ports(writer, facts->out, AKIN_PROTOCOL_UDP, "pass out quick proto udp to any");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_ESP, 0))
        line(writer, "pass out quick proto esp keep state label \"akin\"");
}

static void
write_outside(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    line(writer, "block drop in quick from { 224.0.0.0/3 ff00::/8 }");
    line(writer, "block drop in quick from <akin_vm>");
    if (facts->policy->panic) {
        line(writer, "block return out quick all");
        line(writer, "block drop in quick all");
        return;
    }
    write_essential(writer);
    line(writer, "pass in quick tagged akin_fwd flags any keep state label \"akin\"");
    line(writer, "block drop in quick to <akin_vm>");
    line(writer, "block return out quick from <akin_vm>");
    write_services(writer);
    line(writer, "block return out quick all");
    line(writer, "block drop in quick all");
}

char *
akin_pf_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinRuleFacts) facts = akin_rule_facts_new(policy, situation);
    Writer writer = {facts, g_string_new(NULL)};
    write_tables(&writer);
    if (facts->nat)
        write_nat(&writer);
    for (guint i = 0; i < facts->forwards->len; i++)
        write_redirection(&writer, &g_array_index(facts->forwards, AkinForwardFacts, i));
    line(&writer, "pass quick on lo all no state");
    line(&writer, "block drop in quick inet from 127.0.0.0/8");
    line(&writer, "block drop in quick inet to 127.0.0.0/8");
    line(&writer, "block drop in quick inet6 from ::1");
    line(&writer, "block drop in quick inet6 to ::1");
    for (guint i = 0; i < facts->networks->len; i++)
        write_network(&writer, network_at(&writer, i)->name);
    write_outside(&writer);
    return g_string_free(writer.text, FALSE);
}
