/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-writer.h"

/*
 * Rules 100-199: a final verdict for all that enters from a VM network or leaves to one.
 *
 * 100-103  what may be a source there
 * 105-108  hairpin in: a machine uses a forward; what is not for the outside address skips it
 * 109-113  to this computer, to its own network; 110, answers to this computer, only for what is
 *          from or to machines: a state is no pass for a forged packet from outside
 * 114-117  to other networks, to outside (judged again going out); what is not from one skips it
 * 130-132  hairpin out: only what came from a VM network and goes to one
 * 139-141  to machines
 *
 * A machine that uses a forward has its destination translated on the way in and its source on
 * the way out, and its answers the other way round. That natd knows by its own address alone, so
 * a machine can use the address of the active NIC and no other. A packet that a bridge hands from
 * member to member was received by a member and not by the network's interface, and skips 132.
 *
 * Multicast and broadcast pass also when machines may not reach this computer: where pfil looks
 * into bridges, those between machines cannot be told from those that this computer hears.
 */

static const char nd_types[] = "1,2,3,4,129,130,131,132,133,135,136,143";

static void
write_sources(AkinIpfwWriter *writer, const AkinNetworkFacts *network)
{
    g_autoptr(GPtrArray) sources6 = akin_ipfw_join(network->subnets6, "fe80::/10", "::", NULL);
    akin_ipfw_rules(writer, 101, "skipto 102 ip4 from", network->subnets4, "to any in recv %s",
                    network->name);
    akin_ipfw_rule(writer, 101, "deny ip4 from any to any in recv %s", network->name);
    akin_ipfw_rules(writer, 102, "skipto 103 ip6 from", sources6, "to any in recv %s",
                    network->name);
    akin_ipfw_rule(writer, 102, "deny ip6 from any to any in recv %s", network->name);
}

/* Of networks and links alike. */
static void
write_beginning(AkinIpfwWriter *writer, const char *name)
{
    akin_ipfw_rule(writer, 100, "allow udp from 0.0.0.0 68 to 255.255.255.255 67 in recv %s", name);
    /* No machine is a router of this computer (advertisement, redirect). */
    akin_ipfw_rule(writer, 103, "deny ipv6-icmp from any to any icmp6types 134,137 in recv %s",
                   name);
}

static void
write_host_access(AkinIpfwWriter *writer, const char *name)
{
    if (writer->facts->policy->machines_reach_host) {
        akin_ipfw_rule(writer, 111, "allow ip from any to me in recv %s", name);
        return;
    }
    akin_ipfw_rule(writer, 110, "allow udp from any to me dst-port 53,67,547 in recv %s", name);
    akin_ipfw_rule(writer, 110, "allow tcp from any to me dst-port 53 in recv %s", name);
    akin_ipfw_rule(writer, 110, "allow icmp from any to me icmptypes 0,3,11,12 in recv %s", name);
    akin_ipfw_rule(writer, 110, "allow ipv6-icmp from any to me6 icmp6types %s in recv %s",
                   nd_types, name);
    akin_ipfw_rule(writer, 111, "skipto 9000 ip from any to me in recv %s", name);
}

static void
write_network(AkinIpfwWriter *writer, const AkinNetworkFacts *network)
{
    g_autoptr(GPtrArray) local4 =
        akin_ipfw_join(network->subnets4, "255.255.255.255", "224.0.0.0/4", NULL);
    g_autoptr(GPtrArray) local6 = akin_ipfw_join(network->subnets6, "fe80::/10", "ff00::/8", NULL);
    write_beginning(writer, network->name);
    write_sources(writer, network);
    write_host_access(writer, network->name);
    akin_ipfw_rules(writer, 112, "allow ip4 from any to", local4, "in recv %s", network->name);
    akin_ipfw_rules(writer, 113, "allow ip6 from any to", local6, "in recv %s", network->name);
    if (!writer->facts->policy->machines_reach_host) {
        /* The states are for what has ports; pings and errors have rules. */
        akin_ipfw_rule(writer, 140, "allow icmp from me to any out xmit %s", network->name);
        akin_ipfw_rule(writer, 140, "allow ipv6-icmp from me6 to any out xmit %s", network->name);
        akin_ipfw_rule(writer, 140, "allow ip from me to any out xmit %s keep-state :host",
                       network->name);
    }
    akin_ipfw_rule(writer, 141, "allow ip from any to any out xmit %s", network->name);
}

/* What a bridge hands from member to member; it is seen once more on the bridge itself. */
static void
write_link(AkinIpfwWriter *writer, const char *name)
{
    const AkinRuleFacts *facts = writer->facts;
    g_autoptr(GPtrArray) local4 =
        akin_ipfw_join(facts->all4, "255.255.255.255", "224.0.0.0/4", NULL);
    g_autoptr(GPtrArray) local6 = akin_ipfw_join(facts->all6, "fe80::/10", "ff00::/8", NULL);
    write_beginning(writer, name);
    akin_ipfw_rule(writer, 111, "%s ip from any to me in recv %s",
                   facts->policy->machines_reach_host ? "allow" : "skipto 9000", name);
    akin_ipfw_rules(writer, 112, "allow ip4 from any to", local4, "in recv %s", name);
    akin_ipfw_rules(writer, 113, "allow ip6 from any to", local6, "in recv %s", name);
    akin_ipfw_rule(writer, 113, "deny ip from any to any in recv %s", name);
    akin_ipfw_rule(writer, 141, "allow ip from any to any out xmit %s", name);
}

