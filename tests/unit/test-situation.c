/* SPDX-License-Identifier: BSD-2-Clause */
#include "situation.h"

#include <string.h>

#include "samples.h"

static char *
subnets_of(const AkinInterface *interface)
{
    g_autoptr(GArray) subnets = akin_interface_subnets(interface);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < subnets->len; i++) {
        g_autofree char *subnet = akin_prefix_format(&g_array_index(subnets, AkinPrefix, i));
        g_string_append_printf(text, "%s%s", i ? " " : "", subnet);
    }
    return g_string_free(text, FALSE);
}

static void
test_roles(void)
{
    static const struct {
        const char *name;
        AkinRole role;
    } rows[] = {
        {"eth0", AKIN_ROLE_OUTSIDE},
        {"wlan0", AKIN_ROLE_OUTSIDE},
        {"tun0", AKIN_ROLE_OUTSIDE},
        {"docker0", AKIN_ROLE_OUTSIDE},
        {"virbr0", AKIN_ROLE_OUTSIDE},
        {"xvboxnet0", AKIN_ROLE_OUTSIDE},
        {"vboxne", AKIN_ROLE_OUTSIDE},
        {"Vmnet8", AKIN_ROLE_OUTSIDE},
        {"", AKIN_ROLE_OUTSIDE},
        {"vboxnet", AKIN_ROLE_VM_NETWORK},
        {"vboxnet0", AKIN_ROLE_VM_NETWORK},
        {"vboxnet123", AKIN_ROLE_VM_NETWORK},
        {"vmnet8", AKIN_ROLE_VM_NETWORK},
        {"akin0", AKIN_ROLE_VM_NETWORK},
        {"akin-lan.2_b", AKIN_ROLE_VM_NETWORK},
    };
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AkinInterface) interface = akin_case_interface(rows[i].name, NULL, NULL);
        g_assert_cmpint(akin_interface_role(policy, interface), ==, rows[i].role);
        interface->loopback = TRUE;
        g_assert_cmpint(akin_interface_role(policy, interface), ==, AKIN_ROLE_LOOPBACK);
    }
}

/* A kernel allows such names; none of them may come into a ruleset, so none is a VM network. */
static void
test_weird_names(void)
{
    static const char *const weird[] = {
        "vboxnet\"", "vboxnet 0",    "vboxnet0;drop", "vboxnet}",  "vboxnet{",         "vboxnet*",
        "akin*",     "vboxnet$(id)", "vboxnet'",      "vboxnet\\", "vboxnet\n",        "vboxnet,",
        "vboxnet#",  "vmnet\xff",    "vmnet\xc3\xa9", "vboxnet@",  "vboxnet.......0x", "vmnet/8"};
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    for (guint i = 0; i < G_N_ELEMENTS(weird); i++) {
        g_autoptr(AkinInterface) interface = akin_case_interface(weird[i], "192.168.56.1/24", NULL);
        g_assert_cmpint(akin_interface_role(policy, interface), ==, AKIN_ROLE_OUTSIDE);
        g_assert_false(akin_network_is_up(policy, interface));
    }
}

static void
test_subnets(void)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"192.168.56.1/24", "192.168.56.0/24"},
        {"192.168.56.1/24; 192.168.56.129/25; 192.168.56.7/32", "192.168.56.0/24"},
        {"192.168.56.1/25; 192.168.56.129/25", "192.168.56.0/25 192.168.56.128/25"},
        {"fd00:56::1/64; 10.0.0.1/8; 192.168.56.1/24", "10.0.0.0/8 192.168.56.0/24 fd00:56::/64"},
        {"fe80::1/64", ""},
        {"169.254.1.2/16", ""},
        {"fe80::1/64; fd00:56::1/64", "fd00:56::/64"},
        {"127.0.0.1/8; ::1/128; 224.0.0.1/32; ff02::1/128; 0.0.0.0/8", ""},
        {"10.0.0.1/32", "10.0.0.1"},
        {"10.0.0.1/0", ""},
        {"fd00::1/0", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AkinInterface) interface = akin_case_interface("x", rows[i][0], NULL);
        g_autofree char *text = subnets_of(interface);
        g_assert_cmpstr(text, ==, rows[i][1]);
    }
}

static void
test_network_is_up(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinInterface) network = akin_case_interface("vboxnet0", "192.168.56.1/24", NULL);
    g_assert_true(akin_network_is_up(policy, network));
    network->up = FALSE;
    g_assert_false(akin_network_is_up(policy, network));
    g_autoptr(AkinInterface) bare = akin_case_interface("vboxnet0", "fe80::1/64", NULL);
    g_assert_false(akin_network_is_up(policy, bare));
    g_autoptr(AkinInterface) outside = akin_case_interface("eth0", "192.168.56.1/24", NULL);
    g_assert_false(akin_network_is_up(policy, outside));
}

