/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "nft-model.h"
#include "samples.h"
#include "verdict.h"

/* "explain" says what the rules do, for anybody's policy and any question from and to outside. */

#define ROUNDS 150

static gboolean
map_allows(const NftModel *model, gboolean outgoing, AkinProtocol protocol, guint port)
{
    GHashTable *ports = nft_model_set(model, outgoing ? AKIN_NFT_OUT_PORTS : AKIN_NFT_IN_PORTS);
    GHashTable *protocols =
        nft_model_set(model, outgoing ? AKIN_NFT_OUT_PROTOCOLS : AKIN_NFT_IN_PROTOCOLS);
    if (protocol == AKIN_PROTOCOL_PING)
        return g_hash_table_contains(protocols, "icmp") &&
               g_hash_table_contains(protocols, "ipv6-icmp");
    if (protocol == AKIN_PROTOCOL_ESP)
        return g_hash_table_contains(protocols, "esp");

    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, ports);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        g_auto(GStrv) fields = g_strsplit(key, " . ", -1);
        g_auto(GStrv) ends = g_strsplit(fields[0], "-", -1);
        guint first = atoi(ends[0]), last = ends[1] ? atoi(ends[1]) : (int) first;
        if (first <= port && port <= last && strcmp(fields[1], akin_protocol_name(protocol)) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether a forward of this family leads away from here; source NULL: from anyone. */
static gboolean
forwards_it(const NftModel *model, AkinFamily family, AkinProtocol protocol, guint port,
            const AkinPrefix *source)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter,
                           nft_model_set(model, family == AKIN_IPV4 ? "forwards4" : "forwards6"));
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        g_auto(GStrv) fields = g_strsplit(key, " . ", -1);
        AkinPrefix network;
        g_assert_true(akin_prefix_parse(fields[2], &network, NULL));
        if ((guint) atoi(fields[0]) == port &&
            strcmp(fields[1], akin_protocol_name(protocol)) == 0 &&
            (source ? akin_prefix_contains(&network, source) : network.length == 0))
            return TRUE;
    }
    return FALSE;
}

static gboolean
set_has(const NftModel *model, const char *set, const AkinPrefix *address)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, nft_model_set(model, set));
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        AkinPrefix prefix;
        g_assert_true(akin_prefix_parse(key, &prefix, NULL));
        if (akin_prefix_contains(&prefix, address))
            return TRUE;
    }
    return FALSE;
}

static AkinVerdict
by_rules_out(const NftModel *model, const AkinQuestion *question)
{
    if (nft_model_has_words(model, "output", " != "))
        return AKIN_REJECT;
    if (nft_model_has_rule(model, "output", "accept") ||
        map_allows(model, TRUE, question->protocol, question->port))
        return AKIN_PASS;
    return AKIN_REJECT;
}

static AkinVerdict
by_rules_in(const NftModel *model, const AkinQuestion *question)
{
    const AkinPrefix *source = question->has_address ? &question->address : NULL;
    if (nft_model_has_words(model, "input", " != "))
        return AKIN_DROP;
    gboolean four = !source || source->family == AKIN_IPV4;
    gboolean six = !source || source->family == AKIN_IPV6;
    if ((four && forwards_it(model, AKIN_IPV4, question->protocol, question->port, source)) ||
        (six && forwards_it(model, AKIN_IPV6, question->protocol, question->port, source)) ||
        nft_model_has_rule(model, "input", "accept") ||
        map_allows(model, FALSE, question->protocol, question->port))
        return AKIN_PASS;
    return question->protocol == AKIN_PROTOCOL_PING && source &&
                   set_has(model, four ? "trusted4" : "trusted6", source)
               ? AKIN_PASS
               : AKIN_DROP;
}

/* One that a forward may concern, now and then. */
static void
ask_for_forward(GRand *rand, const AkinPolicy *policy, AkinQuestion *question)
{
    if (policy->forwards->len == 0 || g_rand_boolean(rand))
        return;
    guint index = g_rand_int_range(rand, 0, policy->forwards->len);
    const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, index);
    question->outgoing = FALSE;
    question->protocol = forward->protocol;
    question->port = forward->port;
}

/* From and to outside; what concerns machines is asked in the tests of verdicts. */
static AkinQuestion
sample_question(GRand *rand, const AkinPolicy *policy, const NftModel *model)
{
    static const char *const elsewhere[] = {"203.0.113.7", "198.51.100.255", "8.8.8.8",
                                            "2001:db8::1", "2001:db8:1::ff", "2620:fe::9"};
    AkinQuestion question = {.outgoing = g_rand_boolean(rand),
                             .protocol = g_rand_int_range(rand, 0, AKIN_PROTOCOL_PING + 1)};
    if (akin_protocol_has_ports(question.protocol))
        question.port = g_rand_int_range(rand, 0, 4) ? g_rand_int_range(rand, 70, 105)
                                                     : g_rand_int_range(rand, 1, 65536);
    ask_for_forward(rand, policy, &question);
    question.has_address = g_rand_boolean(rand);
    const char *address = elsewhere[g_rand_int_range(rand, 0, G_N_ELEMENTS(elsewhere))];
    akin_address_parse(address, &question.address, NULL);
    if (set_has(model, question.address.family == AKIN_IPV4 ? "vm_networks4" : "vm_networks6",
                &question.address))
        question.has_address = FALSE;
    return question;
}

static void
test_explain(void)
{
    guint seen[3] = {0};
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(NftModel) model = nft_model_compile(policy, situation);
        for (guint k = 0; k < 40; k++) {
            AkinQuestion question = sample_question(rand, policy, model);
            AkinVerdict wanted =
                question.outgoing ? by_rules_out(model, &question) : by_rules_in(model, &question);
            g_autofree char *sentence = NULL;
            AkinVerdict said = akin_explain(policy, situation, TRUE, &question, &sentence);
            if (said != wanted)
                g_error("‘%s’, but the rules say: %s", sentence, akin_verdict_name(wanted));
            seen[said]++;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(seen); i++)
        g_assert_cmpuint(seen[i], >, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nftables/explain", test_explain);
    return g_test_run();
}
