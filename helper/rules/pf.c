/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf.h"

#include <string.h>

#include "rule-facts.h"

/*
 * Theory of operation
 *
 * Every filter rule is quick: the first that matches decides. pf passes packets of known states
 * before it looks at any rule, so panic also has to kill states; a label marks those that cross
 * the border to outside, and spares the others.
 *
 * The states of VM networks are bound to their interface: what comes from outside with a machine's
 * address is no part of a machine's connection.
 *
 * A redirected packet is known by its tag, not by its address: direct access to a machine stays
 * shut. Networks are tables, since `! { a, b }` would expand to something else, and so is every
 * list that may grow.
 *
 * This computer's addresses are a table as well: on macOS `(self)` is empty (its kernel has no
 * groups of interfaces), and `self` would become a rule for each address. For the same reason
 * loopback is both lo, a group, and lo0. A change of address is a change of the situation, and
 * brings new tables.
 *
 * Names of interfaces are quoted, or some would be words of the grammar.
 *
 * Order of sections as pf.conf(5) demands: tables, translation, filter. `set` and `scrub` are the
 * main ruleset's.
 */

#define ND_TYPES "{ 130 131 132 133 135 136 143 }"
#define ESSENTIAL_TYPES "{ 130 131 132 133 134 135 136 137 143 }"
#define BOUND "keep state (if-bound)"
#define STATE "flags any keep state label \"" AKIN_PF_LABEL "\""

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

static const char *
family_name(AkinFamily family)
{
    return family == AKIN_IPV4 ? "inet" : "inet6";
}

/* --- Tables and translation ------------------------------------------------------------------- */

/* Two lists of words, and constants, each with a comma after it unless it is the last. */
static void
write_table(Writer *writer, const char *name, const GPtrArray *words, const GPtrArray *more,
            const char *constants)
{
    const GPtrArray *lists[] = {words, more};
    g_string_append_printf(writer->text, "table <%s> const {", name);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (guint k = 0; lists[i] && k < lists[i]->len; k++)
            g_string_append_printf(writer->text, " %s", (char *) lists[i]->pdata[k]);
    }
    line(writer, "%s%s }", *constants ? " " : "", constants);
}

static void
write_tables(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    write_table(writer, "akin_own", facts->own, NULL, "");
    write_table(writer, "akin_everyone", facts->everyone4, NULL, "ff00::/8");
    write_table(writer, "akin_vm", facts->all4, facts->all6, "");
    if (facts->forwards->len > 0)
        write_table(writer, "akin_outside", facts->outside_own, NULL, "");
    if (facts->trusted4->len + facts->trusted6->len > 0)
        write_table(writer, "akin_trusted", facts->trusted4, facts->trusted6, "");
    for (guint i = 0; i < facts->networks->len; i++) {
        /* Numbered: the name of a table may be shorter than that of an interface with "akin_". */
        g_autofree char *name = g_strdup_printf("akin_net%u", i);
        write_table(writer, name, network_at(writer, i)->subnets4, network_at(writer, i)->subnets6,
                    "fe80::/10 ::/128");
    }
}

/* :0, the first address, without aliases and link-local ones. */
static void
write_nat(Writer *writer, AkinFamily family)
{
    const AkinRuleFacts *facts = writer->facts;
    gboolean four = family == AKIN_IPV4;
    if ((four ? facts->all4 : facts->all6)->len == 0)
        return;
    for (guint i = 0; i < facts->outside->len; i++) {
        const AkinOutsideFacts *outside = &g_array_index(facts->outside, AkinOutsideFacts, i);
        if (four ? outside->address4 != NULL : outside->ipv6)
            line(writer, "nat on \"%s\" %s from <akin_vm> to ! <akin_vm> -> (\"%s:0\")",
                 outside->name, family_name(family), outside->name);
    }
    /* Machines that use a forward; by the tag, so that bridged packets are left alone. */
    for (guint i = 0; facts->forwards->len > 0 && i < facts->networks->len; i++) {
        const AkinNetworkFacts *network = network_at(writer, i);
        if ((four ? network->subnets4 : network->subnets6)->len > 0)
            line(writer, "nat on \"%s\" %s from <akin_vm> to any tagged akin_fwd -> (\"%s:0\")",
                 network->name, family_name(family), network->name);
    }
}

/* From outside and from machines alike; not from this computer, whose socket is on lo0. */
static void
write_redirection(Writer *writer, const AkinForwardFacts *facts)
{
    const AkinForward *forward = facts->forward;
    line(writer,
         "rdr on ! lo0 %s proto %s from %s to <akin_outside> port %u tag akin_fwd -> %s port %u",
         family_name(forward->address.family), facts->protocol, facts->from, forward->port,
         facts->address, forward->target_port);
}

/* --- VM networks ------------------------------------------------------------------------------ */

