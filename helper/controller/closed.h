/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "store.h"

/*
 * The rules that block everything, as a file in the state folder for who starts the computer:
 * akin-closed.service. It is there exactly while the policy says until-started=closed. engine:
 * whose text. A failure is logged; the policy is in force all the same.
 */
void akin_closed_keep(AkinStore *store, const AkinPolicy *policy, const char *engine);