/* "WHICH NAME" goes on at the next number, for each VM network; links: and for each link. */
static void
write_way(AkinIpfwWriter *writer, guint number, const char *which, gboolean links)
{
    const AkinRuleFacts *facts = writer->facts;
    for (guint i = 0; i < facts->networks->len; i++)
        akin_ipfw_rule(writer, number, "skipto %u %s %s", number + 1, which,
                       g_array_index(facts->networks, AkinNetworkFacts, i).name);
    for (guint i = 0; links && i < facts->links->len; i++)
        akin_ipfw_rule(writer, number, "skipto %u %s %s", number + 1, which,
                       (const char *) facts->links->pdata[i]);
}

static void
skip(AkinIpfwWriter *writer, guint number, guint past)
{
    akin_ipfw_rule(writer, number, "skipto %u ip from any to any", past);
}

/* One way for what is of VM networks; the rest skips past. */
static void
write_gate(AkinIpfwWriter *writer, guint number, const char *which, guint past)
{
    write_way(writer, number, which, FALSE);
    skip(writer, number, past);
}

/*
 * A rule with keep-state looks for a state before it looks at the rest of itself, so what is not
 * to find those of :host must not even get to it.
 */
static void
guard_host_states(AkinIpfwWriter *writer)
{
    write_way(writer, 109, "ip from any to any in recv", TRUE);
    write_way(writer, 109, "ip from any to any out xmit", TRUE);
    skip(writer, 109, 111);
    akin_ipfw_rule(writer, 110, "check-state :host");
    write_way(writer, 139, "ip from any to any out xmit", TRUE);
    skip(writer, 139, 200);
}

static void
write_elsewhere(AkinIpfwWriter *writer)
{
    write_gate(writer, 114, "ip from any to any in recv", 130);
    akin_ipfw_rules(writer, 115, "skipto 9000 ip4 from any to", writer->facts->all4, "in");
    if (writer->facts->nat)
        akin_ipfw_rule(writer, 116, "allow ip4 from any to any in");
    akin_ipfw_rule(writer, 117, "skipto 9000 ip from any to any in");
}

/* --- Hairpin ---------------------------------------------------------------------------------- */

static void
write_hairpin_in(AkinIpfwWriter *writer, const AkinOutsideFacts *outside)
{
    g_autofree char *which = g_strdup_printf("ip4 from any to %s in recv", outside->address4);
    const AkinForwardFacts *facts;
    write_gate(writer, 105, which, 109);
    for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));)
        akin_ipfw_rule(writer, 106, "%s %u %s from %s to me dst-port %u in", writer->nat,
                       outside->port, facts->protocol, facts->from, facts->forward->port);
    for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));) {
        if (!facts->repeated)
            akin_ipfw_rule(writer, 107, "%s %u %s from %s %u to any in", writer->nat, outside->port,
                           facts->protocol, facts->address, facts->forward->target_port);
    }
    /* What was translated; the rest is for this computer. */
    akin_ipfw_rules(writer, 108, "allow ip4 from any to", writer->facts->all4, "in");
}

static void
write_hairpin_out(AkinIpfwWriter *writer, const AkinOutsideFacts *outside)
{
    const AkinForwardFacts *facts;
    write_gate(writer, 130, "ip4 from any to any out recv", 139);
    write_gate(writer, 131, "ip4 from any to any out xmit", 139);
    for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));) {
        if (facts->repeated)
            continue;
        akin_ipfw_rule(writer, 132, "%s %u %s from any to %s dst-port %u out", writer->nat,
                       outside->port, facts->protocol, facts->address, facts->forward->target_port);
        akin_ipfw_rule(writer, 132, "%s %u %s from %s %u to any out", writer->nat, outside->port,
                       facts->protocol, facts->address, facts->forward->target_port);
    }
}

void
akin_ipfw_machines(AkinIpfwWriter *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    guint first = 0;
    const AkinOutsideFacts *outside = akin_ipfw_next_nat(writer, &first);
    gboolean hairpin = outside && akin_ipfw_next_forward(writer, &(guint){0});
    if (hairpin)
        write_hairpin_in(writer, outside);
    if (!facts->policy->machines_reach_host && facts->networks->len + facts->links->len > 0)
        guard_host_states(writer);
    for (guint i = 0; i < facts->networks->len; i++)
        write_network(writer, &g_array_index(facts->networks, AkinNetworkFacts, i));
    for (guint i = 0; i < facts->links->len; i++)
        write_link(writer, facts->links->pdata[i]);
    if (facts->networks->len > 0)
        write_elsewhere(writer);
    if (hairpin)
        write_hairpin_out(writer, outside);
}
