/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"

#include <glib.h>
#include <sys/types.h>

#include <sys/sysctl.h>

/*
 * macOS has kern.bootsessionuuid, FreeBSD 14 kern.boot_id. On FreeBSD 13 there is only the time of
 * the boot, which changes when the clock is set: then a record is taken for another boot's, and
 * what akin has turned stays turned until the next one.
 */
char *
akin_boot_id(void)
{
    static const char *const names[] = {"kern.bootsessionuuid", "kern.boot_id", "kern.boottime"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        guchar value[64];
        size_t length = sizeof value;
        if (sysctlbyname(names[i], value, &length, NULL, 0) == 0 && length > 0)
            return g_compute_checksum_for_data(G_CHECKSUM_SHA256, value, length);
    }
    return g_strdup("unknown");
}
