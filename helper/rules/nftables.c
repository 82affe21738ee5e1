/* SPDX-License-Identifier: BSD-2-Clause */
#include "nftables.h"

#include "nft-compiler.h"

/*
 * Theory of operation
 *
 * Every packet from an interface meets guard first, before connection tracking: what carries a
 * forged address goes no further (row 10 of the contract). Then the three filter chains ask where
 * it comes from and where it goes. "Outside" is never named: it is whatever is neither loopback nor
 * matches a pattern of VM networks, so that a card which appears is guarded from its first packet.
 *
 * Numbers in the comments of the rules are the rows of the contract in the design.
 *
 * Three habits come from measurements. A key of several fields begins with the port: the kernel
 * narrows down field by field, and all services share a protocol. What every packet meets is plain
 * rules, one for each pattern or network: there are few, and a lookup of an interface's name costs
 * more than several comparisons. And no rule has an anonymous set: when such a rule is replaced,
 * packets on their way through the old one find the set empty, and libnftables asks the kernel for
 * its elements before it changes any other.
 *
 * The order within a chain is the order of what must win: panic stands before the answers to
 * established connections, these before all that asks for services.
 */

/* Router and neighbour discovery (RFC 4861); multicast listeners (RFC 2710, RFC 3810). */
#define ND_TYPES "133-137"
#define MLD_TYPES "130-132"
#define MLD2_REPORT "143"

/* --- Chains ----------------------------------------------------------------------------------- */

/* A rule for each pattern of VM networks: "iifname "vboxnet*" goto from_machines". */
static void
on_machines(const AkinNftCompiler *c, AkinNftPart *part, const char *key, const char *rest)
{
    for (guint i = 0; i < c->policy->patterns->len; i++)
        akin_nft_line(part, "%s \"%s\" %s", key, (char *) c->policy->patterns->pdata[i], rest);
}

/* What matches no pattern: "oifname != "akin*" oifname != "vboxnet*"". */
static char *
off_machines(const AkinNftCompiler *c, const char *key)
{
    GString *match = g_string_new(NULL);
    for (guint i = 0; i < c->policy->patterns->len; i++)
        g_string_append_printf(match, "%s%s != \"%s\"", i ? " " : "", key,
                               (char *) c->policy->patterns->pdata[i]);
    return g_string_free(match, FALSE);
}

/* A rule for each subnet; with_name: of packets from the very interface that has it. */
static void
on_subnets(const AkinNftCompiler *c, AkinNftPart *part, gboolean with_name, const char *field,
           const char *verdict)
{
    for (guint i = 0; i < c->situation->interfaces->len; i++) {
        const AkinInterface *interface = c->situation->interfaces->pdata[i];
        if (!akin_network_is_up(c->policy, interface))
            continue;
        g_autofree char *from =
            with_name ? g_strdup_printf("iifname \"%s\" ", interface->name) : g_strdup("");
        g_autoptr(GArray) subnets = akin_interface_subnets(interface);
        for (guint k = 0; k < subnets->len; k++) {
            const AkinPrefix *subnet = &g_array_index(subnets, AkinPrefix, k);
            g_autofree char *text = akin_prefix_format(subnet);
            akin_nft_line(part, "%s%s %s %s %s", from, subnet->family == AKIN_IPV4 ? "ip" : "ip6",
                          field, text, verdict);
        }
    }
}

