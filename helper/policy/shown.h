/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Words that somebody sent, fit to stand in one line of an error: at most 40 bytes of them, valid
 * UTF-8, without control characters. The caller frees it.
 */
char *akin_shown(const char *words);

/* The same with at most max bytes: for a whole line of what a program has said. */
char *akin_shown_within(const char *words, gsize max);
