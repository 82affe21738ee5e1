/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw.h"

#include "ipfw-writer.h"

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
 * What natd gives back goes on at the next number, what the kernel's nat has done at the next
 * rule; no job of NAT shares its number with another one.
 *
 * No IPv6 goes to natd, not even of a `tcp` to `me`: it would come back broken or not at all.
 *
 * ICMP: ipfw's states know neither id nor type, so pings and errors have rules instead.
 * ipfw has no NAT66: a machine's IPv6 to outside is refused at once (117).
 * This computer's own connection to its own outside address at a forwarded port is not translated:
 * the answer would have to come back to a socket on lo0.
 */

static void
write_beginning(AkinIpfwWriter *writer)
{
    akin_ipfw_rule(writer, 9, "allow ip6 from me6 to me6 out keep-state :own");
    /* Not lo*: a card may be named so that it begins like a loopback interface. */
    akin_ipfw_rule(writer, 10, "allow ip from any to any via lo[0-9]*");
    akin_ipfw_rule(writer, 20, "deny ip4 from 127.0.0.0/8 to any");
    akin_ipfw_rule(writer, 21, "deny ip4 from any to 127.0.0.0/8");
    akin_ipfw_rule(writer, 22, "deny ip6 from ::1 to any");
    akin_ipfw_rule(writer, 23, "deny ip6 from any to ::1");
    /* Nobody has this computer's address; its own multicast and broadcast it hears itself. */
    akin_ipfw_rules(writer, 24, "skipto 26 ip4 from me to", writer->facts->everyone4, "in");
    akin_ipfw_rule(writer, 25, "deny ip4 from me to any in");
    /*
     * What this computer sends to its own IPv6 address seems to come in by the interface that has
     * the address, and not by lo0: it is known by its state.
     */
    akin_ipfw_rule(writer, 26, "skipto 30 ip4 from any to any");
    akin_ipfw_rule(writer, 27, "check-state :own");
    akin_ipfw_rule(writer, 28, "deny ip6 from me6 to not ff00::/8 in");
    /* Whole datagrams first, or fragments have no port. */
    akin_ipfw_rule(writer, 30, "reass ip4 from any to any in");
}

static void
write_forged(AkinIpfwWriter *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    g_autoptr(GPtrArray) sources4 = akin_ipfw_join(facts->all4, "224.0.0.0/3", NULL);
    g_autoptr(GPtrArray) sources6 = akin_ipfw_join(facts->all6, "ff00::/8", NULL);
    akin_ipfw_rules(writer, 200, "deny ip4 from", sources4, "to any in");
    akin_ipfw_rules(writer, 201, "deny ip6 from", sources6, "to any in");
    akin_ipfw_rules(writer, 202, "deny ip4 from any to", facts->all4, "in");
    akin_ipfw_rules(writer, 203, "deny ip6 from any to", facts->all6, "in");
}

/*
 * From outside to outside: not ours, unless only akin made it possible. After 207 all that comes
 * in is for this computer.
 */
static void
write_routed(AkinIpfwWriter *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    gboolean routes4 = facts->situation->routes4 && !facts->policy->panic;
    gboolean routes6 = facts->situation->routes6 && !facts->policy->panic;
    akin_ipfw_rule(writer, 204, "skipto 206 ip4 from any to me in");
    akin_ipfw_rules(writer, 204, "skipto 206 ip4 from any to", facts->everyone4, "in");
    akin_ipfw_rule(writer, 205, "%s ip4 from any to any in", routes4 ? "allow" : "deny");
    akin_ipfw_rule(writer, 206, "skipto 208 ip6 from any to me6 in");
    akin_ipfw_rule(writer, 206, "skipto 208 ip6 from any to ff00::/8 in");
    akin_ipfw_rule(writer, 207, "%s ip6 from any to any in", routes6 ? "allow" : "deny");
    if (routes4) {
        akin_ipfw_rules(writer, 208, "skipto 210 ip4 from", facts->all4, "to any out");
        akin_ipfw_rule(writer, 209, "allow ip4 from any to any out recv *");
    }
    if (routes6)
        akin_ipfw_rule(writer, 209, "allow ip6 from any to any out recv *");
}