static void
add_guard(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "guard",
                                           "type filter hook prerouting priority raw; "
                                           "policy accept;");
    akin_nft_line(part, "# 10: forged addresses, before anything remembers the packet");
    akin_nft_line(part, "iif \"lo\" accept");
    akin_nft_line(part, "ip daddr 127.0.0.0/8 drop");
    akin_nft_line(part, "ip6 daddr ::1 drop");
    on_machines(c, part, "iifname", "goto guard_machines");
    akin_nft_line(part, "ip saddr 127.0.0.0/8 drop");
    akin_nft_line(part, "ip saddr 224.0.0.0/3 drop");
    akin_nft_line(part, "ip6 saddr ::1 drop");
    akin_nft_line(part, "ip6 saddr ff00::/8 drop");
    akin_nft_line(part, "ip6 daddr != ff00::/8 fib saddr type local drop");
    on_subnets(c, part, FALSE, "saddr", "drop");
    akin_nft_line(part, "# 9: needs no connection, so nobody fills the table of them with it");
    akin_nft_line(part, "meta l4proto igmp notrack");
    akin_nft_line(part, "udp sport 67 udp dport 68 notrack");

    part = akin_nft_add_chain(c->ruleset, "guard_machines", "");
    akin_nft_line(part, "# no machine is a router of this computer (advertisement, redirect)");
    akin_nft_line(part, "icmpv6 type 134 drop");
    akin_nft_line(part, "icmpv6 type 137 drop");
    akin_nft_line(part, "# nor is any this computer; the kernel itself looks at IPv4's sources");
    akin_nft_line(part, "ip6 daddr != ff00::/8 fib saddr type local drop");
    on_subnets(c, part, TRUE, "saddr", c->nat ? "accept" : "goto stay_inside");
    akin_nft_line(part, "# before a machine has its address: DHCP, IGMP, neighbour discovery");
    akin_nft_line(part, "ip saddr 0.0.0.0 ip daddr 255.255.255.255 accept");
    akin_nft_line(part, "ip saddr 0.0.0.0 ip daddr 224.0.0.0/4 accept");
    akin_nft_line(part, "ip6 saddr fe80::/10 accept");
    akin_nft_line(part, "ip6 saddr :: accept");
    akin_nft_line(part, "drop");
}

/*
 * Where there is no NAT the kernel does not route, and swallows what it would have to, before any
 * forward chain sees it. Who asks is told here instead.
 */
static void
add_stay_inside(AkinNftCompiler *c)
{
    static const char *const kinds[] = {"local", "broadcast", "multicast", "anycast"};
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "stay_inside", "");
    akin_nft_line(part, "# 2, 5: without NAT machines reach their own network and this computer");
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        akin_nft_line(part, "fib daddr type %s accept", kinds[i]);
    akin_nft_line(part, "ip6 daddr fe80::/10 accept");
    on_subnets(c, part, TRUE, "daddr", "accept");
    akin_nft_line(part, "goto refuse");
}

/*
 * The kernel calls an ICMP error related whoever sends it, as soon as it quotes a connection that
 * there is. Honest ones come from a side where that connection has an end.
 */
static void
add_related(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "related", "");
    on_machines(c, part, "iifname", "goto related_machines");
    akin_nft_line(part, "# 10: outside has no part in what machines and this computer say to each");
    akin_nft_line(part, "# other; what a machine says outside has this computer's address there");
    akin_nft_line(part, "ct original ip saddr @vm_networks4 ct status & snat != snat drop");
    akin_nft_line(part, "ct original ip saddr @vm_networks4 ct reply ip saddr @vm_networks4 drop");
    akin_nft_line(part, "ct original ip6 saddr @vm_networks6 ct status & snat != snat drop");
    akin_nft_line(part,
                  "ct original ip6 saddr @vm_networks6 ct reply ip6 saddr @vm_networks6 drop");
    akin_nft_line(part, "accept");

    part = akin_nft_add_chain(c->ruleset, "related_machines", "");
    akin_nft_line(part, "# 10: about its own network, or its link, which is not routed");
    akin_nft_line(part, "iifname . ct original ip saddr @vm_sides4 accept");
    akin_nft_line(part, "iifname . ct reply ip saddr @vm_sides4 accept");
    akin_nft_line(part, "iifname . ct original ip6 saddr @vm_sides6 accept");
    akin_nft_line(part, "iifname . ct reply ip6 saddr @vm_sides6 accept");
    akin_nft_line(part, "ip6 daddr fe80::/10 accept");
    akin_nft_line(part, "drop");
}

