/* SPDX-License-Identifier: BSD-2-Clause */
#include "privileges.h"

void
akin_privileges_drop(void)
{
}
