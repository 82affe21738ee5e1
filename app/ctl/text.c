/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <string.h>

/* Wider cells do not widen their column: one long list of ports must not push all titles away. */
#define COLUMN_LIMIT 36

#define EXCERPT 40

struct _CtlTable {
    guint columns;
    GPtrArray *rows; /* GStrv of columns cells, or of one */
};

/* Not the embeddings, overrides and isolates of the bidirectional algorithm either. */
static gboolean
may_show(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR: return FALSE;
    default: break;
    }
    return !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

static char *
clean(const char *text, const char *kept)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *line = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        gboolean show = may_show(c) || (c < 128 && strchr(kept, (int) c));
        g_string_append_unichar(line, show ? c : ' ');
    }
    return g_string_free(line, FALSE);
}

char *
ctl_clean(const char *text)
{
    return clean(text, "");
}

char *
ctl_clean_lines(const char *text)
{
    return clean(text, "\n\t");
}

char *
ctl_excerpt(const char *text)
{
    g_autofree char *whole = ctl_clean(text);
    if (g_utf8_strlen(whole, -1) <= EXCERPT)
        return g_steal_pointer(&whole);
    g_autofree char *part = g_utf8_substring(whole, 0, EXCERPT);
    return g_strconcat(part, "…", NULL);
}

guint
ctl_width(const char *text)
{
    guint width = 0;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

CtlTable *
ctl_table_new(guint columns)
{
    CtlTable *table = g_new0(CtlTable, 1);
    table->columns = columns;
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_strfreev);
    return table;
}

void
ctl_table_add(CtlTable *table, const char *const *cells)
{
    char **row = g_new0(char *, table->columns + 1);
    for (guint i = 0; i < table->columns; i++)
        row[i] = ctl_clean(cells[i]);
    g_ptr_array_add(table->rows, row);
}

void
ctl_table_add_line(CtlTable *table, const char *text)
{
    char **row = g_new0(char *, 2);
    row[0] = ctl_clean(text);
    g_ptr_array_add(table->rows, row);
}

static guint
column_width(const CtlTable *table, guint column)
{
    guint widest = 0;
    for (guint i = 0; i < table->rows->len; i++) {
        char **row = g_ptr_array_index(table->rows, i);
        if (g_strv_length(row) < table->columns)
            continue;
        guint width = ctl_width(row[column]);
        if (width <= COLUMN_LIMIT)
            widest = MAX(widest, width);
    }
    return widest;
}

static void
append_row(GString *text, char **row, const guint *widths)
{
    gsize start = text->len;
    for (guint i = 0; row[i]; i++) {
        g_string_append(text, row[i]);
        if (row[i + 1]) {
            guint width = ctl_width(row[i]);
            g_string_append_printf(text, "%*s",
                                   (int) (width < widths[i] ? widths[i] - width : 0) + 2, "");
        }
    }
    while (text->len > start && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

char *
ctl_table_end(CtlTable *table)
{
    g_autofree guint *widths = g_new0(guint, table->columns);
    for (guint i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < table->rows->len; i++)
        append_row(text, g_ptr_array_index(table->rows, i), widths);
    g_ptr_array_unref(table->rows);
    g_free(table);
    return g_string_free(text, FALSE);
}
