/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-model.h"

#include <string.h>

#define TABLE "inet akin"

/* Where in a text the next line stands. */
typedef struct {
    NftModel *model;
    char *part;        /* the set, map, chain or object that is open; NULL: none */
    gboolean is_chain; /* of the open part */
    gboolean table, elements;
} Reader;

NftModel *
nft_model_new(void)
{
    NftModel *model = g_new0(NftModel, 1);
    model->sets =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
    model->chains =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
    model->declarations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return model;
}

void
nft_model_free(NftModel *model)
{
    g_hash_table_unref(model->sets);
    g_hash_table_unref(model->chains);
    g_hash_table_unref(model->declarations);
    g_free(model);
}

GHashTable *
nft_model_set(const NftModel *model, const char *name)
{
    GHashTable *set = g_hash_table_lookup(model->sets, name);
    if (!set)
        g_error("there is no set ‘%s’", name);
    return set;
}

GPtrArray *
nft_model_chain(const NftModel *model, const char *name)
{
    GPtrArray *chain = g_hash_table_lookup(model->chains, name);
    if (!chain)
        g_error("there is no chain ‘%s’", name);
    return chain;
}

gboolean
nft_model_has_rule(const NftModel *model, const char *chain, const char *rule)
{
    return g_ptr_array_find_with_equal_func(nft_model_chain(model, chain), rule, g_str_equal, NULL);
}

gboolean
nft_model_has_words(const NftModel *model, const char *chain, const char *words)
{
    GPtrArray *rules = nft_model_chain(model, chain);
    for (guint i = 0; i < rules->len; i++) {
        if (strstr(rules->pdata[i], words))
            return TRUE;
    }
    return FALSE;
}

/* --- Elements --------------------------------------------------------------------------------- */

static char *
key_of(const char *element)
{
    const char *data = strstr(element, " : ");
    return data ? g_strndup(element, data - element) : g_strdup(element);
}

static void
add_element(NftModel *model, const char *name, const char *element)
{
    if (!g_hash_table_insert(nft_model_set(model, name), key_of(element), g_strdup(element)))
        g_error("‘%s’ is in %s already", element, name);
}

static void
delete_element(NftModel *model, const char *name, const char *key)
{
    if (!g_hash_table_remove(nft_model_set(model, name), key))
        g_error("‘%s’ is not in %s", key, name);
}

/* "NAME { a, b }" */
static void
each_element(NftModel *model, const char *words,
             void (*change)(NftModel *model, const char *name, const char *element))
{
    g_auto(GStrv) sides = g_strsplit(words, " { ", 2);
    g_assert_true(sides[1] && g_str_has_suffix(sides[1], " }"));
    sides[1][strlen(sides[1]) - 2] = '\0';
    g_auto(GStrv) elements = g_strsplit(sides[1], ", ", -1);
    for (guint i = 0; elements[i]; i++)
        change(model, sides[0], elements[i]);
}

/* --- Commands --------------------------------------------------------------------------------- */

static void
flush_table(NftModel *model)
{
    GHashTableIter iter;
    gpointer chain;
    g_hash_table_iter_init(&iter, model->chains);
    while (g_hash_table_iter_next(&iter, NULL, &chain))
        g_ptr_array_set_size(chain, 0);
}

static void
delete_table(NftModel *model)
{
    g_hash_table_remove_all(model->sets);
    g_hash_table_remove_all(model->chains);
    g_hash_table_remove_all(model->declarations);
}

/* What follows prefix in line; NULL when line begins otherwise. */
static const char *
after(const char *line, const char *prefix)
{
    return g_str_has_prefix(line, prefix) ? line + strlen(prefix) : NULL;
}

static void
add_rule(NftModel *model, const char *words)
{
    g_auto(GStrv) sides = g_strsplit(words, " ", 2);
    g_ptr_array_add(nft_model_chain(model, sides[0]), g_strdup(sides[1]));
}

static void
run_command(Reader *reader, const char *line)
{
    const char *rest;
    if (strcmp(line, "delete table " TABLE) == 0)
        delete_table(reader->model);
    else if (strcmp(line, "flush table " TABLE) == 0)
        flush_table(reader->model);
    else if (strcmp(line, "table " TABLE " {") == 0)
        reader->table = TRUE;
    else if ((rest = after(line, "flush set " TABLE " ")) ||
             (rest = after(line, "flush map " TABLE " ")))
        g_hash_table_remove_all(nft_model_set(reader->model, rest));
    else if ((rest = after(line, "flush chain " TABLE " ")))
        g_ptr_array_set_size(nft_model_chain(reader->model, rest), 0);
    else if ((rest = after(line, "add element " TABLE " ")))
        each_element(reader->model, rest, add_element);
    else if ((rest = after(line, "delete element " TABLE " ")))
        each_element(reader->model, rest, delete_element);
    else if ((rest = after(line, "add rule " TABLE " ")))
        add_rule(reader->model, rest);
    else if (strcmp(line, "add table " TABLE) != 0)
        g_error("unknown command ‘%s’", line);
}

