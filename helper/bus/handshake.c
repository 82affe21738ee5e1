/* SPDX-License-Identifier: BSD-2-Clause */
#include "handshake.h"

#include <string.h>

#define REJECTED "REJECTED EXTERNAL\r\n"

/*
 * An identity is the decimal uid, each of its digits in hexadecimal ASCII: 0 is "30". An empty one
 * means "whoever the kernel says I am".
 */
static gboolean
identity_matches(const char *hex, uid_t uid)
{
    g_autoptr(GString) expected = g_string_new(NULL);
    g_autofree char *decimal = g_strdup_printf("%u", (unsigned) uid);
    for (const char *digit = decimal; *digit; digit++)
        g_string_append_printf(expected, "%02x", *digit);
    return hex[0] == '\0' || strcmp(hex, expected->str) == 0;
}

static void
judge_identity(AkinHandshake *handshake, const char *hex, const char *guid, GString *answer)
{
    handshake->data = FALSE;
    handshake->ok = identity_matches(hex, handshake->uid);
    if (handshake->ok)
        g_string_append_printf(answer, "OK %s\r\n", guid);
    else
        g_string_append(answer, REJECTED);
}

static void
take_auth(AkinHandshake *handshake, const char *rest, const char *guid, GString *answer)
{
    if (strcmp(rest, " EXTERNAL") == 0) {
        handshake->data = TRUE;
        g_string_append(answer, "DATA\r\n");
    } else if (g_str_has_prefix(rest, " EXTERNAL ")) {
        judge_identity(handshake, rest + strlen(" EXTERNAL "), guid, answer);
    } else {
        g_string_append(answer, REJECTED);
    }
}

AkinProgress
akin_handshake_line(AkinHandshake *handshake, const char *line, const char *guid, GString *answer)
{
    if (++handshake->lines > AKIN_HANDSHAKE_LINES_MAX)
        return AKIN_HANDSHAKE_FAILED;
    if (strcmp(line, "BEGIN") == 0)
        return handshake->ok ? AKIN_HANDSHAKE_DONE : AKIN_HANDSHAKE_FAILED;

    const char *rest = line + strcspn(line, " ");
    g_autofree char *word = g_strndup(line, rest - line);
    if (strcmp(word, "AUTH") == 0 && !handshake->ok && !handshake->data)
        take_auth(handshake, rest, guid, answer);
    else if (strcmp(word, "DATA") == 0 && handshake->data)
        judge_identity(handshake, *rest ? rest + 1 : rest, guid, answer);
    else if (strcmp(word, "CANCEL") == 0 || strcmp(word, "ERROR") == 0) {
        handshake->data = handshake->ok = FALSE;
        g_string_append(answer, REJECTED);
    } else
        /* NEGOTIATE_UNIX_FD among others: no method of ours takes a file descriptor. */
        g_string_append(answer, "ERROR\r\n");
    return AKIN_HANDSHAKE_GOES_ON;
}
