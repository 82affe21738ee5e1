/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "case.h"
#include "error.h"
#include "policy.h"
#include "situation.h"

/* What the unit tests share: random input that is valid, and what is asked of every error. */

/*
 * The same numbers in every run, so that a failure comes back; AKIN_TEST_SEED=N gives others. The
 * seed is told in the log. Free with g_rand_free.
 */
GRand *sample_rand(void);

/* Any policy that a user could have, with names, titles and patterns that are as odd as allowed. */
AkinPolicy *sample_policy(GRand *rand);

/* Any situation that a kernel could be in, with names of interfaces that nobody would choose. */
AkinSituation *sample_situation(GRand *rand);

/* Random text of up to size - 1 of the characters. */
char *sample_text(GRand *rand, const char *characters, guint size);

/* PORTS, canonical. */
char *sample_ports(GRand *rand);

/* The policy or the case in text, which must be valid. */
AkinPolicy *sample_parse_policy(const char *text);
void sample_parse_case(const char *text, AkinPolicy **policy, AkinSituation **situation);

/* A forward that must be valid. */
AkinForward sample_forward(const char *protocol, guint port, const char *address, guint target_port,
                           const char *from);

/* Equal in all that a user could tell. */
void assert_same_policy(const AkinPolicy *a, const AkinPolicy *b);

/*
 * The error has the code, and its message is what the house asks for: one line of valid text
 * without control characters, not endless, without a full stop. Clears it.
 */
void assert_refused(GError **error, AkinError code);