static void
add_input(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "input",
                                           "type filter hook input priority filter; policy drop;");
    akin_nft_line(part, "# 1");
    akin_nft_line(part, "iif \"lo\" accept");
    if (c->policy->panic) {
        g_autofree char *outside = off_machines(c, "iifname");
        akin_nft_line(part, "# 13: panic");
        akin_nft_line(part, "%s drop", outside);
    }
    akin_nft_line(part, "ct state established accept");
    akin_nft_line(part, "ct state related goto related");
    akin_nft_line(part, "ct state invalid drop");
    on_machines(c, part, "iifname", "goto from_machines");
    akin_nft_line(part, "# 7, or 14: firewall off");
    akin_nft_line(part, c->policy->firewall ? "goto from_outside" : "accept");

    part = akin_nft_add_chain(c->ruleset, "from_machines", "");
    akin_nft_line(part, "# 3: machines and this computer");
    if (c->policy->machines_reach_host) {
        akin_nft_line(part, "accept");
        return;
    }
    akin_nft_line(part, "udp dport 53 accept");
    akin_nft_line(part, "udp dport 67 accept");
    akin_nft_line(part, "udp dport 547 accept");
    akin_nft_line(part, "tcp dport 53 accept");
    akin_nft_line(part, "icmpv6 type " ND_TYPES " accept");
    akin_nft_line(part, "icmpv6 type " MLD_TYPES " accept");
    akin_nft_line(part, "icmpv6 type " MLD2_REPORT " accept");
    akin_nft_line(part, "meta l4proto igmp accept");
    akin_nft_line(part, "goto refuse");
}

static void
add_from_outside(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "from_outside", "");
    akin_nft_line(part, "# 9: what a computer needs to be on a network at all");
    akin_nft_line(part, "meta nfproto ipv4 udp sport 67 udp dport 68 accept");
    akin_nft_line(part, "ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept");
    akin_nft_line(part, "icmpv6 type " ND_TYPES " accept");
    akin_nft_line(part, "ip6 saddr fe80::/10 icmpv6 type " MLD_TYPES " accept");
    akin_nft_line(part, "ip6 saddr fe80::/10 icmpv6 type " MLD2_REPORT " accept");
    akin_nft_line(part, "ip6 saddr :: icmpv6 type " MLD2_REPORT " accept");
    akin_nft_line(part, "meta l4proto igmp accept");
    akin_nft_line(part, "# 7: services, and who may ping");
    akin_nft_line(part, "th dport . meta l4proto vmap @" AKIN_NFT_IN_PORTS);
    akin_nft_line(part, "icmp type echo-request ip saddr @trusted4 accept");
    akin_nft_line(part, "icmpv6 type echo-request ip6 saddr @trusted6 accept");
    akin_nft_line(part, "icmp type echo-request meta l4proto vmap @" AKIN_NFT_IN_PROTOCOLS);
    akin_nft_line(part, "icmpv6 type echo-request meta l4proto vmap @" AKIN_NFT_IN_PROTOCOLS);
    akin_nft_line(part, "meta l4proto esp meta l4proto vmap @" AKIN_NFT_IN_PROTOCOLS);
    akin_nft_line(part, "# 12");
    akin_nft_line(part, "drop");
}

static void
add_output(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "output",
                                           "type filter hook output priority filter; policy drop;");
    akin_nft_line(part, "# 1");
    akin_nft_line(part, "oif \"lo\" accept");
    if (c->policy->panic) {
        g_autofree char *outside = off_machines(c, "oifname");
        akin_nft_line(part, "# 13: panic");
        akin_nft_line(part, "%s goto refuse", outside);
    }
    akin_nft_line(part, "ct state established accept");
    akin_nft_line(part, "# 4");
    on_machines(c, part, "oifname", "accept");
    if (!c->policy->firewall) {
        akin_nft_line(part, "# 14: firewall off");
        akin_nft_line(part, "accept");
        return;
    }
    akin_nft_line(part, "ct state related goto own_related");
    akin_nft_line(part, "ct state invalid drop");
    akin_nft_line(part, "# 9: what a computer needs to be on a network at all");
    akin_nft_line(part, "meta nfproto ipv4 udp sport 68 udp dport 67 accept");
    akin_nft_line(part, "meta nfproto ipv6 udp sport 546 udp dport 547 accept");
    akin_nft_line(part, "icmpv6 type " ND_TYPES " accept");
    akin_nft_line(part, "icmpv6 type " MLD_TYPES " accept");
    akin_nft_line(part, "icmpv6 type " MLD2_REPORT " accept");
    akin_nft_line(part, "meta l4proto igmp accept");
    akin_nft_line(part, "# 6: services");
    akin_nft_line(part, "goto to_outside");
}

/*
 * Before any rule asks what a packet is, the kernel finds out that it has no hop left, no way or no
 * room, and says so. A connection that no rule has let in yet is not confirmed. Where somebody has
 * made this computer a router it says so as one, but for what only a stranger sends to machines.
 */
