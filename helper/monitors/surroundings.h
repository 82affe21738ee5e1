/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* What a look at the rules and switches of others has seen. Pure data that owns all it holds. */

/* Where a chain meets packets; for a chain that meets none, or only translates: nowhere. */
typedef enum { AKIN_HOOK_NOWHERE, AKIN_HOOK_INPUT, AKIN_HOOK_FORWARD, AKIN_HOOK_OUTPUT } AkinHook;

typedef struct {
    char *family, *table, *name; /* "ip", "filter", "FORWARD"; any bytes but NUL */
    AkinHook hook;
    gboolean drops; /* what comes to its end */
} AkinChain;

/* What a rule asks of the interface and the address at one end of a packet's way. */
typedef struct {
    char **names;      /* names or patterns of interfaces; NULL: any */
    gboolean others;   /* any but these */
    GArray *addresses; /* AkinPrefix; NULL: any */
} AkinDoorEnd;

/* Which packets of connections. */
enum {
    AKIN_DOOR_NEW = 1 << 0,
    AKIN_DOOR_ANSWERS = 1 << 1,
    AKIN_DOOR_PERHAPS_NEW = 1 << 2, /* a match of iptables, which is not listed, decides */
};

typedef struct {
    guint16 first, last;
} AkinDoorPorts;

/* A rule that sends packets on, and which. */
typedef struct {
    char *family, *table, *chain;
    AkinDoorEnd from, to;
    guint states;        /* AKIN_DOOR_* */
    GArray *ports;       /* AkinDoorPorts, where they go to; NULL: any */
    gboolean particular; /* some protocols alone, or only what was translated */
    gboolean bridged;    /* only what passes within a bridge */
    char *target;        /* "accept", or the chain where they go */
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

/* Nothing has been seen. Free with akin_surroundings_free. */
AkinSurroundings *akin_surroundings_new(void);
void akin_surroundings_free(AkinSurroundings *surroundings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinSurroundings, akin_surroundings_free)

/* Frees what it holds, as dropping it from an array of doors does. */
void akin_door_clear(AkinDoor *door);
