/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "command.h"

/*
 * Takes the options of akinctl out of words (a NULL-terminated array that begins with the name of
 * the program), wherever they stand; leaves those of commands. CTL_ERROR_USAGE.
 */
gboolean ctl_options_parse(Ctl *ctl, char ***words, GError **error);

/* The same for the options of one command; words begins with the command. */
gboolean
ctl_options_parse_command(Ctl *ctl, const CtlCommand *command, char ***words, GError **error);
