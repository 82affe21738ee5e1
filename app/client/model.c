/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <glib/gi18n.h>
#include <string.h>

#include "label.h"
#include "rows.h"

enum { MOST_HEADLINE = 120, MOST_SENTENCE = 300 };

static gboolean
is_ready(const AkinFacts *facts)
{
    return facts->state == AKIN_CLIENT_READY && facts->snapshot;
}

const char *
akin_model_icon(const AkinFacts *facts)
{
    const AkinSnapshot *snapshot = facts->snapshot;
    if (!is_ready(facts) || facts->asleep)
        return "akin-away-symbolic";
    if (!snapshot->enforcing)
        return "akin-off-symbolic";
    if (snapshot->panic)
        return "akin-panic-symbolic";
    if (!snapshot->firewall)
        return "akin-off-symbolic";
    if (g_variant_n_children(snapshot->warnings) > 0)
        return "akin-attention-symbolic";
    if (snapshot->nat_active && akin_snapshot_count_up(snapshot) > 0)
        return "akin-nat-symbolic";
    return "akin-on-symbolic";
}

/* What there is to say of a helper that says nothing, or NULL: headline and title are the same. */
static const char *
state_title(const AkinFacts *facts)
{
    switch (facts->state) {
    case AKIN_CLIENT_CONNECTING: return _("Connecting to akin's helper…");
    case AKIN_CLIENT_NO_HELPER: return _("akin's helper is not running");
    case AKIN_CLIENT_INCOMPATIBLE: return _("akin and its helper do not fit together");
    case AKIN_CLIENT_NOT_ANSWERING: return _("akin's helper does not answer");
    case AKIN_CLIENT_READY: break;
    }
    if (!facts->snapshot)
        return _("Connecting to akin's helper…");
    return facts->asleep ? _("Asleep: akin looks again when this computer wakes") : NULL;
}

const char *
akin_model_title(const AkinFacts *facts)
{
    const char *state = state_title(facts);
    if (state)
        return state;
    if (!facts->snapshot->enforcing)
        return _("akin is stopped");
    if (facts->snapshot->panic)
        return _("Everything blocked");
    return facts->snapshot->firewall ? _("Firewall on") : _("Firewall off");
}

char *
akin_model_headline(const AkinFacts *facts)
{
    if (state_title(facts))
        return g_strdup(state_title(facts));
    g_autofree char *headline = akin_snapshot_headline(facts->snapshot);
    return akin_label(headline, MOST_HEADLINE);
}

char *
akin_model_rest(const AkinFacts *facts)
{
    const AkinSnapshot *snapshot = facts->snapshot;
    if (state_title(facts))
        return g_strdup("");
    g_autofree char *details = akin_snapshot_details(snapshot);
    const char *begin = NULL;
    if (!snapshot->enforcing)
        begin = _("It protects nothing");
    else if (!snapshot->panic && !snapshot->firewall)
        begin = _("Everything gets in");
    g_autofree char *rest = begin ? g_strjoin(" · ", begin, *details ? details : NULL, NULL)
                                  : g_steal_pointer(&details);
    return akin_label(rest, MOST_HEADLINE);
}

char *
akin_model_why_not(const AkinFacts *facts)
{
    if (!is_ready(facts))
        return akin_sentence(state_title(facts));
    if (facts->may_control == AKIN_MAY_CONTROL_NO)
        return g_strdup(_("Only an administrator may change this."));
    return NULL;
}

/* The first thing to do, or NULL. */
static char *
advice(const AkinFacts *facts)
{
    const char *sentence = facts->state == AKIN_CLIENT_READY ? "" : facts->sentence;
    if (is_ready(facts) && g_variant_n_children(facts->snapshot->warnings) > 0)
        g_variant_get_child(facts->snapshot->warnings, 0, "(&s&s)", NULL, &sentence);
    if (!sentence || !*sentence)
        return NULL;
    g_autofree char *full = akin_sentence(sentence);
    return akin_label(full, MOST_SENTENCE);
}

/* A screen reader says "middle dot". */
static char *
spoken(const char *headline)
{
    g_auto(GStrv) parts = g_strsplit(headline, " · ", -1);
    return g_strjoinv(", ", parts);
}

AkinModel *
akin_model_new(const AkinFacts *facts, AkinSettings *settings)
{
    AkinModel *model = g_new0(AkinModel, 1);
    g_autofree char *todo = advice(facts);
    model->icon = akin_model_icon(facts);
    model->headline = akin_model_headline(facts);
    model->spoken = spoken(model->headline);
    model->tooltip = g_strjoin("\n", model->headline, todo, NULL);
    model->rows = akin_rows_new(facts, settings, model->headline);
    return model;
}

void
akin_model_free(AkinModel *model)
{
    g_free(model->headline);
    g_free(model->spoken);
    g_free(model->tooltip);
    g_ptr_array_unref(model->rows);
    g_free(model);
}
