/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ipfw.h"
#include "rule-facts.h"

/* Collects rules of one set for ipfw(8). Private to rules/. */
typedef struct {
    const AkinRuleFacts *facts;
    GArray *rules;
    guint set;
    const char *nat; /* "divert" or "nat" */
    const char *tee; /* a copy for natd's tables; the kernel's nat takes the packet itself */
} AkinIpfwWriter;

AkinIpfwWriter *akin_ipfw_writer_new(const AkinRuleFacts *facts, guint set, AkinIpfwNat nat);

/* The rules in the order in which the kernel looks at them; the caller frees it. */
char *akin_ipfw_writer_text(AkinIpfwWriter *writer);
void akin_ipfw_writer_free(AkinIpfwWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinIpfwWriter, akin_ipfw_writer_free)

/* One rule: "add NUMBER set SET ...", behind those of the same number. */
void
akin_ipfw_rule(AkinIpfwWriter *writer, guint number, const char *format, ...) G_GNUC_PRINTF(3, 4);

/*
 * As many rules as it takes to say "before WORDS after" of all words, since the kernel takes
 * lists of limited length; none without words.
 */
void akin_ipfw_rules(AkinIpfwWriter *writer, guint number, const char *before,
                     const GPtrArray *words, const char *after, ...) G_GNUC_PRINTF(5, 6);

/* The same for the ports of one protocol. */
void akin_ipfw_ports(AkinIpfwWriter *writer, guint number, const char *before, const GArray *ranges,
                     AkinProtocol protocol, const char *after);

/* A copy of words with one more each: constants, up to NULL. Free with g_ptr_array_unref. */
GPtrArray *akin_ipfw_join(const GPtrArray *words, ...) G_GNUC_NULL_TERMINATED;

/* The outside interfaces that have an IPv4 address, and so a natd, while NAT is active. */
const AkinOutsideFacts *akin_ipfw_next_nat(const AkinIpfwWriter *writer, guint *at);

/* The forwards to IPv4 machines; there is no other NAT in ipfw. Both: NULL after the last. */
const AkinForwardFacts *akin_ipfw_next_forward(const AkinIpfwWriter *writer, guint *at);

/* Rules 100-199: what enters from machines and what goes to them; see ipfw-machines.c. */
void akin_ipfw_machines(AkinIpfwWriter *writer);
