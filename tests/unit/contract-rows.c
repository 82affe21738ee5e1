/* SPDX-License-Identifier: BSD-2-Clause */
#include "contract-rows.h"

#include <string.h>

#include "samples.h"

static const char computer[] =
    "[interface lo0]\nloopback=true\naddresses=127.0.0.1/8; ::1/128; fe80::1/64\n"
    "[interface em0]\naddresses=203.0.113.5/24; 2001:db8::5/64; fe80::5/64\n"
    "defaults=ipv4 100; ipv6 1024\n"
    "[interface em1]\naddresses=198.51.100.20/24; fe80::20/64\n"
    "[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64; fe80::56/64\n"
    "[interface vboxnet1]\naddresses=192.168.57.1/24; fd00:57::1/64; fe80::57/64\n"
    "[forwards]\ntcp/81=192.168.56.101:80; [fd00:56::101]:80\nudp/81=192.168.56.101:80\n"
    "tcp/82=192.168.57.103:80\ntcp/83=192.168.56.101:80\n"
    "tcp/84=192.168.56.101:22 from 203.0.113.0/24\ntcp/85=192.168.56.101:22 from loopback\n"
    "[firewall]\ntrusted-pingers=203.0.113.77; 2001:db8::77\n"
    "[services]\nmdns=out;in\n";

#define NO_REACH "[nat]\nmachines-reach-host=false\n"
#define NAT_OFF "[nat]\nmode=off\n"
#define OFF "[firewall]\nenabled=false\n"
#define PANIC "[firewall]\npanic=true\n"
#define ROUTER "[situation]\nroutes4=true\nroutes6=true\n"

#define VM1 "192.168.56.101"
#define VM2 "192.168.56.102"
#define VM3 "192.168.57.103"
#define SIX1 "fd00:56::101"
#define NEAR "203.0.113.77" /* on em0's link, trusted */
#define NEAR6 "2001:db8::77"
#define FAR "192.0.2.1"
#define FAR6 "2620:fe::9"
#define LAN "198.51.100.9" /* on em1's link */
#define HERE "203.0.113.5"
#define HERE6 "2001:db8::5"

typedef struct {
    const char *group, *policy;
    const char *recv, *from; /* recv NULL: from this computer */
    const char *protocol;
    guint number; /* port, or type of ICMP */
    const char *to, *verdict;
    const char *pf;  /* where it differs */
    guint from_port; /* 40000 if 0 */
} Row;

/* The rest: verdict, and perhaps what pf does, and the port that it comes from. */
#define ROW(g, p, r, f, proto, n, t, ...)                                                          \
    {                                                                                              \
        .group = g, .policy = p, .recv = r, .from = f, .protocol = proto, .number = n, .to = t,    \
        .verdict = __VA_ARGS__                                                                     \
    }