static void
test_nat(void)
{
    static const struct {
        const char *mode, *network;
        gboolean active;
    } rows[] = {
        {"auto", "", FALSE},
        {"auto", "[interface vboxnet0]\naddresses=192.168.56.1/24\n", TRUE},
        {"auto", "[interface vboxnet0]\naddresses=fd00:56::1/64\n", TRUE},
        {"auto", "[interface vboxnet0]\naddresses=fe80::1/64\n", FALSE},
        {"auto", "[interface vboxnet0]\nup=false\naddresses=192.168.56.1/24\n", FALSE},
        {"auto", "[interface eth0]\naddresses=192.168.56.1/24\ndefaults=ipv4 100\n", FALSE},
        {"on", "", TRUE},
        {"off", "[interface vboxnet0]\naddresses=192.168.56.1/24\n", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("[nat]\nmode=%s\n%s", rows[i].mode, rows[i].network);
        g_autoptr(AkinPolicy) policy = NULL;
        g_autoptr(AkinSituation) situation = NULL;
        sample_parse_case(text, &policy, &situation);
        g_assert_cmpint(akin_nat_is_active(policy, situation), ==, rows[i].active);
    }
}

static void
test_families(void)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case("[interface eth0]\naddresses=2001:db8::1/64\n"
                      "[interface vboxnet0]\naddresses=192.168.56.1/24\n",
                      &policy, &situation);
    g_assert_true(akin_networks_have(policy, situation, AKIN_IPV4));
    g_assert_false(akin_networks_have(policy, situation, AKIN_IPV6));
}

static void
test_find_network(void)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case("[interface eth0]\naddresses=203.0.113.5/24\n"
                      "[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64\n"
                      "[interface vboxnet1]\naddresses=192.168.57.1/24\n"
                      "[interface vboxnet2]\nup=false\naddresses=192.168.58.1/24\n",
                      &policy, &situation);
    static const char *const rows[][2] = {
        {"192.168.56.101", "vboxnet0"}, {"fd00:56::101", "vboxnet0"}, {"192.168.57.1", "vboxnet1"},
        {"192.168.58.9", NULL},         {"203.0.113.9", NULL},        {"fd00:57::1", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        AkinPrefix address;
        g_assert_true(akin_address_parse(rows[i][0], &address, NULL));
        const AkinInterface *found = akin_situation_find_network(policy, situation, &address);
        g_assert_cmpstr(found ? found->name : NULL, ==, rows[i][1]);
    }
}

static char *
uplinks_of(const char *interfaces)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(interfaces, &policy, &situation);
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(policy, situation);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < uplinks->len; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "",
                               ((AkinInterface *) uplinks->pdata[i])->name);
    g_assert_cmpstr(akin_situation_active_nic(policy, situation), ==,
                    uplinks->len ? ((AkinInterface *) uplinks->pdata[0])->name : "");
    return g_string_free(text, FALSE);
}

static gboolean
works(const char *text, const char *address, const char *from)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    AkinForward forward = sample_forward("tcp", 80, address, 80, from);
    sample_parse_case(text, &policy, &situation);
    return akin_forward_works(policy, situation, &forward);
}

#define NETWORK "[interface vboxnet0]\naddresses=192.168.56.1/24\n"
#define NETWORK6 "[interface vboxnet0]\naddresses=fd00:56::1/64\n"
#define NO_NAT6 "[situation]\nno-nat6=true\n"
#define NO_OWN "[situation]\nno-own-forwards=true\n"

static void
test_forward_works(void)
{
    g_assert_true(works(NETWORK, "192.168.56.101", "anyone"));
    g_assert_false(works(NETWORK, "192.168.57.101", "anyone"));
    g_assert_false(works(NETWORK, "fd00:56::101", "anyone"));
    g_assert_false(works("[nat]\nmode=off\n" NETWORK, "192.168.56.101", "anyone"));
    g_assert_false(works("[nat]\nmode=on\n", "192.168.56.101", "anyone"));
    g_assert_true(works("[firewall]\nenabled=false\n" NETWORK, "192.168.56.101", "anyone"));
    /* Panic is for what is outside. */
    g_assert_false(works("[firewall]\npanic=true\n" NETWORK, "192.168.56.101", "anyone"));
    g_assert_false(works("[firewall]\npanic=true\n" NETWORK, "192.168.56.101", "203.0.113.9"));
    g_assert_true(works("[firewall]\npanic=true\n" NETWORK, "192.168.56.101", "loopback"));
    /* What the engine cannot do. */
    g_assert_true(works(NETWORK6, "fd00:56::101", "anyone"));
    g_assert_false(works(NO_NAT6 NETWORK6, "fd00:56::101", "anyone"));
    g_assert_true(works(NO_NAT6 NETWORK, "192.168.56.101", "anyone"));
    g_assert_true(works(NO_OWN NETWORK, "192.168.56.101", "anyone"));
    g_assert_false(works(NO_OWN NETWORK, "192.168.56.101", "loopback"));
}

static gboolean
is_guarded(const char *interfaces)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(interfaces, &policy, &situation);
    return akin_situation_find_unguarded(policy, situation) == NULL;
}

