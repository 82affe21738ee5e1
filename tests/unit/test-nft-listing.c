/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-listing.h"

#include <string.h>

#include "samples.h"

/* --- Counting --------------------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\", "                                     \
    "\"release_name\": \"Lester Gooch #5\", \"json_schema_version\": 1}}, "
#define TAIL "]}"

/* What nft 1.0.6 listed, with counters of Linux 6.18. */
static const char captured_ports[] =
    HEAD "{\"map\": {\"family\": \"inet\", \"name\": \"out_ports\", \"table\": \"akin\", "
         "\"type\": [\"inet_service\", \"inet_proto\"], \"handle\": 1, \"map\": \"verdict\", "
         "\"flags\": [\"interval\"], \"elem\": ["
         "[{\"elem\": {\"val\": {\"concat\": [80, \"tcp\"]}, "
         "\"counter\": {\"packets\": 3, \"bytes\": 180}}}, {\"accept\": null}], "
         "[{\"elem\": {\"val\": {\"concat\": [{\"range\": [6881, 6999]}, \"udp\"]}, "
         "\"counter\": {\"packets\": 5000000000, \"bytes\": 7}}}, {\"accept\": null}], "
         "[{\"elem\": {\"val\": {\"concat\": [22, \"tcp\"]}, "
         "\"counter\": {\"packets\": 0, \"bytes\": 0}}}, {\"accept\": null}], "
         "[{\"elem\": {\"val\": {\"concat\": [{\"range\": [1, 65535]}, \"dccp\"]}, "
         "\"counter\": {\"packets\": 9, \"bytes\": 0}}}, {\"accept\": null}]], "
         "\"stmt\": [{\"counter\": null}]}}" TAIL;

static const char captured_protocols[] =
    HEAD "{\"map\": {\"family\": \"inet\", \"name\": \"out_protocols\", \"table\": \"akin\", "
         "\"type\": \"inet_proto\", \"handle\": 2, \"map\": \"verdict\", \"elem\": ["
         "[{\"elem\": {\"val\": \"icmp\", \"counter\": {\"packets\": 7, \"bytes\": 588}}}, "
         "{\"accept\": null}], "
         "[{\"elem\": {\"val\": \"igmp\", \"counter\": {\"packets\": 6, \"bytes\": 0}}}, "
         "{\"drop\": null}], "
         "[{\"elem\": {\"val\": \"esp\", \"counter\": {\"packets\": 0, \"bytes\": 0}}}, "
         "{\"accept\": null}], "
         "[{\"elem\": {\"val\": \"ipv6-icmp\", \"counter\": {\"packets\": 1, \"bytes\": 1}}}, "
         "{\"accept\": null}]], \"stmt\": [{\"counter\": null}]}}" TAIL;

static const char captured_empty[] =
    HEAD "{\"map\": {\"family\": \"inet\", \"name\": \"x\", \"table\": \"akin\", "
         "\"type\": \"inet_proto\", \"handle\": 1, \"map\": \"verdict\", "
         "\"stmt\": [{\"counter\": null}]}}" TAIL;

static const char captured_set[] =
    HEAD "{\"set\": {\"family\": \"inet\", \"name\": \"trusted4\", \"table\": \"akin\", "
         "\"type\": \"ipv4_addr\", \"handle\": 3, \"flags\": [\"interval\"], "
         "\"elem\": [{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 8}}]}}" TAIL;

/* "tcp:80-80=3 udp:...", in the order of the listing. */
static char *
count(const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    gboolean read = akin_nft_listing_count(json, counts, &error);
    g_assert_no_error(error);
    g_assert_true(read);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < counts->len; i++) {
        const AkinCellCount *one = &g_array_index(counts, AkinCellCount, i);
        g_string_append_printf(text, "%s%s:%u-%u=%" G_GUINT64_FORMAT, i ? " " : "",
                               akin_protocol_name(one->cell.protocol), one->cell.first,
                               one->cell.last, one->connections);
    }
    return g_string_free(text, FALSE);
}

