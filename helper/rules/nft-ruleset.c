/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-ruleset.h"

#include <string.h>

#define TABLE AKIN_NFT_FAMILY " " AKIN_NFT_TABLE

struct _AkinNftRuleset {
    GArray *parts; /* AkinNftPart */
};

static void
part_clear(gpointer data)
{
    AkinNftPart *part = data;
    g_ptr_array_unref(part->lines);
}

AkinNftRuleset *
akin_nft_ruleset_new(void)
{
    AkinNftRuleset *ruleset = g_new0(AkinNftRuleset, 1);
    ruleset->parts = g_array_new(FALSE, FALSE, sizeof(AkinNftPart));
    g_array_set_clear_func(ruleset->parts, part_clear);
    return ruleset;
}

void
akin_nft_ruleset_free(AkinNftRuleset *ruleset)
{
    g_array_unref(ruleset->parts);
    g_free(ruleset);
}

static AkinNftPart *
add_part(AkinNftRuleset *ruleset, AkinNftKind kind, const char *name, const char *declaration)
{
    AkinNftPart part = {kind, name, declaration, FALSE, g_ptr_array_new_with_free_func(g_free)};
    g_array_append_val(ruleset->parts, part);
    return &g_array_index(ruleset->parts, AkinNftPart, ruleset->parts->len - 1);
}

AkinNftPart *
akin_nft_add_object(AkinNftRuleset *ruleset, const char *name, const char *declaration)
{
    return add_part(ruleset, AKIN_NFT_OBJECT, name, declaration);
}

AkinNftPart *
akin_nft_add_set(AkinNftRuleset *ruleset, const char *name, const char *declaration)
{
    return add_part(ruleset, AKIN_NFT_SET, name, declaration);
}

AkinNftPart *
akin_nft_add_map(AkinNftRuleset *ruleset, const char *name, const char *declaration)
{
    AkinNftPart *part = add_part(ruleset, AKIN_NFT_SET, name, declaration);
    part->is_map = TRUE;
    return part;
}

AkinNftPart *
akin_nft_add_chain(AkinNftRuleset *ruleset, const char *name, const char *declaration)
{
    return add_part(ruleset, AKIN_NFT_CHAIN, name, declaration);
}