static const Row rows[] = {
    ROW("1", "", NULL, "127.0.0.1", "tcp", 9, "127.0.0.1", "pass"),
    ROW("1", PANIC, NULL, "::1", "udp", 9, "::1", "pass"),
    ROW("1", "", NULL, HERE, "tcp", 9, HERE, "pass"),
    ROW("1", "", NULL, HERE6, "tcp", 9, HERE6, "pass"),
    ROW("1", PANIC, NULL, HERE6, "ipv6-icmp", 128, "fd00:56::1", "pass"),
    ROW("1", "", "em0", HERE6, "tcp", 22, HERE6, "drop"),
    ROW("1", "", "em0", HERE, "tcp", 22, HERE, "drop"),
    ROW("2", "", "vboxnet0", VM1, "tcp", 9, VM2, "pass"),
    ROW("2", NAT_OFF, "vboxnet0", SIX1, "udp", 9, "fd00:56::102", "pass"),
    ROW("2", "", "vboxnet0", VM1, "tcp", 80, VM3, "reject"),
    ROW("2", "", "vboxnet0", SIX1, "tcp", 80, "fd00:57::103", "reject"),
    ROW("2", NAT_OFF, "vboxnet0", VM1, "udp", 53, VM3, "reject"),
    ROW("2", NO_REACH, "vboxnet0", VM1, "udp", 53, VM3, "reject"),
    ROW("2", NO_REACH, "vboxnet0", VM1, "udp", 5353, "224.0.0.251", "pass"),
    ROW("2", "", "vboxnet0", VM1, "igmp", 0, "224.0.0.22", "pass"),
    ROW("2", NO_REACH, "vboxnet0", VM1, "igmp", 0, VM3, "reject"),
    ROW("3", "", "vboxnet0", VM1, "tcp", 9, "192.168.56.1", "pass"),
    ROW("3", "", "vboxnet0", SIX1, "tcp", 9, "fd00:56::1", "pass"),
    ROW("3", "", "vboxnet0", VM1, "tcp", 9, HERE, "pass"),
    ROW("3", "", "vboxnet0", VM1, "icmp", 8, "192.168.56.1", "pass"),
    ROW("3", PANIC, "vboxnet0", VM1, "tcp", 9, "192.168.56.1", "pass"),
    ROW("3", NO_REACH, "vboxnet0", VM1, "tcp", 9, "192.168.56.1", "reject"),
    ROW("3", NO_REACH, "vboxnet0", VM1, "tcp", 22, HERE, "reject"),
    ROW("3", NO_REACH, "vboxnet0", SIX1, "udp", 9, "fd00:56::1", "reject"),
    ROW("3", NO_REACH, "vboxnet0", VM1, "icmp", 8, "192.168.56.1", "reject"),
    ROW("3", NO_REACH, "vboxnet0", VM1, "tcp", 53, "192.168.56.1", "pass"),
    ROW("3", NO_REACH, "vboxnet0", SIX1, "udp", 53, "fd00:56::1", "pass"),
    ROW("3", NO_REACH, "vboxnet0", VM1, "udp", 67, "192.168.56.1", "pass"),
    ROW("3", NO_REACH, "vboxnet0", "0.0.0.0", "udp", 67, "255.255.255.255", "pass", NULL, 68),
    ROW("3", NO_REACH, "vboxnet0", "fe80::101", "udp", 547, "ff02::1:2", "pass"),
    ROW("3", NO_REACH, "vboxnet0", SIX1, "ipv6-icmp", 135, "ff02::1:ff00:1", "pass"),
    ROW("3", NO_REACH, "vboxnet0", SIX1, "ipv6-icmp", 136, "fd00:56::1", "pass"),
    ROW("4", "", NULL, "192.168.56.1", "tcp", 9, VM1, "pass"),
    ROW("4", NO_REACH, NULL, "192.168.56.1", "tcp", 9, VM1, "pass"),
    ROW("4", NO_REACH, NULL, "192.168.56.1", "icmp", 8, VM1, "pass"),
    ROW("4", NO_REACH, NULL, "fd00:56::1", "udp", 9, SIX1, "pass"),
    ROW("4", NO_REACH, NULL, "fd00:56::1", "ipv6-icmp", 128, SIX1, "pass"),
    ROW("5", "", "vboxnet0", VM1, "tcp", 80, FAR, "pass as " HERE),
    ROW("5", "", "vboxnet1", VM3, "udp", 53, FAR, "pass as " HERE),
    ROW("5", "", "vboxnet0", VM1, "icmp", 8, FAR, "pass as " HERE),
    ROW("5", "", "vboxnet0", VM1, "tcp", 81, FAR, "reject"),
    ROW("5", "", "vboxnet0", VM1, "udp", 9, FAR, "reject"),
    ROW("5", NAT_OFF, "vboxnet0", VM1, "tcp", 80, FAR, "reject"),
    ROW("5", NAT_OFF, "vboxnet0", VM1, "icmp", 8, FAR, "reject"),
    ROW("5", "[interface em0]\naddresses=2001:db8::5/64\n", "vboxnet0", VM1, "tcp", 80, FAR,
        "reject"),
    ROW("5", "", "vboxnet0", VM1, "icmp", 3, FAR, "pass as " HERE, "reject"),
    /* What is essential to this computer is no way out for machines. */
    ROW("5", "", "vboxnet0", VM1, "udp", 67, FAR, "reject", NULL, 68),
    ROW("5", "", "vboxnet0", VM1, "igmp", 0, FAR, "reject"),
    ROW("5", NAT_OFF ROUTER, "vboxnet0", VM1, "igmp", 0, FAR, "reject"),
    ROW("5", "", "vboxnet0", SIX1, "ipv6-icmp", 135, FAR6, "reject"),
    ROW("6", "", NULL, HERE, "tcp", 80, FAR, "pass"),
    ROW("6", "", NULL, HERE6, "tcp", 80, FAR6, "pass"),
    ROW("6", "", NULL, HERE6, "udp", 53, FAR6, "pass"),
    ROW("6", "", NULL, HERE, "icmp", 8, FAR, "pass"),
    ROW("6", "", NULL, HERE6, "ipv6-icmp", 128, FAR6, "pass"),
    ROW("6", "", NULL, HERE, "tcp", 81, FAR, "reject"),
    ROW("6", "", NULL, HERE6, "udp", 9, FAR6, "reject"),
    ROW("6", "[services]\nping=none\n", NULL, HERE, "icmp", 8, FAR, "reject"),
    ROW("6", "[services]\nipsec=none\n", NULL, HERE, "esp", 0, FAR, "reject"),
    ROW("6", "[services]\nipsec=out;in\n", NULL, HERE, "esp", 0, FAR, "pass"),
    ROW("7", "", "em0", FAR, "tcp", 22, HERE, "pass"),
    ROW("7", "", "em0", FAR6, "tcp", 22, HERE6, "pass"),
    ROW("7", "", "em0", "fe80::77", "tcp", 22, "fe80::5", "pass"),
    ROW("7", "", "em0", FAR, "tcp", 23, HERE, "drop"),
    ROW("7", "", "em0", FAR6, "udp", 22, HERE6, "drop"),
    ROW("7", "", "em0", NEAR, "udp", 5353, "224.0.0.251", "pass", NULL, 5353),
    ROW("7", "", "em0", "fe80::77", "udp", 5353, "ff02::fb", "pass", NULL, 5353),
    ROW("7", "", "em0", NEAR, "udp", 5353, "203.0.113.255", "pass"),
    ROW("7", "", "em0", NEAR, "udp", 137, "203.0.113.255", "drop"),
    ROW("7", "", "em0", NEAR, "icmp", 8, HERE, "pass"),
    ROW("7", "", "em0", NEAR6, "ipv6-icmp", 128, HERE6, "pass"),
    ROW("7", "", "em0", FAR, "icmp", 8, HERE, "drop"),
    ROW("7", "", "em0", FAR6, "ipv6-icmp", 128, HERE6, "drop"),
    ROW("7", "[services]\nping=out;in\n", "em0", FAR, "icmp", 8, HERE, "pass"),
    ROW("7", "[services]\nping=out;in\n", "em0", FAR6, "ipv6-icmp", 128, HERE6, "pass"),
    ROW("7", "[services]\nipsec=out;in\n", "em0", FAR, "esp", 0, HERE, "pass"),
    ROW("7", "", "em0", FAR, "esp", 0, HERE, "drop"),
    ROW("8", "", "em0", FAR, "tcp", 83, HERE, "pass to " VM1 ":80"),
    ROW("8", "", "em0", FAR, "udp", 81, HERE, "pass to " VM1 ":80"),
    ROW("8", "", "em0", FAR, "tcp", 82, HERE, "pass to " VM3 ":80"),
    ROW("8", "", "em0", FAR6, "tcp", 81, HERE6, "drop", "pass to " SIX1 ":80"),
    ROW("8", "", "em0", NEAR, "tcp", 84, HERE, "pass to " VM1 ":22"),
    ROW("8", "", "em0", FAR, "tcp", 84, HERE, "drop"),
    ROW("8", "", "em0", FAR, "tcp", 85, HERE, "drop"),
    ROW("8", NAT_OFF, "em0", FAR, "tcp", 81, HERE, "drop"),
    ROW("8", OFF, "em0", FAR, "tcp", 81, HERE, "pass to " VM1 ":80"),
    ROW("8 from machines", "", "vboxnet0", VM2, "tcp", 81, HERE, "pass as " HERE " to " VM1 ":80",
        "pass as 192.168.56.1 to " VM1 ":80"),
    ROW("8 from machines", NO_REACH, "vboxnet0", VM1, "tcp", 81, HERE,
        "pass as " HERE " to " VM1 ":80", "pass as 192.168.56.1 to " VM1 ":80"),
    ROW("8 from machines", "", "vboxnet1", VM3, "tcp", 81, HERE, "pass as " HERE " to " VM1 ":80",
        "pass as 192.168.56.1 to " VM1 ":80"),
    ROW("8 from machines", NO_REACH, "vboxnet0", VM1, "tcp", 84, HERE, "reject"),
    ROW("9", "", NULL, "0.0.0.0", "udp", 67, "255.255.255.255", "pass", NULL, 68),
    ROW("9", "", NULL, "fe80::5", "udp", 547, "ff02::1:2", "pass", NULL, 546),
    ROW("9", "", "em0", "fe80::77", "udp", 546, "fe80::5", "pass", NULL, 547),
    ROW("9", "", "em0", "fe80::77", "ipv6-icmp", 134, "ff02::1", "pass"),
    ROW("9", "", "em0", "fe80::77", "ipv6-icmp", 137, "fe80::5", "pass"),
    ROW("9", "", "em0", "::", "ipv6-icmp", 135, "ff02::1:ff00:5", "pass"),
    ROW("9", "", "em0", "::", "ipv6-icmp", 143, "ff02::16", "pass"),
    ROW("9", "", "em0", NEAR6, "ipv6-icmp", 135, HERE6, "pass"),
    ROW("9", "", "em0", FAR6, "ipv6-icmp", 134, HERE6, "drop"),
    ROW("9", "", NULL, HERE6, "ipv6-icmp", 135, "ff02::1:ff00:77", "pass"),
    ROW("9", "", NULL, "fe80::5", "ipv6-icmp", 133, "ff02::2", "pass"),
    ROW("9", "", NULL, "fe80::5", "ipv6-icmp", 143, "ff02::16", "pass"),
    ROW("9", "", NULL, HERE, "igmp", 0, "224.0.0.22", "pass"),
    ROW("9", "", "em0", NEAR, "igmp", 0, "224.0.0.1", "pass"),
    ROW("10", OFF, "em0", "127.0.0.1", "tcp", 22, HERE, "drop"),
    ROW("10", OFF, "em0", FAR, "tcp", 22, "127.0.0.1", "drop"),
    ROW("10", OFF, "em0", "::1", "tcp", 22, HERE6, "drop"),
    ROW("10", OFF, "em0", FAR6, "tcp", 22, "::1", "drop"),
    ROW("10", OFF, "em0", "127.0.0.9", "tcp", 22, HERE, "drop"),
    ROW("10", OFF, "em0", HERE6, "tcp", 22, "fe80::5", "drop"),
    ROW("10", "", "em0", HERE, "udp", 5353, "224.0.0.251", "pass"),
    ROW("10", "", "em0", "224.0.0.9", "tcp", 22, HERE, "drop"),
    ROW("10", "", "em0", "255.255.255.255", "tcp", 22, HERE, "drop"),
    ROW("10", "", "em0", "ff02::9", "tcp", 22, HERE6, "drop"),
    ROW("10", "", "em1", HERE, "tcp", 22, "198.51.100.20", "drop"),
    ROW("10", "", "vboxnet0", "192.168.56.1", "tcp", 80, FAR, "drop"),
    ROW("10", "", "vboxnet0", VM1, "tcp", 9, "127.0.0.1", "drop"),
    ROW("10", "", "vboxnet0", "fe80::101", "ipv6-icmp", 134, "ff02::1", "drop"),
    ROW("10", "", "vboxnet0", "fe80::101", "ipv6-icmp", 137, "fe80::56", "drop"),
    ROW("13", PANIC, NULL, HERE, "tcp", 80, FAR, "reject"),
    ROW("13", PANIC, NULL, HERE6, "ipv6-icmp", 128, FAR6, "reject"),
    ROW("13", PANIC, NULL, "0.0.0.0", "udp", 67, "255.255.255.255", "reject", NULL, 68),
    ROW("13", PANIC, "em0", FAR, "tcp", 22, HERE, "drop"),
    ROW("13", PANIC, "em0", FAR, "tcp", 81, HERE, "drop"),
    ROW("13", PANIC, "em0", "fe80::77", "ipv6-icmp", 134, "ff02::1", "drop"),
    ROW("13", PANIC, "vboxnet0", VM1, "tcp", 80, FAR, "reject"),
    ROW("13", PANIC, "vboxnet0", SIX1, "tcp", 80, FAR6, "reject"),
    ROW("13", PANIC, "vboxnet0", VM1, "tcp", 9, VM2, "pass"),
    ROW("13", PANIC, NULL, "192.168.56.1", "tcp", 9, VM1, "pass"),
    ROW("13", PANIC ROUTER, "em0", FAR, "tcp", 9, LAN, "drop"),
    ROW("14", OFF, NULL, HERE, "tcp", 9, FAR, "pass"),
    ROW("14", OFF, "em0", FAR, "udp", 9, HERE, "pass"),
    ROW("14", OFF, "em0", FAR6, "ipv6-icmp", 128, HERE6, "pass"),
    ROW("14", OFF, "em0", NEAR, "udp", 137, "203.0.113.255", "pass"),
    ROW("14", OFF, "vboxnet0", VM1, "tcp", 9, FAR, "pass as " HERE),
    ROW("14", OFF NAT_OFF, "vboxnet0", VM1, "tcp", 9, FAR, "reject"),
    ROW("14", OFF NAT_OFF, NULL, HERE6, "tcp", 9, FAR6, "pass"),
    ROW("15", "", "vboxnet0", SIX1, "tcp", 80, FAR6, "reject", "pass as " HERE6),
    ROW("15", "", "vboxnet0", SIX1, "tcp", 81, FAR6, "reject"),
    ROW("15", OFF, "vboxnet0", SIX1, "ipv6-icmp", 128, FAR6, "reject", "pass as " HERE6),
    ROW("routing for others", "", "em0", NEAR, "tcp", 80, LAN, "drop"),
    ROW("routing for others", OFF, "em0", NEAR, "tcp", 80, LAN, "drop"),
    ROW("routing for others", OFF, "em0", FAR6, "tcp", 80, NEAR6, "drop"),
    ROW("routing for others", ROUTER, "em0", NEAR, "tcp", 9, LAN, "pass"),
    ROW("routing for others", ROUTER OFF, "em0", FAR6, "udp", 9, NEAR6, "pass"),
    ROW("routing for others", ROUTER, "vboxnet0", VM1, "tcp", 9, LAN, "reject"),
    ROW("routing for others", ROUTER, "em0", NEAR, "tcp", 9, VM1, "drop"),
    ROW("routing for others", ROUTER, "em0", NEAR, "tcp", 23, HERE, "drop"),

    /* What the rules of 2009 got wrong; fragments have a test of their own. */
    ROW("2009/forwards", "", "em0", FAR, "tcp", 81, HERE, "pass to " VM1 ":80"),
    /* pf knows errors by the states that they belong to, and no others. */
    ROW("2009/path-mtu", "", "em0", "198.51.100.254", "icmp", 3, HERE, "pass", "drop"),
    ROW("2009/path-mtu", "", "em0", "2001:db8:9::1", "ipv6-icmp", 2, HERE6, "pass", "drop"),
    ROW("2009/path-mtu", NO_REACH, "vboxnet0", VM1, "icmp", 3, "192.168.56.1", "pass", "reject"),
    ROW("2009/path-mtu", NO_REACH, NULL, "192.168.56.1", "icmp", 3, VM1, "pass"),
    ROW("2009/reject-at-once", "", NULL, HERE, "tcp", 9, FAR, "reject"),
    ROW("2009/reject-at-once", "", NULL, HERE, "udp", 9, FAR, "reject"),
    ROW("2009/reject-at-once", "", "vboxnet0", VM1, "tcp", 9, FAR, "reject"),
    ROW("2009/ipv6", "", NULL, HERE6, "tcp", 80, FAR6, "pass"),
    ROW("2009/ipv6", "", "em0", FAR6, "tcp", 22, HERE6, "pass"),
    ROW("2009/ipv6", "", "em0", FAR6, "tcp", 23, HERE6, "drop"),
    ROW("2009/dhcp-renewal", "", NULL, HERE, "udp", 67, "203.0.113.1", "pass", NULL, 68),
    ROW("2009/dhcp-renewal", "", "em0", "203.0.113.1", "udp", 68, HERE, "pass", NULL, 67),
    ROW("2009/direct-access", "", "em0", FAR, "tcp", 80, VM1, "drop"),
    ROW("2009/direct-access", OFF, "em0", FAR6, "tcp", 80, SIX1, "drop"),
    ROW("2009/direct-access", OFF, "em0", FAR, "tcp", 9, "192.168.56.1", "drop"),
    ROW("2009/direct-access", OFF, "em0", FAR6, "tcp", 9, "fd00:56::1", "drop"),
    ROW("2009/forged-by-machines", "", "vboxnet0", VM3, "tcp", 80, FAR, "drop"),
    ROW("2009/forged-by-machines", "", "vboxnet0", FAR, "tcp", 80, HERE, "drop"),
    ROW("2009/forged-by-machines", "", "vboxnet0", "2001:db8::9", "udp", 53, "fd00:56::1", "drop"),
    ROW("2009/forged-by-machines", OFF, "em0", VM1, "tcp", 22, HERE, "drop"),
    ROW("2009/forged-by-machines", OFF, "em0", SIX1, "tcp", 22, HERE6, "drop"),
    ROW("2009/second-uplink", "", "vboxnet0", VM1, "tcp", 80, LAN, "pass as 198.51.100.20"),
    ROW("2009/second-uplink", "", "em1", LAN, "tcp", 81, "198.51.100.20", "pass to " VM1 ":80"),
    ROW("2009/second-uplink", "", "em1", LAN, "tcp", 23, "198.51.100.20", "drop"),
    ROW("2009/second-uplink", "", NULL, "198.51.100.20", "tcp", 9, LAN, "reject"),
};

