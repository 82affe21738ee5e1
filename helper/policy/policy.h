/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

#include "address.h"
#include "ports.h"
#include "service.h"

/* What the user wants. Pure data: no I/O, no clock; one thread. */

typedef enum { AKIN_NAT_AUTO, AKIN_NAT_ON, AKIN_NAT_OFF } AkinNatMode;

/* What translates where the rules are ipfw's: a natd(8), or the kernel itself. */
typedef enum { AKIN_NAT_ENGINE_NATD, AKIN_NAT_ENGINE_KERNEL } AkinNatEngine;

/* Who may use a forward. This computer itself always may. */
typedef enum { AKIN_FROM_ANYONE, AKIN_FROM_LOOPBACK, AKIN_FROM_NETWORK } AkinFrom;

/* At most one forward for each protocol, port and family of the address. */
typedef struct {
    AkinProtocol protocol; /* tcp or udp */
    guint16 port;          /* of the outside addresses */
    AkinPrefix address;    /* of the machine */
    guint16 target_port;   /* of the machine */
    AkinFrom from;
    AkinPrefix network; /* the same family as address; only with AKIN_FROM_NETWORK */
} AkinForward;

/* A service with the directions in which it is allowed now. */
typedef struct {
    AkinService *service;
    guint allowed;    /* AKIN_OUTGOING | AKIN_INCOMING, within what the service offers */
    gboolean decided; /* the user has said so; otherwise the catalogue's default */
} AkinServiceState;

typedef struct {
    gboolean firewall;
    gboolean panic;
    AkinNatMode nat;
    AkinNatEngine nat_engine;
    gboolean fail_closed; /* at boot nothing passes until the rules are in force */
    gboolean machines_reach_host;
    GPtrArray *patterns; /* of names of VM networks, valid by akin_pattern_check, sorted */
    GArray *trusted;     /* AkinPrefix: who may ping this computer; sorted */
    GArray *forwards;    /* AkinForward, sorted by protocol, port, family */
    GArray *services;    /* AkinServiceState: the catalogue's, then the user's own */
} AkinPolicy;

/* Bounds on what a client or a file can make of a policy. */
#define AKIN_OWN_SERVICES_MAX 2000
#define AKIN_FORWARDS_MAX 1000
#define AKIN_TRUSTED_MAX 1000
#define AKIN_PATTERNS_MAX 32

/* Firewall on, NAT auto, the catalogue's defaults, no forwards. */
AkinPolicy *akin_policy_new_default(void);
AkinPolicy *akin_policy_copy(const AkinPolicy *policy);
void akin_policy_free(AkinPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinPolicy, akin_policy_free)

/* Nothing differs that NAT depends on: mode, patterns, forwards. */
gboolean akin_policy_same_nat(const AkinPolicy *a, const AkinPolicy *b);

const char *akin_nat_mode_name(AkinNatMode mode);
gboolean akin_nat_mode_parse(const char *name, AkinNatMode *mode, GError **error);
const char *akin_nat_engine_name(AkinNatEngine engine);
gboolean akin_nat_engine_parse(const char *name, AkinNatEngine *engine, GError **error);

/*
 * Every change below either succeeds whole or leaves the policy as it was, with
 * AKIN_ERROR_INVALID_ARGUMENT, AKIN_ERROR_NOT_FOUND or AKIN_ERROR_EXISTS.
 */

/* NULL when there is none of this name. Valid until the policy's services change. */
AkinServiceState *akin_policy_find_service(const AkinPolicy *policy, const char *name);

/* All or none of the names. directions 0: all that each service offers. */
gboolean akin_policy_set_services(AkinPolicy *policy, const char *const *names, guint directions,
                                  gboolean allow, GError **error);
/* Takes a reference on service. The name must be new; it is denied. */
gboolean akin_policy_add_service(AkinPolicy *policy, AkinService *service, GError **error);
/* In the place of the user's own service of its name, and allowed as that was where it can be. */
gboolean akin_policy_update_service(AkinPolicy *policy, AkinService *service, GError **error);
gboolean akin_policy_remove_service(AkinPolicy *policy, const char *name, GError **error);

gboolean akin_policy_trust(AkinPolicy *policy, const char *const *addresses, GError **error);
gboolean akin_policy_distrust(AkinPolicy *policy, const char *const *addresses, GError **error);

/*
 * Names or prefixes followed by one *, such as "vboxnet*"; never so wide that it takes in lo.
 * Replaces all patterns; those that another one covers are left out.
 */
gboolean akin_policy_set_patterns(AkinPolicy *policy, const char *const *patterns, GError **error);
gboolean akin_pattern_check(const char *pattern, GError **error);
/*
 * A name that may stand in rules, records and paths. Kernels take more: quotes, blanks, "a=b".
 */
gboolean akin_name_is_plain(const char *interface);
gboolean akin_pattern_matches(const char *pattern, const char *interface);

/* from: "anyone", "loopback" or a network. Fills forward. */
gboolean
akin_forward_parse(AkinForward *forward, const char *protocol, guint port, const char *address,
                   guint target_port, const char *from, GError **error);
char *akin_forward_format_from(const AkinForward *forward);
gboolean akin_policy_add_forward(AkinPolicy *policy, const AkinForward *forward, GError **error);
/*
 * The one that leads to address, or with NULL the first. Valid until the policy's forwards change.
 * NULL with AKIN_ERROR_NOT_FOUND.
 */
AkinForward *akin_policy_find_forward(const AkinPolicy *policy, AkinProtocol protocol, guint16 port,
                                      const AkinPrefix *address, GError **error);
/* old is one of the policy's. */
gboolean akin_policy_replace_forward(AkinPolicy *policy, AkinForward *old,
                                     const AkinForward *forward, GError **error);
/* address NULL: those of both families. */
gboolean akin_policy_remove_forward(AkinPolicy *policy, AkinProtocol protocol, guint16 port,
                                    const AkinPrefix *address, GError **error);