/* Of networks and links alike. */
static void
write_beginning(Writer *writer, const char *name)
{
    line(writer,
         "pass in quick on \"%s\" inet proto udp from 0.0.0.0 port 68 to 255.255.255.255 port 67 "
         "no state",
         name);
    /* No machine is a router of this computer (advertisement, redirect). */
    line(writer, "block drop in quick on \"%s\" inet6 proto ipv6-icmp icmp6-type { 134 137 }",
         name);
}

static void
write_host_access(Writer *writer, const char *name)
{
    if (writer->facts->policy->machines_reach_host) {
        line(writer, "pass in quick on \"%s\" to <akin_own> flags any " BOUND, name);
        return;
    }
    line(writer, "pass in quick on \"%s\" proto udp to <akin_own> port { 53 67 547 } " BOUND, name);
    line(writer, "pass in quick on \"%s\" proto tcp to <akin_own> port 53 flags any " BOUND, name);
    line(writer, "block return in quick on \"%s\" to <akin_own>", name);
}

static void
write_network(Writer *writer, guint index)
{
    const char *name = network_at(writer, index)->name;
    write_beginning(writer, name);
    line(writer, "block drop in quick on \"%s\" from ! <akin_net%u>", name, index);
    if (writer->facts->forwards->len > 0)
        line(writer, "pass in quick on \"%s\" tagged akin_fwd flags any " BOUND, name);
    line(writer,
         "pass in quick on \"%s\" inet6 proto ipv6-icmp to { <akin_net%u> <akin_own> ff00::/8 } "
         "icmp6-type " ND_TYPES " allow-opts no state",
         name, index);
    line(writer, "pass in quick on \"%s\" inet proto igmp to 224.0.0.0/4 allow-opts no state",
         name);
    write_host_access(writer, name);
    line(writer, "pass in quick on \"%s\" to <akin_net%u> flags any " BOUND, name, index);
    line(writer, "pass in quick on \"%s\" to <akin_everyone> " BOUND, name);
    line(writer, "block return in quick on \"%s\" to <akin_vm>", name);
    if (writer->facts->nat)
        line(writer, "pass in quick on \"%s\" flags any " BOUND " tag akin_machine", name);
    else
        line(writer, "block return in quick on \"%s\"", name);
    line(writer, "pass out quick on \"%s\" inet6 proto ipv6-icmp icmp6-type echoreq " BOUND, name);
    line(writer, "pass out quick on \"%s\" inet6 proto ipv6-icmp allow-opts no state", name);
    line(writer, "pass out quick on \"%s\" flags any " BOUND " allow-opts", name);
}

/* What a bridge hands from member to member; it is seen once more on the bridge itself. */
static void
write_link(Writer *writer, const char *name)
{
    write_beginning(writer, name);
    line(writer, "%s in quick on \"%s\" to <akin_own>",
         writer->facts->policy->machines_reach_host ? "pass" : "block return", name);
    line(writer,
         "pass in quick on \"%s\" to { <akin_vm> <akin_everyone> fe80::/10 } allow-opts no state",
         name);
    line(writer, "block drop in quick on \"%s\"", name);
    line(writer, "pass out quick on \"%s\" allow-opts no state", name);
}

/* --- Outside ---------------------------------------------------------------------------------- */

static void
write_guard(Writer *writer)
{
    /*
     * What this computer sends to its own IPv6 address seems to come in by the interface that has
     * the address, and not by lo0: it is known by its tag.
     */
    line(writer, "pass out quick on { lo lo0 } all no state tag akin_self");
    line(writer, "pass in quick on { lo lo0 } all no state");
    line(writer, "pass in quick inet6 tagged akin_self no state");
    line(writer, "block drop in quick inet from 127.0.0.0/8");
    line(writer, "block drop in quick inet to 127.0.0.0/8");
    line(writer, "block drop in quick inet6 from ::1");
    line(writer, "block drop in quick inet6 to ::1");
    /* Nobody has this computer's address; its own multicast and broadcast it hears itself. */
    line(writer, "block drop in quick from <akin_own> to ! <akin_everyone>");
}

/* Not of machines, whose source is this computer's by then: what they send is judged by service. */
#define OWN "! tagged akin_machine"

static void
write_essential(Writer *writer)
{
    line(writer,
         "pass quick inet6 proto ipv6-icmp from { fe80::/10 ::/128 } icmp6-type " ESSENTIAL_TYPES
         " allow-opts no state");
    line(writer, "pass quick inet6 proto ipv6-icmp icmp6-type { 135 136 } " OWN " no state");
    line(writer, "pass quick inet proto igmp " OWN " allow-opts no state");
    line(writer, "pass out quick inet proto udp from any port 68 to any port 67 " OWN " no state");
    line(writer, "pass in quick inet proto udp from any port 67 to any port 68 no state");
    line(writer, "pass out quick inet6 proto udp from any port 546 to ff02::1:2 port 547 no state");
    line(writer, "pass in quick inet6 proto udp from fe80::/10 to any port 546 no state");
}

