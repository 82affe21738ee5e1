/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What libFuzzer calls with one input after the other; a target is a file that defines it. It ends
 * the program when the code under it does what it must not, whatever the input. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
