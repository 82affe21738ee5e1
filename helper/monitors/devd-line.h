/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/* What a line from FreeBSD's devd(8) means for sleeping. Pure. */
typedef enum { AKIN_DEVD_NOTHING, AKIN_DEVD_ASLEEP, AKIN_DEVD_AWAKE } AkinDevdNews;

/* line is any bytes, and need not end with a NUL. */
AkinDevdNews akin_devd_read(const char *line, gsize size);
