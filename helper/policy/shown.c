/* SPDX-License-Identifier: BSD-2-Clause */
#include "shown.h"

#include <string.h>

#define SHOWN_MAX 40

char *
akin_shown_within(const char *words, gsize max)
{
    g_autofree char *valid = g_utf8_make_valid(words, strnlen(words, max));
    GString *line = g_string_new(NULL);
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        g_string_append_unichar(line, g_unichar_isprint(letter) ? letter : ' ');
    }
    return g_string_free(line, FALSE);
}

char *
akin_shown(const char *words)
{
    return akin_shown_within(words, SHOWN_MAX);
}
