/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine-ipfw.h"
#include "world.h"

/* The ipfw engine with stand-ins for its programs, and the questions that every test of it asks. */

typedef struct {
    World *world;
    AkinEngine *engine;
    char *trouble; /* as last told; NULL: none */
} Stage;

#define STAGE_DEADLINE_MS 5000

/* Cases (case.h). */
#define LAPTOP                                                                                     \
    "[interface em0]\naddresses=198.51.100.2/24\ndefaults=ipv4 0\n"                                \
    "[interface vboxnet0]\naddresses=192.168.56.1/24\n"
#define SECOND_UPLINK "[interface em1]\naddresses=203.0.113.2/24\ndefaults=ipv4 10\n"
#define FORWARD "[forwards]\ntcp/81=192.168.56.101:80\n"
#define KERNEL "[nat]\nnat-engine=kernel\n"
#define NO_MACHINES "[interface em0]\naddresses=198.51.100.2/24\ndefaults=ipv4 0\n"

/* What is in force, and what is to follow it. */
#define OLD LAPTOP
#define NEW LAPTOP SECOND_UPLINK FORWARD "[services]\nhttp=none\n"
#define OLD_KERNEL LAPTOP KERNEL
#define NEW_KERNEL LAPTOP SECOND_UPLINK FORWARD KERNEL "[services]\nhttp=none\n"

/* A fresh world with an engine. */
void stage_init(Stage *stage, guint deadline_ms);
/* Takes all of akin out, and looks whether the kernel is as it was. */
void stage_clear(Stage *stage);

gboolean stage_try_to_start(Stage *stage, guint deadline_ms, GError **error);
void stage_start(Stage *stage, guint deadline_ms);
/* As kill -9 of the helper does: what is in the kernel stays there. */
void stage_kill_engine(Stage *stage);

gboolean stage_try_to_apply(Stage *stage, const char *text, gboolean *loaded, GError **error);
/* Whether anything had to be loaded. */
gboolean stage_apply(Stage *stage, const char *text);
void stage_remove(Stage *stage);
gboolean stage_is_intact(Stage *stage);

/* The kernel is as world_new has made it. */
void stage_assert_untouched(const World *world);
/* Packets meet what the case asks for, and nothing else; NULL: nothing at all. */
void stage_assert_in_force(const Stage *stage, const char *text);
/* How many different rulesets have been in force since the history was emptied. */
guint stage_count_states(const Stage *stage);
/* Instances of the kernel's nat. */
guint stage_count_instances(const World *world);
/* What they translate, and whether packets go on after it; free with g_hash_table_unref. */
GHashTable *stage_note_nat(const World *world);
/* All that was noted is as it was; there may be new ones. */
void stage_assert_nat(const World *world, GHashTable *noted);

/* For world_wait. */
gboolean stage_is_calm(gpointer stage);
gboolean stage_is_troubled(gpointer stage);
