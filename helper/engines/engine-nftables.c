/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-nftables.h"

#include <netdb.h>
#include <nftables/libnftables.h>
#include <string.h>

#include "error.h"
#include "nft-context.h"
#include "nft-generation.h"
#include "nft-listing.h"
#include "nftables.h"

/*
 * Theory of operation
 *
 * libnftables turns one buffer of text into one transaction. The context lives as long as the
 * engine: closing one after a delete costs 12-15 ms of waiting for the kernel.
 *
 * Usually a change is the difference between what was loaded and what is wanted. That is only
 * right while the kernel still holds what was loaded. Two things tell: the generation, which any
 * commit raises, and, when someone has committed, a fingerprint of our table's listing that was
 * taken while only we had. The listing costs milliseconds, so it is taken once changes have
 * come to rest; when a stranger is faster than that, the table must at least have every element and
 * rule that it should. When it is not what it was, everything is loaded anew, in one transaction.
 */

/* Long enough that a burst of toggles is not slowed down, short against a stranger's tools. */
#define REST_MS 200

typedef struct {
    AkinEngine parent;
    AkinNftContext *context;
    AkinNftContext *others; /* for a look at them, which must not spoil what the first one keeps */
    AkinNftGeneration *generation;
    AkinNftRuleset *loaded; /* what the kernel holds by our doing; NULL: nothing */
    guint32 loaded_at;      /* the generation in which it did, as far as we know */
    char *fingerprint;      /* of the table's listing then; NULL until taken */
    guint take_fingerprint; /* source that will take it */
    gboolean untouched;     /* nobody had changed what was loaded when it was forgotten */
    gboolean ftp_helper;
} Nftables;

/* --- One transaction -------------------------------------------------------------------------- */

static gboolean
run(Nftables *self, const char *commands, GError **error)
{
    return akin_nft_context_run(self->context, commands, 0, NULL, error);
}

/*
 * Changes what the kernel holds. The generation is read before: were it read afterwards, the
 * commit of a stranger who came in between would be taken for ours.
 */
static gboolean
commit(Nftables *self, const char *commands, GError **error)
{
    guint32 before;
    if (!akin_nft_generation_read(self->generation, &before, error) || !run(self, commands, error))
        return FALSE;
    self->loaded_at = before + 1;
    return TRUE;
}

/* The listing is the context's until the next command. */
static const char *
list(Nftables *self, const char *command, unsigned flags, GError **error)
{
    const char *listing;
    return akin_nft_context_run(self->context, command, flags, &listing, error) ? listing : NULL;
}

/* --- What the kernel holds -------------------------------------------------------------------- */

#define LIST_TABLE "list table " AKIN_NFT_FAMILY " " AKIN_NFT_TABLE

/* NULL when the table is not there. Counters are left out: they change by themselves. */
static char *
read_fingerprint(Nftables *self)
{
    const char *listing =
        list(self, LIST_TABLE, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL, NULL);
    return listing ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, listing, -1) : NULL;
}

/* The read-back: everything that was loaded is there, and nothing else is. */
static gboolean
verify(Nftables *self, const AkinNftRuleset *ruleset, GError **error)
{
    g_autofree char *difference = NULL;
    const char *json = list(self, LIST_TABLE, NFT_CTX_OUTPUT_JSON, error);
    if (!json)
        return FALSE;
    if (akin_nft_listing_matches(json, ruleset, &difference, error))
        return TRUE;
    if (difference)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "the kernel does not hold what was loaded: %s", difference);
    return FALSE;
}

static void
forget_fingerprint(Nftables *self)
{
    g_clear_handle_id(&self->take_fingerprint, g_source_remove);
    g_clear_pointer(&self->fingerprint, g_free);
}

static gboolean
is_as_loaded(Nftables *self)
{
    guint32 now;
    return akin_nft_generation_read(self->generation, &now, NULL) && now == self->loaded_at;
}

/* Asked before and after: else what a stranger does meanwhile would be taken for ours for ever. */
static gboolean
take_fingerprint(gpointer user_data)
{
    Nftables *self = user_data;
    g_autoptr(GError) error = NULL;
    self->take_fingerprint = 0;
    if (self->fingerprint || !is_as_loaded(self))
        return G_SOURCE_REMOVE;
    g_autofree char *fingerprint = read_fingerprint(self);
    gboolean verified = verify(self, self->loaded, &error);
    if (!is_as_loaded(self))
        return G_SOURCE_REMOVE;
    if (verified)
        self->fingerprint = g_steal_pointer(&fingerprint);
    else
        g_warning("%s", error->message);
    return G_SOURCE_REMOVE;
}

