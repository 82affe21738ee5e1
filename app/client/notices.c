/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gi18n.h>
#include <string.h>

#include "label.h"
#include "model.h"

/* A moment is what notices compare, so that a burst of changes is told by its two ends. */
struct AkinMoment {
    AkinClientState state;
    char *sentence, *headline;
    gboolean known, enforcing, firewall, panic, nat_active;
    char *nat_mode, *nic;
    char **networks;    /* that are up */
    GVariant *warnings; /* a(ss); NULL unless known */
};

static char **
networks_up(const AkinSnapshot *snapshot)
{
    GPtrArray *names = g_ptr_array_new();
    GVariantIter iter;
    const char *name;
    gboolean up;
    g_variant_iter_init(&iter, snapshot->networks);
    while (g_variant_iter_next(&iter, "(&sb@as)", &name, &up, NULL)) {
        if (up)
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

AkinMoment *
akin_moment_new(const AkinFacts *facts)
{
    AkinMoment *moment = g_new0(AkinMoment, 1);
    const AkinSnapshot *snapshot = facts->snapshot;
    moment->state = facts->state;
    moment->sentence = g_strdup(facts->sentence);
    moment->headline = akin_model_headline(facts);
    moment->known = facts->state == AKIN_CLIENT_READY && snapshot;
    if (!moment->known)
        return moment;
    moment->enforcing = snapshot->enforcing;
    moment->firewall = snapshot->firewall;
    moment->panic = snapshot->panic;
    moment->nat_active = snapshot->nat_active;
    moment->nat_mode = g_strdup(snapshot->nat_mode);
    moment->nic = akin_label(snapshot->active_nic, 32);
    moment->networks = networks_up(snapshot);
    moment->warnings = g_variant_ref(snapshot->warnings);
    return moment;
}

void
akin_moment_free(AkinMoment *moment)
{
    g_free(moment->sentence);
    g_free(moment->headline);
    g_free(moment->nat_mode);
    g_free(moment->nic);
    g_strfreev(moment->networks);
    g_clear_pointer(&moment->warnings, g_variant_unref);
    g_free(moment);
}

void
akin_notice_free(AkinNotice *notice)
{
    g_free(notice->title);
    g_free(notice->body);
    g_free(notice->button);
    g_free(notice->action);
    g_free(notice);
}

/* --- One comparison ----------------------------------------------------------------------------
 */

typedef struct {
    GPtrArray *notices;
    AkinSettings *settings;
} List;

/* Takes body. NULL if nobody wants it. */
static AkinNotice *
add(List *list, AkinNoticeKind kind, const char *title, char *body)
{
    if (list->settings && !akin_settings_get_notice(list->settings, kind)) {
        g_free(body);
        return NULL;
    }
    AkinNotice *notice = g_new0(AkinNotice, 1);
    notice->kind = kind;
    notice->title = akin_label(title, 80);
    notice->body = akin_label(body, 300);
    g_free(body);
    g_ptr_array_add(list->notices, notice);
    return notice;
}

static void
offer(AkinNotice *notice, const char *button, const char *action)
{
    if (!notice)
        return;
    notice->button = g_strdup(button);
    notice->action = g_strdup(action);
    notice->urgent = strcmp(action, "show-overview") != 0;
}

static void
tell_helper(List *list, const AkinMoment *before, const AkinMoment *after)
{
    gboolean was = before->known, is = after->known;
    if (was == is || before->state == AKIN_CLIENT_CONNECTING)
        return;
    if (is) {
        add(list, AKIN_NOTICE_HELPER, _("akin's helper is back"), g_strdup(after->headline));
        return;
    }
    offer(add(list, AKIN_NOTICE_HELPER, after->headline, akin_sentence(after->sentence)), _("Show"),
          "show-overview");
}

static void
tell_enforcing(List *list, const AkinMoment *before, const AkinMoment *after)
{
    if (after->enforcing)
        add(list, AKIN_NOTICE_FIREWALL, _("akin is started"), g_strdup(after->headline));
    else if (before->enforcing)
        offer(add(list, AKIN_NOTICE_FIREWALL, _("akin was stopped"),
                  g_strdup(_("Nothing protects this computer until akin is started again."))),
              _("Start"), "start");
}

static void
tell_firewall(List *list, const AkinMoment *before, const AkinMoment *after)
{
    if (before->firewall == after->firewall)
        return;
    if (after->firewall)
        add(list, AKIN_NOTICE_FIREWALL, _("Firewall on"),
            g_strdup(_("Only what you allow gets in and out.")));
    else
        offer(add(list, AKIN_NOTICE_FIREWALL, _("Firewall off"),
                  g_strdup(_("Anyone near you on the network can reach this computer."))),
              _("Turn back on"), "turn-on-firewall");
}

static void
tell_panic(List *list, const AkinMoment *before, const AkinMoment *after)
{
    if (before->panic == after->panic)
        return;
    if (!after->panic)
        add(list, AKIN_NOTICE_PANIC, _("No longer blocked"), g_strdup(after->headline));
    else
        offer(add(list, AKIN_NOTICE_PANIC, _("Everything blocked"),
                  g_strdup(_("Nothing passes between this computer and the outside, not even what "
                             "was connected before."))),
              _("Let through again"), "unblock");
}

static void
tell_nic(List *list, const AkinMoment *before, const AkinMoment *after)
{
    g_autofree char *title = NULL;
    if (strcmp(before->nic, after->nic) == 0)
        return;
    if (!*after->nic) {
        add(list, AKIN_NOTICE_NIC, _("Not connected"),
            g_strdup_printf(_("No network card leads outside now. Before: %s."), before->nic));
        return;
    }
    title = g_strdup_printf(_("Now through %s"), after->nic);
    add(list, AKIN_NOTICE_NIC, title,
        *before->nic
            ? g_strdup_printf(_("The firewall and your VMs follow. Before: %s."), before->nic)
            : g_strdup(_("The firewall and your VMs follow.")));
}

/* The networks that came, or all that are up. */
static char *
nat_body(const AkinMoment *before, const AkinMoment *after)
{
    g_autoptr(GPtrArray) came = g_ptr_array_new();
    for (char **name = after->networks; *name; name++) {
        if (!g_strv_contains((const char *const *) before->networks, *name))
            g_ptr_array_add(came, *name);
    }
    guint count = came->len;
    g_ptr_array_add(came, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **) came->pdata);
    if (count == 0)
        return *after->nic ? g_strdup_printf(_("Virtual machines reach the internet through %s."),
                                             after->nic)
                           : g_strdup(_("Virtual machines reach each other."));
    if (!*after->nic)
        return g_strdup_printf(ngettext("%s came up; its machines wait for a connection.",
                                        "%s came up; their machines wait for a connection.", count),
                               names);
    return g_strdup_printf(ngettext("%s came up; its machines reach the internet through %s.",
                                    "%s came up; their machines reach the internet through %s.",
                                    count),
                           names, after->nic);
}

static void
tell_nat(List *list, const AkinMoment *before, const AkinMoment *after)
{
    if (before->nat_active == after->nat_active)
        return;
    if (after->nat_active)
        add(list, AKIN_NOTICE_NAT, _("NAT is running"), nat_body(before, after));
    else if (strcmp(after->nat_mode, "off") == 0)
        add(list, AKIN_NOTICE_NAT, _("NAT is off"),
            g_strdup(_("Virtual machines cannot reach the internet.")));
    else
        add(list, AKIN_NOTICE_NAT, _("NAT is idle"), g_strdup(_("No VM network is up any more.")));
}

static void
tell_warnings(List *list, const AkinMoment *before, const AkinMoment *after)
{
    GVariantIter iter;
    const char *name, *sentence;
    g_variant_iter_init(&iter, after->warnings);
    while (g_variant_iter_next(&iter, "(&s&s)", &name, &sentence)) {
        if (!akin_warnings_have(before->warnings, name))
            offer(
                add(list, AKIN_NOTICE_WARNING, _("Something to look at"), akin_sentence(sentence)),
                _("Show"), "show-overview");
    }
}

/* The helper's reason is "nft (process 812) changed akin's rules". */
static void
tell_tampered(List *list, const char *reason)
{
    static const char predicate[] = " changed akin's rules";
    gsize length = strlen(reason);
    g_autofree char *who = g_str_has_suffix(reason, predicate)
                               ? g_strndup(reason, length - strlen(predicate))
                               : g_strdup(reason);
    offer(add(list, AKIN_NOTICE_RULES, _("Another program changed akin's rules"),
              g_strdup_printf(_("They are back. It was %s."), who)),
          _("Show"), "show-overview");
}

GPtrArray *
akin_notices_between(const AkinMoment *before, const AkinMoment *after, const char *tampered,
                     AkinSettings *settings)
{
    List list = {g_ptr_array_new_with_free_func((GDestroyNotify) akin_notice_free), settings};
    if (!before)
        return list.notices;
    tell_helper(&list, before, after);
    if (!before->known || !after->known)
        return list.notices;
    if (before->enforcing != after->enforcing) {
        tell_enforcing(&list, before, after);
    } else if (after->enforcing) {
        tell_firewall(&list, before, after);
        tell_panic(&list, before, after);
        tell_nat(&list, before, after);
    }
    tell_nic(&list, before, after);
    tell_warnings(&list, before, after);
    if (tampered)
        tell_tampered(&list, tampered);
    return list.notices;
}
