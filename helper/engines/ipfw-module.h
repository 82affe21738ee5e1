/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tool.h"

/*
 * Makes sure that the kernel has ipfw, without cutting the network for a moment: loaded as it is,
 * it denies everything. Errors: AKIN_ERROR_ENGINE_FAILED.
 */
gboolean akin_ipfw_module_load(const AkinTools *tools, GError **error);

/* "ipdivert" for natd, "ipfw_nat" for the kernel's nat. */
gboolean akin_ipfw_module_load_nat(const AkinTools *tools, const char *module, GError **error);
