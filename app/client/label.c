/* SPDX-License-Identifier: BSD-2-Clause */
#include "label.h"

#include <string.h>

static gboolean
is_fit(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    gboolean turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !turns && type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR && type != G_UNICODE_SURROGATE;
}

char *
akin_label(const char *text, guint most)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *label = g_string_new(NULL);
    guint length = 0;
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (length++ == most - 1 && *g_utf8_next_char(p)) {
            g_string_append(label, "…");
            break;
        }
        g_string_append_unichar(label, is_fit(c) ? c : ' ');
    }
    return g_strstrip(g_string_free(label, FALSE));
}

/* A name is written as it is at the start of a sentence too: akin, en0, vboxnet0. */
static gboolean
begins_with_name(const char *message)
{
    gsize first_word = strcspn(message, " ");
    return g_str_has_prefix(message, "akin") || strcspn(message, "0123456789") < first_word;
}

char *
akin_sentence(const char *message)
{
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    if (!*valid)
        return g_steal_pointer(&valid);
    gunichar first = g_utf8_get_char(valid);
    gunichar last = g_utf8_get_char(g_utf8_prev_char(valid + strlen(valid)));
    gboolean named = begins_with_name(valid);
    GString *sentence = g_string_new(NULL);
    g_string_append_unichar(sentence, named ? first : g_unichar_toupper(first));
    g_string_append(sentence, g_utf8_next_char(valid));
    if (last != '.' && last != '!' && last != '?' && last != 0x2026)
        g_string_append_c(sentence, '.');
    return g_string_free(sentence, FALSE);
}
