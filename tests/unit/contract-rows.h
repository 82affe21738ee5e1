/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "packet.h"
#include "situation.h"

/*
 * The traffic contract, row by row, for rules that no kernel here can load: packets on their way
 * through a model of the kernel that could.
 */
typedef struct {
    const char *name; /* "ipfw" or "pf" */
    gpointer (*make)(const AkinPolicy *policy, const AkinSituation *situation);
    void (*free)(gpointer model);

    /* One direction: "pass", "reject" or "drop"; translates the packet. */
    const char *(*judge)(gpointer model, Packet *packet);
} ContractEngine;

/* Adds a test for each group of rows: "/ENGINE/rows/GROUP". */
void contract_rows_add(const ContractEngine *engine);

/* Adds "/ENGINE/explain": that akin_explain says what the rules do. */
void contract_explain_add(const ContractEngine *engine);

/* The packet on all its way: in, and out unless it has arrived; recv NULL when it begins here. */
const char *contract_send(const ContractEngine *engine, gpointer model, const AkinPolicy *policy,
                          const AkinSituation *situation, Packet *packet);

/* The computer of the rows with more words of a case. Free both. */
void contract_case(const char *words, AkinPolicy **policy, AkinSituation **situation);

/* Words of a case with so many forwards and services of the user's own; the caller frees them. */
char *contract_many(guint count);
