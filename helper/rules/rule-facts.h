/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * What the compilers that write rules line by line need to know of policy and situation, as texts
 * and lists that are ready to be written. Private to rules/.
 *
 * Interfaces are named as ipfw(8) and pf.conf(5) take them; those with other names are in none of
 * the lists, so that they count as outside and get no NAT.
 */

/* A VM network that is up: it has a subnet. */
typedef struct {
    const char *name;               /* points into the situation */
    GPtrArray *subnets4, *subnets6; /* char * */
} AkinNetworkFacts;

/* An outside interface that is up and has an address: what machines leave by. */
typedef struct {
    const char *name; /* points into the situation */
    char *address4;   /* its first IPv4 address; NULL without */
    gboolean ipv6;    /* it has an IPv6 address that is not link-local */
    guint16 port;     /* of its natd or kernel nat; 0 without IPv4 address */
} AkinOutsideFacts;

/* A forward whose machine is in a VM network that is up. */
typedef struct {
    const AkinForward *forward;
    const char *protocol;
    char *address;
    char *from;        /* "any" or a network */
    gboolean repeated; /* another one before it leads to the same port of the machine */
} AkinForwardFacts;

typedef struct {
    const AkinPolicy *policy;
    const AkinSituation *situation;
    gboolean nat;
    GArray *networks; /* AkinNetworkFacts */
    GPtrArray *links; /* const char *: interfaces for machines that have no subnet; with a bridge
                         that is a VM network they are its members */
    GArray *outside;  /* AkinOutsideFacts: uplinks first, the active NIC before all */
    GArray *forwards; /* AkinForwardFacts; none without NAT, nor those for loopback alone */
    GPtrArray *all4, *all6;         /* char *: every subnet of every VM network */
    GPtrArray *own;                 /* char *: this computer's addresses, both families */
    GPtrArray *outside_own;         /* those of outside interfaces, without link-local ones */
    GPtrArray *everyone4;           /* char *: multicast, broadcast: for this computer as well */
    gboolean ping_anyone;           /* may ping; otherwise: */
    GPtrArray *trusted4, *trusted6; /* char * */
    GArray *out, *in;               /* AkinPortRange: allowed, merged */
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

/* Words joined by commas, at most count at a time, in the same way. */
char *akin_rule_facts_words(const GPtrArray *words, guint count, guint *at);

/* Every subnet of every VM network that is up, without those inside others; IPv4 and IPv6. */
GArray *akin_rule_facts_subnets(const AkinPolicy *policy, const AkinSituation *situation);
