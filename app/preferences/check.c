/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

/* Bounds of the helper: org.akin.Helper1.xml, akinctl(1), IFNAMSIZ. */
#define NAME_MAX_LENGTH 31
#define TITLE_MAX_LENGTH 200
#define INTERFACE_MAX_LENGTH 15
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

char *
akin_check_trim(const char *text)
{
    return g_strstrip(g_strdup(text));
}

char *
akin_check_strip(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);
    return g_strjoinv(NULL, words);
}

static gboolean
is_port(const char *text, guint64 *port)
{
    return text[0] != '0' && g_ascii_string_to_unsigned(text, 10, 1, 65535, port, NULL);
}

char *
akin_check_port(const char *text)
{
    guint64 port;
    g_autofree char *word = akin_check_trim(text);
    return is_port(word, &port) ? NULL : g_strdup(_("Write a number from 1 to 65535."));
}

static char *
check_range(const char *text)
{
    guint64 first, last;
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    if (text[0] == '\0')
        return g_strdup(_("A port is missing: write tcp:80 or tcp:80,8080."));
    if (!is_port(ends[0], &first) || (ends[1] && !is_port(ends[1], &last)))
        return g_strdup_printf(_("“%s” is not a port: write a number from 1 to 65535."), text);
    if (ends[1] && last < first)
        return g_strdup_printf(_("“%s” runs backwards."), text);
    return NULL;
}

/* "tcp:80,443", "esp". */
static char *
check_part(const char *text)
{
    g_auto(GStrv) halves = g_strsplit(text, ":", 2);
    const char *protocol = halves[0] ? halves[0] : "";
    guint64 port;
    if (g_str_equal(text, "esp") || g_str_equal(text, "ping"))
        return NULL;
    if (!halves[0] || (!halves[1] && is_port(protocol, &port)))
        return g_strdup_printf(_("Say which protocol: tcp:%s or udp:%s."), text, text);
    if (!g_str_equal(protocol, "tcp") && !g_str_equal(protocol, "udp"))
        return g_strdup_printf(_("“%s” is not a protocol: write tcp:80 or udp:53."), protocol);
    g_auto(GStrv) ranges = g_strsplit(halves[1] ? halves[1] : "", ",", -1);
    char *wrong = ranges[0] ? NULL : check_range("");
    for (guint i = 0; ranges[i] && !wrong; i++)
        wrong = check_range(ranges[i]);
    return wrong;
}

char *
akin_check_ports(const char *text)
{
    g_autofree char *packed = akin_check_strip(text);
    g_auto(GStrv) parts = g_strsplit(packed, ";", -1);
    char *wrong = NULL;
    for (guint i = 0; parts[i] && !wrong; i++)
        wrong = check_part(parts[i]);
    return wrong;
}

char *
akin_check_name(const char *text)
{
    gsize length = strspn(text, LETTERS DIGITS "-");
    if (length > 0 && length <= NAME_MAX_LENGTH && text[length] == '\0' && text[0] != '-')
        return NULL;
    return g_strdup_printf(_("Write 1 to %d of a-z, 0-9 and -."), NAME_MAX_LENGTH);
}

char *
akin_check_title(const char *text)
{
    g_autofree char *title = akin_check_trim(text);
    glong length = g_utf8_strlen(title, -1);
    gboolean printable = TRUE;
    for (const char *c = title; *c && printable; c = g_utf8_next_char(c))
        printable = g_unichar_isprint(g_utf8_get_char(c));
    if (length >= 1 && length <= TITLE_MAX_LENGTH && printable)
        return NULL;
    return g_strdup_printf(_("Write 1 to %d characters."), TITLE_MAX_LENGTH);
}

char *
akin_check_address(const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(word);
    if (address)
        return NULL;
    return g_strdup(_("Write an address like 192.168.56.101 or fd00:56::101."));
}

char *
akin_check_network(const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string(word, NULL);
    if (mask)
        return NULL;
    return g_strdup(_("Write an address like 198.51.100.9 or a network like 198.51.100.0/24."));
}

char *
akin_check_pattern(const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    gsize length = strspn(word, LETTERS CAPITALS DIGITS "_.-");
    gsize star = word[length] == '*';
    if (length == 0 || word[length + star] != '\0')
        return g_strdup(_("Write a name of an interface like vboxnet0, or vboxnet* for all."));
    if (length + star > INTERFACE_MAX_LENGTH)
        return g_strdup_printf(_("No interface has a name of more than %d letters."),
                               INTERFACE_MAX_LENGTH);
    if (g_str_equal(word, "l*") || g_str_has_prefix("lo", word) || g_str_equal(word, "lo*"))
        return g_strdup(_("This takes in the loopback interface: make it longer."));
    return NULL;
}

char *
akin_check_suggest_name(const char *title)
{
    g_autofree char *ascii = g_str_to_ascii(title, "C");
    g_autofree char *lower = g_ascii_strdown(ascii, -1);
    GString *name = g_string_new(NULL);
    for (const char *c = lower; *c && name->len < NAME_MAX_LENGTH; c++) {
        if (strchr(LETTERS DIGITS, *c))
            g_string_append_c(name, *c);
        else if (name->len > 0 && name->str[name->len - 1] != '-')
            g_string_append_c(name, '-');
    }
    if (name->len > 0 && name->str[name->len - 1] == '-')
        g_string_truncate(name, name->len - 1);
    return g_string_free(name, FALSE);
}