void
akin_nft_line(AkinNftPart *part, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(part->lines, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

void
akin_nft_part_sort(AkinNftPart *part)
{
    g_ptr_array_sort(part->lines, compare_lines);
}

/* --- The whole table -------------------------------------------------------------------------- */

static void
append_indented(GString *text, const char *lines)
{
    for (const char *line = lines; *line;) {
        const char *end = line + strcspn(line, "\n");
        g_string_append_printf(text, "\t\t%.*s\n", (int) (end - line), line);
        line = *end ? end + 1 : end;
    }
}

static void
append_elements(GString *text, const AkinNftPart *part)
{
    if (part->lines->len == 0)
        return;
    g_string_append(text, "\t\telements = {\n");
    for (guint i = 0; i < part->lines->len; i++)
        g_string_append_printf(text, "\t\t\t%s,\n", (char *) part->lines->pdata[i]);
    g_string_append(text, "\t\t}\n");
}

static void
append_part(GString *text, const AkinNftPart *part)
{
    static const char *const words[] = {"ct helper", "set", "chain"};
    g_string_append_printf(text, "\n\t%s %s {\n", part->is_map ? "map" : words[part->kind],
                           part->name);
    append_indented(text, part->declaration);
    if (part->kind == AKIN_NFT_SET)
        append_elements(text, part);
    for (guint i = 0; part->kind == AKIN_NFT_CHAIN && i < part->lines->len; i++)
        append_indented(text, part->lines->pdata[i]);
    g_string_append(text, "\t}\n");
}

static void
append_table(GString *text, const AkinNftRuleset *ruleset)
{
    g_string_append(text, "table " TABLE " {");
    for (guint i = 0; i < ruleset->parts->len; i++)
        append_part(text, &g_array_index(ruleset->parts, AkinNftPart, i));
    g_string_append(text, "}\n");
}

const char *
akin_nft_remove_text(void)
{
    return "add table " TABLE "\ndelete table " TABLE "\n";
}

char *
akin_nft_load_text(const AkinNftRuleset *ruleset)
{
    GString *text = g_string_new(akin_nft_remove_text());
    append_table(text, ruleset);
    return g_string_free(text, FALSE);
}

/*
 * What must be there before it can be emptied is declared first, all of it in one block: each
 * block costs libnftables half a megabyte.
 */
static void
append_emptying(GString *text, const AkinNftRuleset *ruleset)
{
    GString *flush = g_string_new(NULL);
    g_string_append(text, "add table " TABLE "\nflush table " TABLE "\ntable " TABLE " {");
    for (guint i = 0; i < ruleset->parts->len; i++) {
        const AkinNftPart *part = &g_array_index(ruleset->parts, AkinNftPart, i);
        const char *word = part->is_map ? "map" : "set";
        if (part->kind != AKIN_NFT_SET)
            continue;
        g_string_append_printf(text, "\n\t%s %s {\n", word, part->name);
        append_indented(text, part->declaration);
        g_string_append(text, "\t}\n");
        g_string_append_printf(flush, "flush %s " TABLE " %s\n", word, part->name);
    }
    g_string_append_printf(text, "}\n%s", flush->str);
    g_string_free(flush, TRUE);
}

char *
akin_nft_refill_text(const AkinNftRuleset *ruleset)
{
    GString *text = g_string_new(NULL);
    append_emptying(text, ruleset);
    append_table(text, ruleset);
    return g_string_free(text, FALSE);
}

/* --- The difference of two tables ------------------------------------------------------------- */

static gboolean
same_structure(const AkinNftRuleset *from, const AkinNftRuleset *to)
{
    if (from->parts->len != to->parts->len)
        return FALSE;
    for (guint i = 0; i < from->parts->len; i++) {
        const AkinNftPart *a = &g_array_index(from->parts, AkinNftPart, i);
        const AkinNftPart *b = &g_array_index(to->parts, AkinNftPart, i);
        if (a->kind != b->kind || strcmp(a->name, b->name) != 0 ||
            strcmp(a->declaration, b->declaration) != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
same_lines(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++) {
        if (strcmp(a->pdata[i], b->pdata[i]) != 0)
            return FALSE;
    }
    return TRUE;
}

static void
append_list(GString *text, const char *verb, const char *set, const GPtrArray *elements)
{
    if (elements->len == 0)
        return;
    g_string_append_printf(text, "%s element " TABLE " %s { ", verb, set);
    for (guint i = 0; i < elements->len; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", (char *) elements->pdata[i]);
    g_string_append(text, " }\n");
}

/* "key : data" as "key", which is how an element of a map is deleted. */
static char *
element_key(const char *element)
{
    const char *data = strstr(element, " : ");
    return data ? g_strndup(element, data - element) : g_strdup(element);
}

static void
update_elements(GString *text, const AkinNftPart *from, const AkinNftPart *to)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) come = g_ptr_array_new();
    guint i = 0, k = 0;
    while (i < from->lines->len || k < to->lines->len) {
        int order = i == from->lines->len ? 1
                    : k == to->lines->len ? -1
                                          : strcmp(from->lines->pdata[i], to->lines->pdata[k]);
        if (order < 0)
            g_ptr_array_add(gone, element_key(from->lines->pdata[i]));
        else if (order > 0)
            g_ptr_array_add(come, to->lines->pdata[k]);
        i += order <= 0;
        k += order >= 0;
    }
    append_list(text, "delete", to->name, gone);
    append_list(text, "add", to->name, come);
}

static void
update_part(GString *text, const AkinNftPart *from, const AkinNftPart *to)
{
    if (same_lines(from->lines, to->lines))
        return;
    if (to->kind == AKIN_NFT_SET) {
        update_elements(text, from, to);
        return;
    }
    g_string_append_printf(text, "flush chain " TABLE " %s\n", to->name);
    for (guint i = 0; i < to->lines->len; i++) {
        const char *line = to->lines->pdata[i];
        if (line[0] != '#')
            g_string_append_printf(text, "add rule " TABLE " %s %s\n", to->name, line);
    }
}

char *
akin_nft_update_text(const AkinNftRuleset *from, const AkinNftRuleset *to)
{
    if (!same_structure(from, to))
        return akin_nft_load_text(to);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < to->parts->len; i++)
        update_part(text, &g_array_index(from->parts, AkinNftPart, i),
                    &g_array_index(to->parts, AkinNftPart, i));
    return g_string_free(text, FALSE);
}

void
akin_nft_visit(const AkinNftRuleset *ruleset, AkinNftVisit visit, gpointer user_data)
{
    for (guint i = 0; i < ruleset->parts->len; i++) {
        const AkinNftPart *part = &g_array_index(ruleset->parts, AkinNftPart, i);
        guint size = 0;
        for (guint k = 0; k < part->lines->len; k++)
            size += ((char *) part->lines->pdata[k])[0] != '#';
        if (part->kind != AKIN_NFT_OBJECT)
            visit(part->name, part->kind == AKIN_NFT_CHAIN, size, user_data);
    }
}
