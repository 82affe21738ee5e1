/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "connection.h"
#include "snapshot.h"

/*
 * Blocking calls. Errors may be shown as they are: those of api/error.h when the helper refused,
 * AKIN_CLIENT_ERROR when there is no answer.
 */

/* Seconds: to connect and for an answer; for a change, since a person may be asked for a password.
 */
#define AKIN_ANSWER_LIMIT 5
#define AKIN_CHANGE_LIMIT 120

/* args may be floating. The answer is a tuple, of the type in org.akin.Helper1.xml. */
GVariant *akin_ask(AkinHelper1 *helper, const char *method, GVariant *args, GError **error);

/* For methods that need rights and answer nothing. */
gboolean akin_change(AkinHelper1 *helper, const char *method, GVariant *args, GError **error);

/* The properties as they are now, also right after a change. */
AkinSnapshot *akin_snapshot_ask(AkinHelper1 *helper, GError **error);
