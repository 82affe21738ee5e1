/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "check.h"

/*
 * A card with one row a word, each with a button that removes it, and an entry for a new one,
 * checked while typing. Property "placeholder"; "entry-name" is what the entry is for those who
 * hear it.
 */
#define AKIN_TYPE_WORD_LIST (akin_word_list_get_type())
G_DECLARE_FINAL_TYPE(AkinWordList, akin_word_list, AKIN, WORD_LIST, GtkBox)

/*
 * What a person wants; the list shows it when akin_word_list_show() says so. Nothing else can be
 * asked for until akin_word_list_done().
 */
typedef void (*AkinWordListAsk)(AkinWordList *list, const char *word, gpointer data);

/* remove_label: a format for the accessible name of a button, with the word: "Remove %s". */
void akin_word_list_set_up(AkinWordList *list, AkinCheck check, const char *remove_label,
                           AkinWordListAsk add, AkinWordListAsk remove, gpointer data);

/* keep_one: the last word cannot be removed. */
void
akin_word_list_show(AkinWordList *list, GVariant *words, gboolean may_change, gboolean keep_one);

/* What was asked for is done, or refused. An AkinDeskDone: list is the AkinWordList. */
void akin_word_list_done(GtkWidget *list, const GError *error);

/* Something that the list did not ask for itself changes its words: until it is done. */
void akin_word_list_begin(AkinWordList *list);
gboolean akin_word_list_is_busy(AkinWordList *list);
