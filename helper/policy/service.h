/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * A service: a named set of protocols and ports. Immutable once made and shared by reference, so
 * that copying a policy of a thousand services is cheap.
 */
typedef struct {
    char *name;  /* [a-z0-9-]{1,31}, starts with a letter or digit: safe in every ruleset */
    char *title; /* for people: printable UTF-8, 1..200 characters */
    char *group; /* heading in lists; "own" for the user's */
    char *about; /* one line on what it is for; may be empty */
    GArray *out; /* PORTS it may use outgoing, incoming; empty: not offered */
    GArray *in;
    guint defaults; /* AKIN_OUTGOING | AKIN_INCOMING, allowed when the user has said nothing */
    gboolean own;   /* made by the user, who may remove it */
} AkinService;

/*
 * All texts are copied; NULL title means the name. At least one of out, in is not empty.
 * NULL with AKIN_ERROR_INVALID_ARGUMENT. Free with akin_service_unref.
 */
AkinService *akin_service_new(const char *name, const char *title, const char *out, const char *in,
                              GError **error);
AkinService *akin_service_ref(AkinService *service);
void akin_service_unref(AkinService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinService, akin_service_unref)

/* Nobody could tell one from the other. */
gboolean akin_service_equal(const AkinService *a, const AkinService *b);

/* AKIN_OUTGOING | AKIN_INCOMING: the directions that it offers. */
guint akin_service_offers(const AkinService *service);

/* PORTS of one direction. */
const GArray *akin_service_ports(const AkinService *service, guint direction);

/*
 * The built-in catalogue in reading order: an array of AkinService that is never freed.
 * Read once from the resource that is compiled in; any thread.
 */
GPtrArray *akin_catalogue(void);
