/* SPDX-License-Identifier: BSD-2-Clause */
#include "nftables.h"

#include <string.h>

#include "cover.h"
#include "names.h"
#include "nft-model.h"
#include "samples.h"

#define ROUNDS 150

static void
assert_same_model(const NftModel *a, const NftModel *b)
{
    g_autofree char *left = nft_model_dump(a);
    g_autofree char *right = nft_model_dump(b);
    g_assert_cmpstr(left, ==, right);
}

/* --- Services --------------------------------------------------------------------------------- */

/* How often each port is in a map; its keys are "80 . tcp" or "6881-6999 . udp". */
static void
cover_by_map(const NftModel *model, const char *map, Cover cover)
{
    GHashTableIter iter;
    gpointer key, element;
    memset(cover, 0, sizeof(Cover));
    g_hash_table_iter_init(&iter, nft_model_set(model, map));
    while (g_hash_table_iter_next(&iter, &key, &element)) {
        g_auto(GStrv) fields = g_strsplit(key, " . ", -1);
        AkinProtocol protocol;
        g_assert_true(g_str_has_suffix(element, " : accept"));
        g_assert_true(akin_protocol_parse(fields[1], &protocol, NULL));
        cover_by_list(fields[0], '-', protocol, cover);
    }
}

/* Each allowed port is in the map once: an element of the kernel's may not overlap another. */
static void
test_ports_once(void)
{
    static Cover wanted, found;
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(NftModel) model = nft_model_compile(policy, situation);
        cover_by_services(policy, AKIN_OUTGOING, wanted);
        cover_by_map(model, AKIN_NFT_OUT_PORTS, found);
        g_assert_cmpmem(wanted, sizeof wanted, found, sizeof found);
        cover_by_services(policy, AKIN_INCOMING, wanted);
        cover_by_map(model, AKIN_NFT_IN_PORTS, found);
        g_assert_cmpmem(wanted, sizeof wanted, found, sizeof found);
    }
}

/* A click costs a few elements, whatever else there is: no chain and no set is written anew. */
static void
test_toggle_is_small(void)
{
    static const char *const http[] = {"http", NULL};
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autoptr(AkinNftRuleset) before = akin_nft_compile(policy, situation);
    akin_policy_set_services(policy, http, AKIN_OUTGOING, FALSE, NULL);
    g_autoptr(AkinNftRuleset) after = akin_nft_compile(policy, situation);
    g_autofree char *off = akin_nft_update_text(before, after);
    g_autofree char *on = akin_nft_update_text(after, before);
    g_assert_cmpstr(off, ==, "delete element inet akin out_ports { 80 . tcp, 8080 . tcp }\n");
    g_assert_cmpstr(on, ==,
                    "add element inet akin out_ports { 80 . tcp : accept, 8080 . tcp : accept }\n");
}

/* --- What may stand in the text --------------------------------------------------------------- */

#define NAME "\"(?:[A-Za-z0-9_.-]{1,15}|[A-Za-z0-9_.-]{1,14}\\*)\""
#define IP4 "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}"
#define IP6 "[0-9a-f:]{2,39}"
#define LENGTH "(/\\d{1,3})?"
#define PORT "[1-9]\\d{0,4}"
#define TCP_UDP "(tcp|udp)"

static const char *const element_forms[][2] = {
    {"vm_networks4", IP4 LENGTH},
    {"vm_networks6", IP6 LENGTH},
    {"vm_sides4", NAME " \\. " IP4 LENGTH},
    {"vm_sides6", NAME " \\. " IP6 LENGTH},
    {"vm_links", NAME " \\. " NAME},
    {"trusted4", IP4 LENGTH},
    {"trusted6", IP6 LENGTH},
    {"out_ports", PORT "(-" PORT ")? \\. " TCP_UDP " : accept"},
    {"in_ports", PORT "(-" PORT ")? \\. " TCP_UDP " : accept"},
    {"out_protocols", "(esp|icmp|ipv6-icmp) : accept"},
    {"in_protocols", "(esp|icmp|ipv6-icmp) : accept"},
    {"forwards4", PORT " \\. " TCP_UDP " \\. " IP4 LENGTH " : " IP4 " \\. " PORT},
    {"forwards6", PORT " \\. " TCP_UDP " \\. " IP6 LENGTH " : " IP6 " \\. " PORT},
    {"own_forwards4", PORT " \\. " TCP_UDP " : " IP4 " \\. " PORT},
    {"own_forwards6", PORT " \\. " TCP_UDP " : " IP6 " \\. " PORT},
    {"forward_targets4", PORT " \\. " TCP_UDP " \\. " IP4},
    {"forward_targets6", PORT " \\. " TCP_UDP " \\. " IP6},
    {"ftp_ports", "21"},
    {"ftp", ""},
};

