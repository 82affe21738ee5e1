/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw.h"

#include <stdlib.h>
#include <string.h>

#include "contract-rows.h"
#include "cover.h"
#include "ipfw-model.h"
#include "names.h"
#include "natd.h"
#include "samples.h"
#include "verdict.h"

#define ROUNDS 150

/* --- The contract ----------------------------------------------------------------------------- */

static gpointer
make_model(const AkinPolicy *policy, const AkinSituation *situation)
{
    return ipfw_model_new(policy, situation, AKIN_IPFW_NATD);
}

static gpointer
make_kernel_model(const AkinPolicy *policy, const AkinSituation *situation)
{
    return ipfw_model_new(policy, situation, AKIN_IPFW_KERNEL);
}

static void
free_model(gpointer model)
{
    ipfw_model_free(model);
}

static const char *
judge(gpointer model, Packet *packet)
{
    const char *action = ipfw_model_judge(model, packet);
    if (strcmp(action, "allow") == 0)
        return "pass";
    return strcmp(action, "deny") == 0 ? "drop" : "reject";
}

static const ContractEngine engine = {"ipfw", make_model, free_model, judge};
static const ContractEngine kernel_engine = {"ipfw-kernel", make_kernel_model, free_model, judge};

/* --- Texts ------------------------------------------------------------------------------------ */

static char *
compile(const char *words, AkinIpfwNat nat)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case(words, &policy, &situation);
    return akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, nat);
}

/* As the kernel would be given them: a number is never smaller than the one before it. */
static void
check_numbers(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint last = 1;
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        guint number = atoi(lines[i] + strlen("add "));
        g_assert_cmpuint(number, >=, last);
        g_assert_cmpuint(number, <, 65535);
        g_assert_cmpuint(strlen(lines[i]), <, 4095);
        last = number;
    }
}

static char *
replace(const char *text, const char *pattern, const char *by)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    return g_regex_replace(regex, text, -1, 0, by, 0, NULL);
}

/* The sets differ in nothing but their number, the kinds of NAT in nothing but its name. */
static void
test_same_rules(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autofree char *a = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
        g_autofree char *b = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_B, AKIN_IPFW_NATD);
        g_autofree char *kernel =
            akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_KERNEL);
        g_autofree char *other = replace(a, " set 20 ", " set 21 ");
        g_autofree char *same = replace(a, " (divert|tee) ", " nat ");
        check_numbers(a);
        g_assert_cmpstr(b, ==, other);
        g_assert_cmpstr(kernel, ==, same);
    }
}

/* Rules of 2009 asked fragments for their ports. */
static void
test_fragments(void)
{
    g_autofree char *text = compile("", AKIN_IPFW_NATD);
    const char *whole = strstr(text, " reass ip4 from any to any in\n");
    const char *port = strstr(text, " 67 in recv ");
    const char *list = strstr(text, " dst-port ");
    g_assert_nonnull(whole);
    g_assert_true(whole < port && whole < list);
    g_assert_nonnull(strstr(text, " allow ip6 from any to me6 in frag\n"));
}

typedef struct {
    const char *recv, *from, *protocol;
    guint number;
    const char *to, *action;
    gboolean answer, natd;
} Probe;

/* Which action decides in the end, and whether natd was given the packet. */
static void
check_probe(const Probe *probe)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case("", &policy, &situation);
    IpfwModel *model = ipfw_model_new(policy, situation, AKIN_IPFW_NATD);
    Packet packet = {.in = probe->recv != NULL,
                     .recv = probe->recv,
                     .xmit = "em0",
                     .protocol = probe->protocol,
                     .type = probe->number,
                     .answer = probe->answer,
                     .from = packet_end(probe->from, 40000),
                     .to = packet_end(probe->to, probe->number)};
    g_assert_cmpstr(ipfw_model_judge(model, &packet), ==, probe->action);
    g_assert_cmpint(ipfw_model_take_natd(model) != 0, ==, probe->natd);
    ipfw_model_free(model);
}

