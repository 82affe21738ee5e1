/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf.h"

#include <string.h>

#include "contract-rows.h"
#include "cover.h"
#include "names.h"
#include "pf-model.h"
#include "samples.h"

#define ROUNDS 150

/* --- The contract ----------------------------------------------------------------------------- */

typedef struct {
    PfModel *model;
    Packet first; /* before translation */
    const char *tag;
    gboolean stateful;
} Way;

static gpointer
make_model(const AkinPolicy *policy, const AkinSituation *situation)
{
    Way *way = g_new0(Way, 1);
    way->model = pf_model_new(policy, situation);
    return way;
}

static void
free_model(gpointer data)
{
    Way *way = data;
    pf_model_free(way->model);
    g_free(way);
}

/* Answers to what has a state on all its way pf neither looks at nor leaves as they are. */
static const char *
judge(gpointer data, Packet *packet)
{
    Way *way = data;
    gboolean begins = !packet->looped && (packet->in || !packet->recv), stateful;
    if (packet->answer && way->stateful) {
        packet->from = way->first.to;
        packet->to = way->first.from;
        return "pass";
    }
    if (begins) {
        way->first = *packet;
        way->tag = "";
        way->stateful = TRUE;
    }
    const char *verdict = pf_model_judge(way->model, packet, &way->tag, &stateful);
    way->stateful = way->stateful && stateful;
    return strcmp(verdict, "return") == 0 ? "reject" : verdict;
}

static const ContractEngine engine = {"pf", make_model, free_model, judge};

/* --- Texts ------------------------------------------------------------------------------------ */

static char *
compile(const char *words)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    contract_case(words, &policy, &situation);
    return akin_pf_text(policy, situation);
}

/*
 * Panic ends by their label the states of what crosses the border, and no others: every rule with
 * a state that is not bound to a VM network has it, every other has not.
 */
static void
test_labels(void)
{
    static const char *const words[] = {"", "[firewall]\nenabled=false\n",
                                        "[situation]\nroutes4=true\nroutes6=true\n"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *text = compile(words[i]);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (guint k = 0; lines[k]; k++) {
            gboolean keeps = strstr(lines[k], " keep state") != NULL;
            gboolean inside = strstr(lines[k], " on \"vboxnet") != NULL;
            gboolean label = strstr(lines[k], " label \"" AKIN_PF_LABEL "\"") != NULL;
            g_assert_true(label == (keeps && !inside));
        }
    }
}

/* Fragments: the main ruleset makes them whole; pf.conf(5) wants these in this order. */
static void
test_sections(void)
{
    static const char *const kinds[] = {"table", "nat", "rdr", "pass", "block"};
    static const guint order[] = {0, 1, 2, 3, 3};
    g_autofree char *text = compile("");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint now = 0;
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        guint kind = 0;
        while (kind < G_N_ELEMENTS(kinds) && !g_str_has_prefix(lines[i], kinds[kind]))
            kind++;
        g_assert_cmpuint(kind, <, G_N_ELEMENTS(kinds));
        g_assert_cmpuint(order[kind], >=, now);
        now = order[kind];
    }
}

/* On macOS these are empty, or a rule for each address. */
static void
test_no_self(void)
{
    g_autofree char *text = compile("");
    g_assert_null(strstr(text, "(self"));
    g_assert_null(strstr(text, " self"));
}

/* --- Properties ------------------------------------------------------------------------------- */

static void
cover_by_rules(const char *text, const char *head, AkinProtocol protocol, Cover cover)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], head))
            continue;
        const char *begin = strstr(lines[i], " port { ") + strlen(" port { ");
        g_autofree char *list = g_strndup(begin, strcspn(begin, " "));
        cover_by_list(list, ':', protocol, cover);
    }
}

static void
check_cover(const AkinPolicy *policy, guint direction, const char *text, const char *tcp,
            const char *udp)
{
    static Cover wanted, found;
    memset(found, 0, sizeof found);
    cover_by_services(policy, direction, wanted);
    cover_by_rules(text, tcp, AKIN_PROTOCOL_TCP, found);
    cover_by_rules(text, udp, AKIN_PROTOCOL_UDP, found);
    g_assert_cmpmem(wanted, sizeof wanted, found, sizeof found);
}

