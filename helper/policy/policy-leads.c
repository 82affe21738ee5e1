/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-leads.h"

#include <string.h>

typedef struct {
    char *group; /* NULL: the end of the file */
    char *text;  /* whole lines */
} Lead;

static void
lead_free(gpointer data)
{
    Lead *lead = data;
    g_free(lead->group);
    g_free(lead->text);
    g_free(lead);
}

static Lead *
lead_new(const char *group, const char *text)
{
    Lead *lead = g_new0(Lead, 1);
    lead->group = g_strdup(group);
    lead->text = g_strdup(text);
    return lead;
}

/* The next line with its end, for the caller to free; text moves behind it. */
static char *
take_line(const char **text)
{
    gsize length = strcspn(*text, "\n");
    length += (*text)[length] == '\n';
    char *line = g_strndup(*text, length);
    *text += length;
    return line;
}

static const char *
skip_blanks(const char *line)
{
    while (g_ascii_isspace(*line))
        line++;
    return line;
}

/* The name of the group that a line opens, for the caller to free; NULL: it opens none. */
static char *
opened_group(const char *line)
{
    const char *bracket = skip_blanks(line);
    return *bracket == '[' ? g_strndup(bracket + 1, strcspn(bracket + 1, "]\n")) : NULL;
}

static gboolean
is_blank(const char *line)
{
    return *skip_blanks(line) == '\0';
}

/* What of these blank lines and comments is above what follows: all but comments that touch the
 * key before, if anything lies between. */
static const char *
above(const char *lines)
{
    for (const char *rest = lines; *rest;) {
        const char *start = rest;
        g_autofree char *line = take_line(&rest);
        if (is_blank(line))
            return start;
    }
    return lines;
}

static void
cut(GString *kept, GPtrArray *leads, const char *lines, const char *group)
{
    const char *lead = above(lines);
    g_string_append_len(kept, lines, lead - lines);
    g_ptr_array_add(leads, lead_new(group, lead));
}

char *
akin_leads_cut(const char *text, GPtrArray **leads)
{
    GString *kept = g_string_new(NULL);
    g_autoptr(GString) lines = g_string_new(NULL); /* blank lines and comments since the last key */
    gboolean inside = FALSE;                       /* behind the first group's line */
    *leads = g_ptr_array_new_with_free_func(lead_free);
    while (*text) {
        g_autofree char *line = take_line(&text);
        g_autofree char *group = opened_group(line);
        char first = *skip_blanks(line);
        if (inside && (first == '#' || first == '\0')) {
            g_string_append(lines, line);
            continue;
        }
        if (group && inside)
            cut(kept, *leads, lines->str, group);
        else
            g_string_append(kept, lines->str);
        g_string_truncate(lines, 0);
        g_string_append(kept, line);
        inside = inside || group;
    }
    cut(kept, *leads, lines->str, NULL);
    return g_string_free(kept, FALSE);
}

/* GKeyFile has put a blank line of its own between groups. */
static void
put(GString *text, const Lead *lead)
{
    const char *second = lead->text;
    g_autofree char *first = take_line(&second);
    if (is_blank(first) && g_str_has_suffix(text->str, "\n\n"))
        g_string_truncate(text, text->len - 1);
    g_string_append(text, lead->text);
}

/* Those before the lead of this group are of groups that are gone. Returns the next one. */
static guint
put_up_to(GString *text, const GPtrArray *leads, guint next, const char *group)
{
    for (guint i = next; i < leads->len; i++) {
        const Lead *lead = leads->pdata[i];
        if (g_strcmp0(lead->group, group) != 0)
            continue;
        for (; next < i; next++) {
            const Lead *gone = leads->pdata[next];
            if (!is_blank(gone->text))
                put(text, gone);
        }
        put(text, lead);
        return i + 1;
    }
    return next;
}

char *
akin_leads_put(const char *text, const GPtrArray *leads)
{
    GString *whole = g_string_new(NULL);
    guint next = 0;
    while (*text) {
        g_autofree char *line = take_line(&text);
        g_autofree char *group = opened_group(line);
        if (group)
            next = put_up_to(whole, leads, next, group);
        g_string_append(whole, line);
    }
    put_up_to(whole, leads, next, NULL);
    return g_string_free(whole, FALSE);
}
