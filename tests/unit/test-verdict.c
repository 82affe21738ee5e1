/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include <string.h>

#include "samples.h"

/* A laptop with a VM network, and what its user has said, for all rows of the contract. */
#define LAPTOP                                                                                     \
    "[interface eth0]\naddresses=203.0.113.5/24; 2001:db8::5/64\ndefaults=ipv4 100; ipv6 100\n"    \
    "[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64\n"
#define FORWARDS                                                                                   \
    "[forwards]\n"                                                                                 \
    "tcp/80=192.168.56.101:8080; [fd00:56::101]:8080\n"                                            \
    "tcp/81=192.168.56.101:81 from 198.51.100.0/24\n"                                              \
    "tcp/82=192.168.56.101:82 from loopback\n"                                                     \
    "tcp/83=192.168.99.101:83\n"

typedef struct {
    const char *direction, *protocol;
    guint port;
    const char *address;
    AkinVerdict verdict;
    const char *reason; /* a part of the sentence */
} Row;

static AkinVerdict
ask(const AkinPolicy *policy, const AkinSituation *situation, gboolean enforcing, const Row *row,
    char **sentence)
{
    AkinQuestion question;
    g_autoptr(GError) error = NULL;
    akin_question_parse(&question, row->direction, row->protocol, row->port, row->address, &error);
    g_assert_no_error(error);
    return akin_explain(policy, situation, enforcing, &question, sentence);
}

static void
check_rows(const char *text, gboolean enforcing, const Row *rows, guint count)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(text, &policy, &situation);
    for (guint i = 0; i < count; i++) {
        g_autofree char *sentence = NULL;
        AkinVerdict verdict = ask(policy, situation, enforcing, &rows[i], &sentence);
        g_test_message("%s", sentence);
        g_assert_cmpstr(akin_verdict_name(verdict), ==, akin_verdict_name(rows[i].verdict));
        g_assert_nonnull(strstr(sentence, rows[i].reason));
    }
}

#define CHECK(text, ...)                                                                           \
    do {                                                                                           \
        static const Row rows[] = {__VA_ARGS__};                                                   \
        check_rows(text, TRUE, rows, G_N_ELEMENTS(rows));                                          \
    } while (0)

static void
test_row_1_loopback(void)
{
    CHECK(LAPTOP "[firewall]\npanic=true\n",
          {"out", "tcp", 9, "127.0.0.1", AKIN_PASS, "stays on this computer"},
          {"out", "tcp", 9, "127.9.9.9", AKIN_PASS, "stays on this computer"},
          {"out", "udp", 9, "::1", AKIN_PASS, "stays on this computer"},
          {"out", "ping", 0, "::1", AKIN_PASS, "stays on this computer"});
}

static void
test_row_3_machines_reach_host(void)
{
    CHECK(LAPTOP, {"in", "tcp", 9, "192.168.56.101", AKIN_PASS, "vboxnet0 may reach"},
          {"in", "ping", 0, "fd00:56::101", AKIN_PASS, "vboxnet0 may reach"});
    CHECK(LAPTOP "[nat]\nmachines-reach-host=false\n",
          {"in", "tcp", 22, "192.168.56.101", AKIN_REJECT, "may not reach this computer"},
          {"in", "ping", 0, "fd00:56::101", AKIN_REJECT, "may not reach this computer"},
          {"in", "udp", 53, "192.168.56.101", AKIN_PASS, "DHCP and DNS"},
          {"in", "tcp", 53, "fd00:56::101", AKIN_PASS, "DHCP and DNS"},
          {"in", "udp", 67, "192.168.56.101", AKIN_PASS, "DHCP and DNS"},
          {"in", "udp", 547, "fd00:56::101", AKIN_PASS, "DHCP and DNS"},
          {"in", "tcp", 67, "192.168.56.101", AKIN_REJECT, "may not reach"});
}