static void
add_own_related(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "own_related", "");
    const char *routed4 = c->situation->routes4 ? " ct original ip daddr @vm_networks4" : "";
    const char *routed6 = c->situation->routes6 ? " ct original ip6 daddr @vm_networks6" : "";
    akin_nft_line(part, "# 12: errors about what was not let in and goes through no forward");
    akin_nft_line(part, "meta l4proto icmp%s ct status & (confirmed | dnat) == 0 drop", routed4);
    akin_nft_line(part, "meta l4proto ipv6-icmp%s ct status & (confirmed | dnat) == 0 drop",
                  routed6);
    akin_nft_line(part, "accept");
}

/* Services going out, for this computer and its machines alike. */
static void
add_to_outside(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(c->ruleset, "to_outside", "");
    if (c->situation->ftp_helper)
        akin_nft_line(part, "tcp dport @ftp_ports ct helper set \"ftp\"");
    akin_nft_line(part, "th dport . meta l4proto vmap @" AKIN_NFT_OUT_PORTS);
    akin_nft_line(part, "icmp type echo-request meta l4proto vmap @" AKIN_NFT_OUT_PROTOCOLS);
    akin_nft_line(part, "icmpv6 type echo-request meta l4proto vmap @" AKIN_NFT_OUT_PROTOCOLS);
    akin_nft_line(part, "meta l4proto esp meta l4proto vmap @" AKIN_NFT_OUT_PROTOCOLS);
    akin_nft_line(part, "goto refuse");

    part = akin_nft_add_chain(c->ruleset, "refuse", "");
    akin_nft_line(part, "# 11: at once; a reset only for a new connection, so that the others");
    akin_nft_line(part, "# outlive a panic; some systems do not heed ICMP for TCP");
    akin_nft_line(part, "tcp flags & (fin | syn | rst | ack) == syn reject with tcp reset");
    akin_nft_line(part, "reject with icmpx admin-prohibited");
}

static void
add_forward_panic(AkinNftCompiler *c, AkinNftPart *part)
{
    g_autofree char *not_from = off_machines(c, "iifname");
    g_autofree char *not_to = off_machines(c, "oifname");
    g_autofree char *leaving = g_strconcat(not_to, " goto refuse", NULL);
    akin_nft_line(part, "# 13: panic");
    on_machines(c, part, "iifname", leaving);
    akin_nft_line(part, "%s drop", not_from);
}

static void
add_forward(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(
        c->ruleset, "forward", "type filter hook forward priority filter; policy drop;");
    if (c->policy->panic)
        add_forward_panic(c, part);
    akin_nft_line(part, "ct state established accept");
    akin_nft_line(part, "ct state related goto related");
    akin_nft_line(part, "ct state invalid drop");
    akin_nft_line(part, "# 10: answers to this computer's address would be this computer's");
    akin_nft_line(part, "fib saddr type local drop");
    akin_nft_line(part, "# 2: machines of one network");
    akin_nft_line(part, "iifname . oifname @vm_links accept");
    akin_nft_line(part, "# 8: forwards");
    akin_nft_line(part,
                  "ct status dnat th dport . meta l4proto . ip daddr @forward_targets4 accept");
    akin_nft_line(part,
                  "ct status dnat th dport . meta l4proto . ip6 daddr @forward_targets6 accept");
    on_machines(c, part, "iifname", "goto forward_machines");
    on_machines(c, part, "oifname", "drop");
    akin_nft_line(part, "# from outside to outside: not ours, unless only akin made it possible");
    if (c->situation->routes4)
        akin_nft_line(part, "meta nfproto ipv4 accept");
    if (c->situation->routes6)
        akin_nft_line(part, "meta nfproto ipv6 accept");
    akin_nft_line(part, "drop");

    part = akin_nft_add_chain(c->ruleset, "forward_machines", "");
    akin_nft_line(part, "# 2: other VM networks");
    on_machines(c, part, "oifname", "goto refuse");
    akin_nft_line(part, "# 5: machines going out");
    if (!c->nat)
        akin_nft_line(part, "goto refuse");
    else
        akin_nft_line(part, c->policy->firewall ? "goto to_outside" : "accept");
}

