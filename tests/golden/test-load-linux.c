/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <string.h>

#include "nft-listing.h"
#include "nftables.h"
#include "samples.h"

/*
 * Every golden case, and random ones, given to this computer's kernel: in network namespaces that
 * this program makes for itself, so that the computer's own rules are neither seen nor touched.
 */

#define TABLE AKIN_NFT_FAMILY " " AKIN_NFT_TABLE
#define STEPS 40

typedef struct nft_ctx NftContext;

/* --- A kernel to load into -------------------------------------------------------------------- */

/* A context talks for life to the namespace in which it was made. */
static NftContext *
new_kernel(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        g_error("no network namespace of our own: %s; run as root", g_strerror(errno));
    NftContext *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    g_assert_nonnull(nft);
    nft_ctx_buffer_output(nft);
    nft_ctx_buffer_error(nft);
    return nft;
}

static void
run(NftContext *nft, const char *text)
{
    if (nft_run_cmd_from_buffer(nft, text) != 0)
        g_error("nft says: %s\nof:\n%s", nft_ctx_get_error_buffer(nft), text);
}

static const char *
list(NftContext *nft, unsigned flags)
{
    nft_ctx_output_set_flags(nft, flags);
    run(nft, "list table " TABLE);
    nft_ctx_output_set_flags(nft, 0);
    return nft_ctx_get_output_buffer(nft);
}

/* Where the tests load, and where they look how it should be. */
static NftContext *kernel, *other_kernel;

/* Not every kernel can follow FTP; the engine asks in the same way. */
static gboolean
kernel_has_ftp(NftContext *nft)
{
    return nft_run_cmd_from_buffer(
               nft, "add table inet akin_probe\n"
                    "add ct helper inet akin_probe a { type \"ftp\" protocol tcp; }\n"
                    "delete table inet akin_probe\n") == 0;
}

/* --- What it holds ---------------------------------------------------------------------------- */

static int
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void
append_elements(GString *text, const char *elements)
{
    g_auto(GStrv) words = g_strsplit(elements, ",", -1);
    GPtrArray *sorted = g_ptr_array_new();
    for (guint i = 0; words[i]; i++)
        g_ptr_array_add(sorted, g_strstrip(words[i]));
    g_ptr_array_sort(sorted, compare_words);
    for (guint i = 0; i < sorted->len; i++)
        g_string_append_printf(text, "\t\t\t%s\n", (char *) sorted->pdata[i]);
    g_ptr_array_free(sorted, TRUE);
}

/* The listing without counters; elements sorted, since a kernel may give them in any order. */
static char *
holding(NftContext *nft)
{
    static const char mark[] = "elements = {";
    const char *rest = list(nft, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL);
    GString *text = g_string_new(NULL);
    for (const char *at = strstr(rest, mark); at; at = strstr(rest, mark)) {
        const char *begin = at + strlen(mark), *end = strchr(begin, '}');
        g_autofree char *elements = g_strndup(begin, end - begin);
        g_string_append_len(text, rest, begin - rest);
        g_string_append_c(text, '\n');
        append_elements(text, elements);
        rest = end;
    }
    g_string_append(text, rest);
    return g_string_free(text, FALSE);
}

static void
assert_holds(NftContext *nft, const AkinNftRuleset *ruleset)
{
    g_autofree char *difference = NULL;
    g_autoptr(GError) error = NULL;
    const char *json = list(nft, NFT_CTX_OUTPUT_JSON);
    gboolean matches = akin_nft_listing_matches(json, ruleset, &difference, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(difference, ==, NULL);
    g_assert_true(matches);
}

/* As if it had never held anything else. */
static void
assert_holds_exactly(NftContext *nft, const AkinNftRuleset *ruleset)
{
    g_autofree char *text = akin_nft_load_text(ruleset);
    run(other_kernel, text);
    g_autofree char *wanted = holding(other_kernel);
    g_autofree char *found = holding(nft);
    g_assert_cmpstr(found, ==, wanted);
    assert_holds(nft, ruleset);
}

/* --- Cases ------------------------------------------------------------------------------------ */

static gboolean can_ftp;

static AkinNftRuleset *
compile_case(const char *path)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    g_autoptr(GError) error = NULL;
    if (!akin_case_load(path, &policy, &situation, &error))
        g_error("%s", error->message);
    situation->ftp_helper = situation->ftp_helper && can_ftp;
    return akin_nft_compile(policy, situation);
}

static AkinNftRuleset *
compile_random(GRand *rand)
{
    g_autoptr(AkinPolicy) policy = sample_policy(rand);
    g_autoptr(AkinSituation) situation = sample_situation(rand);
    situation->ftp_helper = situation->ftp_helper && can_ftp;
    return akin_nft_compile(policy, situation);
}

