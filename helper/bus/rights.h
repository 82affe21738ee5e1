/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "credentials.h"

/*
 * The one place that decides who may do what, and says no to everybody else: root always; on a
 * system with polkit(8) whoever that says, after a password where it wants one, and nobody when it
 * is down; elsewhere members of the administrators' group (sudo, wheel or admin, whichever this
 * system has). Main thread only.
 */
typedef struct _AkinRights AkinRights;

/* The strictest comes first: what says nothing is that. */
typedef enum {
    AKIN_RIGHT_CONTROL,  /* to change anything: org.akin.helper.control */
    AKIN_RIGHT_READ_LOG, /* to read what others do: org.akin.helper.read-log */
    AKIN_RIGHT_LOOK,     /* everybody's */
} AkinRight;

/*
 * error NULL: yes. Else AKIN_ERROR_NOT_ALLOWED, which says why and what to do, or
 * G_IO_ERROR_CANCELLED; would_ask: a password is what is missing.
 */
typedef void (*AkinRightsDecided)(gboolean would_ask, const GError *error, gpointer user_data);

AkinRights *akin_rights_new(void);

/* The end is near: see akin_polkit_hang_up. */
void akin_rights_hang_up(AkinRights *rights);
void akin_rights_free(AkinRights *rights); /* no question may be open */

/*
 * Calls decided once: before it returns, or later when somebody has to be asked. interactive: the
 * person may be asked for a password.
 */
void akin_rights_check(AkinRights *rights, const AkinCredentials *who, AkinRight right,
                       gboolean interactive, GCancellable *cancellable, AkinRightsDecided decided,
                       gpointer user_data);

/* Root, or in the administrators' group: whether or not a password would be asked for. */
gboolean akin_rights_is_administrator(uid_t uid);

/*
 * Who shares with whom: the user id, and the same for all that have no account on this computer,
 * since one user may have thousands of these, for containers.
 */
#define AKIN_NO_ACCOUNT ((uid_t) -1)
uid_t akin_rights_account(uid_t uid);
