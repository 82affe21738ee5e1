/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-pf.h"

#include <string.h>

#include "error.h"
#include "pf-listing.h"
#include "pf.h"
#include "rc-conf.h"
#include "record.h"

/*
 * Theory of operation
 *
 * pfctl loads an anchor in one transaction: refused whole, or in force whole. So whatever can be
 * refused comes before it. Each text bears a name made of its checksum, in a rule that no packet
 * gets to, so that a listing tells which text is in force. How pfctl writes the rest is up to its
 * version; the same pfctl writes the same rules in the same way, hence the fingerprint.
 *
 * An anchor is in force only while pf is enabled and the main ruleset calls it, and both are
 * somebody else's. That it is called is looked at again and again; pf is enabled if need be, and
 * disabled again in the end only if it was akin that has enabled it. On macOS that is counted:
 * everybody who needs pf gets a token, and gives it back.
 *
 * pf passes packets of known connections before any rule. Panic therefore ends those that cross
 * the border to outside; they bear a label (pf.c).
 */

#define RECORD_NAME "pf"
#define GROUP "enabled"
#define KEY_TOKEN "token" /* on macOS */
#define KEY_BY_US "by-akin"

const AkinPfKind akin_pf_freebsd = {
    .anchor = "akin",
    .called_as = "akin",
    .module = "pf",
    /* pf's own service only gives a hint unless pf_enable is YES, which akin does not need. */
    .advice = "add the lines ‘scrub in all fragment reassemble’, ‘nat-anchor \"akin\"’, "
              "‘rdr-anchor \"akin\"’ and ‘anchor \"akin\"’ to /etc/pf.conf, in this order, and "
              "load it by ‘pfctl -f /etc/pf.conf’",
};

const AkinPfKind akin_pf_macos = {
    .anchor = "com.apple/akin",
    .called_as = "com.apple/*",
    .counts_users = TRUE,
    .advice = "another program has replaced macOS's own rules; restart the Mac, or ask its maker",
};

typedef struct {
    AkinEngine parent;
    const AkinPfKind *kind;
    AkinTools *tools;
    AkinRecord *record;
    char *loaded;      /* what is in force by our doing, signed; NULL: not known */
    char *name;        /* the signature */
    char *fingerprint; /* of its listing */
} Pf;

/* --- What pf holds ---------------------------------------------------------------------------- */

/* anchor NULL: of the main ruleset. what: "rules", "nat", "info". */
static char *
list(const Pf *self, const char *anchor, const char *what, GError **error)
{
    const char *const of_main[] = {"pfctl", "-s", what, NULL};
    const char *const of_anchor[] = {"pfctl", "-a", anchor, "-s", what, NULL};
    char *text = NULL;
    akin_tool_run(self->tools, anchor ? of_anchor : of_main, NULL, &text, NULL, error);
    return text;
}

static gboolean
is_enabled(const Pf *self, gboolean *enabled, GError **error)
{
    g_autofree char *info = list(self, NULL, "info", error);
    return info && akin_pf_listing_enabled(info, enabled, error);
}

static gboolean
is_called(const Pf *self, gboolean *called, GError **error)
{
    const char *name = self->kind->called_as;
    g_autofree char *rules = list(self, NULL, "rules", error);
    g_autofree char *nat = rules ? list(self, NULL, "nat", error) : NULL;
    if (!nat)
        return FALSE;
    *called = akin_pf_listing_calls(rules, "anchor", name) &&
              akin_pf_listing_calls(nat, "nat-anchor", name) &&
              akin_pf_listing_calls(nat, "rdr-anchor", name);
    return TRUE;
}

static gboolean
insist_on_call(const Pf *self, GError **error)
{
    gboolean called;
    if (!is_called(self, &called, error))
        return FALSE;
    if (!called)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "pf's main ruleset does not call the anchor ‘%s’ for all packets; %s",
                    self->kind->called_as, self->kind->advice);
    return called;
}

/* The text with a name of its own in it: a rule behind the ones that decide about everything. */
static char *
sign(const char *text, char **name)
{
    g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    *name = g_strdup_printf("\"akin-%.32s\"", checksum);
    return g_strdup_printf("%sblock drop all label %s\n", text, *name);
}