void
contract_case(const char *words, AkinPolicy **policy, AkinSituation **situation)
{
    g_autofree char *text = g_strconcat(computer, words, NULL);
    sample_parse_case(text, policy, situation);
}

char *
contract_many(guint count)
{
    GString *words = g_string_new("[forwards]\n");
    for (guint i = 0; i < count; i++)
        g_string_append_printf(words, "tcp/%u=192.168.56.101:%u\n", 1000 + i, 1000 + i);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(words, "[service own-%u]\nin=tcp:%u\nout=udp:%u\n", i, 10000 + 3 * i,
                               10000 + 3 * i);
    g_string_append(words, "[services]\n");
    for (guint i = 0; i < count; i++)
        g_string_append_printf(words, "own-%u=out;in\n", i);
    return g_string_free(words, FALSE);
}

/* --- The way through -------------------------------------------------------------------------- */

/* The interface that has the address, or NULL. */
static const char *
owner(const AkinSituation *situation, const PacketEnd *end)
{
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        for (guint k = 0; k < interface->addresses->len; k++) {
            AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, k);
            address.length = akin_family_bits(address.family);
            if (akin_prefix_equal(&address, &end->address))
                return interface->name;
        }
    }
    return NULL;
}

/* The interface whose link the address is on; NULL: this computer itself. */
static const char *
route(const AkinPolicy *policy, const AkinSituation *situation, const PacketEnd *end)
{
    if (owner(situation, end))
        return NULL;
    for (guint i = 0; i < situation->interfaces->len; i++) {
        const AkinInterface *interface = situation->interfaces->pdata[i];
        for (guint k = 0; k < interface->addresses->len; k++) {
            AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, k);
            AkinPrefix link = akin_prefix_network(&address, address.length);
            if (!akin_prefix_is_link_local(&address) && akin_prefix_contains(&link, &end->address))
                return interface->name;
        }
    }
    return akin_situation_active_nic(policy, situation);
}

