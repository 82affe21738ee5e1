/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf-model.h"

#include <stdlib.h>
#include <string.h>

#include "pf.h"

struct _PfModel {
    const AkinSituation *situation;
    GHashTable *tables; /* name -> strv */
    GPtrArray *rules;   /* strv */
};

static gboolean
is(const char *word, const char *other)
{
    return g_strcmp0(word, other) == 0;
}

/* Words and the signs between which they stand; quotes belong to the word. */
static char **
split(const char *line)
{
    GString *spaced = g_string_new(NULL);
    for (const char *c = line; *c; c++) {
        if (strchr("{}()!", *c))
            g_string_append_printf(spaced, " %c ", *c);
        else
            g_string_append_c(spaced, *c == ',' ? ' ' : *c);
    }
    g_auto(GStrv) all = g_strsplit(spaced->str, " ", -1);
    GPtrArray *words = g_ptr_array_new();
    for (guint i = 0; all[i]; i++) {
        if (*all[i])
            g_ptr_array_add(words, g_strdup(all[i]));
    }
    g_ptr_array_add(words, NULL);
    g_string_free(spaced, TRUE);
    return (char **) g_ptr_array_free(words, FALSE);
}

PfModel *
pf_model_new(const AkinPolicy *policy, const AkinSituation *situation)
{
    PfModel *model = g_new0(PfModel, 1);
    g_autofree char *text = akin_pf_text(policy, situation);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    model->situation = situation;
    model->rules = g_ptr_array_new_with_free_func((GDestroyNotify) g_strfreev);
    model->tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        char **words = split(lines[i]);
        g_ptr_array_add(model->rules, words);
        if (is(words[0], "table"))
            g_hash_table_insert(model->tables, g_strdup(words[1]), words);
    }
    return model;
}

void
pf_model_free(PfModel *model)
{
    g_ptr_array_unref(model->rules);
    g_hash_table_unref(model->tables);
    g_free(model);
}

/* --- Matching --------------------------------------------------------------------------------- */

/* The words of "{ a b }" or a single one; moves past them. Free with g_strfreev. */
static char **
take_list(char ***at)
{
    GPtrArray *words = g_ptr_array_new();
    gboolean braces = is(**at, "{");
    *at += braces;
    do
        g_ptr_array_add(words, g_strdup(*(*at)++));
    while (braces && !is(**at, "}"));
    *at += braces;
    g_ptr_array_add(words, NULL);
    return (char **) g_ptr_array_free(words, FALSE);
}

static gboolean
match_host(const PfModel *model, const char *host, const PacketEnd *end)
{
    if (host[0] != '<')
        return is(host, "any") || packet_in_prefix(end, host);
    char **table = g_hash_table_lookup(model->tables, host);
    if (!table)
        g_error("there is no table %s", host);
    /* table <name> const { ... } */
    for (char **word = table + 4; !is(*word, "}"); word++) {
        if (packet_in_prefix(end, *word))
            return TRUE;
    }
    return FALSE;
}

static gboolean
match_end(const PfModel *model, char ***at, const PacketEnd *end)
{
    gboolean not = is(**at, "!"), match = FALSE;
    *at += not ;
    g_auto(GStrv) hosts = take_list(at);
    for (guint i = 0; hosts[i] && !match; i++)
        match = match_host(model, hosts[i], end);
    return match != not ;
}

static gboolean
match_ports(char ***at, guint port)
{
    gboolean match = FALSE;
    g_auto(GStrv) ranges = take_list(at);
    for (guint i = 0; ranges[i]; i++)
        match = match || packet_in_ports(port, ranges[i], ':');
    return match;
}

static gboolean
match_interface(char ***at, const Packet *packet)
{
    const char *name = packet->in ? packet->recv : packet->xmit;
    g_autofree char *quoted = g_strdup_printf("\"%s\"", name);
    gboolean not = is(**at, "!");
    *at += not ;
    g_auto(GStrv) names = take_list(at);
    return (g_strv_contains((const char *const *) names, quoted) ||
            g_strv_contains((const char *const *) names, name)) != not ;
}

static gboolean
match_type(char ***at, int type)
{
    gboolean match = FALSE;
    g_auto(GStrv) types = take_list(at);
    for (guint i = 0; types[i]; i++) {
        gboolean echo = is(types[i], "echoreq") && (type == 8 || type == 128);
        match = match || echo || atoi(types[i]) == type;
    }
    return match;
}

