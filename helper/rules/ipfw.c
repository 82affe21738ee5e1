/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw.h"

#include <stdarg.h>

#include "rule-facts.h"

/*
 * Theory of operation
 *
 * What enters from a VM network or leaves to one gets its final verdict at 100-199. From there on
 * "in" means from outside and "out" to outside, whatever the interface, also a later one.
 *
 * The host's own connections have states of their own (510) and never see NAT. A machine's packet
 * is judged on its way out (2xxx), translated (5010), and given a second state under its new
 * address (5020, named :nat). Only what has such a state, forwarded ports and ICMP errors go from
 * outside to natd: a scan costs it nothing, and a dead natd costs the host nothing.
 *
 * A `skipto` that is reached through a state jumps from the parent rule's number: the answer to a
 * connection of 2010 goes on at 5000, and 5030 ends it.
 *
 * ICMP: ipfw's states know neither id nor type, so pings and errors have rules instead.
 * ipfw has no NAT66: a machine's IPv6 to outside is refused at once (117).
 */

/* More ports than this do not fit one rule. */
#define PORTS_A_RULE 15

typedef struct {
    const AkinRuleFacts *facts;
    GString *text;
    guint set;
    const char *nat; /* "divert" or "nat" */
    const char *tee; /* a copy for natd's tables; the kernel's nat takes the packet itself */
} Writer;