static void
test_captured(void)
{
    static const char *const rows[][2] = {
        {captured_ports, "tcp:80-80=3 udp:6881-6999=5000000000 tcp:22-22=0"},
        {captured_protocols, "ping:0-0=7 esp:0-0=0 ping:0-0=1"},
        {captured_empty, ""},
        {captured_set, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *counts = count(rows[i][0]);
        g_assert_cmpstr(counts, ==, rows[i][1]);
    }
}

/* Counts are added to what is there. */
static void
test_appended(void)
{
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    g_assert_true(akin_nft_listing_count(captured_ports, counts, NULL));
    g_assert_true(akin_nft_listing_count(captured_protocols, counts, NULL));
    g_assert_cmpuint(counts->len, ==, 6);
    g_autoptr(GArray) ping = akin_ports_parse("ping", NULL);
    g_assert_cmpuint(akin_count_connections(counts, ping), ==, 8);
}

#define MAP(elements) HEAD "{\"map\": {\"elem\": [" elements "]}}" TAIL
#define ELEMENT(value) "[{\"elem\": {\"val\": " value ", \"counter\": {\"packets\": 1}}}, 0]"

/* What is not one of our elements is passed over, and does not take others with it. */
static void
test_strange_elements(void)
{
    static const char *const strange[] = {
        "null",
        "0",
        "\"x\"",
        "[]",
        "{}",
        "[null]",
        "[null, null]",
        "[{}, {}]",
        "[{\"elem\": null}, 0]",
        "[{\"elem\": {}}, 0]",
        "[{\"elem\": {\"val\": \"icmp\"}}, 0]",
        "[{\"elem\": {\"counter\": {\"packets\": 1}}}, 0]",
        "[{\"elem\": {\"val\": \"icmp\", \"counter\": null}}, 0]",
        "[{\"elem\": {\"val\": \"icmp\", \"counter\": {}}}]",
        ELEMENT("null"),
        ELEMENT("1"),
        ELEMENT("1.5"),
        ELEMENT("true"),
        ELEMENT("\"\""),
        ELEMENT("\"sctp\""),
        ELEMENT("[]"),
        ELEMENT("{}"),
        ELEMENT("{\"concat\": null}"),
        ELEMENT("{\"concat\": []}"),
        ELEMENT("{\"concat\": [80]}"),
        ELEMENT("{\"concat\": [80, null]}"),
        ELEMENT("{\"concat\": [80, 6]}"),
        ELEMENT("{\"concat\": [null, \"tcp\"]}"),
        ELEMENT("{\"concat\": [[], \"tcp\"]}"),
        ELEMENT("{\"concat\": [{}, \"tcp\"]}"),
        ELEMENT("{\"concat\": [{\"range\": 1}, \"tcp\"]}"),
        ELEMENT("{\"concat\": [{\"range\": [1]}, \"tcp\"]}"),
        ELEMENT("{\"concat\": [{\"range\": [1, 2, 3]}, \"tcp\"]}"),
        ELEMENT("{\"concat\": [80, \"tcp\", 1]}"),
        ELEMENT("{\"prefix\": {}}")};
    for (guint i = 0; i < G_N_ELEMENTS(strange); i++) {
        g_autofree char *json =
            g_strconcat(HEAD "{\"map\": {\"elem\": [", strange[i], ", ",
                        ELEMENT("{\"concat\": [80, \"tcp\"]}"), "]}}" TAIL, NULL);
        g_autofree char *counts = count(json);
        if (strcmp(counts, "tcp:80-80=1") != 0)
            g_error("‘%s’ of %s", counts, strange[i]);
    }
}

static void
test_strange_listings(void)
{
    static const char *const strange[] = {
        "{\"nftables\": []}", "{\"nftables\": [null, 0, \"\", [], {}]}",
        "{\"nftables\": [{\"map\": null}, {\"map\": []}, {\"map\": {}}]}",
        "{\"nftables\": [{\"map\": {\"elem\": null}}, {\"map\": {\"elem\": {}}}]}",
        "{\"nftables\": [{\"map\": {\"elem\": \"x\"}}], \"more\": 1}"};
    for (guint i = 0; i < G_N_ELEMENTS(strange); i++) {
        g_autofree char *counts = count(strange[i]);
        g_assert_cmpstr(counts, ==, "");
    }
}

static void
test_no_listing(void)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        "null",
                                        "0",
                                        "\"\"",
                                        "[]",
                                        "{}",
                                        "{\"nftables\": 0}",
                                        "{\"nftables\": {}}",
                                        "{\"nftables\": null}",
                                        "{\"nftables\": [",
                                        "not json",
                                        "{\"nftables\": [}]}",
                                        "table inet akin {\n}\n"};
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
        g_autofree char *difference = NULL;
        g_assert_false(akin_nft_listing_count(wrong[i], counts, &error));
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, "the kernel's rules cannot be read: "));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        g_assert_cmpuint(counts->len, ==, 0);
        g_assert_false(akin_nft_listing_matches(wrong[i], ruleset, &difference, &error));
        g_assert_null(difference);
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    }
}

/* A listing that ends anywhere, or holds other letters, is refused or read, without a crash. */
static void
test_damaged(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 3000; i++) {
        g_autofree char *json = g_strdup(i % 2 ? captured_ports : captured_protocols);
        gsize length = strlen(json);
        if (i % 3 == 0)
            json[g_rand_int_range(rand, 0, (gint32) length)] = '\0';
        else
            json[g_rand_int_range(rand, 0, (gint32) length)] =
                "[]{}\",:0-9e.nulltrue"[g_rand_int_range(rand, 0, 20)];
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
        if (!akin_nft_listing_count(json, counts, &error))
            g_assert_nonnull(error);
        g_assert_cmpuint(counts->len, <=, 4);
    }
}

/* --- Matching --------------------------------------------------------------------------------- */

