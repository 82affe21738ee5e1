/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/* akin's anchor on FreeBSD; on macOS "com.apple/" comes before it. */
#define AKIN_PF_ANCHOR "akin"

/* What bears this label crosses the border to outside; panic ends it: `pfctl -k label -k akin`. */
#define AKIN_PF_LABEL "akin"

/*
 * The traffic contract as a pf.conf(5) anchor for FreeBSD and macOS (the syntax of OpenBSD 4.5,
 * which both have), as text for `pfctl -a ANCHOR -f -`. Pure. The main ruleset has to call the
 * anchor for nat, rdr and filter, and to reassemble fragments.
 */
char *akin_pf_text(const AkinPolicy *policy, const AkinSituation *situation);