/* This computer's own: what comes from machines has got in already, and is judged by service. */
static void
write_essential(AkinIpfwWriter *writer)
{
    akin_ipfw_rules(writer, 299, "skipto 400 ip4 from", writer->facts->all4, "to any out");
    akin_ipfw_rule(writer, 300,
                   "allow ipv6-icmp from :: to ff02::/16 icmp6types 131,132,133,135,143");
    akin_ipfw_rule(
        writer, 301,
        "allow ipv6-icmp from fe80::/10 to any icmp6types 130,131,132,133,134,135,136,137,143");
    akin_ipfw_rule(writer, 302, "allow ipv6-icmp from any to any icmp6types 1,2,3,4,135,136");
    akin_ipfw_rule(writer, 303, "allow igmp from any to any");
    akin_ipfw_rule(writer, 304, "allow udp from me6 546 to ff02::1:2 dst-port 547 out");
    akin_ipfw_rule(writer, 305, "allow udp from fe80::/10 to me6 dst-port 546 in");
    akin_ipfw_rule(writer, 306, "allow udp from any 68 to any dst-port 67 out");
    akin_ipfw_rule(writer, 307, "allow udp from any 67 to any dst-port 68 in");
    /* reass is for IPv4 alone. */
    akin_ipfw_rule(writer, 308, "allow ip6 from any to me6 in frag");
}

static void
write_pings_in(AkinIpfwWriter *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    if (facts->ping_anyone) {
        akin_ipfw_rule(writer, 400, "allow icmp from any to me icmptypes 8 in");
        akin_ipfw_rule(writer, 401, "allow ipv6-icmp from any to me6 icmp6types 128 in");
        return;
    }
    akin_ipfw_rules(writer, 400, "allow icmp from", facts->trusted4, "to me icmptypes 8 in");
    akin_ipfw_rules(writer, 401, "allow ipv6-icmp from", facts->trusted6,
                    "to me6 icmp6types 128 in");
}

/* Before the states: a machine may be pinging the same host. */
static void
write_icmp(AkinIpfwWriter *writer)
{
    write_pings_in(writer);
    akin_ipfw_rule(writer, 402, "allow icmp from me to any icmptypes 0,3,11,12 out");
    akin_ipfw_rule(writer, 403, "allow ipv6-icmp from me6 to any icmp6types 129 out");
    akin_ipfw_rule(writer, 404, "allow ipv6-icmp from any to me6 icmp6types 129 in");
    if (writer->facts->nat)
        akin_ipfw_rules(writer, 405, "skipto 5000 icmp from", writer->facts->all4,
                        "to any icmptypes 0,3,11,12 out");
}

static void
write_states(AkinIpfwWriter *writer)
{
    const AkinOutsideFacts *outside;
    if (writer->facts->nat)
        akin_ipfw_rule(writer, 500, "check-state :nat");
    akin_ipfw_rule(writer, 510, "check-state");
    /* Errors from routers have no state. */
    for (guint i = 0; (outside = akin_ipfw_next_nat(writer, &i));)
        akin_ipfw_rule(writer, 600, "skipto 6000 icmp from any to me icmptypes 3,11,12 in recv %s",
                       outside->name);
    akin_ipfw_rule(writer, 601, "allow icmp from any to me icmptypes 0,3,11,12 in");
}

/* Direct access never comes so far (202): 1001 sees what 1000 has translated. */
static void
write_forwards(AkinIpfwWriter *writer)
{
    const AkinOutsideFacts *outside;
    const AkinForwardFacts *facts;
    for (guint u = 0; (outside = akin_ipfw_next_nat(writer, &u));) {
        for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));)
            akin_ipfw_rule(writer, 1000, "%s %u %s from %s to me dst-port %u in recv %s ipv4",
                           writer->nat, outside->port, facts->protocol, facts->from,
                           facts->forward->port, outside->name);
    }
    for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));) {
        if (!facts->repeated)
            akin_ipfw_rule(writer, 1001, "skipto 5000 %s from any to %s dst-port %u in keep-state",
                           facts->protocol, facts->address, facts->forward->target_port);
    }
}

/* Without "setup": a connection goes on that is older than the rules. UDP may be to everyone. */
static void
write_services(AkinIpfwWriter *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    akin_ipfw_ports(writer, 1100, "allow tcp from any to me", facts->in, AKIN_PROTOCOL_TCP,
                    "in keep-state");
    akin_ipfw_ports(writer, 1101, "allow udp from any to any", facts->in, AKIN_PROTOCOL_UDP,
                    "in keep-state");
    if (akin_ports_contain(facts->in, AKIN_PROTOCOL_ESP, 0))
        akin_ipfw_rule(writer, 1102, "allow esp from any to me in keep-state");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_PING, 0)) {
        akin_ipfw_rule(writer, 2000, "skipto 5000 icmp from any to any icmptypes 8 out");
        akin_ipfw_rule(writer, 2001, "skipto 5000 ipv6-icmp from me6 to any icmp6types 128 out");
    }
    akin_ipfw_ports(writer, 2010, "skipto 5000 tcp from any to any", facts->out, AKIN_PROTOCOL_TCP,
                    "out keep-state");
    akin_ipfw_ports(writer, 2011, "skipto 5000 udp from any to any", facts->out, AKIN_PROTOCOL_UDP,
                    "out keep-state");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_ESP, 0))
        akin_ipfw_rule(writer, 2012, "skipto 5000 esp from any to any out keep-state");
}

