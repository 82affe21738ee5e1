/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * What stands above the groups of a key file: blank lines and comments. GKeyFile takes them for the
 * end of the group before, so that a key which is added there ends up below them, and away they go
 * with a group that is removed. They are cut out before and put back afterwards. Pure.
 */

/* The text without them, and they, in order, for akin_leads_put; both are the caller's. */
char *akin_leads_cut(const char *text, GPtrArray **leads);

/*
 * The text with them, for the caller to free. text: of the one that akin_leads_cut returned, with
 * groups taken out, or added at the end. A comment above a group that is gone is above the next
 * one.
 */
char *akin_leads_put(const char *text, const GPtrArray *leads);
