/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>
#include <sys/types.h>

/*
 * The one place that decides who may change things: root, and members of the administrators' group
 * (sudo, wheel or admin, whichever this system has). Everybody else may look.
 * FALSE with AKIN_ERROR_NOT_ALLOWED, which says what to do.
 */
gboolean akin_rights_check(uid_t uid, GError **error);
