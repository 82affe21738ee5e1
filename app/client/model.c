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

/* Without a helper, the headline is the title. */
static const char *
state_title(const AkinFacts *facts)
{
    switch (facts->state) {
    case AKIN_CLIENT_CONNECTING: return _("Connecting to akin's helper…");
    case AKIN_CLIENT_NO_HELPER: return _("akin's helper is not running");
    case AKIN_CLIENT_STRANGER: return _("akin and its helper do not fit together");
    case AKIN_CLIENT_NOT_ANSWERING: return _("akin's helper does not answer");
    case AKIN_CLIENT_READY: break;
    }
    return facts->asleep ? _("Asleep: akin looks again when this computer wakes") : NULL;
}

static const char *
title(const AkinFacts *facts)
{
    const char *state = state_title(facts);
    if (state || !facts->snapshot)
        return state ? state : _("Connecting to akin's helper…");
    if (!facts->snapshot->enforcing)
        return _("akin is stopped");
    if (facts->snapshot->panic)
        return _("Everything blocked");
    return facts->snapshot->firewall ? _("Firewall on") : _("Firewall off");
}

char *
akin_model_headline(const AkinFacts *facts)
{
    const char *state = state_title(facts);
    if (state || !facts->snapshot)
        return g_strdup(title(facts));
    g_autofree char *headline = akin_snapshot_headline(facts->snapshot);
    return akin_label(headline, MOST_HEADLINE);
}

char *
akin_model_why_not(const AkinFacts *facts)
{
    if (!is_ready(facts))
        return akin_sentence(state_title(facts) ? state_title(facts) : title(facts));
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
    model->title = g_strdup(title(facts));
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
    g_free(model->title);
    g_ptr_array_unref(model->rows);
    g_free(model);
}
