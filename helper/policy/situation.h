/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

#include "address.h"
#include "policy.h"

/*
 * What the computer is like now, as the monitors report it. Pure data. Which interface is a VM
 * network and which is outside depends on the policy's patterns as well, hence the functions.
 */

/* A default route through an interface. */
typedef struct {
    AkinFamily family;
    guint32 metric;
    guint8 length; /* 0, or 1 for one of the two halves that VPNs use to come first */
} AkinRoute;

typedef struct {
    char *name; /* as the kernel gives it: 1..15 bytes, no slash, no white space */
    gboolean loopback;
    gboolean up;       /* administratively */
    GArray *addresses; /* AkinPrefix with host bits kept: address and length of its network */
    GArray *defaults;  /* AkinRoute */
} AkinInterface;

typedef struct {
    GPtrArray *interfaces; /* AkinInterface, sorted by name */
    gboolean awake;
    gboolean routes4;    /* this computer forwarded IPv4, IPv6 for others before akin did: their */
    gboolean routes6;    /* traffic from outside to outside is not ours to stop */
    gboolean ftp_helper; /* the kernel can follow FTP's data connections */
    /* What the engine cannot do here. */
    gboolean no_nat6;         /* translate IPv6: machines have none to outside */
    gboolean no_own_forwards; /* lead this computer's own connections to a machine */
    gboolean no_natd;         /* run natd(8): the kernel's nat takes its place */
} AkinSituation;

typedef enum { AKIN_ROLE_LOOPBACK, AKIN_ROLE_VM_NETWORK, AKIN_ROLE_OUTSIDE } AkinRole;

/* No interfaces, awake. */
AkinSituation *akin_situation_new(void);
AkinSituation *akin_situation_copy(const AkinSituation *situation);
void akin_situation_free(AkinSituation *situation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinSituation, akin_situation_free)

/* name is copied; arrays are empty. Free with akin_interface_free. */
AkinInterface *akin_interface_new(const char *name);
void akin_interface_free(AkinInterface *interface);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinInterface, akin_interface_free)

gboolean akin_situation_equal(const AkinSituation *a, const AkinSituation *b);

AkinRole akin_interface_role(const AkinPolicy *policy, const AkinInterface *interface);

/* A VM network is up when its interface is, and has an address that is not link-local. */
gboolean akin_network_is_up(const AkinPolicy *policy, const AkinInterface *interface);

/*
 * The subnets of an interface: the networks of its addresses, without link-local ones, sorted,
 * none inside another. Free with g_array_unref.
 */
GArray *akin_interface_subnets(const AkinInterface *interface);

/* NAT runs: by the policy's mode, and with "auto" while a VM network is up. */
gboolean akin_nat_is_active(const AkinPolicy *policy, const AkinSituation *situation);

/* A VM network that is up has a subnet of this family. */
gboolean
akin_networks_have(const AkinPolicy *policy, const AkinSituation *situation, AkinFamily family);

/* The VM network that is up and holds the address; NULL when there is none. */
const AkinInterface *
akin_situation_find_network(const AkinPolicy *policy, const AkinSituation *situation,
                            const AkinPrefix *address);

/*
 * Packets to the forward's port get to the machine: NAT runs, the machine's network is up, and
 * not everything outside is blocked, which leaves this computer itself.
 */
gboolean akin_forward_works(const AkinPolicy *policy, const AkinSituation *situation,
                            const AkinForward *forward);

/*
 * Why no situation of this computer makes the forward work, as an end of a sentence; NULL when one
 * may. What a forward of another kind does besides is not asked.
 */
const char *akin_forward_obstacle(const AkinSituation *situation, const AkinForward *forward);

/* Uplinks, the best first: pointers into situation. Free with g_ptr_array_unref. */
GPtrArray *akin_situation_uplinks(const AkinPolicy *policy, const AkinSituation *situation);

/*
 * Rules take the interface for a VM network, and it is none: it holds a default route, or has a
 * name that no VM network has, so that nothing guards the way in.
 */
gboolean akin_interface_is_unguarded(const AkinPolicy *policy, const AkinInterface *interface);

/* The first such interface; NULL, as it should be, when there is none. */
const AkinInterface *
akin_situation_find_unguarded(const AkinPolicy *policy, const AkinSituation *situation);

/* The name of the best uplink, "" when there is none; points into situation. */
const char *akin_situation_active_nic(const AkinPolicy *policy, const AkinSituation *situation);
