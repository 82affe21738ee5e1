/* SPDX-License-Identifier: BSD-2-Clause */
#include "neighbours.h"

#include <string.h>

#include "neighbours-chains.h"
#include "shown.h"

const char *const akin_finding_names[] = {
    AKIN_FINDING_UNKNOWN,
    AKIN_FINDING_DOCKER,
    AKIN_FINDING_UFW,
    AKIN_FINDING_FIREWALLD,
    AKIN_FINDING_LIBVIRT,
    AKIN_FINDING_FORWARD,
    AKIN_FINDING_INPUT,
    AKIN_FINDING_OUTPUT,
    AKIN_FINDING_BRIDGE,
    AKIN_FINDING_STRICT,
    NULL,
};

typedef struct {
    const AkinSurroundings *seen;
    const AkinPolicy *policy;
    const AkinSituation *situation;
    gboolean forwarding;
    GArray *findings;
} Judge;

/* --- VM networks ------------------------------------------------------------------------------ */

static gboolean
has_name(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *) names, name, g_str_equal, NULL);
}

/*
 * The names of VM networks that are up and of which any of this is stopped, to be freed; what, or
 * NULL: all that is stopped of the first.
 */
static GPtrArray *
list_stopped(const Judge *judge, const AkinChain *chain, guint any, guint *what)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < judge->situation->interfaces->len; i++) {
        const AkinInterface *network = judge->situation->interfaces->pdata[i];
        if (!akin_network_is_up(judge->policy, network))
            continue;
        guint stopped =
            akin_chain_stopped(chain, judge->seen, judge->policy, judge->situation, network);
        if ((stopped & any) == 0)
            continue;
        if (names->len == 0 && what)
            *what = stopped;
        g_ptr_array_add(names, akin_shown(network->name));
    }
    return names;
}

static char *
join(GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    char *list = g_strjoinv(", ", (char **) names->pdata);
    g_ptr_array_set_size(names, (gint) names->len - 1);
    return list;
}

/* --- Findings --------------------------------------------------------------------------------- */

static void
finding_clear(gpointer data)
{
    g_free(((AkinFinding *) data)->sentence);
}

static const AkinFinding *
find(const Judge *judge, const char *name)
{
    for (guint i = 0; i < judge->findings->len; i++) {
        const AkinFinding *finding = &g_array_index(judge->findings, AkinFinding, i);
        if (strcmp(finding->name, name) == 0)
            return finding;
    }
    return NULL;
}

/* The first of a name counts. Takes sentence. */
static void
add_finding(Judge *judge, const char *name, gboolean note, char *sentence)
{
    AkinFinding finding = {name, sentence, note};
    if (find(judge, name))
        g_free(sentence);
    else
        g_array_append_val(judge->findings, finding);
}