/* What is done to one part of a listing that would match. */
typedef enum { AS_IT_IS, WITHOUT_PART, ONE_MORE, ONE_LESS } Damage;

typedef struct {
    GString *json;
    Damage damage;
    guint at, index; /* of the part that is damaged, and of the next one */
    gboolean could;  /* there was something to damage */
} Writer;

/* A part as nft would list it, as far as we look: chains without their rules, sets with elements.
 */
static void
write_part(const char *name, gboolean is_chain, guint size, gpointer user_data)
{
    Writer *writer = user_data;
    Damage damage = writer->index++ == writer->at ? writer->damage : AS_IT_IS;
    writer->could = writer->could || (damage != AS_IT_IS && (damage != ONE_LESS || size > 0));
    if (damage == WITHOUT_PART)
        return;
    if (damage == ONE_LESS && size > 0)
        size--;
    size += damage == ONE_MORE;
    g_string_append_printf(writer->json, ", {\"%s\": {\"family\": \"inet\", \"name\": \"%s\"",
                           is_chain ? "chain" : "set", name);
    if (!is_chain && size > 0) {
        g_string_append(writer->json, ", \"elem\": [0");
        for (guint i = 1; i < size; i++)
            g_string_append(writer->json, ", 0");
        g_string_append_c(writer->json, ']');
    }
    g_string_append(writer->json, "}}");
    for (guint i = 0; is_chain && i < size; i++)
        g_string_append_printf(writer->json, ", {\"rule\": {\"chain\": \"%s\", \"expr\": []}}",
                               name);
}

/* *could is FALSE when the part has nothing to take away. */
static char *
listing_of(const AkinNftRuleset *ruleset, Damage damage, guint at, gboolean *could)
{
    GString *json = g_string_new("{\"nftables\": [{\"metainfo\": {}}, "
                                 "{\"table\": {\"family\": \"inet\", \"name\": \"akin\"}}, "
                                 "{\"ct helper\": {\"name\": \"ftp\"}}");
    Writer writer = {json, damage, at, 0, FALSE};
    akin_nft_visit(ruleset, write_part, &writer);
    g_string_append(json, "]}");
    if (could)
        *could = writer.could;
    return g_string_free(json, FALSE);
}

static void
count_part(const char *name, gboolean is_chain, guint size, gpointer user_data)
{
    (void) name;
    (void) is_chain;
    (void) size;
    ++*(guint *) user_data;
}

static void
check_difference(const AkinNftRuleset *ruleset, const char *json, gboolean differs)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *difference = NULL;
    gboolean matches = akin_nft_listing_matches(json, ruleset, &difference, &error);
    g_assert_no_error(error);
    g_assert_cmpint(matches, ==, !differs);
    g_assert_cmpint(difference != NULL, ==, differs);
}

/* Every single loss and every single addition is seen, in whatever part it is. */
static void
test_matches(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 10; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
        guint parts = 0;
        akin_nft_visit(ruleset, count_part, &parts);
        g_autofree char *whole = listing_of(ruleset, AS_IT_IS, 0, NULL);
        check_difference(ruleset, whole, FALSE);
        for (guint at = 0; at < parts; at++) {
            for (Damage damage = WITHOUT_PART; damage <= ONE_LESS; damage++) {
                gboolean could;
                g_autofree char *json = listing_of(ruleset, damage, at, &could);
                check_difference(ruleset, json, could);
            }
        }
    }
}

static void
test_additions(void)
{
    static const char *const additions[] = {
        "{\"chain\": {\"name\": \"mine\"}}", "{\"set\": {\"name\": \"mine\"}}",
        "{\"map\": {\"name\": \"mine\", \"elem\": [0]}}",
        "{\"rule\": {\"chain\": \"input\", \"expr\": []}}",
        "{\"chain\": {\"name\": \"mine\"}}, {\"rule\": {\"chain\": \"mine\"}}"};
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    g_autofree char *whole = listing_of(ruleset, AS_IT_IS, 0, NULL);
    whole[strlen(whole) - 2] = '\0';
    for (guint i = 0; i < G_N_ELEMENTS(additions); i++) {
        g_autofree char *json = g_strconcat(whole, ", ", additions[i], "]}", NULL);
        check_difference(ruleset, json, TRUE);
    }
    g_autofree char *strange = g_strconcat(
        whole, ", null, 0, {}, {\"rule\": {}}, {\"chain\": {}}, {\"set\": null}]}", NULL);
    check_difference(ruleset, strange, FALSE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nft-listing/captured", test_captured);
    g_test_add_func("/nft-listing/appended", test_appended);
    g_test_add_func("/nft-listing/strange-elements", test_strange_elements);
    g_test_add_func("/nft-listing/strange-listings", test_strange_listings);
    g_test_add_func("/nft-listing/no-listing", test_no_listing);
    g_test_add_func("/nft-listing/damaged", test_damaged);
    g_test_add_func("/nft-listing/matches", test_matches);
    g_test_add_func("/nft-listing/additions", test_additions);
    return g_test_run();
}
