/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * The kernel's switches that NAT needs: packet forwarding, and what goes with it. Turned on with
 * NAT and put back to what they were when NAT ends; the old values are kept in a file as well, so
 * that a helper which was killed can still put them back. One file per operating system.
 */
typedef struct _AkinForwarding AkinForwarding;

/* state_dir is copied; it need not exist yet. Takes over from a helper that was killed. */
AkinForwarding *akin_forwarding_new(const char *state_dir);
void akin_forwarding_free(AkinForwarding *forwarding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinForwarding, akin_forwarding_free)

/* Fills in situation->routes4 and routes6: what others have turned on, not akin. What cannot be
 * found out stays as it is there. */
void akin_forwarding_describe(AkinForwarding *forwarding, AkinSituation *situation);

/*
 * Sets every switch as policy and situation need it, again if somebody else has changed it;
 * enforcing FALSE: all back to what they were, but for those that somebody else has changed
 * meanwhile. On failure (AKIN_ERROR_ENGINE_FAILED) the others are set all the same.
 */
gboolean akin_forwarding_apply(AkinForwarding *forwarding, const AkinPolicy *policy,
                               const AkinSituation *situation, gboolean enforcing, GError **error);

/*
 * Has uplinks take what comes by another way than the best route back, from the next
 * akin_forwarding_apply until enforcing ends. For several uplinks, where the kernel can be strict
 * about that; elsewhere it does nothing.
 */
void akin_forwarding_loosen(AkinForwarding *forwarding);

/* Whether akin has turned forwarding on, IPv4 or IPv6. */
gboolean akin_forwarding_is_on(const AkinForwarding *forwarding);