static void G_GNUC_PRINTF(3, 4) add(Judge *judge, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_finding(judge, name, FALSE, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* "chain ‘FORWARD’ of table ip ‘filter’" */
static char *
describe(const AkinChain *chain)
{
    g_autofree char *name = akin_shown(chain->name);
    g_autofree char *table = akin_shown(chain->table);
    return g_strdup_printf("chain ‘%s’ of table %s ‘%s’", name, chain->family, table);
}

/* How a program lets a VM network through: words before and after the network's name. */
typedef struct {
    const char *finding, *drops; /* NULL: the chain does */
    const char *begin, *out, *in, *after, *end;
} Program;

/* It needs no way in: answers and what was translated pass it by themselves. */
static const Program firewalld = {
    .finding = AKIN_FINDING_FIREWALLD,
    .drops = "firewalld rejects",
    .begin = "",
    .out = "sudo firewall-cmd --permanent --zone=trusted --add-interface=",
    .after = ", then sudo firewall-cmd --reload",
    .end = "",
};
static const Program docker = {
    .finding = AKIN_FINDING_DOCKER,
    .drops = "Docker's rules drop",
    .begin = "",
    .out = "sudo iptables -I DOCKER-USER -i ",
    .in = "sudo iptables -I DOCKER-USER -o ",
    .after = " -j ACCEPT",
    .end = " (akin goes on to decide what passes)",
};
static const Program docker6 = {
    .finding = AKIN_FINDING_DOCKER,
    .drops = "Docker's rules drop",
    .begin = "",
    .out = "sudo ip6tables -I DOCKER-USER -i ",
    .in = "sudo ip6tables -I DOCKER-USER -o ",
    .after = " -j ACCEPT",
    .end = " (akin goes on to decide what passes)",
};
static const Program ufw = {
    .finding = AKIN_FINDING_UFW,
    .drops = "ufw drops",
    .begin = "",
    .out = "sudo ufw route allow in on ",
    .in = "sudo ufw route allow out on ",
    .after = "",
    .end = "",
};
static const Program nobody = {
    .finding = AKIN_FINDING_FORWARD,
    .begin = "there, accept ",
    .out = "what comes from ",
    .in = "what goes to ",
    .after = "",
    .end = " (see sudo nft list ruleset)",
};

static const Program *
whose(const Judge *judge, const AkinChain *chain)
{
    if (akin_chain_is_firewalld(chain))
        return &firewalld;
    if (akin_chain_is_dockers(judge->seen->chains, chain))
        return strcmp(chain->family, "ip6") == 0 ? &docker6 : &docker;
    return akin_chain_is_ufws(judge->seen->chains, chain) ? &ufw : &nobody;
}

/* What lets this through, and nothing that has been done. */
static char *
advise(const Program *program, guint what, const char *name)
{
    gboolean out = what & AKIN_STOPS_OUTGOING;
    gboolean in = what & (AKIN_STOPS_ANSWERS | AKIN_STOPS_FORWARDS);
    g_autofree char *leave =
        out ? g_strconcat(program->out, name, program->after, NULL) : g_strdup("");
    g_autofree char *enter =
        in ? g_strconcat(program->in, name, program->after, NULL) : g_strdup("");
    return g_strconcat(program->begin, leave, out && in ? ", and " : "", enter, program->end, NULL);
}

/* The worst is told alone, of all networks that have it: without a way out nothing else matters. */
static void
judge_forward(Judge *judge, const AkinChain *chain)
{
    static const struct {
        guint what;
        const char *before, *after; /* the names of the networks */
    } problems[] = {{AKIN_STOPS_OUTGOING, "machines of ", " may not get out"},
                    {AKIN_STOPS_ANSWERS, "machines of ", " may get no answers"},
                    {AKIN_STOPS_FORWARDS, "forwards to machines of ", " may not work"}};
    const Program *program = whose(judge, chain);
    for (guint i = 0; i < G_N_ELEMENTS(problems); i++) {
        guint what = 0;
        g_autoptr(GPtrArray) stopped = list_stopped(judge, chain, problems[i].what, &what);
        if (stopped->len == 0)
            continue;
        g_autofree char *networks = join(stopped);
        g_autofree char *where = describe(chain);
        g_autofree char *drops =
            program->drops ? g_strdup(program->drops) : g_strconcat(where, " drops", NULL);
        /* The name is a plain one, or it were no VM network. */
        g_autofree char *advice = advise(program, what, stopped->pdata[0]);
        add(judge, program->finding,
            "%s forwarded packets that have no rule of their own, so %s%s%s; let them: %s", drops,
            problems[i].before, networks, problems[i].after, advice);
        return;
    }
}

/* Another firewall beside akin may well be meant so: a note. */
static void
judge_input(Judge *judge, const AkinChain *chain)
{
    g_autofree char *where = describe(chain);
    if (akin_chain_is_firewalld(chain))
        add_finding(judge, AKIN_FINDING_FIREWALLD, TRUE,
                    g_strdup("firewalld runs too: only what both it and akin let in gets in; let "
                             "it in there as well: sudo firewall-cmd --add-port=PORT/tcp, or end "
                             "it: sudo systemctl disable --now firewalld"));
    else if (akin_chain_is_ufws(judge->seen->chains, chain))
        add_finding(judge, AKIN_FINDING_UFW, TRUE,
                    g_strdup("ufw is on too: only what both it and akin let in gets in; let it in "
                             "there as well: sudo ufw allow PORT, or turn it off: sudo ufw "
                             "disable"));
    else
        add_finding(judge, AKIN_FINDING_INPUT, TRUE,
                    g_strdup_printf("%s drops what comes in and it has no rule for, also what akin "
                                    "lets in; let it in there as well (see sudo nft list ruleset)",
                                    where));
}

static void
judge_output(Judge *judge, const AkinChain *chain)
{
    g_autofree char *where = describe(chain);
    add(judge, AKIN_FINDING_OUTPUT,
        "%s drops what goes out and it has no rule for, as a VPN's kill switch does, also what "
        "akin lets out; what machines send does not pass there and is not held by it; end it in "
        "the program that made it",
        where);
}

static void
judge_chains(Judge *judge)
{
    const GArray *chains = judge->seen->chains;
    gboolean nat = akin_nat_is_active(judge->policy, judge->situation);
    for (guint i = 0; nat && i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        if (akin_chain_stops(chain, AKIN_HOOK_FORWARD))
            judge_forward(judge, chain);
    }
    /* Second, so that what keeps machines in is told first where a program does both. */
    for (guint i = 0; i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        if (akin_chain_stops(chain, AKIN_HOOK_INPUT))
            judge_input(judge, chain);
        else if (chain->drops && akin_chain_stops(chain, AKIN_HOOK_OUTPUT))
            judge_output(judge, chain);
    }
}

/* From outside to outside passes only what passed before akin turned forwarding on. */
static void
judge_guests(Judge *judge)
{
    static const char advice[] =
        "since akin has turned forwarding on before it; let them: sudo akinctl stop, sudo sysctl "
        "net.ipv4.ip_forward=1, sudo akinctl start; for good: net.ipv4.ip_forward=1 in "
        "/etc/sysctl.d";
    const GArray *chains = judge->seen->chains;
    if (!judge->forwarding || judge->situation->routes4)
        return;
    if (akin_chains_have(chains, NULL, "LIBVIRT_") ||
        akin_chains_have_table(chains, "libvirt_network"))
        add(judge, AKIN_FINDING_LIBVIRT,
            "machines in libvirt's own networks, those that are no VM networks of akin, get no "
            "answers from outside, %s",
            advice);
    if (akin_chains_have(chains, NULL, "DOCKER") ||
        akin_chains_have_table(chains, "docker-bridges"))
        add(judge, AKIN_FINDING_DOCKER, "Docker's containers get no answers from outside, %s",
            advice);
}

/* The families of packets that a chain meets and that meet it from within bridges. */
static guint
bridged(const Judge *judge, const AkinChain *chain)
{
    guint met = strcmp(chain->family, "ip") == 0    ? AKIN_BRIDGED_IPV4
                : strcmp(chain->family, "ip6") == 0 ? AKIN_BRIDGED_IPV6
                                                    : AKIN_BRIDGED_IPV4 | AKIN_BRIDGED_IPV6;
    return met & judge->seen->bridges_filtered;
}

/* Between machines on one bridge there is nothing to route, and yet chains of IP see it. */
static void
judge_bridges(Judge *judge)
{
    const GArray *chains = judge->seen->chains;
    for (guint i = 0; i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        guint families = bridged(judge, chain);
        if (!akin_chain_stops(chain, AKIN_HOOK_FORWARD) || families == 0)
            continue;
        g_autoptr(GPtrArray) stopped = list_stopped(judge, chain, AKIN_STOPS_WITHIN, NULL);
        for (guint k = stopped->len; k-- > 0;) {
            if (!has_name(judge->seen->bridges, stopped->pdata[k]))
                g_ptr_array_remove_index(stopped, k);
        }
        if (stopped->len == 0)
            continue;
        g_autofree char *networks = join(stopped);
        g_autofree char *where = describe(chain);
        add(judge, AKIN_FINDING_BRIDGE,
            "machines of %s do not see each other, since what passes within a bridge goes through "
            "%s, which drops it; let them: sudo sysctl%s%s",
            networks, where,
            families & AKIN_BRIDGED_IPV4 ? " net.bridge.bridge-nf-call-iptables=0" : "",
            families & AKIN_BRIDGED_IPV6 ? " net.bridge.bridge-nf-call-ip6tables=0" : "");
    }
}

static void
judge_strict(Judge *judge)
{
    g_autoptr(GPtrArray) uplinks = akin_situation_uplinks(judge->policy, judge->situation);
    g_autoptr(GPtrArray) strict = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < uplinks->len; i++) {
        const AkinInterface *uplink = uplinks->pdata[i];
        if (has_name(judge->seen->strict, uplink->name))
            g_ptr_array_add(strict, akin_shown(uplink->name));
    }
    if (strict->len == 0 || uplinks->len < 2)
        return;
    g_autofree char *names = join(strict);
    /* In a command, an odd name would be a danger to who types it. */
    const char *first = strict->pdata[0];
    add(judge, AKIN_FINDING_STRICT,
        "the kernel drops what comes in by %s from where the best route is another (rp_filter is "
        "1), so with several uplinks only the active NIC is reached from afar; let them: sudo "
        "akinctl doctor mend rp-filter, or for each: sudo sysctl net/ipv4/conf/%s/rp_filter=2",
        names, akin_name_is_plain(first) ? first : "CARD");
}

GArray *
akin_neighbours_judge(const AkinSurroundings *seen, const AkinPolicy *policy,
                      const AkinSituation *situation, gboolean forwarding)
{
    GArray *findings = g_array_new(FALSE, FALSE, sizeof(AkinFinding));
    g_array_set_clear_func(findings, finding_clear);
    Judge judge = {seen, policy, situation, forwarding, findings};
    if (seen->unknown)
        add(&judge, AKIN_FINDING_UNKNOWN,
            "whether other programs drop what akin lets through is not known: %s; look with sudo "
            "nft list ruleset",
            seen->unknown);
    judge_chains(&judge);
    judge_guests(&judge);
    judge_bridges(&judge);
    judge_strict(&judge);
    return findings;
}
