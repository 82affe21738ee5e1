/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tool.h"

/*
 * Instances of the kernel's own nat (`ipfw nat`). They translate only what a rule sends to them,
 * so they are made before the rules are switched and deleted after that.
 */
typedef struct _AkinKernelNat AkinKernelNat;

/* Which instances are akin's is in a record. tools must outlive it; state_dir is copied. */
AkinKernelNat *akin_kernel_nat_new(const AkinTools *tools, const char *state_dir);
void akin_kernel_nat_free(AkinKernelNat *nat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinKernelNat, akin_kernel_nat_free)

/*
 * Makes or changes those of instances, an array of AkinNatInstance, that are not so already. On
 * failure (AKIN_ERROR_ENGINE_FAILED) those that were there are as before. After success, either
 * akin_kernel_nat_settle or akin_kernel_nat_take_back follows.
 */
gboolean akin_kernel_nat_prepare(AkinKernelNat *nat, const GPtrArray *instances, GError **error);

/* Those that were there are as before; a new one stays until it is settled, unused. */
void akin_kernel_nat_take_back(AkinKernelNat *nat, const GPtrArray *instances);

/* These it is; deletes all others of akin's. NULL: none. */
void akin_kernel_nat_settle(AkinKernelNat *nat, const GPtrArray *instances);

/* Whether there may be any of akin's. */
gboolean akin_kernel_nat_has_any(const AkinKernelNat *nat);

/* The next call makes each instance anew, whatever the kernel seems to hold. */
void akin_kernel_nat_forget(AkinKernelNat *nat);