static void rule(Writer *writer, guint number, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
rule(Writer *writer, guint number, const char *format, ...)
{
    va_list arguments;
    g_string_append_printf(writer->text, "add %u set %u ", number, writer->set);
    va_start(arguments, format);
    g_string_append_vprintf(writer->text, format, arguments);
    va_end(arguments);
    g_string_append_c(writer->text, '\n');
}

/* "a" or "a,b", where either may be empty. */
static char *
join(const char *a, const char *b)
{
    return g_strconcat(a, *a && *b ? "," : "", b, NULL);
}

static const AkinUplinkFacts *
uplink_at(const Writer *writer, guint index)
{
    return &g_array_index(writer->facts->uplinks, AkinUplinkFacts, index);
}

static const AkinForwardFacts *
forward_at(const Writer *writer, guint index)
{
    return &g_array_index(writer->facts->forwards, AkinForwardFacts, index);
}

/* Forwards to IPv4; there is no other NAT in ipfw. */
static gboolean
is_translated(const AkinForwardFacts *facts)
{
    return facts->forward->address.family == AKIN_IPV4;
}

/* --- VM networks ------------------------------------------------------------------------------ */

static void
write_sources(Writer *writer, const AkinNetworkFacts *network)
{
    rule(writer, 100, "allow udp from 0.0.0.0 68 to 255.255.255.255 67 in recv %s", network->name);
    if (*network->subnets4)
        rule(writer, 101, "deny ip4 from not %s to any in recv %s", network->subnets4,
             network->name);
    else
        rule(writer, 101, "deny ip4 from any to any in recv %s", network->name);
    g_autofree char *sources6 = join(network->subnets6, "fe80::/10,::");
    rule(writer, 102, "deny ip6 from not %s to any in recv %s", sources6, network->name);
}

/* Machines that use a forward: there, and the answers back. */
static void
write_hairpin_in(Writer *writer, const AkinNetworkFacts *network)
{
    for (guint u = 0; u < writer->facts->uplinks->len; u++) {
        const AkinUplinkFacts *uplink = uplink_at(writer, u);
        for (guint i = 0; uplink->address4 && i < writer->facts->forwards->len; i++) {
            const AkinForwardFacts *facts = forward_at(writer, i);
            if (!is_translated(facts))
                continue;
            if (facts->forward->from == AKIN_FROM_ANYONE && *network->subnets4)
                rule(writer, 106, "%s %u %s from %s to %s dst-port %u in recv %s", writer->nat,
                     uplink->port, facts->protocol, network->subnets4, uplink->address4,
                     facts->forward->port, network->name);
            rule(writer, 107, "%s %u %s from %s %u to %s in recv %s", writer->nat, uplink->port,
                 facts->protocol, facts->address, facts->forward->target_port, uplink->address4,
                 network->name);
        }
    }
}

static void
write_hairpin_out(Writer *writer, const AkinNetworkFacts *network)
{
    for (guint u = 0; u < writer->facts->uplinks->len; u++) {
        const AkinUplinkFacts *uplink = uplink_at(writer, u);
        for (guint i = 0; uplink->address4 && i < writer->facts->forwards->len; i++) {
            const AkinForwardFacts *facts = forward_at(writer, i);
            if (!is_translated(facts))
                continue;
            rule(writer, 118, "%s %u %s from %s to %s dst-port %u out recv %s", writer->nat,
                 uplink->port, facts->protocol, writer->facts->all4, facts->address,
                 facts->forward->target_port, network->name);
            rule(writer, 119, "%s %u %s from %s %u to %s out xmit %s", writer->nat, uplink->port,
                 facts->protocol, facts->address, facts->forward->target_port, writer->facts->all4,
                 network->name);
        }
    }
}

static void
write_host_access(Writer *writer, const char *name)
{
    if (writer->facts->policy->machines_reach_host) {
        rule(writer, 111, "allow ip from any to me in recv %s", name);
        return;
    }
    rule(writer, 108, "check-state :host");
    rule(writer, 110, "allow udp from any to any dst-port 53,67,547 in recv %s", name);
    rule(writer, 110, "allow tcp from any to me dst-port 53 in recv %s", name);
    rule(writer, 110, "allow icmp from any to me icmptypes 0,3,11,12 in recv %s", name);
    rule(writer, 110,
         "allow ipv6-icmp from any to any icmp6types 1,2,3,4,129,130,131,132,133,134,135,136,143 "
         "in recv %s",
         name);
    rule(writer, 111, "skipto 9000 ip from any to me in recv %s", name);
}

static void
write_network(Writer *writer, const AkinNetworkFacts *network)
{
    const AkinRuleFacts *facts = writer->facts;
    g_autofree char *local4 = join(network->subnets4, "255.255.255.255,224.0.0.0/4");
    g_autofree char *local6 = join(network->subnets6, "fe80::/10,ff00::/8");
    write_sources(writer, network);
    if (facts->nat)
        write_hairpin_in(writer, network);
    write_host_access(writer, network->name);
    rule(writer, 112, "allow ip4 from any to %s in recv %s", local4, network->name);
    rule(writer, 113, "allow ip6 from any to %s in recv %s", local6, network->name);
    if (*facts->all4)
        rule(writer, 115, "skipto 9000 ip4 from any to %s in recv %s", facts->all4, network->name);
    if (facts->nat)
        rule(writer, 116, "allow ip4 from any to any in recv %s", network->name);
    rule(writer, 117, "skipto 9000 ip from any to any in recv %s", network->name);
    if (facts->nat)
        write_hairpin_out(writer, network);
    if (!facts->policy->machines_reach_host)
        rule(writer, 120, "allow ip from me to any out xmit %s keep-state :host", network->name);
    rule(writer, 121, "allow ip from any to any out xmit %s", network->name);
}

/* --- Outside ---------------------------------------------------------------------------------- */

static void
write_beginning(Writer *writer)
{
    rule(writer, 10, "allow ip from any to any via lo*");
    rule(writer, 20, "deny ip4 from 127.0.0.0/8 to any");
    rule(writer, 21, "deny ip4 from any to 127.0.0.0/8");
    rule(writer, 22, "deny ip6 from ::1 to any");
    rule(writer, 23, "deny ip6 from any to ::1");
    /* Whole datagrams first, or fragments have no port. */
    rule(writer, 30, "reass ip4 from any to any in");
}

static void
write_forged(Writer *writer)
{
    g_autofree char *sources4 = join(writer->facts->all4, "224.0.0.0/3");
    g_autofree char *sources6 = join(writer->facts->all6, "ff00::/8");
    rule(writer, 200, "deny ip4 from %s to any in", sources4);
    rule(writer, 201, "deny ip6 from %s to any in", sources6);
    if (*writer->facts->all4)
        rule(writer, 202, "deny ip4 from any to %s in", writer->facts->all4);
    if (*writer->facts->all6)
        rule(writer, 203, "deny ip6 from any to %s in", writer->facts->all6);
}

static void
write_essential(Writer *writer)
{
    rule(writer, 300, "allow ipv6-icmp from :: to ff02::/16 icmp6types 131,132,133,135,143");
    rule(writer, 301,
         "allow ipv6-icmp from fe80::/10 to any icmp6types 130,131,132,133,134,135,136,143");
    rule(writer, 302, "allow ipv6-icmp from any to any icmp6types 1,2,3,4,135,136");
    rule(writer, 303, "allow igmp from any to any");
    rule(writer, 304, "allow udp from me6 546 to ff02::1:2 dst-port 547 out");
    rule(writer, 305, "allow udp from fe80::/10 to me6 dst-port 546 in");
    rule(writer, 306, "allow udp from any 68 to any dst-port 67 out");
    rule(writer, 307, "allow udp from any 67 to any dst-port 68 in");
    /* reass is for IPv4 alone. */
    rule(writer, 308, "allow ip6 from any to me6 in frag");
}

/* Before the states: a machine may be pinging the same host. */
static void
write_pings(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (*facts->trusted4)
        rule(writer, 400, "allow icmp from %s to me icmptypes 8 in", facts->trusted4);
    if (*facts->trusted6)
        rule(writer, 401, "allow ipv6-icmp from %s to me6 icmp6types 128 in", facts->trusted6);
    rule(writer, 402, "allow icmp from me to any icmptypes 0,3,11,12 out");
    rule(writer, 403, "allow ipv6-icmp from me6 to any icmp6types 129 out");
    rule(writer, 404, "allow ipv6-icmp from any to me6 icmp6types 129 in");
    if (facts->nat && *facts->all4)
        rule(writer, 405, "skipto 5000 icmp from %s to any icmptypes 0,3,11,12 out", facts->all4);
}

static void
write_states(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (facts->nat)
        rule(writer, 500, "check-state :nat");
    rule(writer, 510, "check-state");
    for (guint u = 0; facts->nat && u < facts->uplinks->len; u++)
        rule(writer, 600, "skipto 6000 icmp from any to me icmptypes 3,11,12 in recv %s",
             uplink_at(writer, u)->name);
    rule(writer, 601, "allow icmp from any to me icmptypes 0,3,11,12 in");
}

static void
write_forwards_in(Writer *writer)
{
    for (guint u = 0; u < writer->facts->uplinks->len; u++) {
        const AkinUplinkFacts *uplink = uplink_at(writer, u);
        for (guint i = 0; i < writer->facts->forwards->len; i++) {
            const AkinForwardFacts *facts = forward_at(writer, i);
            if (is_translated(facts))
                rule(writer, 1000, "%s %u %s from %s to me dst-port %u in recv %s", writer->nat,
                     uplink->port, facts->protocol, facts->from, facts->forward->port,
                     uplink->name);
        }
    }
}

/* One protocol's rules; format takes the list of ports. */
static void
write_ports(Writer *writer, guint number, const GArray *ranges, AkinProtocol protocol,
            const char *head, const char *tail)
{
    guint at = 0;
    char *ports;
    while ((ports = akin_rule_facts_ports(ranges, protocol, '-', PORTS_A_RULE, &at))) {
        rule(writer, number, "%s dst-port %s %s", head, ports, tail);
        g_free(ports);
    }
}

static void
write_services(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (!facts->policy->firewall) {
        rule(writer, 1100, "allow ip from any to me in");
        rule(writer, 1100, "allow ip from any to 224.0.0.0/4,255.255.255.255,ff00::/8 in");
        rule(writer, 2000, "skipto 5000 ip from me to any out");
        rule(writer, 2002, "skipto 5000 ip from any to any out keep-state");
        return;
    }
    write_ports(writer, 1100, facts->in, AKIN_PROTOCOL_TCP, "allow tcp from any to me",
                "in keep-state");
    write_ports(writer, 1101, facts->in, AKIN_PROTOCOL_UDP, "allow udp from any to me",
                "in keep-state");
    if (akin_ports_contain(facts->in, AKIN_PROTOCOL_ESP, 0))
        rule(writer, 1102, "allow esp from any to me in keep-state");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_PING, 0)) {
        rule(writer, 2000, "skipto 5000 icmp from any to any icmptypes 8 out");
        rule(writer, 2001, "skipto 5000 ipv6-icmp from me6 to any icmp6types 128 out");
    }
    write_ports(writer, 2010, facts->out, AKIN_PROTOCOL_TCP, "skipto 5000 tcp from any to any",
                "out keep-state");
    write_ports(writer, 2011, facts->out, AKIN_PROTOCOL_UDP, "skipto 5000 udp from any to any",
                "out keep-state");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_ESP, 0))
        rule(writer, 2012, "skipto 5000 esp from any to any out keep-state");
}

