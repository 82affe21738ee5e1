/* SPDX-License-Identifier: BSD-2-Clause */
#include "tamper.h"

#include "error.h"

/* ipfw and pf tell nobody about changes, and asking them again and again would wake the computer.
 */

AkinTamperMonitor *
akin_tamper_monitor_new(AkinTampered tampered, gpointer user_data, GError **error)
{
    (void) tampered, (void) user_data;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                "this system does not tell when other programs change rules");
    return NULL;
}

void
akin_tamper_monitor_free(AkinTamperMonitor *monitor)
{
    (void) monitor;
}