static void
write_open(AkinIpfwWriter *writer)
{
    akin_ipfw_rule(writer, 1100, "allow ip from any to any in");
    akin_ipfw_rule(writer, 2000, "skipto 5000 ip from me to any out");
    akin_ipfw_rule(writer, 2002, "skipto 5000 ip from any to any out keep-state");
}

static void
write_going_out(AkinIpfwWriter *writer)
{
    const AkinOutsideFacts *outside;
    akin_ipfw_rule(writer, 4000, "skipto 9000 ip from any to any out");
    akin_ipfw_rule(writer, 4001, "deny ip from any to any");
    akin_ipfw_rule(writer, 5000, "allow ip from me to any out");
    for (guint i = 0; (outside = akin_ipfw_next_nat(writer, &i));) {
        g_autofree char *before = g_strdup_printf("%s %u ip4 from", writer->nat, outside->port);
        akin_ipfw_rules(writer, 5010, before, writer->facts->all4, "to any out xmit %s",
                        outside->name);
    }
    if (writer->facts->nat)
        akin_ipfw_rule(writer, 5020, "skipto 6000 ip4 from me to any out keep-state :nat");
    akin_ipfw_rule(writer, 5030, "allow ip from any to any in");
    /* A private source never leaves. */
    akin_ipfw_rule(writer, 5040, "skipto 9000 ip from any to any");
}

static void
write_coming_back(AkinIpfwWriter *writer)
{
    const AkinOutsideFacts *outside;
    akin_ipfw_rule(writer, 6000, "allow ip from any to any out");
    for (guint i = 0; (outside = akin_ipfw_next_nat(writer, &i));)
        akin_ipfw_rule(writer, 6010, "%s %u icmp from any to me icmptypes 0,3,11,12 in recv %s",
                       writer->tee, outside->port, outside->name);
    akin_ipfw_rule(writer, 6020, "allow icmp from any to me icmptypes 0,3,11,12 in");
    for (guint i = 0; (outside = akin_ipfw_next_nat(writer, &i));)
        akin_ipfw_rule(writer, 6030, "%s %u ip4 from any to me in recv %s", writer->nat,
                       outside->port, outside->name);
    akin_ipfw_rule(writer, 6040, "check-state");
    akin_ipfw_rules(writer, 6050, "allow icmp from any to", writer->facts->all4,
                    "icmptypes 0,3,11,12 in");
    akin_ipfw_rule(writer, 6060, "deny ip from any to any");
}

static void
write_refusals(AkinIpfwWriter *writer)
{
    /* Only new connections, so that a machine's others outlive a panic. reset is for IPv4. */
    akin_ipfw_rule(writer, 9000, "reset tcp from any to any setup");
    akin_ipfw_rule(writer, 9001, "reset6 tcp from any to any setup");
    akin_ipfw_rule(writer, 9020, "unreach filter-prohib ip4 from any to any");
    akin_ipfw_rule(writer, 9021, "unreach6 admin-prohib ip6 from any to any");
    akin_ipfw_rule(writer, 9030, "deny ip from any to any");
}

AkinIpfwNat
akin_ipfw_nat(const AkinPolicy *policy, const AkinSituation *situation)
{
    gboolean kernel = policy->nat_engine == AKIN_NAT_ENGINE_KERNEL || situation->no_natd;
    return kernel ? AKIN_IPFW_KERNEL : AKIN_IPFW_NATD;
}

char *
akin_ipfw_text(const AkinPolicy *policy, const AkinSituation *situation, guint set, AkinIpfwNat nat)
{
    g_autoptr(AkinRuleFacts) facts = akin_rule_facts_new(policy, situation);
    g_autoptr(AkinIpfwWriter) writer = akin_ipfw_writer_new(facts, set, nat);
    write_beginning(writer);
    akin_ipfw_machines(writer);
    write_forged(writer);
    write_routed(writer);
    if (policy->panic) {
        akin_ipfw_rule(writer, 290, "deny ip from any to any in");
        akin_ipfw_rule(writer, 291, "skipto 9000 ip from any to any out");
    }
    write_essential(writer);
    write_icmp(writer);
    write_states(writer);
    write_forwards(writer);
    if (policy->firewall)
        write_services(writer);
    else
        write_open(writer);
    write_going_out(writer);
    if (facts->nat)
        write_coming_back(writer);
    write_refusals(writer);
    return akin_ipfw_writer_text(writer);
}