/* Of what the anchor holds, if the text of this name is what was loaded; NULL: not so. */
static char *
read_fingerprint(const Pf *self, const char *name, GError **error)
{
    g_autofree char *rules = list(self, self->kind->anchor, "rules", error);
    g_autofree char *nat = rules ? list(self, self->kind->anchor, "nat", error) : NULL;
    if (!nat)
        return NULL;
    if (!strstr(rules, name)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "pf does not hold what was loaded; see ‘pfctl -a %s -s rules’",
                    self->kind->anchor);
        return NULL;
    }
    g_autofree char *both = g_strconcat(rules, "\n\n", nat, NULL);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);
}

static void
forget_loaded(Pf *self)
{
    g_clear_pointer(&self->loaded, g_free);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->fingerprint, g_free);
}

/* --- Enabling --------------------------------------------------------------------------------- */

static gboolean
has_key(Pf *self, const char *key)
{
    return g_key_file_has_key(akin_record_keys(self->record), GROUP, key, NULL);
}

static gboolean
note_key(Pf *self, const char *key, const char *value, GError **error)
{
    g_key_file_set_string(akin_record_keys(self->record), GROUP, key, value);
    if (akin_record_save(self->record, TRUE, error))
        return TRUE;
    g_key_file_remove_key(akin_record_keys(self->record), GROUP, key, NULL);
    return FALSE;
}

static void
forget_key(Pf *self, const char *key)
{
    g_key_file_remove_key(akin_record_keys(self->record), GROUP, key, NULL);
    akin_record_save(self->record, TRUE, NULL);
}

static gboolean
give_token_back(Pf *self, GError **error)
{
    g_autofree char *token =
        g_key_file_get_string(akin_record_keys(self->record), GROUP, KEY_TOKEN, NULL);
    if (!akin_tool_call(self->tools, error, "pfctl", "-X", token, NULL))
        return FALSE;
    forget_key(self, KEY_TOKEN);
    return TRUE;
}

static gboolean
take_token(Pf *self, GError **error)
{
    static const char *const argv[] = {"pfctl", "-E", NULL};
    g_autofree char *output = NULL;
    g_autofree char *complaints = NULL;
    if (!akin_tool_run(self->tools, argv, NULL, &output, &complaints, error))
        return FALSE;
    /* On standard error, as it was seen; nothing says that it stays there. */
    g_autofree char *both = g_strconcat(complaints, "\n", output, NULL);
    g_autofree char *token = akin_pf_listing_token(both);
    if (!token) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "‘pfctl -E’ gives no token; run it by hand to see why");
        return FALSE;
    }
    if (note_key(self, KEY_TOKEN, token, error))
        return TRUE;
    give_token_back(self, NULL);
    return FALSE;
}

/* A token that pf knows no more, since somebody has disabled it for all, is replaced. */
static gboolean
enable(Pf *self, GError **error)
{
    gboolean enabled;
    if (!is_enabled(self, &enabled, error))
        return FALSE;
    if (self->kind->counts_users)
        return (enabled && has_key(self, KEY_TOKEN)) || take_token(self, error);
    if (enabled)
        return TRUE;
    return note_key(self, KEY_BY_US, "true", error) &&
           akin_tool_call(self->tools, error, "pfctl", "-e", NULL);
}

/* Only what akin has enabled; and `pfctl -d` fails when somebody else has been faster. */
static gboolean
disable(Pf *self, GError **error)
{
    gboolean enabled;
    if (has_key(self, KEY_TOKEN))
        return give_token_back(self, error);
    if (!has_key(self, KEY_BY_US))
        return TRUE;
    if (!is_enabled(self, &enabled, error) ||
        (enabled && !akin_tool_call(self->tools, error, "pfctl", "-d", NULL)))
        return FALSE;
    forget_key(self, KEY_BY_US);
    return TRUE;
}

/* --- The engine ------------------------------------------------------------------------------- */

/*
 * Filter rules, translation and tables, and nothing else: a pfctl that is killed while it loads
 * rules for Ethernet, too, leaves FreeBSD 14's kernel refusing them for ever.
 */
#define KINDS "-N", "-R", "-T", "load"

static gboolean
check_text(const Pf *self, const char *text, GError **error)
{
    const char *const argv[] = {"pfctl", "-q", "-n", "-a", self->kind->anchor,
                                KINDS,   "-f", "-",  NULL};
    return akin_tool_run(self->tools, argv, text, NULL, NULL, error);
}

static gboolean
load_text(const Pf *self, const char *text, GError **error)
{
    const char *const argv[] = {"pfctl", "-q", "-a", self->kind->anchor, KINDS, "-f", "-", NULL};
    return akin_tool_run(self->tools, argv, text, NULL, NULL, error);
}