static void
write_pings(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    const char *who = facts->ping_anyone ? "any" : "<akin_trusted>";
    if (facts->ping_anyone || facts->trusted4->len > 0)
        line(writer, "pass in quick inet proto icmp from %s to <akin_own> icmp-type echoreq " STATE,
             who);
    if (facts->ping_anyone || facts->trusted6->len > 0)
        line(writer,
             "pass in quick inet6 proto ipv6-icmp from %s to <akin_own> icmp6-type echoreq " STATE,
             who);
    if (!akin_ports_contain(facts->out, AKIN_PROTOCOL_PING, 0))
        return;
    line(writer, "pass out quick inet proto icmp icmp-type echoreq " STATE);
    line(writer, "pass out quick inet6 proto ipv6-icmp icmp6-type echoreq " STATE);
}

static void
write_ports(Writer *writer, const GArray *ranges, AkinProtocol protocol, const char *head)
{
    guint at = 0;
    char *ports;
    while ((ports = akin_rule_facts_ports(ranges, protocol, ':', PORTS_A_RULE, &at))) {
        line(writer, "%s port { %s } " STATE, head, ports);
        g_free(ports);
    }
}

/* "flags any": a connection goes on that is older than the rules. UDP may be to everyone. */
static void
write_services(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    write_pings(writer);
    write_ports(writer, facts->in, AKIN_PROTOCOL_TCP, "pass in quick proto tcp to <akin_own>");
    write_ports(writer, facts->in, AKIN_PROTOCOL_UDP, "pass in quick proto udp to <akin_own>");
    write_ports(writer, facts->in, AKIN_PROTOCOL_UDP, "pass in quick proto udp to <akin_everyone>");
    if (akin_ports_contain(facts->in, AKIN_PROTOCOL_ESP, 0))
        line(writer, "pass in quick proto esp to <akin_own> " STATE);
    write_ports(writer, facts->out, AKIN_PROTOCOL_TCP, "pass out quick proto tcp to any");
    write_ports(writer, facts->out, AKIN_PROTOCOL_UDP, "pass out quick proto udp to any");
    if (akin_ports_contain(facts->out, AKIN_PROTOCOL_ESP, 0))
        line(writer, "pass out quick proto esp " STATE);
}

static void
write_open(Writer *writer)
{
    line(writer, "pass in quick to { <akin_own> <akin_everyone> } allow-opts " STATE);
    line(writer, "pass out quick allow-opts " STATE);
}

/* From outside to outside: not ours, unless only akin made it possible. */
static void
write_routed(Writer *writer, AkinFamily family)
{
    const char *name = family_name(family);
    line(writer, "block drop in quick %s to { <akin_own> <akin_everyone> }", name);
    line(writer, "pass in quick %s allow-opts tag akin_routed " STATE, name);
    line(writer, "pass out quick %s tagged akin_routed allow-opts " STATE, name);
}

static void
write_outside(Writer *writer)
{
    const AkinRuleFacts *facts = writer->facts;
    line(writer, "block drop in quick from <akin_vm>");
    line(writer, "block drop in quick from { 224.0.0.0/3 ff00::/8 }");
    if (facts->policy->panic) {
        line(writer, "block return out quick all");
        line(writer, "block drop in quick all");
        return;
    }
    /* Before anything that passes: a private source never leaves. */
    line(writer, "block return out quick from <akin_vm>");
    write_essential(writer);
    if (facts->forwards->len > 0)
        line(writer, "pass in quick tagged akin_fwd " STATE);
    line(writer, "block drop in quick to <akin_vm>");
    if (facts->policy->firewall)
        write_services(writer);
    else
        write_open(writer);
    if (facts->situation->routes4)
        write_routed(writer, AKIN_IPV4);
    if (facts->situation->routes6)
        write_routed(writer, AKIN_IPV6);
    line(writer, "block return out quick all");
    line(writer, "block drop in quick all");
}

char *
akin_pf_text(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinRuleFacts) facts = akin_rule_facts_new(policy, situation);
    Writer writer = {facts, g_string_new(NULL)};
    write_tables(&writer);
    if (facts->nat) {
        write_nat(&writer, AKIN_IPV4);
        write_nat(&writer, AKIN_IPV6);
    }
    for (guint i = 0; i < facts->forwards->len; i++)
        write_redirection(&writer, &g_array_index(facts->forwards, AkinForwardFacts, i));
    write_guard(&writer);
    for (guint i = 0; i < facts->networks->len; i++)
        write_network(&writer, i);
    for (guint i = 0; i < facts->links->len; i++)
        write_link(&writer, facts->links->pdata[i]);
    write_outside(&writer);
    return g_string_free(writer.text, FALSE);
}
