/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * File descriptors that are kept for a library that ends the program when it gets none: libnftables
 * opens a socket and a file now and then. Main thread only.
 */

typedef struct _AkinReserve AkinReserve;

/* Holds as many as it gets. */
AkinReserve *akin_reserve_new(void);

void akin_reserve_free(AkinReserve *reserve);

/*
 * Sets them free for the library; akin_reserve_take_back must follow. FALSE with an
 * AKIN_ERROR_ENGINE_FAILED: there are too few, and the library must not be called.
 */
gboolean akin_reserve_release(AkinReserve *reserve, GError **error);

void akin_reserve_take_back(AkinReserve *reserve);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinReserve, akin_reserve_free)
