/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * What happens to a new connection, and why: the traffic contract of the design, evaluated
 * without a kernel. Pure.
 */

typedef enum { AKIN_PASS, AKIN_REJECT, AKIN_DROP } AkinVerdict;

typedef struct {
    gboolean outgoing;
    AkinProtocol protocol;
    guint16 port;         /* 0 where the protocol has none */
    gboolean has_address; /* without one: any outside address */
    AkinPrefix address;   /* the other end's */
} AkinQuestion;

/*
 * Checks the words and fills question. port 0: none given; address "": any.
 * AKIN_ERROR_INVALID_ARGUMENT.
 */
gboolean akin_question_parse(AkinQuestion *question, const char *direction, const char *protocol,
                             guint port, const char *address, GError **error);

/*
 * The verdict; *sentence gets it in words with the reason, such as "tcp port 443 going out
 * passes: service https is allowed outgoing". The caller frees it.
 */
AkinVerdict akin_explain(const AkinPolicy *policy, const AkinSituation *situation,
                         gboolean enforcing, const AkinQuestion *question, char **sentence);

/* "pass", "reject", "drop". */
const char *akin_verdict_name(AkinVerdict verdict);
