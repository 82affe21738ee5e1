/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-listing.h"

#include <string.h>

#include "error.h"
#include "ipfw.h"
#include "shown.h"

#define DISABLED "# DISABLED "
#define LAST_RULE 65535

typedef struct {
    gboolean enabled;
    guint number, set;
} Line;

/* Reads digits and the blank behind them. */
static gboolean
read_number(const char **at, guint max, guint *number)
{
    char *end;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    guint64 value = g_ascii_strtoull(*at, &end, 10);
    if (value > max || *end != ' ')
        return FALSE;
    *number = (guint) value;
    *at = end + 1;
    return TRUE;
}

/* "00010 set 20 allow ...", before it perhaps "# DISABLED ". */
static gboolean
read_line(const char *text, Line *line)
{
    line->enabled = !g_str_has_prefix(text, DISABLED);
    if (!line->enabled)
        text += strlen(DISABLED);
    if (!read_number(&text, LAST_RULE, &line->number) || !g_str_has_prefix(text, "set "))
        return FALSE;
    text += strlen("set ");
    return read_number(&text, 31, &line->set) && *text;
}

typedef struct {
    AkinIpfwListing *listing;
    GChecksum *checksums[2];
    gboolean last; /* the kernel's last rule was there */
} Reader;

static void
take_line(Reader *reader, const char *text, const Line *line)
{
    guint which = line->set == AKIN_IPFW_SET_A ? 0 : line->set == AKIN_IPFW_SET_B ? 1 : 2;
    if (line->number == LAST_RULE) {
        reader->last = TRUE;
    } else if (which < 2) {
        AkinIpfwSet *set = &reader->listing->ours[which];
        set->rules++;
        set->in_force = line->enabled;
        g_checksum_update(reader->checksums[which], (const guchar *) text, strlen(text) + 1);
    } else if (line->enabled && !reader->listing->foreign) {
        reader->listing->foreign = akin_shown(text);
    }
}

/* The first line that is none of a listing; NULL: all are. */
static const char *
read_lines(Reader *reader, GStrv lines)
{
    for (guint i = 0; lines[i]; i++) {
        Line line;
        if (!*lines[i])
            continue;
        if (!read_line(lines[i], &line))
            return lines[i];
        take_line(reader, lines[i], &line);
    }
    return NULL;
}

AkinIpfwListing *
akin_ipfw_listing_parse(const char *text, GError **error)
{
    g_autoptr(AkinIpfwListing) listing = g_new0(AkinIpfwListing, 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Reader reader = {
        listing,
        {g_checksum_new(G_CHECKSUM_SHA256), g_checksum_new(G_CHECKSUM_SHA256)},
        FALSE,
    };
    const char *strange = read_lines(&reader, lines);
    for (guint i = 0; i < 2; i++) {
        listing->ours[i].fingerprint = g_strdup(g_checksum_get_string(reader.checksums[i]));
        g_checksum_free(reader.checksums[i]);
    }
    if (reader.last && !strange)
        return g_steal_pointer(&listing);
    g_autofree char *shown = akin_shown(strange ? strange : "rule 65535 is missing");
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "‘ipfw -S list’ does not list rules (%s); see whether it is FreeBSD's ipfw", shown);
    return NULL;
}

void
akin_ipfw_listing_free(AkinIpfwListing *listing)
{
    g_free(listing->ours[0].fingerprint);
    g_free(listing->ours[1].fingerprint);
    g_free(listing->foreign);
    g_free(listing);
}
