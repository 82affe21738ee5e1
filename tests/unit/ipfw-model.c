/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-model.h"

#include <stdlib.h>
#include <string.h>

#include "natd.h"

typedef struct {
    guint number;
    char **words;
    guint body; /* index of the protocol */
} Rule;

/* A translation, or a state: both are found by a packet that goes the other way. */
typedef struct {
    const char *name; /* of the state; NULL for the one without */
    guint rule;       /* index of the state's parent */
    char *protocol;
    PacketEnd from, to;         /* before, in a translation */
    PacketEnd new_from, new_to; /* after it */
} Link;

struct _IpfwModel {
    const AkinSituation *situation;
    GArray *rules, *states, *links;
    GPtrArray *instances;
    guint natd; /* port */
};

static void
rule_clear(gpointer data)
{
    g_strfreev(((Rule *) data)->words);
}

static void
link_clear(gpointer data)
{
    g_free(((Link *) data)->protocol);
}

static GArray *
new_links(void)
{
    GArray *links = g_array_new(FALSE, FALSE, sizeof(Link));
    g_array_set_clear_func(links, link_clear);
    return links;
}

static gboolean
is(const char *word, const char *other)
{
    return g_strcmp0(word, other) == 0;
}

IpfwModel *
ipfw_model_new(const AkinPolicy *policy, const AkinSituation *situation, AkinIpfwNat nat)
{
    static const char *const with_argument[] = {"skipto",  "divert",   "tee", "nat",
                                                "unreach", "unreach6", NULL};
    IpfwModel *model = g_new0(IpfwModel, 1);
    g_autofree char *text = akin_ipfw_text(policy, situation, AKIN_IPFW_SET_A, nat);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    model->situation = situation;
    model->instances = akin_nat_instances(policy, situation);
    model->states = new_links();
    model->links = new_links();
    model->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(model->rules, rule_clear);
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        Rule rule = {.words = g_strsplit(lines[i], " ", -1), .body = 5};
        g_assert_cmpstr(rule.words[0], ==, "add");
        rule.number = atoi(rule.words[1]);
        if (g_strv_contains(with_argument, rule.words[4]))
            rule.body++;
        g_array_append_val(model->rules, rule);
    }
    return model;
}

void
ipfw_model_free(IpfwModel *model)
{
    g_array_unref(model->rules);
    g_array_unref(model->states);
    g_array_unref(model->links);
    g_ptr_array_unref(model->instances);
    g_free(model);
}

/* --- Matching --------------------------------------------------------------------------------- */

