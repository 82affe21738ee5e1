/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-lines.h"

#include <string.h>

/* Whether line opens the group. */
static gboolean
line_opens(const char *line, const char *group)
{
    gsize length = strlen(group);
    return line[0] == '[' && strncmp(line + 1, group, length) == 0 && line[length + 1] == ']';
}

/* The next line without the blanks before it; text moves behind it. */
static const char *
take_line(const char **text)
{
    const char *line = *text;
    *text += strcspn(*text, "\n");
    *text += **text == '\n';
    while (*line != '\n' && g_ascii_isspace(*line))
        line++;
    return line;
}

/* Whether line gives key a value. */
static gboolean
line_has(const char *line, const char *key)
{
    if (!g_str_has_prefix(line, key))
        return FALSE;
    line += strlen(key);
    while (*line != '\n' && g_ascii_isspace(*line))
        line++;
    return *line == '=';
}

guint
akin_lines_find(const char *text, const char *group, const char *key)
{
    gboolean inside = FALSE;
    guint found = 0;
    for (guint number = 1; *text; number++) {
        const char *line = take_line(&text);
        if (*line == '[')
            inside = line_opens(line, group);
        if (inside && (key ? line_has(line, key) : *line == '['))
            found = number;
    }
    return found;
}

char *
akin_lines_find_repeated(const char *text, const char *group)
{
    gboolean inside = FALSE;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    while (*text) {
        const char *line = take_line(&text);
        gsize length = strcspn(line, "=\n");
        if (*line == '[')
            inside = line_opens(line, group);
        if (!inside || strchr("#[", *line) || line[length] != '=')
            continue;
        char *key = g_strchomp(g_strndup(line, length));
        if (g_hash_table_contains(seen, key))
            return key;
        g_hash_table_add(seen, key);
    }
    return NULL;
}

guint
akin_lines_refused(const char *text, GKeyFileFlags flags)
{
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    for (gsize end = 0; text[end];) {
        end += strcspn(text + end, "\n");
        end += text[end] == '\n';
        g_array_append_val(ends, end);
    }
    guint low = 0, high = ends->len - 1;
    while (low < high) {
        guint middle = (low + high) / 2;
        g_autoptr(GKeyFile) file = g_key_file_new();
        gsize length = g_array_index(ends, gsize, middle);
        if (g_key_file_load_from_data(file, text, length, flags, NULL))
            low = middle + 1;
        else
            high = middle;
    }
    return low + 1;
}
