/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "situation.h"
#include "surroundings.h"

/*
 * What other programs' rules and switches do to packets that akin lets through. A packet has to
 * pass every table, so a drop of theirs wins. Looking asks the kernel, judging is pure. Main
 * thread only.
 */

/*
 * How the kernel's rules are listed, others' too: what `nft --json COMMAND` prints; json is the
 * lister's until the next call.
 */
typedef gboolean (*AkinRulesLister)(gpointer lister, const char *command, const char **json,
                                    GError **error);

/*
 * Asks the kernel now: a millisecond, since chains are listed and not their rules, but for the few
 * of akin_chains_list_gates. Never fails: what cannot be known is said so. One file per operating
 * system.
 */
AkinSurroundings *
akin_surroundings_look(const AkinSituation *situation, AkinRulesLister list, gpointer lister);

/*
 * The chains whose rules decide whether a VM network's packets pass a chain that stops forwarded
 * ones: an array of const AkinChain, pointers into chains. Free with g_ptr_array_unref. Pure.
 */
GPtrArray *akin_chains_list_gates(const GArray *chains);

/* The names of findings, stable. */
#define AKIN_FINDING_UNKNOWN "neighbours-unknown"
#define AKIN_FINDING_DOCKER "docker"
#define AKIN_FINDING_UFW "ufw"
#define AKIN_FINDING_FIREWALLD "firewalld"
#define AKIN_FINDING_LIBVIRT "libvirt"
#define AKIN_FINDING_FORWARD "forward-dropped"
#define AKIN_FINDING_INPUT "input-dropped"
#define AKIN_FINDING_OUTPUT "output-dropped"
#define AKIN_FINDING_BRIDGE "bridge-filtered"
#define AKIN_FINDING_STRICT "rp-filter"

/* All of them, NULL at the end. */
extern const char *const akin_finding_names[];

typedef struct {
    const char *name; /* one of the above */
    char *sentence;   /* what it means and what to do */
    gboolean note;    /* it may well be meant so */
} AkinFinding;

/*
 * What stands in the way of the policy, one finding a name at most: an array of AkinFinding for
 * the caller to free. forwarding: akin has turned the kernel's forwarding on. Pure.
 */
GArray *akin_neighbours_judge(const AkinSurroundings *surroundings, const AkinPolicy *policy,
                              const AkinSituation *situation, gboolean forwarding);
