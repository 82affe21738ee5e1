/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "cells.h"
#include "lock.h"
#include "policy.h"
#include "situation.h"

/*
 * What loads a ruleset into this kernel. One engine exists in a helper, on the main thread.
 *
 * The promise of apply and remove: the kernel holds either all of the new ruleset or all of the
 * old one, at every moment, for every packet. Only what bears akin's own names is touched.
 * All errors are AKIN_ERROR_ENGINE_FAILED unless said otherwise.
 */
typedef struct _AkinEngine AkinEngine;

typedef struct {
    const char *name; /* "nftables", "ipfw", "pf" */

    /*
     * Makes the kernel hold the ruleset; on failure it holds what it held before. *loaded: it was
     * not what it held already.
     */
    gboolean (*apply)(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
                      gboolean *loaded, GError **error);

    /* Takes all of akin out of the kernel; no error when nothing is there. */
    gboolean (*remove)(AkinEngine *engine, GError **error);

    /* The next apply loads everything anew, whatever the kernel seems to hold. */
    void (*forget)(AkinEngine *engine);

    /*
     * Reads back what the kernel holds. *intact is TRUE when that is what was last applied, and
     * when nothing was; FALSE on failure. Cheap as long as nobody has changed any rule since.
     */
    gboolean (*check)(AkinEngine *engine, gboolean *intact, GError **error);

    /*
     * What `nft --json COMMAND` prints, rules of others too; json is the engine's until the next
     * call. NULL where there is no such thing.
     */
    gboolean (*list)(AkinEngine *engine, const char *command, const char **json, GError **error);

    /*
     * NULL where nothing is counted. Connections let through, by cell, for each direction: arrays
     * of AkinCellCount that the caller frees with g_array_unref. Counting starts anew when a
     * service is allowed.
     */
    gboolean (*count)(AkinEngine *engine, GArray **out, GArray **in, GError **error);

    /* Fills in what engine and kernel can do, from ftp_helper on. */
    void (*describe)(AkinEngine *engine, AkinSituation *situation);

    void (*free)(AkinEngine *engine);
} AkinEngineClass;

/*
 * Something of what was applied has stopped working by itself, or works again (NULL): a sentence
 * for a person. From the main loop, never from within a call.
 */
typedef void (*AkinEngineTroubled)(const char *trouble, gpointer user_data);

/* The first member of every engine. */
struct _AkinEngine {
    const AkinEngineClass *class;
    /* The rest is engine.c's. */
    AkinLock *lock; /* NULL for one that was not made by akin_engine_new */
    AkinEngineTroubled troubled;
    gpointer user_data;
};

/*
 * name NULL: the one that suits this computer. state_dir is for what has to be put back, also
 * after the helper was killed; copied. AKIN_ERROR_NOT_SUPPORTED for a name that this build does
 * not have, and when the kernel cannot do it; AKIN_ERROR_IN_USE when another helper loads rules
 * into this kernel, AKIN_ERROR_STORE_FAILED when that cannot be found out.
 */
AkinEngine *akin_engine_new(const char *name, const char *state_dir, GError **error);
void akin_engine_free(AkinEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinEngine, akin_engine_free)

/* One listener at a time; it and user_data must outlive the engine, or be replaced by NULL. */
void akin_engine_listen(AkinEngine *engine, AkinEngineTroubled troubled, gpointer user_data);
/* The engines' side of it. */
void akin_engine_tell_trouble(AkinEngine *engine, const char *trouble);

/*
 * The engines that this operating system has, the preferred one first; ends with a NULL name.
 * One file per system defines it.
 */
typedef struct {
    const char *name;
    AkinEngine *(*create)(const char *state_dir, GError **error);
} AkinEngineEntry;

extern const AkinEngineEntry akin_engines_here[];

/*
 * The file to be locked by whoever loads rules into this kernel, or into this network namespace
 * of it; two helpers would replace each other's rules for ever. The caller frees it.
 */
char *akin_engine_lock_path(void);
