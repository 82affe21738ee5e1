/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "routing-message.h"

/* route(4) of the system that this is built for: FreeBSD or macOS. */

extern const AkinRoutingLayout akin_routing_here;

/*
 * The answer to one of the questions NET_RT_... of sysctl(3); flag is its argument. The caller
 * frees it. NULL with AKIN_ERROR_ENGINE_FAILED; an empty answer is not NULL.
 */
void *akin_routing_ask(int family, int question, int flag, gsize *size, GError **error);
