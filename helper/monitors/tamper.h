/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Watches whether anybody changes the kernel's rules, ours among them. One file per packet filter
 * implements it. Main thread only.
 */
typedef struct _AkinTamperMonitor AkinTamperMonitor;

/*
 * Somebody else than this process has changed some rules; whether ours are among them is the
 * engine's to find out. who: "nft (process 812)", or "another program". Several changes that come
 * at once are told once.
 */
typedef void (*AkinTampered)(const char *who, gpointer user_data);

/* NULL with AKIN_ERROR_NOT_SUPPORTED where the kernel does not tell. */
AkinTamperMonitor *
akin_tamper_monitor_new(AkinTampered tampered, gpointer user_data, GError **error);
void akin_tamper_monitor_free(AkinTamperMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinTamperMonitor, akin_tamper_monitor_free)
