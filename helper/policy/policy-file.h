/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"

/*
 * The policy as the text of akin.conf(5), a GKeyFile. Pure: reading and writing the file itself
 * is the store's job.
 */

/* Before the name of the user's own service, in the name of its group. */
#define AKIN_OWN_SERVICE_PREFIX "service "

/* More than any policy within its bounds needs. */
#define AKIN_POLICY_FILE_MAX (1024 * 1024)

/*
 * What the text does not mention keeps its default. Unknown groups and keys are no error, since a
 * newer akin may have written them; each adds a line to remarks (nullable, of char *). Unknown
 * services are an error: a slip there would leave a door open that the user believes shut.
 * NULL with AKIN_ERROR_POLICY_BROKEN, "line 7: ...".
 */
AkinPolicy *akin_policy_parse(const char *text, gsize length, GPtrArray *remarks, GError **error);

/*
 * The text for policy. previous is the file as it is now (nullable, valid by akin_policy_parse):
 * its comments and unknown keys are kept.
 */
char *akin_policy_format(const AkinPolicy *policy, const char *previous);