/* --- The table's block ------------------------------------------------------------------------ */

static void
open_part(Reader *reader, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint last = g_strv_length(words) - 1;
    g_assert_cmpstr(words[last], ==, "{");
    const char *name = words[last - 1];
    reader->is_chain = strcmp(words[0], "chain") == 0;
    if (reader->is_chain && !g_hash_table_contains(reader->model->chains, name))
        g_hash_table_insert(reader->model->chains, g_strdup(name),
                            g_ptr_array_new_with_free_func(g_free));
    else if (!reader->is_chain && !g_hash_table_contains(reader->model->sets, name))
        g_hash_table_insert(reader->model->sets, g_strdup(name),
                            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free));
    reader->part = g_strdup(name);
}

static gboolean
is_declaration(const Reader *reader, const char *line)
{
    return g_str_has_prefix(line, "type ") ||
           (!reader->is_chain &&
            (g_str_has_prefix(line, "flags ") || strcmp(line, "counter") == 0));
}

static void
declare(Reader *reader, const char *line)
{
    const char *known = g_hash_table_lookup(reader->model->declarations, reader->part);
    if (known && strstr(known, line))
        return;
    g_hash_table_insert(reader->model->declarations, g_strdup(reader->part),
                        g_strconcat(known ? known : "", line, "; ", NULL));
}

static void
read_in_part(Reader *reader, const char *line)
{
    if (strcmp(line, "}") == 0)
        g_clear_pointer(&reader->part, g_free);
    else if (is_declaration(reader, line))
        declare(reader, line);
    else if (reader->is_chain)
        g_ptr_array_add(nft_model_chain(reader->model, reader->part), g_strdup(line));
    else if (strcmp(line, "elements = {") == 0)
        reader->elements = TRUE;
    else
        g_error("unknown line ‘%s’ in %s", line, reader->part);
}

static void
read_element(Reader *reader, char *line)
{
    gsize length = strlen(line);
    if (strcmp(line, "}") == 0) {
        reader->elements = FALSE;
        return;
    }
    g_assert_true(length > 1 && line[length - 1] == ',');
    line[length - 1] = '\0';
    add_element(reader->model, reader->part, line);
}

static void
read_line(Reader *reader, char *line)
{
    if (line[0] == '\0' || line[0] == '#')
        return;
    if (reader->elements)
        read_element(reader, line);
    else if (reader->part)
        read_in_part(reader, line);
    else if (!reader->table)
        run_command(reader, line);
    else if (strcmp(line, "}") == 0)
        reader->table = FALSE;
    else
        open_part(reader, line);
}

void
nft_model_run(NftModel *model, const char *text)
{
    Reader reader = {.model = model};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        read_line(&reader, g_strstrip(lines[i]));
    g_assert_false(reader.table || reader.part || reader.elements);
}

NftModel *
nft_model_of(const AkinNftRuleset *ruleset)
{
    g_autofree char *text = akin_nft_load_text(ruleset);
    NftModel *model = nft_model_new();
    nft_model_run(model, text);
    return model;
}

NftModel *
nft_model_compile(const AkinPolicy *policy, const AkinSituation *situation)
{
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    return nft_model_of(ruleset);
}

/* --- Comparing -------------------------------------------------------------------------------- */

static void
append_all(GString *text, GList *words)
{
    for (GList *l = words; l; l = l->next)
        g_string_append_printf(text, "  %s\n", (const char *) l->data);
}

char *
nft_model_dump(const NftModel *model)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GList) sets = g_hash_table_get_keys(model->sets);
    g_autoptr(GList) chains = g_hash_table_get_keys(model->chains);
    sets = g_list_sort(sets, (GCompareFunc) strcmp);
    chains = g_list_sort(chains, (GCompareFunc) strcmp);
    for (GList *l = sets; l; l = l->next) {
        g_autoptr(GList) elements = g_hash_table_get_values(nft_model_set(model, l->data));
        elements = g_list_sort(elements, (GCompareFunc) strcmp);
        g_string_append_printf(text, "set %s: %s\n", (char *) l->data,
                               (char *) g_hash_table_lookup(model->declarations, l->data));
        append_all(text, elements);
    }
    for (GList *l = chains; l; l = l->next) {
        const char *declared = g_hash_table_lookup(model->declarations, l->data);
        GPtrArray *rules = nft_model_chain(model, l->data);
        g_string_append_printf(text, "chain %s: %s\n", (char *) l->data, declared ? declared : "");
        for (guint i = 0; i < rules->len; i++)
            g_string_append_printf(text, "  %s\n", (char *) rules->pdata[i]);
    }
    return g_string_free(text, FALSE);
}
