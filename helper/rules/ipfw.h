/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * The traffic contract as ipfw(8) rules for FreeBSD, as lines for `ipfw /dev/stdin`. Pure.
 *
 * A number is a job; each network, uplink or forward adds a rule at the same number, so that the
 * numbers of two rulesets are comparable and a state keeps its parent's number through a switch
 * from one set to the other.
 */
typedef enum {
    AKIN_IPFW_NATD,   /* divert to natd(8), one an uplink */
    AKIN_IPFW_KERNEL, /* `ipfw nat` instances, one an uplink */
} AkinIpfwNat;

/* What translates: as the policy says, as far as it is here. */
AkinIpfwNat akin_ipfw_nat(const AkinPolicy *policy, const AkinSituation *situation);

/* The two sets of rules that are akin's; one is in force while the other is made. */
#define AKIN_IPFW_SET_A 20
#define AKIN_IPFW_SET_B 21

char *akin_ipfw_text(const AkinPolicy *policy, const AkinSituation *situation, guint set,
                     AkinIpfwNat nat);