static void
test_row_4_to_machines(void)
{
    CHECK(LAPTOP "[firewall]\npanic=true\n[services]\nssh=none\n",
          {"out", "tcp", 22, "192.168.56.101", AKIN_PASS, "machine of vboxnet0"},
          {"out", "esp", 0, "fd00:56::101", AKIN_PASS, "machine of vboxnet0"});
}

static void
test_row_5_6_outgoing(void)
{
    CHECK(LAPTOP "[services]\nssh=in\n",
          {"out", "tcp", 80, "", AKIN_PASS, "http is allowed outgoing"},
          {"out", "tcp", 443, "198.51.100.9", AKIN_PASS, "https is allowed outgoing"},
          {"out", "udp", 443, "2001:db8:1::9", AKIN_PASS, "https is allowed outgoing"},
          {"out", "ping", 0, "", AKIN_PASS, "ping is allowed outgoing"},
          {"out", "tcp", 22, "", AKIN_REJECT, "ssh is not allowed outgoing"},
          {"out", "udp", 80, "", AKIN_REJECT, "no allowed service has it outgoing"},
          {"out", "tcp", 1, "", AKIN_REJECT, "no allowed service has it outgoing"},
          {"out", "esp", 0, "", AKIN_REJECT, "ipsec is not allowed outgoing"},
          {"out", "tcp", 80, "203.0.113.9", AKIN_PASS, "http is allowed outgoing"});
}

static void
test_row_7_incoming(void)
{
    CHECK(LAPTOP "[firewall]\ntrusted-pingers=198.51.100.9; 2001:db8:7::/48\n",
          {"in", "tcp", 22, "", AKIN_PASS, "ssh is allowed incoming"},
          {"in", "tcp", 22, "198.51.100.1", AKIN_PASS, "ssh is allowed incoming"},
          {"in", "tcp", 80, "198.51.100.9", AKIN_DROP, "http is not allowed incoming"},
          {"in", "tcp", 1, "", AKIN_DROP, "no allowed service has it incoming"},
          {"in", "ping", 0, "", AKIN_DROP, "ping is not allowed incoming"},
          {"in", "ping", 0, "198.51.100.9", AKIN_PASS, "the address may ping"},
          {"in", "ping", 0, "198.51.100.8", AKIN_DROP, "ping is not allowed incoming"},
          {"in", "ping", 0, "2001:db8:7:9::1", AKIN_PASS, "the address may ping"},
          {"in", "ping", 0, "2001:db8:8::1", AKIN_DROP, "ping is not allowed incoming"});
    CHECK(LAPTOP "[services]\nping=in\n",
          {"in", "ping", 0, "", AKIN_PASS, "ping is allowed incoming"},
          {"in", "ping", 0, "198.51.100.8", AKIN_PASS, "ping is allowed incoming"},
          {"out", "ping", 0, "", AKIN_REJECT, "ping is not allowed outgoing"});
}

static void
test_row_8_forwards(void)
{
    CHECK(LAPTOP FORWARDS,
          {"in", "tcp", 80, "", AKIN_PASS, "forwarded to 192.168.56.101 port 8080"},
          {"in", "tcp", 80, "198.51.100.9", AKIN_PASS, "forwarded to 192.168.56.101 port 8080"},
          {"in", "tcp", 80, "2001:db8:1::9", AKIN_PASS, "forwarded to fd00:56::101 port 8080"},
          {"in", "udp", 80, "", AKIN_DROP, "no allowed service"},
          {"in", "tcp", 81, "198.51.100.9", AKIN_PASS, "forwarded to 192.168.56.101 port 81"},
          {"in", "tcp", 81, "198.51.101.9", AKIN_DROP, "no allowed service"},
          {"in", "tcp", 81, "", AKIN_DROP, "no allowed service"},
          {"in", "tcp", 81, "2001:db8:1::9", AKIN_DROP, "no allowed service"},
          {"in", "tcp", 82, "198.51.100.9", AKIN_DROP, "no allowed service"},
          {"in", "tcp", 83, "", AKIN_DROP, "no allowed service"});
    CHECK(LAPTOP FORWARDS "[nat]\nmode=off\n",
          {"in", "tcp", 80, "", AKIN_DROP, "http is not allowed incoming"});
    CHECK(LAPTOP FORWARDS "[situation]\nno-nat6=true\n",
          {"in", "tcp", 80, "198.51.100.9", AKIN_PASS, "forwarded to 192.168.56.101 port 8080"},
          {"in", "tcp", 80, "2001:db8:1::9", AKIN_DROP, "cannot translate IPv6"});
}