/* For this computer too when it comes in, and for the active NIC when it goes out. */
static gboolean
is_for_everyone(const PacketEnd *end)
{
    return packet_in_prefix(end, "224.0.0.0/3") || packet_in_prefix(end, "ff00::/8") ||
           packet_in_prefix(end, "203.0.113.255");
}

/* By lo0 to this computer: IPv6 seems to come in by the interface that has the address. */
static const char *
loop(const ContractEngine *engine, gpointer model, const AkinSituation *situation, Packet *packet)
{
    packet->xmit = "lo0";
    const char *verdict = engine->judge(model, packet);
    if (strcmp(verdict, "pass") != 0)
        return verdict;
    Packet back = *packet;
    back.in = back.looped = TRUE;
    back.recv = "lo0";
    if (packet->to.address.family == AKIN_IPV6)
        back.recv = owner(situation, &packet->to);
    return engine->judge(model, &back);
}

const char *
contract_send(const ContractEngine *engine, gpointer model, const AkinPolicy *policy,
              const AkinSituation *situation, Packet *packet)
{
    const char *verdict = "pass";
    packet->in = packet->recv != NULL;
    if (packet->in) {
        verdict = engine->judge(model, packet);
        if (strcmp(verdict, "pass") != 0 || is_for_everyone(&packet->to))
            return verdict;
    }
    packet->xmit = is_for_everyone(&packet->to) ? akin_situation_active_nic(policy, situation)
                                                : route(policy, situation, &packet->to);
    if (!packet->xmit && packet->in)
        return verdict;
    packet->in = FALSE;
    if (packet->xmit)
        return engine->judge(model, packet);
    return loop(engine, model, situation, packet);
}

