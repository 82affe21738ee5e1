/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * All properties of the helper at one moment. Strings come from the helper as they are: clean
 * them before a terminal sees them. The lists have the types of org.akin.Helper1.xml.
 */
typedef struct {
    gboolean enforcing, firewall, panic, nat_active, machines_reach_host;
    char *engine, *nat_mode, *active_nic;
    GVariant *uplinks;          /* a(sas) */
    GVariant *network_patterns; /* as */
    GVariant *networks;         /* a(sbas) */
    GVariant *trusted_pingers;  /* as */
    GVariant *forwards;         /* a(sqsqsb) */
    GVariant *warnings, *notes; /* a(ss) */
} AkinSnapshot;

/* From what Properties.GetAll answers, an a{sv}. AKIN_CLIENT_ERROR_INCOMPATIBLE if any is missing.
 */
AkinSnapshot *akin_snapshot_new(GVariant *properties, GError **error);
void akin_snapshot_free(AkinSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinSnapshot, akin_snapshot_free)

/* Whether one of this name is among warnings or notes. */
gboolean akin_warnings_have(GVariant *warnings, const char *name);

/* How many VM networks are up. */
guint akin_snapshot_count_up(const AkinSnapshot *snapshot);

/*
 * The truth in one line: "Firewall on · NAT for 2 networks · en0". The active NIC is in it as the
 * helper gave it.
 */
char *akin_snapshot_headline(const AkinSnapshot *snapshot);

/* The part of it that follows what the switches say: "NAT for 2 networks · en0"; may be empty. */
char *akin_snapshot_details(const AkinSnapshot *snapshot);
