/* SPDX-License-Identifier: BSD-2-Clause */
#include "ports.h"

#include <string.h>

#include "error.h"
#include "shown.h"

static const char *const protocol_names[] = {"tcp", "udp", "esp", "ping"};

const char *
akin_protocol_name(AkinProtocol protocol)
{
    return protocol_names[protocol];
}

gboolean
akin_protocol_has_ports(AkinProtocol protocol)
{
    return protocol == AKIN_PROTOCOL_TCP || protocol == AKIN_PROTOCOL_UDP;
}

gboolean
akin_protocol_parse(const char *name, AkinProtocol *protocol, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(protocol_names); i++) {
        if (strcmp(name, protocol_names[i]) == 0) {
            *protocol = i;
            return TRUE;
        }
    }
    g_autofree char *given = akin_shown(name);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                "‘%s’ is not a protocol; use tcp, udp, esp or ping", given);
    return FALSE;
}

gboolean
akin_port_parse(const char *text, guint16 *port, GError **error)
{
    guint64 value;
    /* GLib takes leading zeros; "0022" is more likely a slip than a port. */
    if (text[0] == '0' || !g_ascii_string_to_unsigned(text, 10, 1, 65535, &value, NULL)) {
        g_autofree char *given = akin_shown(text);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ is not a port; use a number from 1 to 65535", given);
        return FALSE;
    }
    *port = value;
    return TRUE;
}

/* In place. Other white space than this is more likely to be a slip. */
static char *
without_spaces(char *word)
{
    gsize spaces = strspn(word, " ");
    gsize length = strlen(word);
    while (length > spaces && word[length - 1] == ' ')
        length--;
    memmove(word, word + spaces, length - spaces);
    word[length - spaces] = '\0';
    return word;
}

static gboolean
parse_range(const char *text, AkinPortRange *range, GError **error)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    if (!akin_port_parse(ends[0] ? without_spaces(ends[0]) : "", &range->first, error))
        return FALSE;
    range->last = range->first;
    if (ends[0] && ends[1] && !akin_port_parse(without_spaces(ends[1]), &range->last, error))
        return FALSE;
    if (range->last < range->first) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%u-%u’ runs backwards; write %u-%u", range->first, range->last, range->last,
                    range->first);
        return FALSE;
    }
    return TRUE;
}

/* One "tcp:80,443" or "esp", appended to ports. */
static gboolean
parse_protocol(const char *text, GArray *ports, GError **error)
{
    const char *colon = strchr(text, ':');
    g_autofree char *name = colon ? g_strndup(text, colon - text) : g_strdup(text);
    AkinPortRange range = {0};
    if (!akin_protocol_parse(without_spaces(name), &range.protocol, error))
        return FALSE;
    gboolean has_ports = akin_protocol_has_ports(range.protocol);
    if (has_ports ? !colon || !colon[1] : colon != NULL) {
        g_set_error(
            error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
            has_ports ? "which ports? write %s:80 or so" : "%s has no ports; write it alone", name);
        return FALSE;
    }
    if (!colon) {
        g_array_append_val(ports, range);
        return TRUE;
    }
    g_auto(GStrv) words = g_strsplit(colon + 1, ",", -1);
    for (guint i = 0; words[i]; i++) {
        if (!parse_range(words[i], &range, error))
            return FALSE;
        g_array_append_val(ports, range);
    }
    return TRUE;
}

GArray *
akin_ports_parse(const char *text, GError **error)
{
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(AkinPortRange));
    if (text[0] == '\0')
        return g_steal_pointer(&ports);

    /* Before splitting, so that the work is bounded as well. */
    guint commas = 0;
    for (const char *c = text; *c; c++)
        commas += *c == ',' || *c == ';';
    if (commas >= AKIN_PORTS_MAX) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "more than %d ports; use ranges such as 6000-6999", AKIN_PORTS_MAX);
        return NULL;
    }
    g_auto(GStrv) words = g_strsplit(text, ";", -1);
    for (guint i = 0; words[i]; i++) {
        if (!parse_protocol(words[i], ports, error))
            return NULL;
    }
    akin_ports_normalise(ports);
    return g_steal_pointer(&ports);
}

static int
compare_ranges(gconstpointer a, gconstpointer b)
{
    const AkinPortRange *x = a, *y = b;
    if (x->protocol != y->protocol)
        return (int) x->protocol - (int) y->protocol;
    return (int) x->first - (int) y->first;
}

void
akin_ports_normalise(GArray *ports)
{
    if (ports->len == 0)
        return;
    g_array_sort(ports, compare_ranges);
    AkinPortRange *ranges = (AkinPortRange *) ports->data;
    guint kept = 0;
    for (guint i = 1; i < ports->len; i++) {
        AkinPortRange *last = &ranges[kept];
        if (ranges[i].protocol == last->protocol && ranges[i].first <= last->last + 1)
            last->last = MAX(last->last, ranges[i].last);
        else
            ranges[++kept] = ranges[i];
    }
    g_array_set_size(ports, kept + 1);
}

char *
akin_ports_format(const GArray *ports)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ports->len; i++) {
        const AkinPortRange *range = &g_array_index(ports, AkinPortRange, i);
        gboolean same = i > 0 && range[-1].protocol == range->protocol;
        if (!same)
            g_string_append_printf(text, "%s%s", i > 0 ? ";" : "",
                                   akin_protocol_name(range->protocol));
        if (!akin_protocol_has_ports(range->protocol))
            continue;
        g_string_append_printf(text, "%c%u", same ? ',' : ':', range->first);
        if (range->last != range->first)
            g_string_append_printf(text, "-%u", range->last);
    }
    return g_string_free(text, FALSE);
}

gboolean
akin_ports_contain(const GArray *ports, AkinProtocol protocol, guint16 port)
{
    for (guint i = 0; i < ports->len; i++) {
        const AkinPortRange *range = &g_array_index(ports, AkinPortRange, i);
        if (range->protocol == protocol && range->first <= port && port <= range->last)
            return TRUE;
    }
    return FALSE;
}