/* After a transaction of ours: from here on, a higher generation is somebody else's doing. */
static void
remember(Nftables *self, AkinNftRuleset *ruleset)
{
    g_clear_pointer(&self->loaded, akin_nft_ruleset_free);
    self->loaded = ruleset;
    self->untouched = FALSE;
    forget_fingerprint(self);
    self->take_fingerprint = g_timeout_add(REST_MS, take_fingerprint, self);
}

static void
nftables_forget(AkinEngine *engine)
{
    Nftables *self = (Nftables *) engine;
    guint32 now;
    self->untouched = self->loaded && akin_nft_generation_read(self->generation, &now, NULL) &&
                      now == self->loaded_at;
    forget_fingerprint(self);
    g_clear_pointer(&self->loaded, akin_nft_ruleset_free);
}

static gboolean
nftables_check(AkinEngine *engine, gboolean *intact, GError **error)
{
    Nftables *self = (Nftables *) engine;
    guint32 now;
    *intact = FALSE;
    if (!akin_nft_generation_read(self->generation, &now, error))
        return FALSE;
    if (!self->loaded || now == self->loaded_at) {
        *intact = TRUE;
        return TRUE;
    }
    g_autofree char *fingerprint = read_fingerprint(self);
    if (self->fingerprint)
        *intact = g_strcmp0(fingerprint, self->fingerprint) == 0;
    else
        *intact = verify(self, self->loaded, NULL);
    if (*intact) {
        g_free(self->fingerprint);
        self->fingerprint = g_steal_pointer(&fingerprint);
        self->loaded_at = now;
    }
    return TRUE;
}

/* --- The engine ------------------------------------------------------------------------------- */

static gboolean
apply_difference(Nftables *self, const AkinNftRuleset *ruleset, gboolean *loaded, GError **error)
{
    gboolean intact;
    if (!nftables_check(&self->parent, &intact, error) || !intact)
        return FALSE;
    g_autofree char *text = akin_nft_update_text(self->loaded, ruleset);
    *loaded = text[0] != '\0';
    return !*loaded || commit(self, text, error);
}

/* What was in force again, when the kernel has taken new rules and then refused to mend them. */
static void
refill_loaded(Nftables *self)
{
    g_autofree char *refill = self->loaded ? akin_nft_refill_text(self->loaded) : NULL;
    if (!refill || !commit(self, refill, NULL))
        nftables_forget(&self->parent);
}

/*
 * In place, so that no packet is lost; and from nothing where that does not give what was asked
 * for: there is a table of another making, or somebody has put things of his own into ours.
 * Takes ruleset.
 */
static gboolean
load_whole(Nftables *self, AkinNftRuleset *ruleset, GError **error)
{
    g_autoptr(AkinNftRuleset) taken = ruleset;
    g_autofree char *refill = akin_nft_refill_text(ruleset);
    gboolean refilled = commit(self, refill, NULL);
    if (!refilled || (!self->untouched && !verify(self, ruleset, NULL))) {
        g_autofree char *load = akin_nft_load_text(ruleset);
        if (!commit(self, load, error)) {
            if (refilled)
                refill_loaded(self);
            return FALSE;
        }
    }
    remember(self, g_steal_pointer(&taken));
    return TRUE;
}

static gboolean
nftables_apply(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
               gboolean *loaded, GError **error)
{
    Nftables *self = (Nftables *) engine;
    g_autoptr(AkinNftRuleset) ruleset = akin_nft_compile(policy, situation);
    g_autoptr(GError) refused = NULL;
    if (self->loaded && apply_difference(self, ruleset, loaded, &refused)) {
        if (*loaded)
            remember(self, g_steal_pointer(&ruleset));
        return TRUE;
    }
    if (refused)
        g_message("loading all rules anew: %s", refused->message);
    *loaded = TRUE;
    return load_whole(self, g_steal_pointer(&ruleset), error);
}

static gboolean
nftables_remove(AkinEngine *engine, GError **error)
{
    Nftables *self = (Nftables *) engine;
    if (!run(self, akin_nft_remove_text(), error))
        return FALSE;
    nftables_forget(engine);
    self->untouched = FALSE;
    return TRUE;
}

static gboolean
nftables_list(AkinEngine *engine, const char *command, const char **json, GError **error)
{
    return akin_nft_context_run(((Nftables *) engine)->others, command, NFT_CTX_OUTPUT_JSON, json,
                                error);
}

