/* SPDX-License-Identifier: BSD-2-Clause */
#include "neighbours.h"

#include <string.h>

#include "names.h"
#include "shown.h"

/*
 * Theory of operation
 *
 * A chain stops forwarded packets when its policy is to drop, or when it is firewalld's, which ends
 * in a rule that rejects. Whether a VM network's packets pass it all the same is read from few
 * rules: those of the chain itself, and of the chains that each program has for a person's own
 * rules. A rule there that lets the network through makes the finding go away, so that who has
 * followed the advice is not told again. Nothing else of their rules is understood, and a drop by
 * a rule in a chain whose policy is to accept is not seen.
 */

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

/* The chains that programs have for a person's own rules, and where those lead. */
static const struct {
    const char *chain, *target;
} gates[] = {
    {"DOCKER-USER", "accept"},
    {"ufw-user-forward", "accept"},
    {"ufw6-user-forward", "accept"},
    {"filter_FORWARD_ZONES", "filter_FWD_trusted"},
};

typedef struct {
    const AkinSurroundings *seen;
    const AkinPolicy *policy;
    const AkinSituation *situation;
    gboolean forwarding;
    GArray *findings;
} Judge;

/* --- What was seen ---------------------------------------------------------------------------- */

static void
chain_clear(gpointer data)
{
    AkinChain *chain = data;
    g_free(chain->family);
    g_free(chain->table);
    g_free(chain->name);
}

static void
door_clear(gpointer data)
{
    AkinDoor *door = data;
    g_free(door->family);
    g_free(door->table);
    g_free(door->chain);
    g_strfreev(door->from);
    g_strfreev(door->to);
    g_free(door->target);
}

AkinSurroundings *
akin_surroundings_new(void)
{
    AkinSurroundings *seen = g_new0(AkinSurroundings, 1);
    seen->chains = g_array_new(FALSE, FALSE, sizeof(AkinChain));
    seen->doors = g_array_new(FALSE, FALSE, sizeof(AkinDoor));
    g_array_set_clear_func(seen->chains, chain_clear);
    g_array_set_clear_func(seen->doors, door_clear);
    seen->strict = g_ptr_array_new_with_free_func(g_free);
    seen->bridges = g_ptr_array_new_with_free_func(g_free);
    return seen;
}

void
akin_surroundings_free(AkinSurroundings *seen)
{
    g_free(seen->unknown);
    g_array_unref(seen->chains);
    g_array_unref(seen->doors);
    g_ptr_array_unref(seen->strict);
    g_ptr_array_unref(seen->bridges);
    g_free(seen);
}

static gboolean
has_name(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *) names, name, g_str_equal, NULL);
}

/* --- Chains ----------------------------------------------------------------------------------- */

static gboolean
is_ours(const AkinChain *chain)
{
    return strcmp(chain->family, AKIN_NFT_FAMILY) == 0 && strcmp(chain->table, AKIN_NFT_TABLE) == 0;
}

static gboolean
is_firewalld(const AkinChain *chain)
{
    return strcmp(chain->table, "firewalld") == 0;
}

static gboolean
stops(const AkinChain *chain, AkinHook hook)
{
    return chain->hook == hook && !is_ours(chain) && (chain->drops || is_firewalld(chain));
}

static gboolean
same_table(const AkinChain *a, const AkinChain *b)
{
    return strcmp(a->table, b->table) == 0 && strcmp(a->family, b->family) == 0;
}