static const char *
form_of(const char *set)
{
    for (guint i = 0; i < G_N_ELEMENTS(element_forms); i++) {
        if (strcmp(element_forms[i][0], set) == 0)
            return element_forms[i][1];
    }
    g_error("say here what may be in the set %s", set);
}

static void
check_elements(const NftModel *model)
{
    GHashTableIter sets, iter;
    gpointer name, set, element;
    g_hash_table_iter_init(&sets, model->sets);
    while (g_hash_table_iter_next(&sets, &name, &set)) {
        g_autofree char *form = g_strdup_printf("^(?:%s)$", form_of(name));
        g_autoptr(GRegex) regex =
            g_regex_new(form, G_REGEX_OPTIMIZE | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
        g_hash_table_iter_init(&iter, set);
        while (g_hash_table_iter_next(&iter, NULL, &element)) {
            if (!g_regex_match(regex, element, 0, NULL))
                g_error("‘%s’ may not be in %s", (char *) element, (char *) name);
        }
    }
}

static const char *const cuts[][2] = {
    {NAME, "NAME"},
    {"(saddr|daddr) (" IP4 "|" IP6 ")" LENGTH "(?= )", "\\1 ADDRESS"},
    {"(([io]ifname != NAME) )(\\2 )+", "\\1"},
};
static GRegex *cut_forms[G_N_ELEMENTS(cuts)];

/* A rule without what comes from policy and situation: names, addresses, how many of them. */
static char *
skeleton(const char *rule)
{
    char *text = g_strdup(rule);
    for (guint i = 0; i < G_N_ELEMENTS(cuts); i++) {
        if (!cut_forms[i])
            cut_forms[i] = g_regex_new(cuts[i][0], G_REGEX_OPTIMIZE, 0, NULL);
        char *cut = g_regex_replace(cut_forms[i], text, -1, 0, cuts[i][1], 0, NULL);
        g_free(text);
        text = cut;
    }
    return text;
}

static void
add_skeletons(GHashTable *known, const NftModel *model)
{
    GHashTableIter iter;
    gpointer chain;
    g_hash_table_iter_init(&iter, model->chains);
    while (g_hash_table_iter_next(&iter, NULL, &chain)) {
        const GPtrArray *rules = chain;
        for (guint i = 0; i < rules->len; i++)
            g_hash_table_add(known, skeleton(rules->pdata[i]));
    }
}

/* Of every rule that there is: from all positions of the switches, with nothing odd in them. */
static GHashTable *
known_skeletons(void)
{
    GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint bits = 0; bits < 128; bits++) {
        g_autoptr(AkinPolicy) policy = NULL;
        g_autoptr(AkinSituation) situation = NULL;
        sample_parse_case("[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64\n",
                          &policy, &situation);
        policy->firewall = bits & 1;
        policy->panic = bits & 2;
        policy->machines_reach_host = bits & 4;
        policy->nat = bits & 8 ? AKIN_NAT_ON : AKIN_NAT_OFF;
        situation->routes4 = bits & 16;
        situation->routes6 = bits & 32;
        situation->ftp_helper = bits & 64;
        g_autoptr(NftModel) model = nft_model_compile(policy, situation);
        add_skeletons(known, model);
    }
    return known;
}

static void
check_rules(GHashTable *known, const NftModel *model)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer rule;
    add_skeletons(found, model);
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &rule, NULL)) {
        if (!g_hash_table_contains(known, rule))
            g_error("‘%s’ is none of our rules", (char *) rule);
    }
}

/*
 * Whatever titles, patterns and interfaces there are: the text has only these letters, a set only
 * elements of its form, and a chain only rules that are ours but for names and addresses.
 */
static void
test_nothing_else(void)
{
    g_autoptr(GHashTable) known = known_skeletons();
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
        g_autofree char *text = akin_nft_load_text(ruleset);
        gsize clean = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   " \t\n\"{}()_.,:;*/@#=!&|'-");
        g_assert_cmpstr(text + clean, ==, "");
        g_autoptr(NftModel) model = nft_model_of(ruleset);
        check_elements(model);
        check_rules(known, model);
    }
}

/* --- Changes ---------------------------------------------------------------------------------- */

static AkinNftRuleset *
sample_ruleset(GRand *rand)
{
    g_autoptr(AkinPolicy) policy = sample_policy(rand);
    g_autoptr(AkinSituation) situation = sample_situation(rand);
    return akin_nft_compile(policy, situation);
}