static void
test_unguarded(void)
{
    g_assert_true(is_guarded("[interface en0]\ndefaults=ipv4 100\n" NETWORK));
    g_assert_false(is_guarded("[interface akin0]\ndefaults=ipv4 100\n"));
    g_assert_true(is_guarded("[interface akin0]\nup=false\ndefaults=ipv4 100\n"));
    /* No VM network has such a name, and yet "akin*" matches it. */
    g_assert_false(is_guarded("[interface akin+vpn]\n"));
    g_assert_true(is_guarded("[interface en+vpn]\ndefaults=ipv4 100\n"));
}

static void
test_uplinks(void)
{
    static const struct {
        const char *a, *b, *c, *order;
    } rows[] = {
        {"", "", "", ""},
        {"ipv4 100", "", "", "a"},
        {"ipv4 200", "ipv4 100", "", "b a"},
        {"ipv4 100", "ipv4 100", "ipv4 100", "a b c"},
        {"ipv4 100", "ipv4 4294967295", "ipv4 0", "c a b"},
        /* VPNs put two halves before every default route, whatever its metric is. */
        {"ipv4 0", "ipv4/1 4000", "", "b a"},
        {"ipv6 0", "ipv6/1 4000", "", "b a"},
        /* IPv4 before IPv6, also before the halves of IPv6. */
        {"ipv6 1", "ipv4 900", "", "b a"},
        {"ipv6/1 1", "ipv4 900", "", "b a"},
        {"ipv6 200", "ipv6 100", "", "b a"},
        /* The best of its routes counts. */
        {"ipv4 300; ipv6 1", "ipv4 900; ipv4 200", "ipv6 5; ipv4/1 900", "c b a"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("[interface a]\ndefaults=%s\n"
                                                "[interface b]\ndefaults=%s\n"
                                                "[interface c]\ndefaults=%s\n",
                                                rows[i].a, rows[i].b, rows[i].c);
        g_autofree char *order = uplinks_of(text);
        g_assert_cmpstr(order, ==, rows[i].order);
    }
}

static void
test_no_uplinks(void)
{
    g_autofree char *text = uplinks_of("[interface a]\nup=false\ndefaults=ipv4 1\n"
                                       "[interface lo]\nloopback=true\ndefaults=ipv4 1\n"
                                       "[interface vboxnet0]\ndefaults=ipv4 1\n"
                                       "[interface vboxnet\"]\ndefaults=ipv4 9\n");
    g_assert_cmpstr(text, ==, "vboxnet\"");
}

static void
test_copy(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 500; i++) {
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(AkinSituation) copy = akin_situation_copy(situation);
        g_autoptr(AkinSituation) other = sample_situation(rand);
        g_assert_true(akin_situation_equal(situation, copy));
        g_assert_cmpint(akin_situation_equal(copy, other), ==, akin_situation_equal(other, copy));
        AkinInterface *first = copy->interfaces->pdata[0];
        first->up = !first->up;
        g_assert_false(akin_situation_equal(situation, copy));
    }
}

/* Everything that the rules or a person could tell apart. */
static void
test_differences(void)
{
    static const char *const situations[] = {
        "[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[interface b]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[interface a]\naddresses=10.0.0.2/8\ndefaults=ipv4 100\n",
        "[interface a]\naddresses=10.0.0.1/9\ndefaults=ipv4 100\n",
        "[interface a]\naddresses=10.0.0.1/8; 10.0.0.2/8\ndefaults=ipv4 100\n",
        "[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 101\n",
        "[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv6 100\n",
        "[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4/1 100\n",
        "[interface a]\naddresses=10.0.0.1/8\n",
        "[interface a]\nup=false\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[interface a]\nloopback=true\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nawake=false\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nroutes4=true\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nroutes6=true\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nftp-helper=true\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nno-nat6=true\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nno-natd=true\n[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n",
        "[situation]\nno-own-forwards=true\n[interface a]\naddresses=10.0.0.1/8\n",
        "[interface a]\naddresses=10.0.0.1/8\ndefaults=ipv4 100\n[interface b]\n",
        "[situation]\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(situations); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(situations); k++) {
            g_autoptr(AkinPolicy) policy = NULL, same_policy = NULL;
            g_autoptr(AkinSituation) a = NULL, b = NULL;
            sample_parse_case(situations[i], &policy, &a);
            sample_parse_case(situations[k], &same_policy, &b);
            g_assert_cmpint(akin_situation_equal(a, b), ==, i == k);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/situation/roles", test_roles);
    g_test_add_func("/situation/weird-names", test_weird_names);
    g_test_add_func("/situation/subnets", test_subnets);
    g_test_add_func("/situation/network-is-up", test_network_is_up);
    g_test_add_func("/situation/nat", test_nat);
    g_test_add_func("/situation/families", test_families);
    g_test_add_func("/situation/find-network", test_find_network);
    g_test_add_func("/situation/forward-works", test_forward_works);
    g_test_add_func("/situation/unguarded", test_unguarded);
    g_test_add_func("/situation/uplinks", test_uplinks);
    g_test_add_func("/situation/no-uplinks", test_no_uplinks);
    g_test_add_func("/situation/copy", test_copy);
    g_test_add_func("/situation/differences", test_differences);
    return g_test_run();
}
