/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine.h"

/*
 * The kernel's nftables through libnftables, in this process and this process's network
 * namespace. AKIN_ERROR_NOT_SUPPORTED when the kernel has no nftables or does not let us.
 */
AkinEngine *akin_engine_nftables_new(const char *state_dir, GError **error);
