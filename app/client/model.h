/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "facts.h"
#include "settings.h"

/*
 * What people see, as a pure function of facts: icon, sentences, menu, notices. No GTK, no I/O.
 * All text is translated, clean for one line (no control characters) and bounded in length.
 */

typedef enum {
    AKIN_ROW_LABEL,     /* says something; not sensitive */
    AKIN_ROW_SEPARATOR, /* nothing but id and kind */
    AKIN_ROW_CHECK,
    AKIN_ROW_ACTION,
    AKIN_ROW_SUBMENU,
} AkinRowKind;

/*
 * A row of the menu. Ids are stable: "headline", "firewall", "nat", "panic", "outgoing",
 * "incoming", "out:NAME", "in:NAME", "services:outgoing", "services:incoming", "networks",
 * "network:IF", "machine:IF:ADDRESS" (its first), "forward", "start", "retry", "preferences",
 * "quit", and "separator:N", "why:PARENT", "more:IF".
 */
typedef struct {
    char *id;
    char *label; /* without mnemonics: an underscore is an underscore */
    AkinRowKind kind;
    gboolean checked, sensitive;
    char *why;           /* nullable: why it is not sensitive; the label says it too */
    GPtrArray *children; /* of AkinRow; NULL unless SUBMENU */
} AkinRow;

/* The pages of the preferences window that a row or a notice leads to. */
typedef enum {
    AKIN_PAGE_OVERVIEW,
    AKIN_PAGE_SERVICES,
    AKIN_PAGE_MACHINES,
    AKIN_PAGE_TRUST,
    AKIN_PAGE_NOTIFICATIONS,
    AKIN_PAGE_ABOUT,
    AKIN_PAGE_NONE = -1,
} AkinPage;

typedef struct {
    const char *icon; /* static: "akin-on-symbolic", -nat-, -off-, -panic-, -attention-, -away- */
    char *headline;   /* the truth in one line, for menu and window */
    char *spoken;     /* the same for those who hear it: "Firewall on, en0" */
    char *tooltip;    /* headline and the first thing to do, two lines at most */
    GPtrArray *rows;  /* of AkinRow */
} AkinModel;

/* At most so many services in a submenu, before "All services...". */
#define AKIN_MODEL_MOST_SERVICES 15

/* settings: nullable, for pinned services. */
AkinModel *akin_model_new(const AkinFacts *facts, AkinSettings *settings);
void akin_model_free(AkinModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinModel, akin_model_free)

/*
 * Parts of it, for those who draw no menu. Of the headline, title is what large type says
 * ("Firewall on") and rest is what it says besides ("NAT for 2 networks · en0"), or "".
 */
const char *akin_model_icon(const AkinFacts *facts);
const char *akin_model_title(const AkinFacts *facts);
char *akin_model_rest(const AkinFacts *facts);
char *akin_model_headline(const AkinFacts *facts);

/* Why nothing can be changed now, as a sentence; NULL when it can (also when a password is asked
 * for). */
char *akin_model_why_not(const AkinFacts *facts);

/* Finds a row of any depth; NULL if there is none. */
const AkinRow *akin_rows_find(GPtrArray *rows, const char *id);

/*
 * What activating a row does: a change (method of the helper and its arguments, floating), or a
 * page to show. FALSE when it is no change. The row says what the helper has now: a check that is
 * set asks for its opposite. NAT that is off is turned on as "auto": the switch has two places, and
 * who wants "on" chooses it on the page of the machines.
 */
gboolean akin_row_change(const AkinRow *row, const char **method, GVariant **args);
AkinPage akin_row_page(const AkinRow *row);

/*
 * Something that happened and is worth telling. Order of the list: as it happened.
 */
typedef struct {
    AkinNoticeKind kind;
    char *title;  /* what changed */
    char *body;   /* what it means */
    char *button; /* nullable: label of the one button */
    char *action; /* nullable: "turn-on-firewall", "unblock", "start", "show-overview" */
    gboolean urgent;
} AkinNotice;

void akin_notice_free(AkinNotice *notice);

/*
 * Notices due between two moments, of kinds that are wanted (settings NULL: all): what a person
 * has not been told and would not know. before NULL: the program has just started, nothing is
 * due. tampered: a transition that rules were changed by another program came in between; its
 * sentence, or NULL. A burst is merged by comparing its two ends: what came and went is not due.
 */
typedef struct AkinMoment AkinMoment;

/* The part of the facts that notices compare; keeps nothing of facts. */
AkinMoment *akin_moment_new(const AkinFacts *facts);
void akin_moment_free(AkinMoment *moment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinMoment, akin_moment_free)

GPtrArray *akin_notices_between(const AkinMoment *before, const AkinMoment *after,
                                const char *tampered, AkinSettings *settings);
