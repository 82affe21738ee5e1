/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "commands.h"
#include "output.h"
#include "text.h"
#include "words.h"

/* All engines take such a line for a comment. */
static const char stopped[] = "# The kernel holds nothing of this until: akinctl start\n";

/* What other engines would load is in no kernel here anyway. */
static gboolean
print_rules(Ctl *ctl, const char *engine, const AkinSnapshot *snapshot, const char *text,
            GError **error)
{
    gboolean runs = strcmp(engine, snapshot->engine) == 0;
    if (!ctl->json) {
        g_autofree char *clean = ctl_clean_lines(text);
        const char *end = clean[0] == '\0' || g_str_has_suffix(clean, "\n") ? NULL : "\n";
        g_autofree char *lines =
            g_strconcat(runs && !snapshot->enforcing ? stopped : "", clean, end, NULL);
        return ctl_print(lines, error);
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_json_string(builder, "engine", engine);
    ctl_json_string(builder, "text", text);
    ctl_json_boolean(builder, "in_force", runs && snapshot->enforcing);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}

gboolean
ctl_rules(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    const char *text;
    g_autoptr(GVariant) answer =
        ctl_ask(ctl, "GetRules", g_variant_new("(s)", ctl->engine ? ctl->engine : ""), error);
    if (!answer)
        return FALSE;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_variant_get(answer, "(&s)", &text);
    return print_rules(ctl, ctl->engine ? ctl->engine : snapshot->engine, snapshot, text, error);
}

static gboolean
is_number(const char *word)
{
    return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* "tcp" and "udp" need a port; to others a number is one all the same, for the helper to judge. */
static gboolean
parse_port(char **args, guint16 *port, char ***rest, GError **error)
{
    gboolean needed = ctl_word_is_one_of(args[1], "tcp|udp");
    *port = 0;
    *rest = args + 2;
    if (!args[2] && needed) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "which port? write it after %s, for example: akinctl explain %s %s 80", args[1],
                    args[0], args[1]);
        return FALSE;
    }
    if (!args[2] || (!needed && !is_number(args[2])))
        return TRUE;
    *rest = args + 3;
    if (!needed && strcmp(args[2], "0") == 0)
        return TRUE;
    return ctl_parse_port(args[2], port, error);
}

gboolean
ctl_explain(Ctl *ctl, char **args, GError **error)
{
    guint16 port;
    char **rest;
    const char *verdict, *sentence;
    if (!parse_port(args, &port, &rest, error))
        return FALSE;
    if (rest[0] && rest[1]) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "%s has no port; write the address right after it", args[1]);
        return FALSE;
    }
    GVariant *question = g_variant_new("(ssqs)", args[0], args[1], port, rest[0] ? rest[0] : "");
    g_autoptr(GVariant) answer = ctl_ask(ctl, "Explain", question, error);
    if (!answer)
        return FALSE;
    g_variant_get(answer, "(&s&s)", &verdict, &sentence);
    if (!ctl->json)
        return ctl_print_line(sentence, error);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_json_string(builder, "verdict", verdict);
    ctl_json_string(builder, "sentence", sentence);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}
