/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Tells a service manager that waits for it that the rules are in force and clients are served
 * (sd_notify(3), the protocol of $NOTIFY_SOCKET). Nothing happens where nobody waits.
 */
void akin_tell_ready(void);
