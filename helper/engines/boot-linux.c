/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"

#include <glib.h>

char *
akin_boot_id(void)
{
    char *id = NULL;
    g_file_get_contents("/proc/sys/kernel/random/boot_id", &id, NULL, NULL);
    return id ? g_strchomp(id) : g_strdup("unknown");
}
