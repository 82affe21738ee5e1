/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <string.h>

#include "text.h"
#include "words.h"

/* Farther than this is not a slip but another word. */
#define NEAR 2

static gboolean
is_in_group(const CtlCommand *command, const char *group)
{
    gsize length = strlen(group);
    return strncmp(command->name, group, length) == 0 && command->name[length] == ' ';
}

/* "add, remove, list": the second words of a group; NULL when there is no such group. */
static char *
list_group(const char *group)
{
    GString *list = g_string_new(NULL);
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        if (is_in_group(command, group))
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                                   command->name + strlen(group) + 1);
    }
    return g_string_free(list, list->len == 0);
}

/* Of a command with two words, the first counts: it is what was mistyped. Free with g_free. */
static char *
nearest(const char *word)
{
    g_autofree char *best = NULL;
    guint best_distance = NEAR + 1;
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        g_autofree char *first = g_strndup(command->name, strcspn(command->name, " "));
        guint distance = ctl_distance(word, first);
        if (distance >= best_distance || distance >= strlen(first))
            continue;
        best_distance = distance;
        g_free(best);
        best = g_steal_pointer(&first);
    }
    return g_steal_pointer(&best);
}

static void
set_unknown(char **words, GError **error)
{
    g_autofree char *shown = ctl_excerpt(words[0]);
    g_autofree char *group = list_group(words[0]);
    g_autofree char *near = nearest(words[0]);
    if (words[0][0] == '-')
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "unknown option ‘%s’; options of a command come after it, see akinctl help",
                    shown);
    else if (group)
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "%s what? use one of: %s", words[0], group);
    else if (near)
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "unknown command ‘%s’; did you mean %s?",
                    shown, near);
    else
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "unknown command ‘%s’; see akinctl help",
                    shown);
}

const CtlCommand *
ctl_command_find(char **words, guint *used, GError **error)
{
    g_autofree char *two = words[1] ? g_strjoin(" ", words[0], words[1], NULL) : NULL;
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        gboolean long_name = g_strcmp0(command->name, two) == 0;
        if (!long_name && strcmp(command->name, words[0]) != 0)
            continue;
        *used = strchr(command->name, ' ') ? 2 : 1;
        return command;
    }
    set_unknown(words, error);
    return NULL;
}

/* "auto, on or off" of "auto|on|off" */
static char *
list_choices(const char *words)
{
    const char *last = strrchr(words, '|');
    g_autofree char *rest = last ? g_strndup(words, last - words) : NULL;
    g_auto(GStrv) list = g_strsplit(rest ? rest : "", "|", -1);
    g_autofree char *joined = g_strjoinv(", ", list);
    return last ? g_strconcat(joined, " or ", last + 1, NULL) : g_strdup(words);
}

gboolean
ctl_command_check(const CtlCommand *command, char **args, GError **error)
{
    guint count = g_strv_length(args);
    if (count < command->min || count > command->max) {
        g_autofree char *synopsis = ctl_synopsis(command);
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "too %s words; use: %s",
                    count < command->min ? "few" : "many", synopsis);
        return FALSE;
    }
    g_autofree char *first = g_strndup(command->usage, strcspn(command->usage, " "));
    if (g_ascii_islower(first[0]) && !ctl_word_is_one_of(args[0], first)) {
        g_autofree char *shown = ctl_excerpt(args[0]);
        g_autofree char *choices = list_choices(first);
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "‘%s’ cannot follow %s; use %s", shown,
                    command->name, choices);
        return FALSE;
    }
    return TRUE;
}
