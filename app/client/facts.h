/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

#include "snapshot.h"

/*
 * What is known of the helper at one moment, as plain data: the client fills it, the model reads
 * it. Strings are valid UTF-8 of any script and length, as the helper gave them.
 */

typedef enum {
    AKIN_CLIENT_CONNECTING, /* at first only; a lost helper is NO_HELPER until it is back */
    AKIN_CLIENT_READY,
    AKIN_CLIENT_NO_HELPER,     /* not running, or takes no more connections */
    AKIN_CLIENT_INCOMPATIBLE,  /* another version of the interface, or rubbish */
    AKIN_CLIENT_NOT_ANSWERING, /* connected and silent; what is known is the last it said */
} AkinClientState;

typedef enum {
    AKIN_MAY_CONTROL_NO,
    AKIN_MAY_CONTROL_ASK, /* the system asks for a password first */
    AKIN_MAY_CONTROL_YES,
} AkinMayControl;

typedef struct {
    char *name, *title, *group, *about;
    char *out_ports, *in_ports; /* PORTS of akinctl(1); empty: not offered in that direction */
    guint allowed;              /* AKIN_OUTGOING | AKIN_INCOMING */
    gboolean own;               /* the user's, may be edited and removed */
    gboolean counted;           /* what follows is known */
    guint64 used_out,
        used_in; /* connections since the rules were loaded; see akin_client_refresh */
} AkinServiceInfo;

/* One machine, however many addresses it is heard with. */
typedef struct {
    char *network, *hardware;
    char **addresses; /* one at least; IPv4 comes first */
} AkinMachine;

typedef struct {
    AkinClientState state;
    const char *sentence;         /* what is wrong and what to do; "" when READY */
    const AkinSnapshot *snapshot; /* nullable */
    GPtrArray *services;          /* AkinServiceInfo */
    GPtrArray *machines;          /* AkinMachine */
    AkinMayControl may_control;
    gboolean asleep; /* the computer is about to sleep, or was when last heard */
} AkinFacts;

/* The directions that a service offers at all. */
guint akin_service_info_offers(const AkinServiceInfo *service);

/* As people read it: the catalogue's in their language, their own as they wrote it. */
const char *akin_service_info_title(const AkinServiceInfo *service);
const char *akin_service_info_about(const AkinServiceInfo *service);

void akin_service_info_free(AkinServiceInfo *service);
void akin_machine_free(AkinMachine *machine);

/*
 * Of ListServices, ListMachines: arrays that free their content, or NULL if it is not that type, or
 * if two services have one name.
 */
GPtrArray *akin_services_from_variant(GVariant *answer);
GPtrArray *akin_machines_from_variant(GVariant *answer);

/* Puts CountConnections into the services of these names; whether any count is different now. */
gboolean akin_services_set_counts(GHashTable *by_name, GVariant *answer);
