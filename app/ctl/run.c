/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "text.h"
#include "trial.h"

/* words: the program, and all after it that is no option of akinctl. */
static gboolean
run_command(Ctl *ctl, char **words, GError **error)
{
    guint used;
    const CtlCommand *command = ctl_command_find(words + 1, &used, error);
    if (!command)
        return FALSE;
    g_auto(GStrv) rest = g_strdupv(words + used);
    if (!ctl_options_parse_command(ctl, command, &rest, error) ||
        !ctl_command_check(command, rest + 1, error))
        return FALSE;
    if (ctl->confirm > 0 && !command->can_be_tried) {
        g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE,
                    "%s cannot be put on trial; leave out --confirm", command->name);
        return FALSE;
    }
    if (command->run(ctl, rest + 1, error))
        return ctl_trial_end(ctl, error);
    ctl_trial_abandon(ctl);
    return FALSE;
}

/* `akinctl help WORD`, `akinctl WORD --help`; without a word, everything. */
static gboolean
help(const char *word, GError **error)
{
    g_autofree char *text = word ? ctl_usage_of(word) : ctl_usage();
    if (text[0] != '\0')
        return ctl_print(text, error);
    g_autofree char *shown = ctl_excerpt(word);
    g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "unknown command ‘%s’; see akinctl help", shown);
    return FALSE;
}

static gboolean
run(Ctl *ctl, char **words, GError **error)
{
    gboolean asked = words[1] && strcmp(words[1], "help") == 0;
    if (ctl->version)
        return ctl_print("akinctl " AKIN_VERSION "\n", error);
    if (ctl->help || asked)
        return help(words[asked ? 2 : 1], error);
    if (words[1])
        return run_command(ctl, words, error);
    g_autofree char *text = ctl_usage();
    fputs(text, stderr);
    g_set_error(error, CTL_ERROR, CTL_ERROR_USAGE, "which command?");
    return FALSE;
}

/* What GIO remarks on an answer that makes no sense; our own error says what to do about it. */
static void
drop_message(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    (void) domain, (void) level, (void) message, (void) data;
}

int
ctl_run(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    ctl_output_init();
    g_log_set_handler("GLib-GIO", G_LOG_LEVEL_WARNING, drop_message, NULL);
    g_autoptr(Ctl) ctl = ctl_new();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = g_new0(char *, argc + 2);
    for (int i = 0; i < argc; i++)
        words[i] = g_strdup(argv[i]);
    if (ctl_options_parse(ctl, &words, &error) && run(ctl, words, &error))
        return ctl->found ? CTL_FAILED : CTL_DONE;
    ctl_print_error(error, ctl->json);
    return ctl_exit_code(error);
}
