/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "lock.h"

/*
 * A listening Unix socket that everybody may connect to, at a path that is ours alone as long as
 * the lock beside it is held.
 */
typedef struct {
    char *path;
    AkinLock *lock;
    GSocket *socket; /* not blocking */
} AkinListeningSocket;

/* See akin_server_new for the errors. */
AkinListeningSocket *akin_listening_socket_new(const char *path, GError **error);

/* Removes the socket and the lock. */
void akin_listening_socket_free(AkinListeningSocket *listening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinListeningSocket, akin_listening_socket_free)
