/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * What the compilers that write rules line by line need to know of policy and situation, as texts
 * and lists that are ready to be written. Private to rules/.
 */

/* A VM network that is up. */
typedef struct {
    const char *name; /* points into the situation */
    char *subnets4;   /* "192.168.56.0/24,10.0.0.0/8"; "" when there is none */
    char *subnets6;
} AkinNetworkFacts;

/* An uplink; the first one is the active NIC. */
typedef struct {
    const char *name; /* points into the situation; plain, see akin_pattern_check */
    char *address4;   /* its first IPv4 address; NULL without */
    guint16 port;     /* of its natd or kernel nat: 8668 and on */
} AkinUplinkFacts;

/* A forward whose machine is in a VM network that is up. */
typedef struct {
    const AkinForward *forward;
    const char *protocol;
    char *address;
    char *from; /* "any" or a network */
} AkinForwardFacts;

typedef struct {
    const AkinPolicy *policy;
    gboolean nat;
    GArray *networks;  /* AkinNetworkFacts */
    GArray *uplinks;   /* AkinUplinkFacts */
    GArray *forwards;  /* AkinForwardFacts; none without NAT, nor those for loopback alone */
    char *all4, *all6; /* every subnet of every VM network; "" when there is none */
    char *trusted4, *trusted6; /* who may ping; "any" when that is anyone, "" when nobody */
    GArray *out, *in;          /* AkinPortRange: allowed, merged */
} AkinRuleFacts;

AkinRuleFacts *akin_rule_facts_new(const AkinPolicy *policy, const AkinSituation *situation);
void akin_rule_facts_free(AkinRuleFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinRuleFacts, akin_rule_facts_free)

/*
 * The ports of one protocol, at most count at a time: "53,80,6881-6999". at is where to begin, 0
 * at first, and is moved on; NULL at the end. dash: what a range is written with.
 */
char *akin_rule_facts_ports(const GArray *ranges, AkinProtocol protocol, char dash, guint count,
                            guint *at);

/* Every subnet of every VM network that is up, without those inside others; IPv4 and IPv6. */
GArray *akin_rule_facts_subnets(const AkinPolicy *policy, const AkinSituation *situation);