static void
test_row_10_forged(void)
{
    CHECK(LAPTOP "[firewall]\nenabled=false\n", {"in", "tcp", 22, "127.0.0.1", AKIN_DROP, "forged"},
          {"in", "tcp", 22, "::1", AKIN_DROP, "forged"},
          {"in", "udp", 9, "224.0.0.1", AKIN_DROP, "forged"},
          {"in", "udp", 9, "255.255.255.255", AKIN_DROP, "forged"},
          {"in", "udp", 9, "ff02::1", AKIN_DROP, "forged"});
}

static void
test_row_11_12_refusals(void)
{
    CHECK(LAPTOP, {"out", "tcp", 1, "", AKIN_REJECT, "is rejected at once"},
          {"in", "tcp", 1, "", AKIN_DROP, "is dropped silently"});
}

static void
test_row_13_panic(void)
{
    CHECK(LAPTOP FORWARDS "[firewall]\npanic=true\ntrusted-pingers=198.51.100.9\n",
          {"out", "tcp", 80, "", AKIN_REJECT, "panic"},
          {"out", "ping", 0, "", AKIN_REJECT, "panic"}, {"in", "tcp", 22, "", AKIN_DROP, "panic"},
          {"in", "tcp", 80, "", AKIN_DROP, "panic"},
          {"in", "ping", 0, "198.51.100.9", AKIN_DROP, "panic"},
          {"in", "tcp", 22, "192.168.56.101", AKIN_PASS, "may reach this computer"});
    CHECK(LAPTOP "[firewall]\npanic=true\nenabled=false\n",
          {"out", "tcp", 80, "", AKIN_REJECT, "panic"}, {"in", "tcp", 22, "", AKIN_DROP, "panic"});
}

static void
test_row_14_firewall_off(void)
{
    CHECK(LAPTOP FORWARDS "[firewall]\nenabled=false\n[nat]\nmachines-reach-host=false\n",
          {"out", "tcp", 1, "", AKIN_PASS, "firewall is off"},
          {"in", "udp", 1, "", AKIN_PASS, "firewall is off"},
          {"in", "ping", 0, "198.51.100.9", AKIN_PASS, "firewall is off"},
          {"in", "tcp", 80, "", AKIN_PASS, "forwarded to 192.168.56.101"},
          {"in", "tcp", 1, "192.168.56.101", AKIN_REJECT, "may not reach this computer"});
}

static void
test_stopped(void)
{
    static const Row rows[] = {{"in", "tcp", 1, "", AKIN_PASS, "akin is stopped"},
                               {"out", "tcp", 1, "", AKIN_PASS, "akin is stopped"}};
    check_rows(LAPTOP "[firewall]\npanic=true\n", FALSE, rows, G_N_ELEMENTS(rows));
}

/* The whole sentence, once in each form. */
static void
test_sentences(void)
{
    static const struct {
        Row row;
        const char *sentence;
    } rows[] = {
        {{"out", "tcp", 80, "", 0, ""}, "tcp port 80 going out passes: http is allowed outgoing"},
        {{"in", "tcp", 80, "198.51.100.9", 0, ""},
         "tcp port 80 coming in from 198.51.100.9 is dropped silently: http is not allowed "
         "incoming"},
        {{"out", "esp", 0, "2001:db8:1::9", 0, ""},
         "esp going out to 2001:db8:1::9 is rejected at once: ipsec is not allowed outgoing"},
    };
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(LAPTOP, &policy, &situation);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *sentence = NULL;
        ask(policy, situation, TRUE, &rows[i].row, &sentence);
        g_assert_cmpstr(sentence, ==, rows[i].sentence);
    }
}

