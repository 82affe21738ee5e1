/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-ipfw.h"

#include <string.h>

#include "error.h"
#include "ipfw-listing.h"
#include "ipfw-module.h"
#include "ipfw.h"
#include "kernel-nat.h"
#include "names.h"
#include "natd-keeper.h"
#include "natd.h"
#include "rc-conf.h"
#include "sysctl.h"

/*
 * Theory of operation
 *
 * Two sets of rules are akin's. One is in force; the other one is filled while it is disabled, and
 * then one command disables the first and enables the second. In the kernel that is one step:
 * every packet meets the whole of the old rules or the whole of the new ones. `ipfw set swap` is
 * no such step, nor are two commands.
 *
 * Which set is in force is asked of the kernel each time, also after the switch: ipfw ends with 0
 * even when the kernel has refused that command. A load that stops halfway leaves what came
 * before, so the text is checked before (-n) and the rules are counted after it.
 *
 * Connections survive the end of the rule that let them in only with dyn_keep_states.
 *
 * NAT is no part of a set. The kernel's instances are made before the switch, and are as before
 * again when it fails; natd is started after it, since a failed switch must leave it alone. What
 * is in excess goes at the end. one_pass is 0 from before the first rule that needs it until after
 * the last one.
 */

#define KEEP_STATES "net.inet.ip.fw.dyn_keep_states"
#define ONE_PASS "net.inet.ip.fw.one_pass"
#define ENABLE4 "net.inet.ip.fw.enable"
#define ENABLE6 "net.inet6.ip6.fw.enable"
#define RECORD_NAME "ipfw"

static const guint set_numbers[2] = {AKIN_IPFW_SET_A, AKIN_IPFW_SET_B};
static const char *const set_names[2] = {G_STRINGIFY(AKIN_IPFW_SET_A),
                                         G_STRINGIFY(AKIN_IPFW_SET_B)};

typedef struct {
    AkinEngine parent;
    AkinTools *tools;
    AkinSwitches *switches;
    AkinKernelNat *kernel_nat;
    AkinNatdKeeper *natds;

    /* What is in force by our doing; loaded NULL: not known. */
    char *loaded; /* its text, as it would be for the first set */
    guint which;  /* of the two sets */
    char *fingerprint;
} Ipfw;

/* What is to be brought into force. */
typedef struct {
    const AkinPolicy *policy;
    const AkinSituation *situation;
    AkinIpfwNat nat;
    GPtrArray *instances; /* AkinNatInstance */
} Wish;

/* --- What the kernel holds -------------------------------------------------------------------- */

static AkinIpfwListing *
list(Ipfw *self, GError **error)
{
    static const char *const argv[] = {"ipfw", "-S", "list", NULL};
    g_autofree char *text = NULL;
    if (!akin_tool_run(self->tools, argv, NULL, &text, NULL, error))
        return NULL;
    return akin_ipfw_listing_parse(text, error);
}

static gboolean
is_empty(const AkinIpfwListing *listing)
{
    return listing->ours[0].rules == 0 && listing->ours[1].rules == 0;
}

static void
forget_loaded(Ipfw *self)
{
    g_clear_pointer(&self->loaded, g_free);
    g_clear_pointer(&self->fingerprint, g_free);
}

/* --- Switches --------------------------------------------------------------------------------- */

static void
want(GHashTable *wanted, const char *name, const char *value)
{
    g_hash_table_insert(wanted, g_strdup(name), g_strdup(value));
}

/* A switch that cannot be read is left out by akin_switches_set. */
static gboolean
insist(Ipfw *self, const char *name, const char *value, GError **error)
{
    if (akin_switches_is(self->switches, name, value))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "%s does not become %s; see what ‘sysctl %s’ says", name, value, name);
    return FALSE;
}

static gboolean
uses_kernel_nat(const Wish *wish)
{
    return wish->nat == AKIN_IPFW_KERNEL && wish->instances->len > 0;
}

/* The kernel's nat gives a packet back to the rules only without one_pass. */
static gboolean
set_switches(Ipfw *self, gboolean kernel_nat, GError **error)
{
    g_autoptr(GHashTable) wanted = akin_switches_table();
    want(wanted, KEEP_STATES, "1");
    want(wanted, ENABLE4, "1");
    want(wanted, ENABLE6, "1");
    if (kernel_nat)
        want(wanted, ONE_PASS, "0");
    return akin_switches_set(self->switches, wanted, error) &&
           insist(self, KEEP_STATES, "1", error) &&
           (!kernel_nat || insist(self, ONE_PASS, "0", error));
}