static void
test_ports_once(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        policy->firewall = TRUE;
        policy->panic = FALSE;
        g_autofree char *text = akin_pf_text(policy, situation);
        check_cover(policy, AKIN_OUTGOING, text, "pass out quick proto tcp to any port",
                    "pass out quick proto udp to any port");
        check_cover(policy, AKIN_INCOMING, text, "pass in quick proto tcp to <akin_own> port",
                    "pass in quick proto udp to <akin_own> port");
        check_cover(policy, AKIN_INCOMING, text, "pass in quick proto tcp to <akin_own> port",
                    "pass in quick proto udp to <akin_everyone> port");
    }
}

static gsize
size_with(guint count)
{
    g_autofree char *words = contract_many(count);
    g_autofree char *text = compile(words);
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

#define NAME "\"[A-Za-z][A-Za-z0-9_.-]{0,14}\""
#define FIRST "\\(\"[A-Za-z][A-Za-z0-9_.-]{0,14}:0\"\\)"
#define IP4                                                                                        \
    "(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3})(?:/\\d\\d?)?"
#define IP6 "(?:[0-9a-f]{0,4}:[0-9a-f:.]{1,38})(?:/\\d{1,3})?"
#define WORD "(?:" IP4 "|" IP6 ")"
#define TABLE "<akin_(?:own|everyone|vm|outside|trusted|net\\d{1,4})>"
#define RANGE "[1-9]\\d{0,4}(?::[1-9]\\d{0,4})?"
#define PORT "[1-9]\\d{0,4}"
#define HOST "(?:(?:! )?" TABLE "|any|" WORD "|\\{(?: (?:" TABLE "|" WORD "))+ \\})"
#define PORTS "(?: port (?:" PORT "|\\{ " RANGE "(?:[ ,]" RANGE ")* \\}))?"
#define WORDS                                                                                      \
    "(?:in|out|quick|inet6?|proto (?:tcp|udp|icmp|ipv6-icmp|igmp|esp)|on (?:" NAME                 \
    "|\\{ lo lo0 \\})|all|from " HOST PORTS "|to " HOST PORTS                                      \
    "|icmp6?-type (?:echoreq|\\{(?: \\d+)+ \\})|tagged akin_(?:fwd|routed|self)|"                  \
    "! tagged akin_machine|tag akin_(?:machine|routed|self)|"                                      \
    "flags any|allow-opts|keep state(?: \\(if-bound\\))?|no state|label \"akin\")"

static const char form[] =
    "^(?:table " TABLE " const \\{(?: " WORD ")* \\}"
    "|nat on " NAME " inet6? from <akin_vm> to (?:! <akin_vm>|any tagged akin_fwd) -> " FIRST
    "|rdr on ! lo0 inet6? proto (?:tcp|udp) from (?:any|" WORD ") to <akin_outside> port " PORT
    " tag akin_fwd -> " WORD " port " PORT "|(?:pass|block (?:drop|return))(?: " WORDS ")+)\n$";

/* Whatever names and titles there are, the text has only lines of this form. */
static void
test_nothing_else(void)
{
    g_autoptr(GRand) rand = sample_rand();
    g_autoptr(GRegex) regex = g_regex_new(form, G_REGEX_OPTIMIZE, 0, NULL);
    g_autoptr(GRegex) tables = g_regex_new(TABLE, 0, 0, NULL);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinSituation) situation = sample_situation(rand);
        g_autofree char *text = akin_pf_text(policy, situation);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (guint k = 0; lines[k] && *lines[k]; k++) {
            g_autofree char *line = g_strconcat(lines[k], "\n", NULL);
            if (!g_regex_match(regex, line, 0, NULL))
                g_error("‘%s’ is none of our rules", lines[k]);
        }
        /* Every table that is asked is there. */
        g_autoptr(GMatchInfo) match = NULL;
        g_regex_match(tables, text, 0, &match);
        for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
            g_autofree char *name = g_match_info_fetch(match, 0);
            g_autofree char *made = g_strdup_printf("table %s const {", name);
            g_assert_nonnull(strstr(text, made));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract_rows_add(&engine);
    contract_explain_add(&engine);
    g_test_add_func("/pf/labels", test_labels);
    g_test_add_func("/pf/sections", test_sections);
    g_test_add_func("/pf/no-self", test_no_self);
    g_test_add_func("/pf/ports-once", test_ports_once);
    g_test_add_func("/pf/linear", test_linear);
    g_test_add_func("/pf/nothing-else", test_nothing_else);
    return g_test_run();
}
