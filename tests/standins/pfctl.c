/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

/*
 * pfctl(8) of FreeBSD and macOS. "pf-enabled" is 1 or 0, "pf-main" lists the main ruleset,
 * "pf-anchor" is the text in the anchor, "pf-tokens" has a line for each token that is out; with a
 * file "pf-macos" it is macOS's. After each change "in-force" holds the anchor's text if it is in
 * force, "history" its checksum.
 */

static gboolean
is_enabled(void)
{
    g_autofree char *enabled = standin_read("pf-enabled");
    return g_str_equal(enabled, "1");
}

static void
note_state(void)
{
    g_autofree char *text = is_enabled() ? standin_read("pf-anchor") : g_strdup("");
    g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_autofree char *line = g_strconcat(checksum, "\n", NULL);
    standin_write("in-force", text);
    standin_append("history", line);
}

static gboolean
is_translation(const char *line)
{
    return g_str_has_prefix(line, "nat") || g_str_has_prefix(line, "rdr") ||
           g_str_has_prefix(line, "no ");
}

/* A bad ruleset is refused whole. */
static void
load(const char *anchor, gboolean checks_only)
{
    static const char *const keywords[] = {"#", "table ", "nat ", "rdr ", "no ", "pass ", "block "};
    g_autofree char *text = standin_input();
    g_auto(GStrv) lines = standin_lines(text);
    if (!strstr(anchor, "akin"))
        standin_fail("that is not akin's: %s", anchor);
    for (guint i = 0; lines[i]; i++) {
        gboolean known = FALSE;
        for (guint k = 0; k < G_N_ELEMENTS(keywords); k++)
            known = known || g_str_has_prefix(lines[i], keywords[k]);
        if (!known || standin_half)
            standin_fail("stdin:%u: syntax error", i + 1);
    }
    if (checks_only)
        return;
    standin_write("pf-anchor", text);
    note_state();
}

static void
list(const char *file, gboolean translation)
{
    g_autofree char *text = standin_read(file);
    g_auto(GStrv) lines = standin_lines(text);
    for (guint i = 0; lines[i]; i++) {
        if (lines[i][0] != '#' && !g_str_has_prefix(lines[i], "table ") &&
            is_translation(lines[i]) == translation)
            puts(lines[i]);
    }
}

static void
show(const char *what, gboolean of_anchor)
{
    if (g_str_equal(what, "info"))
        printf("Status: %s for 0 days 00:00:05           Debug: Urgent\n",
               is_enabled() ? "Enabled" : "Disabled");
    else
        list(of_anchor ? "pf-anchor" : "pf-main", g_str_equal(what, "nat"));
}

static void
flush(const char *what)
{
    g_autofree char *text = standin_read("pf-anchor");
    g_auto(GStrv) lines = standin_lines(text);
    g_autoptr(GString) rest = g_string_new(NULL);
    for (guint i = 0; lines[i]; i++) {
        const char *kind = g_str_has_prefix(lines[i], "table ") ? "Tables"
                           : is_translation(lines[i])           ? "nat"
                                                                : "rules";
        if (!g_str_equal(kind, what) && lines[i][0] != '#')
            g_string_append_printf(rest, "%s\n", lines[i]);
    }
    standin_write("pf-anchor", rest->str);
    note_state();
}

static void
set_enabled(gboolean enabled)
{
    if (is_enabled() == enabled)
        standin_fail("pf already %s", enabled ? "enabled" : "disabled");
    if (!enabled && standin_has("pf-macos"))
        standin_fail("this takes everybody's tokens");
    standin_write("pf-enabled", enabled ? "1" : "0");
    note_state();
}

static void
take_token(void)
{
    g_autofree char *token = g_strdup_printf("%u\n", 1000000u + (guint) g_random_int_range(0, 999));
    standin_append("pf-tokens", token);
    standin_write("pf-enabled", "1");
    fprintf(stderr, "No ALTQ support in kernel\npf enabled\nToken : %s", token);
    note_state();
}

static void
give_token(const char *token)
{
    g_autofree char *tokens = standin_read("pf-tokens");
    g_autofree char *line = g_strconcat(token, "\n", NULL);
    char *at = strstr(tokens, line);
    if (!at)
        standin_fail("invalid token");
    memmove(at, at + strlen(line), strlen(at + strlen(line)) + 1);
    standin_write("pf-tokens", tokens);
    standin_write("pf-enabled", *tokens ? "1" : "0");
    note_state();
}

void
standin_pfctl(char **argv)
{
    const char *anchor = NULL;
    gboolean checks_only = FALSE;
    g_autofree char *words = g_strjoinv(" ", argv);
    if (!standin_has("modules/pf"))
        standin_fail("/dev/pf: No such file or directory");
    if (g_str_equal(words, "-k label -k akin")) {
        standin_append("pf-killed", "akin\n");
        return;
    }
    for (; *argv; argv++) {
        const char *value = argv[1] ? argv[1] : "";
        if (g_str_equal(*argv, "-a"))
            anchor = *++argv;
        else if (g_str_equal(*argv, "-n"))
            checks_only = TRUE;
        else if (g_str_equal(*argv, "-f"))
            load(anchor ? anchor : "", checks_only);
        else if (g_str_equal(*argv, "-s"))
            show(value, anchor != NULL);
        else if (g_str_equal(*argv, "-F") && anchor)
            flush(value);
        else if (g_str_equal(*argv, "-e") || g_str_equal(*argv, "-d"))
            set_enabled(g_str_equal(*argv, "-e"));
        else if (g_str_equal(*argv, "-E") && standin_has("pf-macos"))
            take_token();
        else if (g_str_equal(*argv, "-X") && standin_has("pf-macos"))
            give_token(value);
        else if (g_str_equal(*argv, "-T") && g_str_equal(value, "load"))
            argv++;
        else if (g_str_has_prefix(*argv, "-") && !strstr(" - -q -N -R ", *argv))
            standin_fail("bad arguments: %s", words);
    }
}