static gboolean
put_switches_back(Ipfw *self, GError **error)
{
    g_autoptr(GHashTable) none = akin_switches_table();
    return akin_switches_set(self->switches, none, error);
}

/* --- One switch of rules ---------------------------------------------------------------------- */

static guint
count_rules(const char *text)
{
    guint count = 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += g_str_has_prefix(line, "add ");
    }
    return count;
}

static gboolean
feed(Ipfw *self, const char *option, const char *text, GError **error)
{
    const char *const argv[] = {"ipfw", option, "/dev/stdin", NULL};
    return akin_tool_run(self->tools, argv, text, NULL, NULL, error);
}

static gboolean
delete_set(Ipfw *self, guint which, GError **error)
{
    return akin_tool_call(self->tools, error, "ipfw", "-q", "delete", "set", set_names[which],
                          NULL);
}

/* Leaves the set disabled, with all of text in it, or with nothing. */
static gboolean
fill(Ipfw *self, guint which, const char *text, GError **error)
{
    if (!feed(self, "-n", text, error) ||
        !akin_tool_call(self->tools, error, "ipfw", "-q", "set", "disable", set_names[which],
                        NULL) ||
        !delete_set(self, which, error))
        return FALSE;
    gboolean filled = feed(self, "-q", text, error);
    g_autoptr(AkinIpfwListing) listing = filled ? list(self, error) : NULL;
    if (listing && listing->ours[which].rules == count_rules(text) &&
        !listing->ours[which].in_force)
        return TRUE;
    if (listing)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "ipfw took %u of %u rules; see what the kernel's log says",
                    listing->ours[which].rules, count_rules(text));
    delete_set(self, which, NULL);
    return FALSE;
}

/* Whether exactly this one of the two sets is in force. */
static gboolean
holds(const AkinIpfwListing *listing, guint which, guint rules)
{
    return listing && listing->ours[which].in_force && listing->ours[which].rules == rules &&
           !listing->ours[!which].in_force;
}

/* With what was loaded last. */
static gboolean
is_as_loaded(const Ipfw *self, const AkinIpfwListing *listing)
{
    const AkinIpfwSet *ours = &listing->ours[self->which];
    return holds(listing, self->which, ours->rules) &&
           g_strcmp0(ours->fingerprint, self->fingerprint) == 0;
}

/*
 * The one step from the other set to this one. What the kernel then lists decides whether it was
 * done, not what ipfw has said. NULL: the other set is in force, and this one is empty; or, when
 * nothing can be found out any more, both are as they are.
 */
static AkinIpfwListing *
switch_to(Ipfw *self, guint which, guint rules, GError **error)
{
    g_autoptr(GError) said = NULL;
    akin_tool_call(self->tools, &said, "ipfw", "-q", "set", "disable", set_names[!which], "enable",
                   set_names[which], NULL);
    g_autoptr(AkinIpfwListing) after = list(self, said ? NULL : &said);
    if (holds(after, which, rules))
        return g_steal_pointer(&after);

    akin_tool_call(self->tools, NULL, "ipfw", "-q", "set", "disable", set_names[which], "enable",
                   set_names[!which], NULL);
    g_autoptr(AkinIpfwListing) back = list(self, NULL);
    if (back && !back->ours[which].in_force)
        delete_set(self, which, NULL);
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "ipfw does not switch rules: %s",
                said ? said->message : "the kernel has refused, see its log");
    return NULL;
}

static char *
text_of(const Wish *wish, guint which)
{
    return akin_ipfw_text(wish->policy, wish->situation, set_numbers[which], wish->nat);
}