/* --- Rows ------------------------------------------------------------------------------------- */

typedef struct {
    const ContractEngine *engine;
    const char *group;
} Group;

static char *
describe(const char *verdict, const Packet *before, const Packet *after)
{
    GString *text = g_string_new(verdict);
    g_autofree char *from = akin_prefix_format(&after->from.address);
    g_autofree char *to = akin_prefix_format(&after->to.address);
    if (!akin_prefix_equal(&before->from.address, &after->from.address))
        g_string_append_printf(text, " as %s", from);
    if (!packet_same_end(&before->to, &after->to))
        g_string_append_printf(text, " to %s:%u", to, after->to.port);
    return g_string_free(text, FALSE);
}

static gboolean
has_ports(const char *protocol)
{
    return strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0;
}

static Packet
packet_of(const Row *row)
{
    gboolean ports = has_ports(row->protocol);
    Packet packet = {.recv = row->recv,
                     .protocol = row->protocol,
                     .type = ports ? -1 : (int) row->number,
                     .from = packet_end(row->from, 0),
                     .to = packet_end(row->to, ports ? row->number : 0)};
    if (ports)
        packet.from.port = row->from_port ? row->from_port : 40000;
    return packet;
}

/* To whom the packet came from, under the address that it went to. */
static void
check_answer(const ContractEngine *engine, gpointer model, const AkinPolicy *policy,
             const AkinSituation *situation, const Packet *before, const Packet *after)
{
    gboolean here = !route(policy, situation, &after->to);
    Packet answer = {.recv = here ? NULL : after->xmit,
                     .protocol = after->protocol,
                     .type = after->type == 8 ? 0 : 129,
                     .answer = TRUE,
                     .from = after->to,
                     .to = after->from};
    g_assert_cmpstr(contract_send(engine, model, policy, situation, &answer), ==, "pass");
    g_assert_true(packet_same_end(&answer.from, &before->to));
    g_assert_true(packet_same_end(&answer.to, &before->from));
}

