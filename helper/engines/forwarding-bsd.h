/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "forwarding.h"
#include "tool.h"

/* As akin_forwarding_new, with programs of its own, which it takes. */
AkinForwarding *akin_forwarding_new_with(AkinTools *tools, const char *state_dir);
