/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * The traffic contract as a pf.conf(5) anchor for FreeBSD and macOS (the syntax of OpenBSD 4.5,
 * which both have), as text for `pfctl -a ANCHOR -f -`. Pure. The main ruleset has to call the
 * anchor for nat, rdr and filter, and to reassemble fragments.
 */
char *akin_pf_text(const AkinPolicy *policy, const AkinSituation *situation);
