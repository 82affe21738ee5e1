/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <json-glib/json-glib.h>

#include "ctl.h"

/* One service of the helper's catalogue. Strings are as the helper sent them. */
typedef struct {
    const char *name, *title, *group, *about;
    const char *out_ports, *in_ports; /* PORTS; empty: not offered in that direction */
    guint allowed;                    /* AKIN_OUTGOING | AKIN_INCOMING */
    gboolean own;
    gboolean counted; /* whoever asks may know how many connections there were */
    guint64 out_connections, in_connections;
} CtlService;

typedef struct {
    GVariant *answer; /* holds the strings */
    GArray *services; /* CtlService, in the catalogue's order */
} CtlCatalogue;

CtlCatalogue *ctl_catalogue_ask(Ctl *ctl, GError **error);
/*
 * services is an a(ssssssub), counts an a(stt), as ListServices and CountConnections give them;
 * NULL: not counted.
 */
CtlCatalogue *ctl_catalogue_new(GVariant *services, GVariant *counts);
void ctl_catalogue_free(CtlCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlCatalogue, ctl_catalogue_free)

/* NULL when there is none of this name. */
const CtlService *ctl_catalogue_find(const CtlCatalogue *catalogue, const char *name);

/* Incoming ping is allowed, so that the list of trusted addresses does not matter. */
gboolean ctl_catalogue_lets_anyone_ping(const CtlCatalogue *catalogue);

/* The table of `akinctl services`. */
char *ctl_catalogue_format(const CtlCatalogue *catalogue);

/* "http: outgoing on, incoming off" */
char *ctl_service_sentence(const CtlService *service);

/* Adds the object of a service to the array that is being built. */
void ctl_service_json(JsonBuilder *builder, const CtlService *service);