/* A scan costs natd nothing, and this computer does not depend on it. */
static void
test_natd_is_spared(void)
{
    static const Probe probes[] = {
        {"em0", "192.0.2.1", "tcp", 9, "203.0.113.5", "deny", FALSE, FALSE},
        {"em0", "192.0.2.1", "tcp", 9, "203.0.113.5", "deny", TRUE, FALSE},
        {"em0", "192.0.2.1", "udp", 81, "203.0.113.255", "deny", FALSE, FALSE},
        {"em0", "192.0.2.1", "tcp", 22, "203.0.113.5", "allow", FALSE, FALSE},
        {"em0", "192.0.2.1", "icmp", 8, "203.0.113.5", "deny", FALSE, FALSE},
        {"em0", "192.0.2.1", "esp", 0, "203.0.113.5", "deny", FALSE, FALSE},
        {"em0", "2620:fe::9", "tcp", 81, "2001:db8::5", "deny", FALSE, FALSE},
        {NULL, "203.0.113.5", "tcp", 80, "192.0.2.1", "allow", FALSE, FALSE},
        {NULL, "203.0.113.5", "icmp", 8, "192.0.2.1", "allow", FALSE, FALSE},
        {"em0", "192.0.2.1", "tcp", 81, "203.0.113.5", "allow", FALSE, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(probes); i++)
        check_probe(&probes[i]);
}

/* An error from a router may be about a machine's connection; it is for this computer as well. */
static void
test_path_mtu(void)
{
    static const Probe probes[] = {
        {"em0", "198.51.100.254", "icmp", 3, "203.0.113.5", "allow", FALSE, TRUE},
        {"em1", "198.51.100.254", "icmp", 11, "198.51.100.20", "allow", FALSE, TRUE},
        {"em0", "2001:db8::fe", "ipv6-icmp", 2, "2001:db8::5", "allow", FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(probes); i++)
        check_probe(&probes[i]);
}

/* Only what begins: established connections outlive a panic. */
static void
test_resets(void)
{
    static const Probe probes[] = {
        {NULL, "203.0.113.5", "tcp", 9, "192.0.2.1", "reset", FALSE, FALSE},
        {NULL, "2001:db8::5", "tcp", 9, "2620:fe::9", "reset6", FALSE, FALSE},
        {NULL, "203.0.113.5", "tcp", 9, "192.0.2.1", "unreach", TRUE, FALSE},
        {NULL, "2001:db8::5", "tcp", 9, "2620:fe::9", "unreach6", TRUE, FALSE},
        {NULL, "203.0.113.5", "udp", 9, "192.0.2.1", "unreach", FALSE, FALSE},
        {NULL, "2001:db8::5", "udp", 9, "2620:fe::9", "unreach6", FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(probes); i++)
        check_probe(&probes[i]);
}

/* What this computer has asked of a machine is answered by the machine, and by nobody outside. */
static void
test_states_of_machines(void)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case("[nat]\nmachines-reach-host=false\n", &policy, &situation);
    IpfwModel *model = ipfw_model_new(policy, situation, AKIN_IPFW_NATD);
    Packet asked = {.xmit = "vboxnet0", .protocol = "tcp", .type = 9};
    asked.from = packet_end("192.168.56.1", 40000);
    asked.to = packet_end("192.168.56.101", 9);
    g_assert_cmpstr(ipfw_model_judge(model, &asked), ==, "allow");
    Packet answer = {.in = TRUE, .protocol = "tcp", .answer = TRUE};
    answer.from = asked.to;
    answer.to = asked.from;
    answer.recv = "em0";
    g_assert_cmpstr(ipfw_model_judge(model, &answer), ==, "deny");
    answer.recv = "vboxnet0";
    g_assert_cmpstr(ipfw_model_judge(model, &answer), ==, "allow");
    ipfw_model_free(model);
}

/* No state may be older than the rules that remember it: pings have none. */
static void
test_icmp_has_no_state(void)
{
    g_autofree char *text = compile("", AKIN_IPFW_NATD);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (strstr(lines[i], "icmp"))
            g_assert_null(strstr(lines[i], "keep-state"));
    }
}

/* --- natd ------------------------------------------------------------------------------------- */

static void
test_instances(void)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case("", &policy, &situation);
    g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
    g_assert_cmpuint(instances->len, ==, 2);
    const AkinNatInstance *first = instances->pdata[0], *second = instances->pdata[1];
    g_assert_cmpstr(first->interface, ==, "em0");
    g_assert_cmpstr(second->interface, ==, "em1");
    g_assert_cmpuint(first->port, !=, second->port);
    g_autofree char *natd =
        g_strdup_printf("interface em0\nport %u\ndynamic yes\nsame_ports yes\nuse_sockets yes\n"
                        "deny_incoming yes\nexit_delay 0\nredirect_port tcp 192.168.56.101:80 81\n"
                        "redirect_port tcp 192.168.57.103:80 82\n"
                        "redirect_port tcp 192.168.56.101:80 83\n"
                        "redirect_port tcp 192.168.56.101:22 84\n"
                        "redirect_port udp 192.168.56.101:80 81\n",
                        first->port);
    g_autofree char *kernel = g_strdup_printf(
        "nat %u config if em0 same_ports redirect_port tcp 192.168.56.101:80 81 "
        "redirect_port tcp 192.168.57.103:80 82 redirect_port tcp 192.168.56.101:80 83 "
        "redirect_port tcp 192.168.56.101:22 84 redirect_port udp 192.168.56.101:80 81",
        first->port);
    g_assert_cmpstr(first->natd, ==, natd);
    g_assert_cmpstr(first->kernel, ==, kernel);
}

