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
    const char *colon = strchr(text, ':');
    g_autofree char *protocol = colon ? g_strndup(text, colon - text) : g_strdup(text);
    if (g_str_equal(text, "esp") || g_str_equal(text, "ping"))
        return NULL;
    if (text[strspn(text, DIGITS ",-")] == '\0')
        return g_strdup_printf(_("Say which protocol: tcp:%s or udp:%s."), text, text);
    if (!g_str_equal(protocol, "tcp") && !g_str_equal(protocol, "udp"))
        return g_strdup_printf(_("“%s” is not a protocol: write tcp:80 or udp:53."), protocol);
    g_auto(GStrv) ranges = g_strsplit(colon ? colon + 1 : "", ",", -1);
    char *wrong = ranges[0] ? NULL : check_range("");
    for (guint i = 0; ranges[i] && !wrong; i++)
        wrong = check_range(ranges[i]);
    return wrong;
}

/* Two words with nothing but space between them would become another one when packed. */
static gboolean
has_gap(const char *text)
{
    gboolean gap = FALSE;
    char before = '\0';
    for (const char *c = text; *c && !gap; c++) {
        gap = g_ascii_isalnum(*c) && c > text && g_ascii_isspace(c[-1]) && g_ascii_isalnum(before);
        before = g_ascii_isspace(*c) ? before : *c;
    }
    return gap;
}

char *
akin_check_ports(const char *text)
{
    if (has_gap(text))
        return g_strdup(_("Put a comma between ports and a semicolon between protocols: "
                          "tcp:80,8080;udp:53."));
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
    if (text[0] == '-')
        return g_strdup(_("A name begins with a letter or a digit."));
    if (length > 0 && length <= NAME_MAX_LENGTH && text[length] == '\0')
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
    if (!printable)
        return g_strdup(_("Leave out tabs and other characters that cannot be seen."));
    if (length >= 1 && length <= TITLE_MAX_LENGTH)
        return NULL;
    return g_strdup_printf(_("Write 1 to %d characters."), TITLE_MAX_LENGTH);
}

/* --- Addresses -------------------------------------------------------------------------------- */

static GInetAddress *
parse_address(const char *word)
{
    return strchr(word, '%') ? NULL : g_inet_address_new_from_string(word);
}

/* RFC 6890: not "this network", loopback, multicast, broadcast, nor IPv4 in the guise of IPv6. */
static gboolean
is_of_a_computer(GInetAddress *address)
{
    static const guint8 guise[12] = {[10] = 0xff, 0xff};
    const guint8 *bytes = g_inet_address_to_bytes(address);
    if (g_inet_address_get_is_any(address) || g_inet_address_get_is_loopback(address) ||
        g_inet_address_get_is_multicast(address))
        return FALSE;
    return g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4
               ? bytes[0] != 0 && bytes[0] < 224
               : memcmp(bytes, guise, sizeof guise) != 0;
}

char *
akin_check_machine(const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    g_autoptr(GInetAddress) address = parse_address(word);
    if (!address)
        return g_strdup(_("Write an address like 192.168.56.101 or fd00:56::101."));
    if (!is_of_a_computer(address) || g_inet_address_get_is_link_local(address))
        return g_strdup(_("No machine of a VM network has this address."));
    return NULL;
}

GInetAddressMask *
akin_check_mask(GInetAddress *address, guint length)
{
    guint8 bytes[16] = {0};
    gsize size = g_inet_address_get_native_size(address);
    memcpy(bytes, g_inet_address_to_bytes(address), size);
    for (guint bit = length; bit < size * 8; bit++)
        bytes[bit / 8] &= ~(0x80 >> bit % 8);
    g_autoptr(GInetAddress) base =
        g_inet_address_new_from_bytes(bytes, g_inet_address_get_family(address));
    return g_inet_address_mask_new(base, length, NULL);
}

/* The length must be right before GLib sees it, which warns of others. */
static char *
parse_network(const char *text, GInetAddress **address, guint *length)
{
    g_autofree char *word = akin_check_trim(text);
    g_auto(GStrv) halves = g_strsplit(word, "/", 2);
    guint64 number;
    *address = halves[0] ? parse_address(halves[0]) : NULL;
    if (!*address)
        return g_strdup(_("Write an address like 198.51.100.9 or a network like 198.51.100.0/24."));
    *length = number = g_inet_address_get_native_size(*address) * 8;
    if (halves[1] && !g_ascii_string_to_unsigned(halves[1], 10, 0, *length, &number, NULL))
        return g_strdup_printf(_("Write a number from 0 to %u after the slash."), *length);
    *length = number;
    g_autoptr(GInetAddressMask) mask = akin_check_mask(*address, *length);
    if (g_inet_address_equal(g_inet_address_mask_get_address(mask), *address))
        return NULL;
    g_autofree char *meant = g_inet_address_mask_to_string(mask);
    return g_strdup_printf(_("This is an address inside a network: write %s."), meant);
}

char *
akin_check_network(const char *text)
{
    g_autoptr(GInetAddress) address = NULL;
    guint length;
    return parse_network(text, &address, &length);
}

char *
akin_check_trusted(const char *text)
{
    g_autoptr(GInetAddress) address = NULL;
    guint length;
    char *wrong = parse_network(text, &address, &length);
    if (wrong)
        return wrong;
    if (length == 0)
        return g_strdup(_("This is everyone: let anyone ping instead, above."));
    if (!is_of_a_computer(address))
        return g_strdup(_("This is not the address of another computer."));
    return NULL;
}

/* --- Names ------------------------------------------------------------------------------------ */

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