/* --- NAT -------------------------------------------------------------------------------------- */

static void
write_going_out(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    rule(writer, 4000, "skipto 9000 ip from any to any out");
    rule(writer, 4001, "deny ip from any to any");
    rule(writer, 5000, "allow ip from me to any out");
    for (guint u = 0; facts->nat && *facts->all4 && u < facts->uplinks->len; u++)
        rule(writer, 5010, "%s %u ip4 from %s to any out xmit %s", writer->nat,
             uplink_at(writer, u)->port, facts->all4, uplink_at(writer, u)->name);
    if (facts->nat)
        rule(writer, 5020, "skipto 6000 ip4 from me to any out keep-state :nat");
    rule(writer, 5030, "allow ip from any to any in");
    /* A private source never leaves. */
    rule(writer, 5040, "skipto 9000 ip from any to any");
}

static void
write_coming_back(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    rule(writer, 6000, "allow ip from any to any out");
    for (guint u = 0; u < facts->uplinks->len; u++)
        rule(writer, 6010, "%s %u icmp from any to me icmptypes 0,3,11,12 in recv %s", writer->tee,
             uplink_at(writer, u)->port, uplink_at(writer, u)->name);
    rule(writer, 6020, "allow icmp from any to me icmptypes 0,3,11,12 in");
    for (guint u = 0; u < facts->uplinks->len; u++)
        rule(writer, 6030, "%s %u ip4 from any to me in recv %s", writer->nat,
             uplink_at(writer, u)->port, uplink_at(writer, u)->name);
    rule(writer, 6040, "check-state");
    if (*facts->all4)
        rule(writer, 6050, "allow icmp from any to %s icmptypes 0,3,11,12 in", facts->all4);
    rule(writer, 6060, "deny ip from any to any");
}

