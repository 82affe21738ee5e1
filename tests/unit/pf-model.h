/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "packet.h"
#include "situation.h"

/*
 * As much of pf.conf(5) as akin's rules use: tables, translation, tags, filter rules. A word that
 * it does not know ends the test.
 */
typedef struct _PfModel PfModel;

PfModel *pf_model_new(const AkinPolicy *policy, const AkinSituation *situation);
void pf_model_free(PfModel *model);

/*
 * "pass", "return" or "drop"; the packet is as it was translated. A packet keeps its tag when it
 * goes on: *tag, "" at first. *stateful: answers pass without being looked at.
 */
const char *
pf_model_judge(const PfModel *model, Packet *packet, const char **tag, gboolean *stateful);
