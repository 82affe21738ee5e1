/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "situation.h"

/*
 * What other programs' rules and switches do to packets that akin lets through. A packet has to
 * pass every table, so a drop of theirs wins. Looking asks the kernel, judging is pure. Main
 * thread only.
 */

/* Where a chain meets packets; for a chain that meets none, or only translates: nowhere. */
typedef enum { AKIN_HOOK_NOWHERE, AKIN_HOOK_INPUT, AKIN_HOOK_FORWARD, AKIN_HOOK_OUTPUT } AkinHook;

typedef struct {
    char *family, *table, *name; /* "ip", "filter", "FORWARD"; any bytes but NUL */
    AkinHook hook;
    gboolean drops; /* what comes to its end */
} AkinChain;

/* A rule that sends packets on: those of interfaces that it names, or all answers. */
typedef struct {
    char *family, *table, *chain;
    char **from, **to; /* names or patterns of interfaces; NULL: it names none */
    gboolean answers;  /* of established connections, whatever the interfaces */
    char *target;      /* "accept", or the chain where they go */
} AkinDoor;

enum { AKIN_BRIDGED_IPV4 = 1 << 0, AKIN_BRIDGED_IPV6 = 1 << 1 };

/* What was seen in one look. */
typedef struct {
    char *unknown;          /* why the rules are not known; NULL: they are */
    GArray *chains;         /* AkinChain, akin's own among them */
    GArray *doors;          /* AkinDoor, of the chains that akin_chains_list_gates names */
    GPtrArray *strict;      /* uplinks that drop what does not come by the best route */
    GPtrArray *bridges;     /* interfaces with an address that are bridges */
    guint bridges_filtered; /* whose packets within bridges meet chains too: AKIN_BRIDGED_* */
} AkinSurroundings;

AkinSurroundings *akin_surroundings_new(void);
void akin_surroundings_free(AkinSurroundings *surroundings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinSurroundings, akin_surroundings_free)

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
