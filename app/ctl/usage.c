/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "command.h"

static const char head[] = "Usage: akinctl [--socket PATH] [--json] [--confirm SECONDS] COMMAND\n"
                           "\n"
                           "Controls akin, the firewall and NAT for virtual machines.\n"
                           "\n";

static const char tail[] =
    "\n"
    "      --socket PATH  the helper's socket\n"
    "      --json         print one JSON object\n"
    "      --confirm SECONDS\n"
    "                     take the change back unless it is confirmed within 5 to 600 seconds\n"
    "  -h, --help         this help, or that of a command\n"
    "      --version      the version of akinctl\n"
    "\n"
    "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 no helper, 4 not allowed.\n"
    "All of it, with examples: man akinctl\n";

char *
ctl_synopsis(const CtlCommand *command)
{
    return g_strjoin(" ", "akinctl", command->name, command->usage[0] ? command->usage : NULL,
                     NULL);
}

/* The explanation stands beside a short usage and below a long one. */
static void
append_command(GString *text, const CtlCommand *command)
{
    const int column = 30;
    g_autofree char *words = g_strjoin(" ", command->name, command->usage, NULL);
    if (strlen(words) < (gsize) column)
        g_string_append_printf(text, "  %-*s%s\n", column, words, command->help);
    else
        g_string_append_printf(text, "  %s\n  %-*s%s\n", words, column, "", command->help);
}

static gboolean
matches(const CtlCommand *command, const char *name)
{
    gsize length = strlen(name);
    return strncmp(command->name, name, length) == 0 &&
           (command->name[length] == '\0' || command->name[length] == ' ');
}

char *
ctl_usage(void)
{
    GString *text = g_string_new(head);
    for (const CtlCommand *command = ctl_commands; command->name; command++)
        append_command(text, command);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

char *
ctl_usage_of(const char *name)
{
    GString *text = g_string_new(NULL);
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        if (!matches(command, name))
            continue;
        g_autofree char *synopsis = ctl_synopsis(command);
        g_string_append_printf(text, "%s %s\n           %s\n",
                               text->len > 0 ? "      " : "Usage:", synopsis, command->help);
    }
    return g_string_free(text, FALSE);
}