static void
add_forwards(AkinNftCompiler *c)
{
    /* Each in a rule of its own: nft wants to see the transport before it rewrites a port. */
    static const char *const transports[] = {"tcp", "udp"};
    AkinNftPart *part = akin_nft_add_chain(
        c->ruleset, "forwards", "type nat hook prerouting priority dstnat; policy accept;");
    akin_nft_line(part, "# 8: a port of the outside addresses leads to a machine");
    akin_nft_line(part, "fib daddr type != local accept");
    akin_nft_line(part, "ip daddr @vm_networks4 accept");
    akin_nft_line(part, "ip6 daddr @vm_networks6 accept");
    akin_nft_line(part, "ip6 daddr fe80::/10 accept");
    for (guint i = 0; i < G_N_ELEMENTS(transports); i++) {
        akin_nft_line(
            part, "meta l4proto %s dnat ip to th dport . meta l4proto . ip saddr map @forwards4",
            transports[i]);
        akin_nft_line(
            part, "meta l4proto %s dnat ip6 to th dport . meta l4proto . ip6 saddr map @forwards6",
            transports[i]);
    }

    part = akin_nft_add_chain(c->ruleset, "own_forwards",
                              "type nat hook output priority -100; policy accept;");
    akin_nft_line(part, "# no kernel takes answers to ::1 from elsewhere: refused at once instead");
    akin_nft_line(part, "ip6 daddr ::1 accept");
    akin_nft_line(part, "fib daddr type != local accept");
    akin_nft_line(part, "ip daddr @vm_networks4 accept");
    akin_nft_line(part, "ip6 daddr @vm_networks6 accept");
    akin_nft_line(part, "ip6 daddr fe80::/10 accept");
    for (guint i = 0; i < G_N_ELEMENTS(transports); i++) {
        akin_nft_line(part, "meta l4proto %s dnat ip to th dport . meta l4proto map @own_forwards4",
                      transports[i]);
        akin_nft_line(part,
                      "meta l4proto %s dnat ip6 to th dport . meta l4proto map @own_forwards6",
                      transports[i]);
    }
}

static void
add_translate(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(
        c->ruleset, "translate", "type nat hook postrouting priority srcnat; policy accept;");
    on_machines(c, part, "oifname", "goto translate_forwards");
    if (c->nat) {
        akin_nft_line(part, "# 5: leaves with this computer's address");
        akin_nft_line(part, "ip saddr @vm_networks4 masquerade");
        akin_nft_line(part, "ip6 saddr @vm_networks6 masquerade");
    }

    part = akin_nft_add_chain(c->ruleset, "translate_forwards", "");
    akin_nft_line(part, "# 8: answers to machines and to this computer must come back this way");
    akin_nft_line(part, "ct status & dnat != dnat accept");
    akin_nft_line(part, "ip saddr @vm_networks4 masquerade");
    akin_nft_line(part, "ip6 saddr @vm_networks6 masquerade");
    akin_nft_line(part, "fib saddr type local masquerade");
}

/*
 * Only what the kernel tracks is translated, and of that only what began under these rules; the
 * rest of what machines send would leave as it is. So what has been translated is looked at again.
 */
static void
add_leave(AkinNftCompiler *c)
{
    AkinNftPart *part = akin_nft_add_chain(
        c->ruleset, "leave", "type filter hook postrouting priority 101; policy accept;");
    akin_nft_line(part, "# 5: not with a machine's address");
    on_subnets(c, part, FALSE, "saddr", "goto leave_unmasked");

    part = akin_nft_add_chain(c->ruleset, "leave_unmasked", "");
    akin_nft_line(part, "oif \"lo\" accept");
    on_machines(c, part, "oifname", "accept");
    akin_nft_line(part, "fib saddr type local accept");
    akin_nft_line(part, "drop");
}

AkinNftRuleset *
akin_nft_compile(const AkinPolicy *policy, const AkinSituation *situation)
{
    AkinNftCompiler c = {policy, situation, akin_nft_ruleset_new(),
                         akin_nat_is_active(policy, situation)};
    akin_nft_add_sets(&c);
    add_guard(&c);
    add_stay_inside(&c);
    add_related(&c);
    add_input(&c);
    add_from_outside(&c);
    add_output(&c);
    add_own_related(&c);
    add_forward(&c);
    add_to_outside(&c);
    add_forwards(&c);
    add_translate(&c);
    add_leave(&c);
    return c.ruleset;
}
