/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * The one error domain of akin. Each code has a D-Bus name, org.akin.Error.<Name>, so that an
 * error keeps its code on its way from the helper to a client. Messages are lower case, without a
 * full stop, and say what to do; whoever passes an error up prefixes what was being done.
 */
typedef enum {
    AKIN_ERROR_INVALID_ARGUMENT, /* the words of the request are wrong */
    AKIN_ERROR_NOT_FOUND,        /* no such service, forward, address */
    AKIN_ERROR_EXISTS,           /* one of this name or port is there already */
    AKIN_ERROR_IN_USE,           /* a port, a socket, a trial: somebody else's, or over */
    AKIN_ERROR_NOT_ALLOWED,      /* the caller may not change anything */
    AKIN_ERROR_ENGINE_FAILED,    /* the kernel refused; the old rules are in force */
    AKIN_ERROR_STORE_FAILED,     /* the policy file could not be written; nothing changed */
    AKIN_ERROR_POLICY_BROKEN,    /* the policy file is not valid; the last good policy holds */
    AKIN_ERROR_NOT_SUPPORTED,    /* this system or build cannot do it */
} AkinError;

#define AKIN_ERROR (akin_error_quark())

/* Registers the D-Bus names on first use. Any thread. */
GQuark akin_error_quark(void);
