/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "model.h"

/*
 * Facts made by hand, for what is worked out of them: a helper that is well, firewall on, en0 with
 * a way out, no VM network; the services http (outgoing), ssh (both) and nfs (none, incoming only).
 */
typedef struct {
    AkinFacts facts;
    AkinSnapshot *snapshot; /* what facts has, until the helper is lost */
} World;

World *world_new(void);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

void
world_add_service(World *world, const char *name, guint allowed, const char *out, const char *in);

/* A list of the snapshot, from text of that type. */
void world_replace(GVariant **field, const char *type, const char *text);

/* vboxnet0 is up and vboxnet1 is down; NAT runs. */
void world_run_nat(World *world);

/* sentence is kept, not copied. */
void world_lose_helper(World *world, AkinClientState state, const char *sentence);

/* A folder for settings; it must hold nothing else when it is removed. */
char *settings_folder_new(void);
void settings_folder_remove(const char *folder);