static gboolean
load_rules(Ipfw *self, const Wish *wish, const AkinIpfwListing *before, GError **error)
{
    guint which = before->ours[1].in_force ? 0 : 1;
    g_autofree char *text = text_of(wish, which);
    g_autoptr(GError) leftover = NULL;
    if (!fill(self, which, text, error))
        return FALSE;
    g_autoptr(AkinIpfwListing) after = switch_to(self, which, count_rules(text), error);
    if (!after)
        return FALSE;
    forget_loaded(self);
    self->loaded = text_of(wish, 0);
    self->which = which;
    self->fingerprint = g_strdup(after->ours[which].fingerprint);
    /* Disabled as they are they do no harm, and are deleted before the next load. */
    if (after->ours[!which].rules > 0 && !delete_set(self, !which, &leftover))
        g_message("the rules before stay, disabled: %s", leftover->message);
    return TRUE;
}

/* --- The engine ------------------------------------------------------------------------------- */

/* All that the rules depend on; those that are in force lose nothing by it but what is taken back.
 */
static gboolean
prepare(Ipfw *self, const Wish *wish, GError **error)
{
    gboolean kernel = wish->nat == AKIN_IPFW_KERNEL;
    gboolean now_or_then = uses_kernel_nat(wish) || akin_kernel_nat_has_any(self->kernel_nat);
    if (wish->instances->len > 0 &&
        !akin_ipfw_module_load_nat(self->tools, kernel ? "ipfw_nat" : "ipdivert", error))
        return FALSE;
    return set_switches(self, now_or_then, error) &&
           (!kernel || akin_kernel_nat_prepare(self->kernel_nat, wish->instances, error));
}

static void
settle_nat(Ipfw *self, const Wish *wish)
{
    gboolean kernel = wish->nat == AKIN_IPFW_KERNEL;
    g_autoptr(GError) error = NULL;
    akin_natd_keeper_set(self->natds, kernel ? NULL : wish->instances);
    akin_kernel_nat_settle(self->kernel_nat, kernel ? wish->instances : NULL);
    if (!set_switches(self, uses_kernel_nat(wish), &error))
        g_message("%s", error->message);
}

/* Both sets at once, so that no packet meets half of the rules; then nothing is left of them. */
static gboolean
ipfw_remove(AkinEngine *engine, GError **error)
{
    Ipfw *self = (Ipfw *) engine;
    const char *const a = set_names[0], *const b = set_names[1];
    forget_loaded(self);
    if (!akin_tool_call(self->tools, error, "ipfw", "-q", "set", "disable", a, b, NULL) ||
        !akin_tool_call(self->tools, error, "ipfw", "-q", "delete", "set", a, b, NULL))
        return FALSE;
    g_autoptr(AkinIpfwListing) after = list(self, error);
    if (!after)
        return FALSE;
    if (!is_empty(after)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "ipfw does not delete akin's rules; try ‘ipfw delete set %s %s’", a, b);
        return FALSE;
    }
    akin_natd_keeper_set(self->natds, NULL);
    akin_kernel_nat_settle(self->kernel_nat, NULL);
    return akin_tool_call(self->tools, error, "ipfw", "-q", "set", "enable", a, b, NULL) &&
           put_switches_back(self, error);
}

/* What was held before is in force; that may be nothing at all. */
static void
give_up(Ipfw *self, const AkinIpfwListing *before)
{
    if (is_empty(before))
        ipfw_remove(&self->parent, NULL);
}

static gboolean
apply_wish(Ipfw *self, const Wish *wish, gboolean *loaded, GError **error)
{
    g_autofree char *text = text_of(wish, 0);
    g_autoptr(AkinIpfwListing) before = list(self, error);
    if (!before)
        return FALSE;
    *loaded = g_strcmp0(text, self->loaded) != 0 || !is_as_loaded(self, before);
    if (!prepare(self, wish, error)) {
        give_up(self, before);
        return FALSE;
    }
    if (*loaded && !load_rules(self, wish, before, error)) {
        if (wish->nat == AKIN_IPFW_KERNEL)
            akin_kernel_nat_take_back(self->kernel_nat, wish->instances);
        give_up(self, before);
        return FALSE;
    }
    settle_nat(self, wish);
    return TRUE;
}

static gboolean
ipfw_apply(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
           gboolean *loaded, GError **error)
{
    Ipfw *self = (Ipfw *) engine;
    g_autoptr(GPtrArray) instances = akin_nat_instances(policy, situation);
    const Wish wish = {policy, situation, akin_ipfw_nat(policy, situation), instances};
    return apply_wish(self, &wish, loaded, error);
}

