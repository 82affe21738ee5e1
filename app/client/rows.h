/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "model.h"

/* The menu, for akin_model_new(). An array of AkinRow that frees its content. */
GPtrArray *akin_rows_new(const AkinFacts *facts, AkinSettings *settings, const char *headline);
