/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

#include <string.h>

#include "error.h"
#include "text.h"

gboolean
ctl_parse_port(const char *text, guint16 *port, GError **error)
{
    guint64 value;
    if (text[0] == '0' || !g_ascii_string_to_unsigned(text, 10, 1, 65535, &value, NULL)) {
        g_autofree char *shown = ctl_excerpt(text);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ is not a port; use a number from 1 to 65535", shown);
        return FALSE;
    }
    *port = value;
    return TRUE;
}

/* "[fd00::5]" or "[fd00::5]:80". */
static gboolean
split_bracketed(const char *text, char **address, guint16 *port, GError **error)
{
    const char *end = strchr(text, ']');
    if (!end || (end[1] != '\0' && end[1] != ':')) {
        g_autofree char *shown = ctl_excerpt(text);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ is not an address with a port; write it like [fd00:56::101]:80", shown);
        return FALSE;
    }
    if (end[1] == ':' && !ctl_parse_port(end + 2, port, error))
        return FALSE;
    *address = g_strndup(text + 1, end - text - 1);
    return TRUE;
}

gboolean
ctl_split_target(const char *text, char **address, guint16 *port, GError **error)
{
    if (text[0] == '[')
        return split_bracketed(text, address, port, error);
    const char *colon = strchr(text, ':');
    if (!colon || strchr(colon + 1, ':')) {
        *address = g_strdup(text);
        return TRUE;
    }
    if (!ctl_parse_port(colon + 1, port, error))
        return FALSE;
    *address = g_strndup(text, colon - text);
    return TRUE;
}

gboolean
ctl_word_is_one_of(const char *word, const char *alternatives)
{
    g_auto(GStrv) list = g_strsplit(alternatives, "|", -1);
    return g_strv_contains((const char *const *) list, word);
}

/* Words longer than this are nobody's slip; it bounds the table below. */
#define LONGEST 31

guint
ctl_distance(const char *a, const char *b)
{
    guint table[LONGEST + 1][LONGEST + 1];
    gsize m = strlen(a), n = strlen(b);
    if (m > LONGEST || n > LONGEST)
        return MAX(m, n);
    for (gsize i = 0; i <= m; i++) {
        for (gsize j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            guint change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            table[i][j] = MIN(change, MIN(table[i - 1][j], table[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                table[i][j] = MIN(table[i][j], table[i - 2][j - 2] + 1);
        }
    }
    return table[m][n];
}