static void
test_several_services(void)
{
    CHECK(LAPTOP "[service mine]\nout=tcp:80\nin=tcp:80\n[services]\nmine=out\n",
          {"out", "tcp", 80, "", AKIN_PASS, "http, mine is allowed outgoing"},
          {"in", "tcp", 80, "", AKIN_DROP, "none of http, mine is allowed incoming"});
    CHECK(LAPTOP "[service mine]\nout=tcp:80\n[services]\nmine=none\n",
          {"out", "tcp", 80, "", AKIN_PASS, ": http is allowed outgoing"});
}

static void
test_question_refused(void)
{
    static const Row wrong[] = {
        {"", "tcp", 80, "", 0, ""},
        {"inout", "tcp", 80, "", 0, ""},
        {"OUT", "tcp", 80, "", 0, ""},
        {"out", "", 80, "", 0, ""},
        {"out", "icmp", 0, "", 0, ""},
        {"out", "tcp\n", 80, "", 0, ""},
        {"out", "tcp", 0, "", 0, ""},
        {"out", "udp", 65536, "", 0, ""},
        {"out", "tcp", G_MAXUINT, "", 0, ""},
        {"out", "ping", 1, "", 0, ""},
        {"out", "esp", 50, "", 0, ""},
        {"out", "tcp", 80, "host", 0, ""},
        {"out", "tcp", 80, "10.0.0.0/8", 0, ""},
        {"out", "tcp", 80, " ", 0, ""},
        {"out", "tcp", 80, "1.2.3.4\n", 0, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        AkinQuestion question;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_question_parse(&question, wrong[i].direction, wrong[i].protocol,
                                           wrong[i].port, wrong[i].address, &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

/* One line, whatever the names of the interfaces are. */
static void
test_one_line(void)
{
    static const char *const addresses[] = {
        "", "192.168.56.101", "10.7.0.9", "fd00:56::101", "127.0.0.1", "198.51.100.9"};
    static const char *const protocols[] = {"tcp", "udp", "esp", "ping"};
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 2000; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        guint protocol = g_rand_int_range(rand, 0, 4);
        Row row = {g_rand_boolean(rand) ? "out" : "in",
                   protocols[protocol],
                   protocol < 2 ? g_rand_int_range(rand, 70, 110) : 0,
                   addresses[g_rand_int_range(rand, 0, G_N_ELEMENTS(addresses))],
                   0,
                   ""};
        g_autofree char *sentence = NULL;
        ask(policy, situation, TRUE, &row, &sentence);
        g_assert_true(g_utf8_validate(sentence, -1, NULL));
        g_assert_null(strpbrk(sentence, "\n\r\033"));
        g_assert_nonnull(strstr(sentence, ": "));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verdict/row-1-loopback", test_row_1_loopback);
    g_test_add_func("/verdict/row-3-machines-reach-host", test_row_3_machines_reach_host);
    g_test_add_func("/verdict/row-4-to-machines", test_row_4_to_machines);
    g_test_add_func("/verdict/row-5-6-outgoing", test_row_5_6_outgoing);
    g_test_add_func("/verdict/row-7-incoming", test_row_7_incoming);
    g_test_add_func("/verdict/row-8-forwards", test_row_8_forwards);
    g_test_add_func("/verdict/row-10-forged", test_row_10_forged);
    g_test_add_func("/verdict/row-11-12-refusals", test_row_11_12_refusals);
    g_test_add_func("/verdict/row-13-panic", test_row_13_panic);
    g_test_add_func("/verdict/row-14-firewall-off", test_row_14_firewall_off);
    g_test_add_func("/verdict/stopped", test_stopped);
    g_test_add_func("/verdict/sentences", test_sentences);
    g_test_add_func("/verdict/several-services", test_several_services);
    g_test_add_func("/verdict/question-refused", test_question_refused);
    g_test_add_func("/verdict/one-line", test_one_line);
    return g_test_run();
}
