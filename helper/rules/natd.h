/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * What translates for the rules of akin_ipfw_text, one for each outside interface with an IPv4
 * address: a natd(8), or an instance of the kernel's nat. Pure.
 *
 * The port depends on the interface's name and not on its rank, so that no other natd has to
 * be touched when an interface comes, goes or becomes the active NIC.
 */
typedef struct {
    char *interface; /* starts with a letter; letters, digits and _.- only: fit for a file's name */
    guint16 port;    /* divert port, or number of the kernel's instance */
    char *natd;      /* text for a file to be given to natd -f; the pid file is for the caller */
    char *kernel;    /* words for ipfw, divided by single blanks: "nat 8700 config if em0 ...".
                        Give them as arguments: of a line in a file ipfw reads 4095 bytes */
} AkinNatInstance;

/*
 * None while NAT is not active. The active NIC's comes first; free with g_ptr_array_unref. A
 * natd whose text is the same as before need not be restarted.
 */
GPtrArray *akin_nat_instances(const AkinPolicy *policy, const AkinSituation *situation);