static gboolean
count_map(Nftables *self, const char *map, GArray *counts, GError **error)
{
    g_autofree char *command =
        g_strdup_printf("list map " AKIN_NFT_FAMILY " " AKIN_NFT_TABLE " %s", map);
    const char *json = list(self, command, NFT_CTX_OUTPUT_JSON, error);
    return json && akin_nft_listing_count(json, counts, error);
}

static gboolean
nftables_count(AkinEngine *engine, GArray **out, GArray **in, GError **error)
{
    Nftables *self = (Nftables *) engine;
    g_autoptr(GArray) outgoing = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    g_autoptr(GArray) incoming = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    /* A table that somebody has just removed has counted nothing; it comes back soon. */
    gboolean intact = FALSE;
    if (self->loaded && !nftables_check(engine, &intact, error))
        return FALSE;
    if (intact && self->loaded &&
        (!count_map(self, AKIN_NFT_OUT_PORTS, outgoing, error) ||
         !count_map(self, AKIN_NFT_OUT_PROTOCOLS, outgoing, error) ||
         !count_map(self, AKIN_NFT_IN_PORTS, incoming, error) ||
         !count_map(self, AKIN_NFT_IN_PROTOCOLS, incoming, error)))
        return FALSE;
    *out = g_steal_pointer(&outgoing);
    *in = g_steal_pointer(&incoming);
    return TRUE;
}

static void
nftables_describe(AkinEngine *engine, AkinSituation *situation)
{
    situation->ftp_helper = ((Nftables *) engine)->ftp_helper;
    situation->no_nat6 = FALSE;
    situation->no_own_forwards = FALSE;
}

static void
nftables_free(AkinEngine *engine)
{
    Nftables *self = (Nftables *) engine;
    nftables_forget(engine);
    g_clear_pointer(&self->generation, akin_nft_generation_free);
    akin_nft_context_free(self->context);
    akin_nft_context_free(self->others);
    g_free(self);
}

static const AkinEngineClass nftables_class = {
    .name = "nftables",
    .apply = nftables_apply,
    .remove = nftables_remove,
    .forget = nftables_forget,
    .check = nftables_check,
    .list = nftables_list,
    .count = nftables_count,
    .describe = nftables_describe,
    .free = nftables_free,
};

/*
 * Asks the kernel by a transaction that takes back what it makes: nobody ever sees the table, and
 * modules that the real ruleset needs are loaded by it.
 */
#define PROBE "inet akin_probe"

static gboolean
probe(Nftables *self, GError **error)
{
    g_autoptr(GError) refused = NULL;
    if (!run(self,
             "add table " PROBE "\n"
             "add chain " PROBE " a { type nat hook postrouting priority srcnat; }\n"
             "add rule " PROBE " a fib saddr type local ct status dnat masquerade\n"
             "delete table " PROBE "\n",
             &refused)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "this kernel does not let akin use nftables (%s); run as root, on a kernel "
                    "with nf_tables, nf_conntrack and nf_nat",
                    refused->message);
        return FALSE;
    }
    self->ftp_helper = run(self,
                           "add table " PROBE "\n"
                           "add ct helper " PROBE " a { type \"ftp\" protocol tcp; }\n"
                           "delete table " PROBE "\n",
                           NULL);
    return TRUE;
}

static AkinEngine *
not_supported(GError **error)
{
    if (error && *error)
        (*error)->code = AKIN_ERROR_NOT_SUPPORTED;
    g_prefix_error(error, "akin needs nftables; run as root, on a kernel with nf_tables: ");
    return NULL;
}

AkinEngine *
akin_engine_nftables_new(const char *state_dir, GError **error)
{
    guint32 number;
    (void) state_dir; /* all that it does is in its table */
    g_autoptr(AkinNftGeneration) generation = akin_nft_generation_new(error);
    /* First, since libnftables writes to standard error when it is not allowed to ask. */
    if (!generation || !akin_nft_generation_read(generation, &number, error))
        return not_supported(error);
    if (!getprotobyname("tcp")) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "nftables needs /etc/protocols, which is not there; install netbase, or "
                    "iana-etc");
        return NULL;
    }
    g_autoptr(AkinNftContext) context = akin_nft_context_new(error);
    g_autoptr(AkinNftContext) others = context ? akin_nft_context_new(error) : NULL;
    if (!others)
        return NULL;

    Nftables *self = g_new0(Nftables, 1);
    self->parent.class = &nftables_class;
    self->context = g_steal_pointer(&context);
    self->others = g_steal_pointer(&others);
    self->generation = g_steal_pointer(&generation);
    if (!probe(self, error)) {
        nftables_free(&self->parent);
        return NULL;
    }
    return &self->parent;
}