static gboolean
is_me(const IpfwModel *model, const PacketEnd *end, gboolean six)
{
    for (guint i = 0; i < model->situation->interfaces->len; i++) {
        const AkinInterface *interface = model->situation->interfaces->pdata[i];
        for (guint k = 0; k < interface->addresses->len; k++) {
            AkinPrefix own = g_array_index(interface->addresses, AkinPrefix, k);
            own.length = akin_family_bits(own.family);
            if (akin_prefix_equal(&own, &end->address) && (!six || own.family == AKIN_IPV6))
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
in_list(guint value, const char *list)
{
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    for (guint i = 0; items[i]; i++) {
        if (packet_in_ports(value, items[i], '-'))
            return TRUE;
    }
    return FALSE;
}

/* "any", "me", "me6" or a list, each also after "not"; then perhaps ports. */
static gboolean
match_end(const IpfwModel *model, char ***at, const PacketEnd *end)
{
    gboolean not = is(**at, "not"), match = FALSE;
    *at += not ;
    g_auto(GStrv) items = g_strsplit(*(*at)++, ",", -1);
    for (guint i = 0; items[i] && !match; i++) {
        if (is(items[i], "any"))
            match = TRUE;
        else if (is(items[i], "me") || is(items[i], "me6"))
            match = is_me(model, end, is(items[i], "me6"));
        else
            match = packet_in_prefix(end, items[i]);
    }
    match = match != not ;
    if (is(**at, "dst-port"))
        ++*at;
    if (**at && g_ascii_isdigit(***at))
        match = in_list(end->port, *(*at)++) && match;
    return match;
}

static gboolean
match_protocol(const char *word, const Packet *packet)
{
    if (is(word, "ip"))
        return TRUE;
    if (is(word, "ip4") || is(word, "ip6"))
        return packet->from.address.family == (is(word, "ip4") ? AKIN_IPV4 : AKIN_IPV6);
    return is(word, packet->protocol);
}

static gboolean
match_option(const Packet *packet, const char *option, const char *argument)
{
    if (is(option, "in") || is(option, "out"))
        return packet->in == is(option, "in");
    if (is(option, "recv"))
        return packet->recv && g_pattern_match_simple(argument, packet->recv);
    if (is(option, "xmit"))
        return !packet->in && is(argument, packet->xmit);
    if (is(option, "via"))
        return is(packet->in ? packet->recv : packet->xmit, "lo0");
    if (is(option, "icmptypes") || is(option, "icmp6types"))
        return in_list(packet->type, argument);
    if (is(option, "setup"))
        return is(packet->protocol, "tcp") && !packet->answer;
    if (is(option, "ipv4"))
        return packet->from.address.family == AKIN_IPV4;
    if (is(option, "frag"))
        return FALSE;
    if (is(option, "keep-state") || option[0] == ':')
        return TRUE;
    g_error("the model does not know ‘%s’", option);
}

static gboolean
match_options(char **at, const Packet *packet)
{
    static const char *const with_argument[] = {"recv",      "xmit",       "via",
                                                "icmptypes", "icmp6types", NULL};
    gboolean match = TRUE;
    for (; *at; at++) {
        const char *option = *at;
        const char *argument = g_strv_contains(with_argument, option) ? *++at : NULL;
        match = match_option(packet, option, argument) && match;
    }
    return match;
}

static gboolean
match_rule(const IpfwModel *model, const Rule *rule, const Packet *packet)
{
    char **at = rule->words + rule->body;
    gboolean match = match_protocol(*at++, packet);
    g_assert_cmpstr(*at++, ==, "from");
    match = match_end(model, &at, &packet->from) && match;
    g_assert_cmpstr(*at++, ==, "to");
    match = match_end(model, &at, &packet->to) && match;
    return match_options(at, packet) && match;
}

/* --- States and translation ------------------------------------------------------------------- */

static const Link *
find_link(const GArray *links, const char *name, const Packet *packet)
{
    for (guint i = 0; i < links->len; i++) {
        const Link *link = &g_array_index(links, Link, i);
        if (!is(link->name, name) || !is(link->protocol, packet->protocol))
            continue;
        if (packet_same_end(&link->new_from, &packet->to) &&
            packet_same_end(&link->new_to, &packet->from))
            return link;
    }
    return NULL;
}

/* Of a packet that goes on, or of an answer. */
static const Link *
find_state(const IpfwModel *model, const char *name, const Packet *packet)
{
    Packet other = *packet;
    const Link *answered = find_link(model->states, name, packet);
    other.from = packet->to;
    other.to = packet->from;
    return answered ? answered : find_link(model->states, name, &other);
}

static void
add_link(GArray *links, const char *name, guint rule, const Packet *before, const Packet *after)
{
    Link link = {name,        rule,     g_strdup(before->protocol), before->from, before->to,
                 after->from, after->to};
    g_array_append_val(links, link);
}

static const AkinNatInstance *
instance_of(const IpfwModel *model, guint port)
{
    for (guint i = 0; i < model->instances->len; i++) {
        const AkinNatInstance *instance = model->instances->pdata[i];
        if (instance->port == port)
            return instance;
    }
    g_error("nobody listens at divert port %u", port);
}

static PacketEnd
alias_of(const IpfwModel *model, const AkinNatInstance *instance)
{
    for (guint i = 0; i < model->situation->interfaces->len; i++) {
        const AkinInterface *interface = model->situation->interfaces->pdata[i];
        for (guint k = 0; is(interface->name, instance->interface); k++) {
            PacketEnd end = {g_array_index(interface->addresses, AkinPrefix, k), 0};
            end.address.length = akin_family_bits(end.address.family);
            if (end.address.family == AKIN_IPV4)
                return end;
        }
    }
    g_error("natd for %s without such an interface", instance->interface);
}

/* "redirect_port tcp 192.168.56.101:80 81" */
static gboolean
redirect(const AkinNatInstance *instance, Packet *packet)
{
    g_auto(GStrv) lines = g_strsplit(instance->natd, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit_set(lines[i], " :", -1);
        if (!is(words[0], "redirect_port") || !is(words[1], packet->protocol) ||
            (guint) atoi(words[4]) != packet->to.port)
            continue;
        packet->to = packet_end(words[2], atoi(words[3]));
        return TRUE;
    }
    return FALSE;
}

static void
translate(IpfwModel *model, guint port, Packet *packet)
{
    const AkinNatInstance *instance = instance_of(model, port);
    PacketEnd alias = alias_of(model, instance);
    const Link *link = find_link(model->links, NULL, packet);
    const Packet before = *packet;
    model->natd = port;
    g_assert_cmpint(packet->from.address.family, ==, AKIN_IPV4);
    if (link) {
        packet->from = link->to;
        packet->to = link->from;
        return;
    }
    if (!packet->in) {
        alias.port = packet->from.port;
        packet->from = alias;
    } else if (!akin_prefix_equal(&alias.address, &packet->to.address) ||
               !redirect(instance, packet)) {
        return;
    }
    add_link(model->links, NULL, 0, &before, packet);
}

/* --- The way through -------------------------------------------------------------------------- */

static const char *
state_name(const Rule *rule)
{
    guint length = g_strv_length(rule->words);
    return rule->words[length - 1][0] == ':' ? rule->words[length - 1] : NULL;
}

static guint
skip_to(const IpfwModel *model, guint number)
{
    guint i = 0;
    while (i < model->rules->len && g_array_index(model->rules, Rule, i).number < number)
        i++;
    return i;
}

/* The rule whose action is to be done: this one, a state's parent, or NULL. */
static const Rule *
decide(IpfwModel *model, guint index, const Packet *packet)
{
    const Rule *rule = &g_array_index(model->rules, Rule, index);
    gboolean check = is(rule->words[4], "check-state");
    gboolean keep = g_strv_contains((const char *const *) rule->words, "keep-state");
    const Link *state = check || keep ? find_state(model, state_name(rule), packet) : NULL;
    if (state)
        return &g_array_index(model->rules, Rule, state->rule);
    if (check || !match_rule(model, rule, packet))
        return NULL;
    if (keep)
        add_link(model->states, state_name(rule), index, packet, packet);
    return rule;
}

/* "reset" answers IPv4 alone, and lets IPv6 go on. */
static gboolean
is_of_family(const char *action, AkinFamily family)
{
    gboolean refuses = g_str_has_prefix(action, "reset") || g_str_has_prefix(action, "unreach");
    return !refuses || g_str_has_suffix(action, "6") == (family == AKIN_IPV6);
}

const char *
ipfw_model_judge(IpfwModel *model, Packet *packet)
{
    guint steps = 0;
    for (guint i = 0; i < model->rules->len;) {
        const Rule *rule = decide(model, i, packet);
        g_assert_cmpint(steps++, <, 10000);
        i++;
        if (!rule || is(rule->words[4], "reass"))
            continue;
        if (is(rule->words[4], "skipto")) {
            i = skip_to(model, atoi(rule->words[5]));
        } else if (is(rule->words[4], "divert") || is(rule->words[4], "tee")) {
            translate(model, atoi(rule->words[5]), packet);
            i = skip_to(model, rule->number + 1);
        } else if (is(rule->words[4], "nat")) {
            translate(model, atoi(rule->words[5]), packet);
        } else if (is_of_family(rule->words[4], packet->from.address.family)) {
            return rule->words[4];
        }
    }
    g_error("no rule of akin's decided");
}

guint
ipfw_model_take_natd(IpfwModel *model)
{
    guint port = model->natd;
    model->natd = 0;
    return port;
}
