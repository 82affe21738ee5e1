/* SPDX-License-Identifier: BSD-2-Clause */
#include "pf-listing.h"

#include <string.h>

#include "error.h"

static gboolean
decides_all(const char *line)
{
    const char *all = strstr(line, " quick all");
    return (g_str_has_prefix(line, "pass ") || g_str_has_prefix(line, "block ")) && all &&
           (all[strlen(" quick all")] == '\0' || all[strlen(" quick all")] == ' ');
}

gboolean
akin_pf_listing_calls(const char *text, const char *keyword, const char *anchor)
{
    g_autofree char *wanted = g_strdup_printf("%s \"%s\" all", keyword, anchor);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] && !decides_all(lines[i]); i++) {
        if (g_str_equal(g_strchomp(lines[i]), wanted))
            return TRUE;
    }
    return FALSE;
}

gboolean
akin_pf_listing_enabled(const char *text, gboolean *enabled, GError **error)
{
    static const char key[] = "Status: ";
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], key))
            continue;
        const char *value = lines[i] + strlen(key);
        *enabled = g_str_has_prefix(value, "Enabled");
        if (*enabled || g_str_has_prefix(value, "Disabled"))
            return TRUE;
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "‘pfctl -s info’ does not say whether pf is enabled; run it by hand to see why");
    return FALSE;
}

char *
akin_pf_listing_token(const char *text)
{
    static const char key[] = "Token : ";
    const char *at = strstr(text, key);
    if (!at)
        return NULL;
    at += strlen(key);
    gsize length = strspn(at, "0123456789");
    return length > 0 && length <= 20 ? g_strndup(at, length) : NULL;
}