/* A walk from ruleset to ruleset by updates ends where loading the last one does. */
static void
test_update(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(AkinNftRuleset) here = sample_ruleset(rand);
    g_autoptr(NftModel) model = nft_model_of(here);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinNftRuleset) there = sample_ruleset(rand);
        g_autofree char *text = akin_nft_update_text(here, there);
        nft_model_run(model, text);
        g_autoptr(NftModel) wanted = nft_model_of(there);
        assert_same_model(model, wanted);
        g_clear_pointer(&here, akin_nft_ruleset_free);
        here = g_steal_pointer(&there);
    }
}

/* The same in small steps, which never load the table as a whole. */
static void
test_update_steps(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(AkinSituation) situation = sample_situation(rand);
    g_autoptr(AkinPolicy) policy = sample_policy(rand);
    g_autoptr(AkinNftRuleset) here = akin_nft_compile(policy, situation);
    g_autoptr(NftModel) model = nft_model_of(here);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) next = sample_policy(rand);
        g_autoptr(AkinSituation) around = sample_situation(rand);
        around->ftp_helper = situation->ftp_helper;
        g_autoptr(AkinNftRuleset) there = akin_nft_compile(next, around);
        g_autofree char *text = akin_nft_update_text(here, there);
        g_assert_null(strstr(text, "table inet akin\n"));
        nft_model_run(model, text);
        g_autoptr(NftModel) wanted = nft_model_of(there);
        assert_same_model(model, wanted);
        g_clear_pointer(&here, akin_nft_ruleset_free);
        here = g_steal_pointer(&there);
    }
}

static void
test_no_update(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinPolicy) copy = akin_policy_copy(policy);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(AkinNftRuleset) one = akin_nft_compile(policy, situation);
        g_autoptr(AkinNftRuleset) same = akin_nft_compile(copy, situation);
        g_autofree char *text = akin_nft_update_text(one, same);
        g_assert_cmpstr(text, ==, "");
    }
}

/* In place: over nothing, over another of ours, over itself. */
static void
test_refill(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(NftModel) model = nft_model_new();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        situation->ftp_helper = FALSE;
        g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
        g_autofree char *text = akin_nft_refill_text(ruleset);
        g_autoptr(NftModel) wanted = nft_model_of(ruleset);
        nft_model_run(model, text);
        assert_same_model(model, wanted);
        nft_model_run(model, text);
        assert_same_model(model, wanted);
    }
}

static void
test_remove(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autoptr(NftModel) model = nft_model_compile(policy, situation);
    g_autoptr(NftModel) nothing = nft_model_new();
    nft_model_run(model, akin_nft_remove_text());
    assert_same_model(model, nothing);
    nft_model_run(model, akin_nft_remove_text());
    assert_same_model(model, nothing);
}

/* --- Facts about a ruleset -------------------------------------------------------------------- */

typedef struct {
    const NftModel *model;
    guint parts;
} Visit;

static void
check_size(const char *name, gboolean is_chain, guint size, gpointer user_data)
{
    Visit *visit = user_data;
    visit->parts++;
    g_assert_cmpuint(size, ==,
                     is_chain ? nft_model_chain(visit->model, name)->len
                              : g_hash_table_size(nft_model_set(visit->model, name)));
}

static void
test_visit(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinNftRuleset) ruleset = sample_ruleset(rand);
        g_autoptr(NftModel) model = nft_model_of(ruleset);
        Visit visit = {model, 0};
        akin_nft_visit(ruleset, check_size, &visit);
        /* The helper for FTP is an object, neither a set nor a chain. */
        guint objects = g_hash_table_contains(model->sets, "ftp");
        g_assert_cmpuint(visit.parts, ==,
                         g_hash_table_size(model->sets) + g_hash_table_size(model->chains) -
                             objects);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nftables/ports-once", test_ports_once);
    g_test_add_func("/nftables/toggle-is-small", test_toggle_is_small);
    g_test_add_func("/nftables/nothing-else", test_nothing_else);
    g_test_add_func("/nftables/update", test_update);
    g_test_add_func("/nftables/update-steps", test_update_steps);
    g_test_add_func("/nftables/no-update", test_no_update);
    g_test_add_func("/nftables/refill", test_refill);
    g_test_add_func("/nftables/remove", test_remove);
    g_test_add_func("/nftables/visit", test_visit);
    int result = g_test_run();
    for (guint i = 0; i < G_N_ELEMENTS(cut_forms); i++)
        g_clear_pointer(&cut_forms[i], g_regex_unref);
    return result;
}