/* Whether there is a chain whose name begins so; beside: in its table, NULL: in any. */
static gboolean
has_chain(const GArray *chains, const AkinChain *beside, const char *prefix)
{
    for (guint i = 0; i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        if (g_str_has_prefix(chain->name, prefix) && (!beside || same_table(chain, beside)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_table(const GArray *chains, const char *name)
{
    for (guint i = 0; i < chains->len; i++) {
        if (strcmp(g_array_index(chains, AkinChain, i).table, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_dockers(const GArray *chains, const AkinChain *chain)
{
    return has_chain(chains, chain, "DOCKER-USER");
}

static gboolean
is_ufws(const GArray *chains, const AkinChain *chain)
{
    return has_chain(chains, chain, "ufw-") || has_chain(chains, chain, "ufw6-");
}

/* Where a rule of this chain has to lead to let a network through; NULL: it is no gate. */
static const char *
gate_target(const AkinChain *chain)
{
    for (guint i = 0; i < G_N_ELEMENTS(gates); i++) {
        if (strcmp(chain->name, gates[i].chain) == 0)
            return gates[i].target;
    }
    return stops(chain, AKIN_HOOK_FORWARD) && !is_firewalld(chain) ? "accept" : NULL;
}

GPtrArray *
akin_chains_list_gates(const GArray *chains)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < chains->len; i++) {
        AkinChain *chain = &g_array_index(chains, AkinChain, i);
        gboolean beside = FALSE;
        for (guint k = 0; gate_target(chain) && !beside && k < chains->len; k++) {
            const AkinChain *other = &g_array_index(chains, AkinChain, k);
            beside = stops(other, AKIN_HOOK_FORWARD) && same_table(chain, other);
        }
        if (beside)
            g_ptr_array_add(list, chain);
    }
    return list;
}

/* --- VM networks ------------------------------------------------------------------------------ */

static gboolean
meets(const AkinChain *chain, AkinFamily family)
{
    return strcmp(chain->family, "inet") == 0 ||
           (strcmp(chain->family, "ip6") == 0) == (family == AKIN_IPV6);
}

static gboolean
concerns(const AkinChain *chain, const AkinInterface *network)
{
    for (guint i = 0; i < network->addresses->len; i++) {
        if (meets(chain, g_array_index(network->addresses, AkinPrefix, i).family))
            return TRUE;
    }
    return FALSE;
}

static gboolean
names_match(char **names, const char *interface)
{
    for (guint i = 0; names && names[i]; i++) {
        if (akin_pattern_matches(names[i], interface))
            return TRUE;
    }
    return FALSE;
}

/* What of a network a chain stops. */
enum { OUTGOING = 1 << 0, ANSWERS = 1 << 1, FORWARDS = 1 << 2 };

static gboolean
has_forward(const Judge *judge, const AkinChain *chain, const AkinInterface *network)
{
    for (guint i = 0; i < judge->policy->forwards->len; i++) {
        const AkinForward *forward = &g_array_index(judge->policy->forwards, AkinForward, i);
        if (meets(chain, forward->address.family) &&
            akin_situation_find_network(judge->policy, judge->situation, &forward->address) ==
                network)
            return TRUE;
    }
    return FALSE;
}

/* ufw lets answers back by itself, and firewalld whatever belongs to what it lets out. */
static guint
stops_at_first(const Judge *judge, const AkinChain *chain, const AkinInterface *network)
{
    if (is_firewalld(chain))
        return OUTGOING;
    return OUTGOING | (has_forward(judge, chain, network) ? FORWARDS : 0) |
           (is_ufws(judge->seen->chains, chain) ? 0 : ANSWERS);
}

/* The rest, with the rules that let it through. */
static guint
stops_of(const Judge *judge, const AkinChain *chain, const AkinInterface *network)
{
    guint stopped = stops_at_first(judge, chain, network);
    for (guint i = 0; i < judge->seen->doors->len; i++) {
        const AkinDoor *door = &g_array_index(judge->seen->doors, AkinDoor, i);
        const AkinChain gate = {door->family, door->table, door->chain, AKIN_HOOK_FORWARD, TRUE};
        if (!same_table(chain, &gate) || g_strcmp0(gate_target(&gate), door->target) != 0)
            continue;
        if (names_match(door->from, network->name))
            stopped &= ~OUTGOING;
        if (names_match(door->to, network->name))
            stopped &= ~(ANSWERS | FORWARDS);
        if (door->answers)
            stopped &= ~ANSWERS;
    }
    return stopped;
}

/* The names of VM networks that are up and do not get through, to be freed; and what, of any. */
static GPtrArray *
list_stopped(const Judge *judge, const AkinChain *chain, guint *what)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    *what = 0;
    for (guint i = 0; i < judge->situation->interfaces->len; i++) {
        const AkinInterface *network = judge->situation->interfaces->pdata[i];
        if (!akin_network_is_up(judge->policy, network) || !concerns(chain, network))
            continue;
        guint stopped = stops_of(judge, chain, network);
        if (stopped != 0)
            g_ptr_array_add(names, akin_shown(network->name));
        *what |= stopped;
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

/* Of nobody we know: what is missing there, in words. */
static void
judge_own_forward(Judge *judge, const AkinChain *chain, guint what, const char *networks,
                  const char *name)
{
    g_autofree char *where = describe(chain);
    const char *problem = what & OUTGOING  ? "machines of %s may not get out"
                          : what & ANSWERS ? "machines of %s may get no answers"
                                           : "forwards to machines of %s may not work";
    gboolean out = what & OUTGOING, in = what & (ANSWERS | FORWARDS);
    g_autoptr(GString) sentence = g_string_new(NULL);
    g_string_append_printf(sentence, "%s drops forwarded packets that it has no rule for, so ",
                           where);
    g_string_append_printf(sentence, problem, networks);
    g_string_append(sentence, "; let them: there, accept ");
    if (out)
        g_string_append_printf(sentence, "what comes from %s", name);
    g_string_append(sentence, out && in ? ", and " : "");
    if (in)
        g_string_append_printf(sentence, "what goes to %s", name);
    g_string_append(sentence, " (see sudo nft list ruleset)");
    add_finding(judge, AKIN_FINDING_FORWARD, FALSE,
                g_string_free(g_steal_pointer(&sentence), FALSE));
}

static void
judge_forward(Judge *judge, const AkinChain *chain)
{
    guint what;
    g_autoptr(GPtrArray) stopped = list_stopped(judge, chain, &what);
    if (stopped->len == 0)
        return;
    g_autofree char *networks = join(stopped);
    const char *name = stopped->pdata[0]; /* a plain one, or it were no VM network */
    const char *tool = strcmp(chain->family, "ip6") == 0 ? "ip6tables" : "iptables";
    if (is_firewalld(chain))
        add(judge, AKIN_FINDING_FIREWALLD,
            "firewalld rejects what machines of %s send outside; let them: sudo firewall-cmd "
            "--permanent --zone=trusted --add-interface=%s, then sudo firewall-cmd --reload",
            networks, name);
    else if (is_dockers(judge->seen->chains, chain))
        add(judge, AKIN_FINDING_DOCKER,
            "Docker's rules drop what machines of %s send outside; let them: sudo %s -I "
            "DOCKER-USER -i %s -j ACCEPT, and sudo %s -I DOCKER-USER -o %s -j ACCEPT (akin goes on "
            "to decide what passes)",
            networks, tool, name, tool, name);
    else if (is_ufws(judge->seen->chains, chain))
        add(judge, AKIN_FINDING_UFW,
            "ufw drops what machines of %s send outside; let them: sudo ufw route allow in on %s, "
            "and for forwards sudo ufw route allow out on %s",
            networks, name, name);
    else
        judge_own_forward(judge, chain, what, networks, name);
}

/* Another firewall beside akin may well be meant so: a note. */
static void
judge_input(Judge *judge, const AkinChain *chain)
{
    g_autofree char *where = describe(chain);
    if (is_firewalld(chain))
        add_finding(judge, AKIN_FINDING_FIREWALLD, TRUE,
                    g_strdup("firewalld runs too: only what both it and akin let in gets in; let "
                             "it in there as well: sudo firewall-cmd --add-port=PORT/tcp, or end "
                             "it: sudo systemctl disable --now firewalld"));
    else if (is_ufws(judge->seen->chains, chain))
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
        if (stops(chain, AKIN_HOOK_FORWARD))
            judge_forward(judge, chain);
    }
    /* Second, so that what keeps machines in is told first where a program does both. */
    for (guint i = 0; i < chains->len; i++) {
        const AkinChain *chain = &g_array_index(chains, AkinChain, i);
        if (stops(chain, AKIN_HOOK_INPUT))
            judge_input(judge, chain);
        else if (chain->drops && stops(chain, AKIN_HOOK_OUTPUT))
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
    if (has_chain(chains, NULL, "LIBVIRT_") || has_table(chains, "libvirt_network"))
        add(judge, AKIN_FINDING_LIBVIRT,
            "machines in libvirt's own networks, those that are no VM networks of akin, get no "
            "answers from outside, %s",
            advice);
    if (has_chain(chains, NULL, "DOCKER") || has_table(chains, "docker-bridges"))
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
        guint families = bridged(judge, chain), what;
        if (!stops(chain, AKIN_HOOK_FORWARD) || families == 0)
            continue;
        g_autoptr(GPtrArray) stopped = list_stopped(judge, chain, &what);
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