static void
ipfw_forget(AkinEngine *engine)
{
    Ipfw *self = (Ipfw *) engine;
    forget_loaded(self);
    akin_kernel_nat_forget(self->kernel_nat);
}

static gboolean
ipfw_check(AkinEngine *engine, gboolean *intact, GError **error)
{
    Ipfw *self = (Ipfw *) engine;
    *intact = !self->loaded;
    if (*intact)
        return TRUE;
    g_autoptr(AkinIpfwListing) now = list(self, error);
    if (!now)
        return FALSE;
    *intact = is_as_loaded(self, now) && !akin_switches_is(self->switches, ENABLE4, "0") &&
              !akin_switches_is(self->switches, ENABLE6, "0") &&
              !akin_switches_is(self->switches, KEEP_STATES, "0") &&
              !(akin_kernel_nat_has_any(self->kernel_nat) &&
                akin_switches_is(self->switches, ONE_PASS, "1"));
    return TRUE;
}

static void
ipfw_describe(AkinEngine *engine, AkinSituation *situation)
{
    situation->ftp_helper = FALSE;
    situation->no_nat6 = TRUE;
    situation->no_own_forwards = TRUE;
    situation->no_natd = !akin_tools_have(((Ipfw *) engine)->tools, "natd");
}

static void
ipfw_free(AkinEngine *engine)
{
    Ipfw *self = (Ipfw *) engine;
    forget_loaded(self);
    g_clear_pointer(&self->natds, akin_natd_keeper_free);
    g_clear_pointer(&self->kernel_nat, akin_kernel_nat_free);
    g_clear_pointer(&self->switches, akin_switches_free);
    akin_tools_free(self->tools);
    g_free(self);
}

static const AkinEngineClass ipfw_class = {
    .name = "ipfw",
    .apply = ipfw_apply,
    .remove = ipfw_remove,
    .forget = ipfw_forget,
    .check = ipfw_check,
    .describe = ipfw_describe,
    .free = ipfw_free,
};

/* --- Life ------------------------------------------------------------------------------------- */

static void
natd_troubled(const char *trouble, gpointer user_data)
{
    akin_engine_tell_trouble(user_data, trouble);
}

/* A killed helper's own rules are no reason to refuse; anybody else's are. */
static gboolean
probe(Ipfw *self, GError **error)
{
    static const char *const others[] = {"firewall_enable", "pf_enable", "ipfilter_enable",
                                         "natd_enable", NULL};
    if (!akin_rc_conf_refuse(self->tools, others, error) ||
        !akin_ipfw_module_load(self->tools, error))
        return FALSE;
    g_autoptr(AkinIpfwListing) listing = list(self, error);
    if (!listing)
        return FALSE;
    if (listing->foreign)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "ipfw holds rules that are not akin's, such as ‘%s’; see ‘ipfw list’ whose "
                    "they are and delete each by ‘ipfw delete NUMBER’, or use pf by ‘sysrc "
                    "akin_args=\"--engine pf\"’",
                    listing->foreign);
    return !listing->foreign;
}

AkinEngine *
akin_engine_ipfw_new_at(const AkinIpfwPlaces *places, GError **error)
{
    Ipfw *self = g_new0(Ipfw, 1);
    self->parent.class = &ipfw_class;
    self->tools = places->tools;
    if (!probe(self, error)) {
        if (error && *error)
            (*error)->code = AKIN_ERROR_NOT_SUPPORTED;
        ipfw_free(&self->parent);
        return NULL;
    }
    self->switches =
        akin_switches_new(&akin_sysctl_switches, self->tools, places->state_dir, RECORD_NAME);
    self->kernel_nat = akin_kernel_nat_new(self->tools, places->state_dir);
    self->natds = akin_natd_keeper_new(self->tools, places->runtime_dir, places->natd_delay_ms,
                                       natd_troubled, self);
    return &self->parent;
}

AkinEngine *
akin_engine_ipfw_new(const char *state_dir, GError **error)
{
    const AkinIpfwPlaces places = {akin_tools_new(NULL, AKIN_TOOL_DEADLINE_MS), state_dir,
                                   AKIN_RUNTIME_DIR, AKIN_NATD_DELAY_MS};
    return akin_engine_ipfw_new_at(&places, error);
}