static void
test_case(gconstpointer path)
{
    g_autoptr(AkinNftRuleset) ruleset = compile_case(path);
    NftContext *nft = kernel;
    g_autofree char *load = akin_nft_load_text(ruleset);
    g_autofree char *refill = akin_nft_refill_text(ruleset);
    run(nft, load);
    assert_holds(nft, ruleset);
    g_autofree char *before = holding(nft);

    /* Again, and over itself in place: nothing changes. */
    run(nft, load);
    run(nft, refill);
    g_autofree char *after = holding(nft);
    g_assert_cmpstr(before, ==, after);

    run(nft, akin_nft_remove_text());
    g_assert_cmpint(nft_run_cmd_from_buffer(nft, "list table " TABLE), !=, 0);
    run(nft, akin_nft_remove_text());

    run(nft, refill);
    assert_holds_exactly(nft, ruleset);
}

/* From case to case in random order: what an update makes is what a load would have made. */
static void
test_case_updates(gconstpointer data)
{
    char *const *paths = data;
    guint count = g_strv_length((char **) paths);
    g_autoptr(GRand) rand = sample_rand();
    NftContext *nft = kernel;
    g_autoptr(AkinNftRuleset) here = compile_case(paths[0]);
    g_autofree char *load = akin_nft_load_text(here);
    run(nft, load);
    for (guint i = 0; i < STEPS; i++) {
        const char *path = paths[g_rand_int_range(rand, 0, count)];
        g_test_message("to %s", path);
        g_autoptr(AkinNftRuleset) there = compile_case(path);
        g_autofree char *text = akin_nft_update_text(here, there);
        if (*text)
            run(nft, text);
        assert_holds_exactly(nft, there);
        g_clear_pointer(&here, akin_nft_ruleset_free);
        here = g_steal_pointer(&there);
    }
}

/* The same with what no person would write, by updates and in place by turns. */
static void
test_random_updates(void)
{
    g_autoptr(GRand) rand = sample_rand();
    NftContext *nft = kernel;
    g_autoptr(AkinNftRuleset) here = compile_random(rand);
    g_autofree char *load = akin_nft_load_text(here);
    run(nft, load);
    for (guint i = 0; i < STEPS; i++) {
        g_autoptr(AkinNftRuleset) there = compile_random(rand);
        g_autofree char *text = akin_nft_update_text(here, there);
        if (*text)
            run(nft, text);
        assert_holds_exactly(nft, there);
        g_clear_pointer(&here, akin_nft_ruleset_free);
        here = g_steal_pointer(&there);
    }
}

static void
test_random_refills(void)
{
    g_autoptr(GRand) rand = sample_rand();
    NftContext *nft = kernel;
    run(nft, akin_nft_remove_text());
    for (guint i = 0; i < STEPS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        situation->ftp_helper = FALSE;
        g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
        g_autofree char *text = akin_nft_refill_text(ruleset);
        run(nft, text);
        assert_holds_exactly(nft, ruleset);
    }
}

/* What others have loaded stays as it is. */
static void
test_others_stay(void)
{
    static const char others[] = "table inet other {\n\tset akin {\n\t\ttype inet_service\n"
                                 "\t\telements = { 22, 80 }\n\t}\n\n\tchain input {\n"
                                 "\t\ttype filter hook input priority filter; policy accept;\n"
                                 "\t\ttcp dport @akin accept\n\t}\n}\n";
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    g_autofree char *load = akin_nft_load_text(ruleset);
    g_autofree char *refill = akin_nft_refill_text(ruleset);
    const char *const texts[] = {load, refill, akin_nft_remove_text()};
    NftContext *nft = kernel;
    run(nft, others);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        run(nft, texts[i]);
        run(nft, "list table inet other");
        g_assert_cmpstr(nft_ctx_get_output_buffer(nft), ==, others);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2)
        g_error("usage: test-load FOLDER");
    kernel = new_kernel();
    other_kernel = new_kernel();
    can_ftp = kernel_has_ftp(kernel);
    g_test_message("this kernel can %sfollow FTP", can_ftp ? "" : "not ");

    g_autofree char *folder = g_build_filename(argv[1], "cases", NULL);
    g_auto(GStrv) names = akin_case_names(folder);
    g_auto(GStrv) paths = g_new0(char *, g_strv_length(names) + 1);
    for (guint i = 0; names[i]; i++) {
        g_autofree char *test_name = g_strconcat("/load/case/", names[i], NULL);
        paths[i] = g_strdup_printf("%s/%s.case", folder, names[i]);
        g_test_add_data_func(test_name, paths[i], test_case);
    }
    g_test_add_data_func("/load/case-updates", paths, test_case_updates);
    g_test_add_func("/load/random-updates", test_random_updates);
    g_test_add_func("/load/random-refills", test_random_refills);
    g_test_add_func("/load/others-stay", test_others_stay);
    int result = g_test_run();
    nft_ctx_free(kernel);
    nft_ctx_free(other_kernel);
    return result;
}