/* A natd keeps its port and its text whatever happens to other interfaces. */
static void
test_ports_stay(void)
{
    static const char *const words[] = {"", "[interface em1]\ndefaults=ipv4 1\n",
                                        "[interface aa0]\naddresses=10.9.9.9/24\n",
                                        "[interface em1]\nup=false\n"};
    g_autofree char *text = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(AkinPolicy) policy = NULL;
        g_autoptr(AkinSituation) situation = NULL;
        contract_case(words[i], &policy, &situation);
        g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
        guint found = 0;
        for (guint k = 0; k < instances->len; k++) {
            const AkinNatInstance *instance = instances->pdata[k];
            if (strcmp(instance->interface, "em0") != 0)
                continue;
            text = text ? text : g_strdup(instance->natd);
            g_assert_cmpstr(instance->natd, ==, text);
            found++;
        }
        g_assert_cmpuint(found, ==, 1);
    }
}

static void
test_no_instances(void)
{
    static const char *const words[] = {"[nat]\nmode=off\n",
                                        "[interface vboxnet0]\nup=false\n[interface vboxnet1]\n"
                                        "up=false\n",
                                        "[interface em0]\naddresses=2001:db8::5/64\n"
                                        "[interface em1]\nup=false\n"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(AkinPolicy) policy = NULL;
        g_autoptr(AkinSituation) situation = NULL;
        contract_case(words[i], &policy, &situation);
        g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
        g_autofree char *text = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
        g_assert_cmpuint(instances->len, ==, 0);
        g_assert_null(strstr(text, "divert"));
        g_assert_null(strstr(text, "tee"));
    }
}

/* Every port that rules divert to has a listener, and the other way round; none twice. */
static void
test_listeners(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
        g_autofree char *text = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
        for (guint k = 0; k < instances->len; k++) {
            const AkinNatInstance *instance = instances->pdata[k];
            g_autofree char *pattern = g_strdup_printf(" (divert|tee) %u ", instance->port);
            g_autofree char *rest = replace(text, pattern, " done ");
            g_assert_cmpstr(rest, !=, text);
            g_free(text);
            text = g_steal_pointer(&rest);
        }
        g_assert_null(strstr(text, " divert "));
        g_assert_null(strstr(text, " tee "));
    }
}

/* --- Properties ------------------------------------------------------------------------------- */

static void
cover_by_rules(const char *text, guint tcp, guint udp, Cover cover)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    memset(cover, 0, sizeof(Cover));
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        guint number = atoi(lines[i] + strlen("add "));
        const char *list = strstr(lines[i], " dst-port ");
        if (!list || (number != tcp && number != udp))
            continue;
        g_auto(GStrv) words = g_strsplit(list + strlen(" dst-port "), " ", 2);
        g_auto(GStrv) ranges = g_strsplit(words[0], ",", -1);
        g_assert_cmpuint(g_strv_length(ranges), <=, 15);
        cover_by_list(words[0], '-', number == tcp ? AKIN_PROTOCOL_TCP : AKIN_PROTOCOL_UDP, cover);
    }
}

