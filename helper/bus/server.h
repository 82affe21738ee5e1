/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"

/*
 * The socket on which the helper is spoken to: org.akin.Helper1 for everybody who connects, with
 * a bound on how many may. Main thread only.
 */
typedef struct _AkinServer AkinServer;

/*
 * Makes the socket, and its folder where it is missing. AKIN_ERROR_IN_USE when another helper
 * serves it; AKIN_ERROR_STORE_FAILED when it cannot be made, or something else is in its place;
 * AKIN_ERROR_INVALID_ARGUMENT when path is too long for a socket.
 * controller must outlive the server, which becomes its listener.
 */
AkinServer *akin_server_new(const char *path, AkinController *controller, GError **error);

/* Drops everybody and removes the socket. */
void akin_server_free(AkinServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinServer, akin_server_free)
