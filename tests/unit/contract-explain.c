/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "contract-rows.h"
#include "samples.h"
#include "verdict.h"

/* "explain" says what the rules do, whatever the services are and who asks. */

#define ROUNDS 60
#define QUESTIONS 40

static const char *const elsewhere[] = {"192.0.2.1",    "203.0.113.77",   "198.51.100.9",
                                        "2620:fe::9",   "2001:db8::77",   "8.8.8.8",
                                        "fd00:56::101", "192.168.57.103", "192.168.56.101"};

/* Anybody's services and switches on the computer of the rows, with its networks and forwards. */
static AkinPolicy *
any_policy(GRand *rand, const AkinPolicy *computers)
{
    AkinPolicy *policy = sample_policy(rand);
    g_ptr_array_unref(policy->patterns);
    policy->patterns = g_ptr_array_ref(computers->patterns);
    g_array_unref(policy->forwards);
    policy->forwards = g_array_ref(computers->forwards);
    return policy;
}

static AkinQuestion
any_question(GRand *rand)
{
    AkinQuestion question = {.outgoing = g_rand_boolean(rand),
                             .protocol = g_rand_int_range(rand, 0, AKIN_PROTOCOL_PING + 1),
                             .has_address = TRUE};
    guint which = g_rand_int_range(rand, 0, G_N_ELEMENTS(elsewhere));
    akin_address_parse(elsewhere[which], &question.address, NULL);
    if (akin_protocol_has_ports(question.protocol))
        question.port = g_rand_int_range(rand, 0, 4) ? g_rand_int_range(rand, 20, 105)
                                                     : g_rand_int_range(rand, 1, 65536);
    return question;
}

/* Passes from the one port that it comes from, which nobody is asked for. */
static gboolean
is_dhcp(const AkinQuestion *question)
{
    guint port = question->port;
    return question->protocol == AKIN_PROTOCOL_UDP &&
           (port == 67 || port == 68 || port == 546 || port == 547);
}

static const char *
nic_of(const AkinPolicy *policy, const AkinSituation *situation, const AkinPrefix *address)
{
    const AkinInterface *network = akin_situation_find_network(policy, situation, address);
    return network ? network->name : akin_situation_active_nic(policy, situation);
}

static Packet
ask(const AkinPolicy *policy, const AkinSituation *situation, const AkinQuestion *question)
{
    gboolean four = question->address.family == AKIN_IPV4;
    gboolean ports = akin_protocol_has_ports(question->protocol);
    gboolean ping = question->protocol == AKIN_PROTOCOL_PING;
    PacketEnd here = packet_end(four ? "203.0.113.5" : "2001:db8::5", 0);
    PacketEnd there = {question->address, 0};
    Packet packet = {
        .recv = question->outgoing ? NULL : nic_of(policy, situation, &question->address),
        .protocol = ping ? (four ? "icmp" : "ipv6-icmp") : akin_protocol_name(question->protocol),
        .type = four ? 8 : 128,
        .from = question->outgoing ? here : there,
        .to = question->outgoing ? there : here};
    packet.from.port = ports ? 40000 : 0;
    packet.to.port = question->port;
    return packet;
}

static void
check(const ContractEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
      const AkinQuestion *question)
{
    g_autofree char *sentence = NULL;
    Packet packet = ask(policy, situation, question);
    AkinVerdict said = akin_explain(policy, situation, TRUE, question, &sentence);
    gpointer model = engine->make(policy, situation);
    g_autofree char *found = g_strdup(contract_send(engine, model, policy, situation, &packet));
    engine->free(model);
    if (strcmp(found, akin_verdict_name(said)) != 0)
        g_error("the rules say %s, but ‘%s’", found, sentence);
}

static void
test_explain(gconstpointer engine)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(AkinPolicy) computers = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case("", &computers, &situation);
    /* Forwards to IPv6 machines only pf has. */
    for (guint i = computers->forwards->len; i-- > 0;) {
        if (g_array_index(computers->forwards, AkinForward, i).address.family == AKIN_IPV6)
            g_array_remove_index(computers->forwards, i);
    }
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = any_policy(rand, computers);
        for (guint k = 0; k < QUESTIONS; k++) {
            AkinQuestion question = any_question(rand);
            if (!is_dhcp(&question))
                check(engine, policy, situation, &question);
        }
    }
}

void
contract_explain_add(const ContractEngine *engine)
{
    g_autofree char *path = g_strdup_printf("/%s/explain", engine->name);
    g_test_add_data_func(path, engine, test_explain);
}