static void
test_ports_once(void)
{
    static Cover wanted, found;
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        policy->firewall = TRUE;
        g_autofree char *text = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
        cover_by_services(policy, AKIN_OUTGOING, wanted);
        cover_by_rules(text, 2010, 2011, found);
        g_assert_cmpmem(wanted, sizeof wanted, found, sizeof found);
        cover_by_services(policy, AKIN_INCOMING, wanted);
        cover_by_rules(text, 1100, 1101, found);
        g_assert_cmpmem(wanted, sizeof wanted, found, sizeof found);
    }
}

static gsize
size_with(guint count)
{
    g_autofree char *words = contract_many(count);
    g_autofree char *text = compile(words, AKIN_IPFW_NATD);
    return strlen(text);
}

/* Twice as much more makes twice as much more. */
static void
test_linear(void)
{
    gsize small = size_with(100), middle = size_with(200), large = size_with(400);
    g_assert_cmpuint(middle, >, small + 1000);
    g_assert_cmpuint(large - middle, <, 22 * (middle - small) / 10);
}

#define NAME "[A-Za-z][A-Za-z0-9_.-]{0,14}"
#define IP4                                                                                        \
    "(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3})(?:/\\d\\d?)?"
#define IP6 "(?:[0-9a-f]{0,4}:[0-9a-f:.]{1,38})(?:/\\d{1,3})?"
#define WORD "(?:" IP4 "|" IP6 ")"
#define RANGE "[1-9]\\d{0,4}(?:-[1-9]\\d{0,4})?"
#define END                                                                                        \
    "(?:any|(?:not )?(?:me6?|" WORD "(?:," WORD "){0,6}))(?: (?:dst-port )?" RANGE "(?:," RANGE    \
    "){0,14})?"
#define ACTION                                                                                     \
    "(?:allow|deny|reset6?|reass|unreach filter-prohib|unreach6 admin-prohib|"                     \
    "skipto [1-9]\\d{0,3}|(?:divert|tee) [1-9]\\d{3,4})"
#define PROTOCOL "(?:ip[46]?|tcp|udp|icmp|ipv6-icmp|igmp|esp)"
#define STATE "(?: :(?:nat|host|own))?"
#define OPTION                                                                                     \
    "(?:in|out|recv \\*|(?:recv|xmit) " NAME "|via lo\\[0-9\\]\\*|icmp6?types \\d+(?:,\\d+)*|"     \
    "setup|frag|ipv4|keep-state" STATE ")"
#define RULE                                                                                       \
    "add [1-9]\\d{0,3} set 20 (?:check-state" STATE "|" ACTION " " PROTOCOL " from " END           \
    " to " END "(?: " OPTION ")*)\n"

/* Whatever names and titles there are, the text has only rules of this form. */
static void
test_nothing_else(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(GRegex) regex = g_regex_new("^" RULE "$", G_REGEX_OPTIMIZE, 0, NULL);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autofree char *text = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, AKIN_IPFW_NATD);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (guint k = 0; lines[k] && *lines[k]; k++) {
            g_autofree char *line = g_strconcat(lines[k], "\n", NULL);
            if (!g_regex_match(regex, line, 0, NULL))
                g_error("‘%s’ is none of our rules", lines[k]);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract_rows_add(&engine);
    contract_rows_add(&kernel_engine);
    contract_explain_add(&engine);
    g_test_add_func("/ipfw/2009/fragments", test_fragments);
    g_test_add_func("/ipfw/2009/path-mtu", test_path_mtu);
    g_test_add_func("/ipfw/2009/reject-at-once", test_resets);
    g_test_add_func("/ipfw/same-rules", test_same_rules);
    g_test_add_func("/ipfw/states-of-machines", test_states_of_machines);
    g_test_add_func("/ipfw/natd-is-spared", test_natd_is_spared);
    g_test_add_func("/ipfw/icmp-has-no-state", test_icmp_has_no_state);
    g_test_add_func("/ipfw/natd/instances", test_instances);
    g_test_add_func("/ipfw/natd/ports-stay", test_ports_stay);
    g_test_add_func("/ipfw/natd/none", test_no_instances);
    g_test_add_func("/ipfw/natd/listeners", test_listeners);
    g_test_add_func("/ipfw/ports-once", test_ports_once);
    g_test_add_func("/ipfw/linear", test_linear);
    g_test_add_func("/ipfw/nothing-else", test_nothing_else);
    return g_test_run();
}
