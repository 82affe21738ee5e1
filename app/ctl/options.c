/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

/*
 * Two passes, since --out is a flag of one command and has a value in another: the first takes
 * what every command has and ignores the rest, the second is strict. Texts are of type FILENAME,
 * which GLib leaves as they are; STRING would fail on UTF-8 in the C locale.
 */

static gboolean
parse(const GOptionEntry *entries, gboolean ignore_unknown, char ***words, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) reason = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_ignore_unknown_options(context, ignore_unknown);
    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse_strv(context, words, &reason))
        return TRUE;
    g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "%s; see akinctl help", reason->message);
    return FALSE;
}

gboolean
ctl_options_parse(Ctl *ctl, char ***words, GError **error)
{
    g_autofree char *socket_path = NULL;
    int confirm = G_MININT; /* not given */
    const GOptionEntry entries[] = {
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket_path, NULL, NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &ctl->json, NULL, NULL},
        {"confirm", 0, 0, G_OPTION_ARG_INT, &confirm, NULL, NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &ctl->help, NULL, NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &ctl->version, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!parse(entries, TRUE, words, error))
        return FALSE;
    if (socket_path && socket_path[0] == '\0') {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "--socket needs the path of a socket");
        return FALSE;
    }
    if (confirm != G_MININT && confirm <= 0) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "a trial takes 5 to 600 seconds, not %d",
                    confirm);
        return FALSE;
    }
    ctl->confirm = MAX(confirm, 0);
    if (socket_path) {
        g_free(ctl->socket_path);
        ctl->socket_path = g_steal_pointer(&socket_path);
    }
    return TRUE;
}

static gboolean
check_utf8(const char *text, GError **error)
{
    if (!text || g_utf8_validate(text, -1, NULL))
        return TRUE;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "‘%s’ is not UTF-8; write it in UTF-8", valid);
    return FALSE;
}

/* GLib leaves the "--" that ends the options where it is when a word with a dash follows. */
static void
drop_end_mark(char **words)
{
    char **mark = words;
    while (*mark && strcmp(*mark, "--") != 0)
        mark++;
    if (*mark)
        g_free(*mark);
    for (; *mark; mark++)
        mark[0] = mark[1];
}

gboolean
ctl_options_parse_command(Ctl *ctl, const CtlCommand *command, char ***words, GError **error)
{
    const GOptionEntry none[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
    const GOptionEntry directions[] = {
        {"out", 0, 0, G_OPTION_ARG_NONE, &ctl->out, NULL, NULL},
        {"in", 0, 0, G_OPTION_ARG_NONE, &ctl->in, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const GOptionEntry service[] = {
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &ctl->out_ports, NULL, NULL},
        {"in", 0, 0, G_OPTION_ARG_FILENAME, &ctl->in_ports, NULL, NULL},
        {"title", 0, 0, G_OPTION_ARG_FILENAME, &ctl->title, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const GOptionEntry forward[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &ctl->from, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const GOptionEntry rules[] = {
        {"engine", 0, 0, G_OPTION_ARG_FILENAME, &ctl->engine, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const GOptionEntry *const sets[] = {none, directions, service, forward, rules};
    if (!parse(sets[command->options], FALSE, words, error))
        return FALSE;
    drop_end_mark(*words);
    for (guint i = 0; (*words)[i]; i++) {
        if (!check_utf8((*words)[i], error))
            return FALSE;
    }
    return check_utf8(ctl->out_ports, error) && check_utf8(ctl->in_ports, error) &&
           check_utf8(ctl->title, error) && check_utf8(ctl->from, error) &&
           check_utf8(ctl->engine, error);
}
