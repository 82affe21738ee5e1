/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "snapshot.h"

/*
 * What the helper would refuse of a forward as the computer is now, as far as it is known here, so
 * that people read it while they type and in their language: NULL, or a sentence, to be freed.
 * What is not even an address or a port is for check.h; nothing is wrong with it here.
 */

char *akin_known_machine(const AkinSnapshot *snapshot, const char *address);

/* Another forward has this port for machines of this family. except: the forward as it was, a row
 * of Forwards in org.akin.Helper1.xml; NULL for a new one. */
char *akin_known_port(const AkinSnapshot *snapshot, const char *protocol, guint port,
                      const char *address, GVariant *except);

/* Whom it is for, an address or a network, is of another family than the machine. */
char *akin_known_source(const char *network, const char *address);