static gboolean
end_connections(const Pf *self, GError **error)
{
    return akin_tool_call(self->tools, error, "pfctl", "-k", "label", "-k", "akin", NULL);
}

static gboolean
flush(const Pf *self, const char *what, GError **error)
{
    return akin_tool_call(self->tools, error, "pfctl", "-q", "-a", self->kind->anchor, "-F", what,
                          NULL);
}

static gboolean
pf_remove(AkinEngine *engine, GError **error)
{
    Pf *self = (Pf *) engine;
    forget_loaded(self);
    return flush(self, "rules", error) && flush(self, "nat", error) &&
           flush(self, "Tables", error) && disable(self, error);
}

/* What led here is the error to be told. A killed helper's rules are not known, and stay. */
static void
go_back(Pf *self, gboolean was_empty)
{
    if (self->loaded)
        load_text(self, self->loaded, NULL);
    else if (was_empty)
        pf_remove(&self->parent, NULL);
}

static gboolean
load(Pf *self, const char *text, const char *name, gboolean panic, GError **error)
{
    g_autofree char *fingerprint = NULL;
    gboolean was_empty = !self->loaded && !has_key(self, KEY_TOKEN) && !has_key(self, KEY_BY_US);
    if (!insist_on_call(self, error) || !check_text(self, text, error))
        return FALSE;
    if (enable(self, error) && load_text(self, text, error))
        fingerprint = read_fingerprint(self, name, error);
    if (!fingerprint || (panic && !end_connections(self, error))) {
        go_back(self, was_empty);
        return FALSE;
    }
    forget_loaded(self);
    self->loaded = g_strdup(text);
    self->name = g_strdup(name);
    self->fingerprint = g_steal_pointer(&fingerprint);
    return TRUE;
}

static void
pf_forget(AkinEngine *engine)
{
    forget_loaded((Pf *) engine);
}

static gboolean
pf_check(AkinEngine *engine, gboolean *intact, GError **error)
{
    Pf *self = (Pf *) engine;
    gboolean enabled, called;
    *intact = !self->loaded;
    if (*intact)
        return TRUE;
    if (!is_enabled(self, &enabled, error) || !is_called(self, &called, error))
        return FALSE;
    if (!enabled || !called)
        return TRUE;
    g_autofree char *fingerprint = read_fingerprint(self, self->name, NULL);
    *intact = g_strcmp0(fingerprint, self->fingerprint) == 0;
    return TRUE;
}

static gboolean
pf_apply(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
         gboolean *loaded, GError **error)
{
    Pf *self = (Pf *) engine;
    g_autofree char *text = akin_pf_text(policy, situation);
    g_autofree char *name = NULL;
    g_autofree char *signed_text = sign(text, &name);
    gboolean intact;
    if (!pf_check(engine, &intact, error))
        return FALSE;
    *loaded = !intact || g_strcmp0(signed_text, self->loaded) != 0;
    return !*loaded || load(self, signed_text, name, policy->panic, error);
}

static void
pf_describe(AkinEngine *engine, AkinSituation *situation)
{
    (void) engine;
    situation->ftp_helper = FALSE;
    situation->no_nat6 = FALSE;
    situation->no_own_forwards = TRUE;
}

static void
pf_free(AkinEngine *engine)
{
    Pf *self = (Pf *) engine;
    forget_loaded(self);
    akin_record_free(self->record);
    akin_tools_free(self->tools);
    g_free(self);
}

static const AkinEngineClass pf_class = {
    .name = "pf",
    .apply = pf_apply,
    .remove = pf_remove,
    .forget = pf_forget,
    .check = pf_check,
    .describe = pf_describe,
    .free = pf_free,
};

static gboolean
probe(Pf *self, GError **error)
{
    static const char *const others[] = {"firewall_enable", "ipfilter_enable", NULL};
    const char *module = self->kind->module;
    return akin_rc_conf_refuse(self->tools, others, error) &&
           (!module || akin_tool_call(self->tools, error, "kldload", "-n", module, NULL)) &&
           insist_on_call(self, error);
}

AkinEngine *
akin_engine_pf_new(const AkinPfKind *kind, AkinTools *tools, const char *state_dir, GError **error)
{
    Pf *self = g_new0(Pf, 1);
    self->parent.class = &pf_class;
    self->kind = kind;
    self->tools = tools;
    self->record = akin_record_new(state_dir, RECORD_NAME);
    if (probe(self, error))
        return &self->parent;
    if (error && *error)
        (*error)->code = AKIN_ERROR_NOT_SUPPORTED;
    pf_free(&self->parent);
    return NULL;
}
