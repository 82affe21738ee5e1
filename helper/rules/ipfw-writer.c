/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-writer.h"

/* The tool takes 7 IPv6 networks in a list, 31 of IPv4; the kernel 30 ranges of ports. */
#define WORDS_A_RULE 7
#define PORTS_A_RULE 15

typedef struct {
    guint number, index;
    char *text;
} Rule;

static void
rule_clear(gpointer data)
{
    g_free(((Rule *) data)->text);
}

AkinIpfwWriter *
akin_ipfw_writer_new(const AkinRuleFacts *facts, guint set, AkinIpfwNat nat)
{
    AkinIpfwWriter *writer = g_new0(AkinIpfwWriter, 1);
    gboolean kernel = nat == AKIN_IPFW_KERNEL;
    writer->facts = facts;
    writer->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(writer->rules, rule_clear);
    writer->set = set;
    writer->nat = kernel ? "nat" : "divert";
    writer->tee = kernel ? "nat" : "tee";
    return writer;
}

void
akin_ipfw_writer_free(AkinIpfwWriter *writer)
{
    g_array_unref(writer->rules);
    g_free(writer);
}

static int
compare_rules(gconstpointer a, gconstpointer b)
{
    const Rule *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

char *
akin_ipfw_writer_text(AkinIpfwWriter *writer)
{
    GString *text = g_string_new(NULL);
    g_array_sort(writer->rules, compare_rules);
    for (guint i = 0; i < writer->rules->len; i++) {
        const Rule *rule = &g_array_index(writer->rules, Rule, i);
        g_string_append_printf(text, "add %u set %u %s\n", rule->number, writer->set, rule->text);
    }
    return g_string_free(text, FALSE);
}

void
akin_ipfw_rule(AkinIpfwWriter *writer, guint number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Rule rule = {number, writer->rules->len, g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    g_array_append_val(writer->rules, rule);
}

void
akin_ipfw_rules(AkinIpfwWriter *writer, guint number, const char *before, const GPtrArray *words,
                const char *after, ...)
{
    va_list arguments;
    va_start(arguments, after);
    g_autofree char *rest = g_strdup_vprintf(after, arguments);
    va_end(arguments);
    guint at = 0;
    char *list;
    while ((list = akin_rule_facts_words(words, WORDS_A_RULE, &at))) {
        akin_ipfw_rule(writer, number, "%s %s %s", before, list, rest);
        g_free(list);
    }
}

void
akin_ipfw_ports(AkinIpfwWriter *writer, guint number, const char *before, const GArray *ranges,
                AkinProtocol protocol, const char *after)
{
    guint at = 0;
    char *list;
    while ((list = akin_rule_facts_ports(ranges, protocol, '-', PORTS_A_RULE, &at))) {
        akin_ipfw_rule(writer, number, "%s dst-port %s %s", before, list, after);
        g_free(list);
    }
}

GPtrArray *
akin_ipfw_join(const GPtrArray *words, ...)
{
    GPtrArray *joined = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < words->len; i++)
        g_ptr_array_add(joined, g_strdup(words->pdata[i]));
    va_list arguments;
    va_start(arguments, words);
    for (const char *word = va_arg(arguments, const char *); word;
         word = va_arg(arguments, const char *))
        g_ptr_array_add(joined, g_strdup(word));
    va_end(arguments);
    return joined;
}

const AkinOutsideFacts *
akin_ipfw_next_nat(const AkinIpfwWriter *writer, guint *at)
{
    while (writer->facts->nat && *at < writer->facts->outside->len) {
        const AkinOutsideFacts *outside =
            &g_array_index(writer->facts->outside, AkinOutsideFacts, (*at)++);
        if (outside->address4)
            return outside;
    }
    return NULL;
}

const AkinForwardFacts *
akin_ipfw_next_forward(const AkinIpfwWriter *writer, guint *at)
{
    while (*at < writer->facts->forwards->len) {
        const AkinForwardFacts *forward =
            &g_array_index(writer->facts->forwards, AkinForwardFacts, (*at)++);
        if (forward->forward->address.family == AKIN_IPV4)
            return forward;
    }
    return NULL;
}
