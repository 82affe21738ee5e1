/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

/*
 * FreeBSD's ipfw(8). "rules" has lines "NUMBER SET REST", "disabled" the numbers of sets. After
 * each change "in-force" holds what packets would meet of the sets 20 and 21, and "history" its
 * checksum.
 */

typedef struct {
    guint number, set;
    char *rest;
} Rule;

static void
rule_clear(gpointer data)
{
    g_free(((Rule *) data)->rest);
}

/* "10 20 allow ..." */
static gboolean
parse_rule(const char *text, Rule *rule)
{
    int read = 0;
    if (sscanf(text, "%u %u %n", &rule->number, &rule->set, &read) != 2)
        return FALSE;
    rule->rest = g_strdup(text + read);
    return TRUE;
}

static GArray *
read_rules(void)
{
    GArray *rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_autofree char *text = standin_read("rules");
    g_auto(GStrv) lines = standin_lines(text);
    g_array_set_clear_func(rules, rule_clear);
    for (guint i = 0; lines[i]; i++) {
        Rule rule;
        if (!parse_rule(lines[i], &rule))
            abort();
        g_array_append_val(rules, rule);
    }
    return rules;
}

static guint32
read_disabled(void)
{
    guint32 disabled = 0;
    g_autofree char *text = standin_read("disabled");
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (guint i = 0; words[i]; i++) {
        if (*words[i])
            disabled |= 1u << atoi(words[i]);
    }
    return disabled;
}

static void
note_state(void)
{
    g_autoptr(GArray) rules = read_rules();
    g_autoptr(GString) in_force = g_string_new(NULL);
    guint32 disabled = read_disabled();
    for (guint i = 0; i < rules->len; i++) {
        const Rule *rule = &g_array_index(rules, Rule, i);
        if ((rule->set == 20 || rule->set == 21) && !(disabled >> rule->set & 1))
            g_string_append_printf(in_force, "%u %s\n", rule->number, rule->rest);
    }
    g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, in_force->str, -1);
    g_autofree char *line = g_strconcat(checksum, "\n", NULL);
    standin_write("in-force", in_force->str);
    standin_append("history", line);
}

static void
write_rules(const GArray *rules)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < rules->len; i++) {
        const Rule *rule = &g_array_index(rules, Rule, i);
        g_string_append_printf(text, "%u %u %s\n", rule->number, rule->set, rule->rest);
    }
    standin_write("rules", text->str);
    note_state();
}

/* Line by line, as the real one: those before an error stay. */
static void
load(gboolean checks_only)
{
    g_autoptr(GArray) rules = read_rules();
    g_autofree char *text = standin_input();
    g_auto(GStrv) lines = standin_lines(text);
    guint half = standin_half ? g_strv_length(lines) / 2 : G_MAXUINT;
    for (guint i = 0; lines[i]; i++) {
        guint number, set;
        int read = 0;
        if (lines[i][0] == '#')
            continue;
        gboolean valid = sscanf(lines[i], "add %u set %u %n", &number, &set, &read) == 2 &&
                         read > 0 && number > 0 && number < 65535 && set < 31;
        if (!valid || i == half) {
            if (!checks_only)
                write_rules(rules);
            standin_fail("Line %u: bad command", i + 1);
        }
        Rule rule = {number, set, g_strdup(lines[i] + read)};
        g_array_append_val(rules, rule);
    }
    if (!checks_only)
        write_rules(rules);
}

/* "disable 20 enable 21": one step, as in the kernel. */
static void
set_sets(char **argv)
{
    guint32 disabled = read_disabled();
    gboolean enables = FALSE;
    g_autoptr(GString) text = g_string_new(NULL);
    for (; *argv; argv++) {
        if (g_str_equal(*argv, "enable") || g_str_equal(*argv, "disable"))
            enables = g_str_equal(*argv, "enable");
        else if (enables)
            disabled &= ~(1u << atoi(*argv));
        else
            disabled |= 1u << atoi(*argv);
    }
    for (guint set = 0; set < 31; set++) {
        if (disabled >> set & 1)
            g_string_append_printf(text, "%u ", set);
    }
    standin_write("disabled", text->str);
    note_state();
}

static void
delete_sets(char **argv)
{
    g_autoptr(GArray) rules = read_rules();
    for (; *argv; argv++) {
        for (guint i = rules->len; i-- > 0;) {
            if (g_array_index(rules, Rule, i).set == (guint) atoi(*argv))
                g_array_remove_index(rules, i);
        }
    }
    write_rules(rules);
}

static void
list(void)
{
    g_autoptr(GArray) rules = read_rules();
    guint32 disabled = read_disabled();
    for (guint i = 0; i < rules->len; i++) {
        const Rule *rule = &g_array_index(rules, Rule, i);
        printf("%s%05u set %u %s\n", disabled >> rule->set & 1 ? "# DISABLED " : "", rule->number,
               rule->set, rule->rest);
    }
    puts("65535 set 31 allow ip from any to any");
}

/* "8668 config if em0 ..." and "8668 delete". */
static void
nat(char **argv)
{
    g_autofree char *file = g_strconcat("nat/", argv[0], NULL);
    g_autofree char *words = g_strjoinv(" ", argv + 1);
    if (g_str_equal(argv[1], "config"))
        standin_write(file, words);
    else if (!standin_has(file))
        standin_fail("setsockopt(IP_FW_NAT44_DESTROY): No such process");
    else
        standin_delete(file);
}

void
standin_ipfw(char **argv)
{
    g_autofree char *words = g_strjoinv(" ", argv);
    if (!standin_has("modules/ipfw"))
        standin_fail("retrieving config failed: Protocol not available");
    if (g_str_equal(words, "-S list"))
        list();
    else if (g_str_equal(words, "-n /dev/stdin"))
        load(TRUE);
    else if (g_str_equal(words, "-q /dev/stdin"))
        load(FALSE);
    else if (g_str_has_prefix(words, "-q set "))
        set_sets(argv + 2);
    else if (g_str_has_prefix(words, "-q delete set "))
        delete_sets(argv + 3);
    else if (g_str_has_prefix(words, "-q nat "))
        nat(argv + 2);
    else
        standin_fail("bad arguments: %s", words);
}
