/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "address.h"

/*
 * The neighbours that this computer knows on a link: on a VM network these are its machines. One
 * file per operating system implements it.
 */
typedef struct {
    char *interface;
    AkinPrefix address;
    char *hardware; /* "52:54:00:12:34:56" */
} AkinMachine;

/*
 * Every neighbour whose hardware address is known, of every interface, by interface and address:
 * an array of AkinMachine, the caller's to free with g_array_unref. NULL with
 * AKIN_ERROR_ENGINE_FAILED when the kernel cannot be asked. Main thread.
 */
GArray *akin_machines_list(GError **error);

/* The systems' side of it: an empty array of AkinMachine. */
GArray *akin_machines_new(void);

/*
 * Adds a neighbour of the link of this number, with the six bytes of its hardware address. Leaves
 * out addresses that no machine can be asked for by, and links that are gone.
 */
void
akin_machines_add(GArray *machines, guint link, const AkinPrefix *address, const guint8 *hardware);

void akin_machines_sort(GArray *machines);