static void
check_row(const ContractEngine *engine, const Row *row)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case(row->policy, &policy, &situation);
    gpointer model = engine->make(policy, situation);
    const Packet before = packet_of(row);
    Packet after = before;
    const char *verdict = contract_send(engine, model, policy, situation, &after);
    g_autofree char *found = describe(verdict, &before, &after);
    gboolean passes = strcmp(verdict, "pass") == 0;
    const char *wanted = row->pf && strcmp(engine->name, "pf") == 0 ? row->pf : row->verdict;
    /* DHCP's rules are for one direction each. */
    gboolean asks =
        (has_ports(row->protocol) && !row->from_port) || before.type == 8 || before.type == 128;
    g_test_message("%s%s %s to %s %u: %s", row->policy, row->from, row->protocol, row->to,
                   row->number, found);
    if (passes)
        g_assert_cmpstr(found, ==, wanted);
    else
        g_assert_cmpstr(verdict, ==, wanted);
    if (passes && asks && !is_for_everyone(&before.to))
        check_answer(engine, model, policy, situation, &before, &after);
    engine->free(model);
}

static void
test_group(gconstpointer data)
{
    const Group *group = data;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].group, group->group) == 0)
            check_row(group->engine, &rows[i]);
    }
}

void
contract_rows_add(const ContractEngine *engine)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (i > 0 && strcmp(rows[i].group, rows[i - 1].group) == 0)
            continue;
        Group *group = g_new(Group, 1);
        *group = (Group){engine, rows[i].group};
        g_autofree char *path = g_strdup_printf("/%s/rows/%s", engine->name, group->group);
        g_test_add_data_func_full(path, group, test_group, g_free);
    }
}
