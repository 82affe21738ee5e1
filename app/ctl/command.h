/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ctl.h"

/* Which options a command has besides those of every command. */
typedef enum {
    CTL_OPTIONS_NONE,
    CTL_OPTIONS_DIRECTIONS, /* --out, --in */
    CTL_OPTIONS_SERVICE,    /* --out PORTS, --in PORTS, --title T */
    CTL_OPTIONS_FORWARD,    /* --from WHO */
    CTL_OPTIONS_RULES,      /* --engine NAME */
} CtlOptions;

typedef struct {
    const char *name; /* "status", or two words: "forward add" */
    const char
        *usage; /* "tcp|udp PORT ...": a first word in lower case lists what may stand there */
    const char *help; /* one sentence */
    guint min, max;   /* arguments */
    CtlOptions options;
    gboolean (*run)(Ctl *ctl, char **args, GError **error); /* prints, too */
    gboolean can_be_tried; /* --confirm: a trial can take back what it changes */
} CtlCommand;

/* In the order of the help; ends with a NULL name. */
extern const CtlCommand ctl_commands[];

/*
 * The command that words begin with; *used is how many words are its name. CTL_ERROR_USAGE names
 * the nearest one.
 */
const CtlCommand *ctl_command_find(char **words, guint *used, GError **error);

/* Count of args, and the first of them when the command lists what it may be. */
gboolean ctl_command_check(const CtlCommand *command, char **args, GError **error);

/* What `akinctl help` prints, for all commands, one of them ("allow") or a group ("forward"). */
char *ctl_usage(void);
char *ctl_usage_of(const char *name);
/* "akinctl forward remove tcp|udp PORT" */
char *ctl_synopsis(const CtlCommand *command);
