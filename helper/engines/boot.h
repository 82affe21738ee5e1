/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What tells this boot of the computer from every other one. One file per operating system. The
 * caller frees it.
 */
char *akin_boot_id(void);
