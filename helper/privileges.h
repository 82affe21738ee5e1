/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Gives up what root may and the helper need not, whoever has started it: on Linux all but
 * CAP_NET_ADMIN (capabilities(7)), for good and for whatever it might run. What cannot be given up
 * is kept. Before there is a second thread; nothing that comes later may need more. Elsewhere
 * root is all or nothing, and nothing happens.
 */
void akin_privileges_drop(void);
