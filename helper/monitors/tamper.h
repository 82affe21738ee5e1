/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Watches whether anybody changes the kernel's rules, ours among them. One file per packet filter
 * implements it. Main thread only.
 */
typedef struct _AkinTamperMonitor AkinTamperMonitor;

/* Whether ours are among the rules that were changed. */
typedef enum {
    AKIN_TAMPER_OTHERS,  /* no */
    AKIN_TAMPER_PERHAPS, /* the engine has to find out */
    AKIN_TAMPER_OURS,
} AkinTamper;

/*
 * Somebody else than this process has changed some rules, or may have done so. who: "nft (process
 * 812)", or "another program". Several changes that come at once are told once: the worst of them.
 */
typedef void (*AkinTampered)(AkinTamper which, const char *who, gpointer user_data);

/* NULL with AKIN_ERROR_NOT_SUPPORTED when the kernel does not tell. */
AkinTamperMonitor *
akin_tamper_monitor_new(AkinTampered tampered, gpointer user_data, GError **error);
void akin_tamper_monitor_free(AkinTamperMonitor *monitor);

/*
 * Now is a time when it is likely: other firewalls and makers of VM networks act on changes of the
 * network too. Where the kernel tells by itself, nothing happens.
 */
void akin_tamper_monitor_suspect(AkinTamperMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinTamperMonitor, akin_tamper_monitor_free)
