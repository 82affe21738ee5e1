/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Text from outside, made fit for a label: one line of valid UTF-8, without control characters
 * and without those that turn the direction of what follows, at most so many characters (an
 * ellipsis stands for the rest).
 */
char *akin_label(const char *text, guint most);

/* A message as errors are written ("no such service") as a sentence: "No such service." */
char *akin_sentence(const char *message);
