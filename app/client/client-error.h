/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * What can be wrong with the helper as such; what it refuses comes in the domain of api/error.h.
 * Messages are lower case, without a full stop, and say what to do.
 */
typedef enum {
    AKIN_CLIENT_ERROR_NO_HELPER,    /* nobody listens, or it went away */
    AKIN_CLIENT_ERROR_NO_ANSWER,    /* it is there and silent */
    AKIN_CLIENT_ERROR_INCOMPATIBLE, /* another version, or something that is no helper */
} AkinClientError;

#define AKIN_CLIENT_ERROR (akin_client_error_quark())

GQuark akin_client_error_quark(void);

/*
 * Takes the error of a call to the helper, and gives it back as one that may be shown: without
 * GDBus's prefix, and in AKIN_CLIENT_ERROR when it is the connection that failed.
 */
GError *akin_client_error_from_call(GError *error);