static void
write_refusals(Writer *writer)
{
    /* reset alone is for IPv4. */
    rule(writer, 9000, "reset tcp from any to any");
    rule(writer, 9001, "reset6 tcp from any to any");
    rule(writer, 9020, "unreach filter-prohib ip4 from any to any");
    rule(writer, 9021, "unreach6 admin-prohib ip6 from any to any");
    rule(writer, 9030, "deny ip from any to any");
}

char *
akin_ipfw_text(const AkinPolicy *policy, const AkinSituation *situation, guint set, AkinIpfwNat nat)
{
    g_autoptr(AkinRuleFacts) facts = akin_rule_facts_new(policy, situation);
    gboolean kernel = nat == AKIN_IPFW_KERNEL;
    Writer writer = {facts, g_string_new(NULL), set, kernel ? "nat" : "divert",
                     kernel ? "nat" : "tee"};
    write_beginning(&writer);
    for (guint i = 0; i < facts->networks->len; i++)
        write_network(&writer, &g_array_index(facts->networks, AkinNetworkFacts, i));
    write_forged(&writer);
    if (policy->panic) {
        rule(&writer, 290, "deny ip from any to any in");
        rule(&writer, 291, "skipto 9000 ip from any to any out");
    }
    write_essential(&writer);
    write_pings(&writer);
    write_states(&writer);
    write_forwards_in(&writer);
    write_services(&writer);
    for (guint i = 0; i < facts->forwards->len; i++) {
        const AkinForwardFacts *forward = forward_at(&writer, i);
        if (is_translated(forward))
            rule(&writer, 3000, "skipto 5000 %s from any to %s dst-port %u in keep-state",
                 forward->protocol, forward->address, forward->forward->target_port);
    }
    write_going_out(&writer);
    if (facts->nat)
        write_coming_back(&writer);
    write_refusals(&writer);
    return g_string_free(writer.text, FALSE);
}