/* What one word, and what belongs to it, says of the packet. */
static gboolean
match_word(const PfModel *model, char ***at, const Packet *packet, const char *tag)
{
    static const char *const silent[] = {"quick", "all", "allow-opts", "keep", "no",
                                         "state", "(",   "if-bound",   ")",    NULL};
    const char *word = *(*at)++;
    AkinFamily family = packet->from.address.family;
    if (g_strv_contains(silent, word))
        return TRUE;
    if (is(word, "in") || is(word, "out"))
        return packet->in == is(word, "in");
    if (is(word, "inet") || is(word, "inet6"))
        return family == (is(word, "inet") ? AKIN_IPV4 : AKIN_IPV6);
    if (is(word, "on"))
        return match_interface(at, packet);
    if (is(word, "proto"))
        return is(*(*at)++, packet->protocol);
    if (is(word, "icmp-type") || is(word, "icmp6-type"))
        return match_type(at, packet->type);
    if (is(word, "!"))
        return !match_word(model, at, packet, tag);
    if (is(word, "tagged"))
        return is(*(*at)++, tag);
    if (is(word, "from") || is(word, "to")) {
        const PacketEnd *end = is(word, "from") ? &packet->from : &packet->to;
        gboolean match = match_end(model, at, end);
        if (!is(**at, "port"))
            return match;
        ++*at;
        return match_ports(at, end->port) && match;
    }
    if (!is(word, "flags") && !is(word, "label") && !is(word, "tag"))
        g_error("the model does not know ‘%s’", word);
    ++*at;
    return TRUE;
}

/* at: behind the action; left at "->" or at the end. */
static gboolean
match_rule(const PfModel *model, char ***at, const Packet *packet, const char *tag)
{
    gboolean match = TRUE;
    while (**at && !is(**at, "->"))
        match = match_word(model, at, packet, tag) && match;
    return match;
}

static const char *
find_word(char **rule, const char *before)
{
    for (; *rule; rule++) {
        if (is(*rule, before))
            return rule[1];
    }
    return NULL;
}

/* --- The way through -------------------------------------------------------------------------- */

/* ( "em0:0" ) */
static void
translate_source(const PfModel *model, const char *word, Packet *packet)
{
    g_autofree char *name = g_strndup(word + 1, strlen(word) - strlen("\":0\""));
    for (guint i = 0; i < model->situation->interfaces->len; i++) {
        const AkinInterface *interface = model->situation->interfaces->pdata[i];
        for (guint k = 0; is(interface->name, name) && k < interface->addresses->len; k++) {
            AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, k);
            address.length = akin_family_bits(address.family);
            if (address.family != packet->from.address.family ||
                akin_prefix_is_link_local(&address))
                continue;
            packet->from.address = address;
            return;
        }
    }
    g_error("%s has no address to translate to", name);
}

static void
translate(const PfModel *model, Packet *packet, const char **tag)
{
    const char *kind = packet->in ? "rdr" : "nat";
    for (guint i = 0; i < model->rules->len; i++) {
        char **rule = model->rules->pdata[i], **at = rule + 1;
        if (!is(rule[0], kind) || !match_rule(model, &at, packet, *tag))
            continue;
        if (packet->in)
            packet->to = packet_end(at[1], atoi(at[3]));
        else
            translate_source(model, at[2], packet);
        *tag = find_word(rule, "tag") ? find_word(rule, "tag") : *tag;
        return;
    }
}

const char *
pf_model_judge(const PfModel *model, Packet *packet, const char **tag, gboolean *stateful)
{
    translate(model, packet, tag);
    for (guint i = 0; i < model->rules->len; i++) {
        char **rule = model->rules->pdata[i], **at = rule + 1;
        gboolean pass = is(rule[0], "pass");
        if (!pass && !is(rule[0], "block"))
            continue;
        const char *verdict = pass ? "pass" : *at++;
        if (!match_rule(model, &at, packet, *tag))
            continue;
        *stateful = is(find_word(rule, "keep"), "state");
        *tag = find_word(rule, "tag") ? find_word(rule, "tag") : *tag;
        return verdict;
    }
    g_error("no rule of akin's decided");
}
