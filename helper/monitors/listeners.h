/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ports.h"

/*
 * Whether a program of this computer listens on a port, which a forward would take from it. One
 * file per operating system implements it.
 *
 * Returns the program as a person knows it, "nginx (process 812)", or "another program" where its
 * name cannot be had, which on Linux is always; NULL when nobody listens, and NULL with error set
 * when the kernel cannot be asked. Free with g_free. protocol is tcp or udp. A socket on any
 * address and of any family counts, also one on loopback only: a forward works from this computer
 * too.
 */
char *akin_listener_find(AkinProtocol protocol, guint16 port, GError **error);
