/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "check.h"

/*
 * An entry with its title above and, while what is in it is wrong, a sentence below that says how
 * to write it. Nothing is wrong with an entry that nobody has written in yet, and nothing right
 * either. Properties "title", with a mnemonic, and "placeholder". Signal "changed" ().
 */
#define AKIN_TYPE_FIELD (akin_field_get_type())
G_DECLARE_FINAL_TYPE(AkinField, akin_field, AKIN, FIELD, GtkBox)

void akin_field_set_check(AkinField *field, AkinCheck check);
/* An object that the check cannot know of, translated; NULL: none. */
void akin_field_set_objection(AkinField *field, const char *sentence);

GtkEntry *akin_field_get_entry(AkinField *field);
const char *akin_field_get_text(AkinField *field);
void akin_field_set_text(AkinField *field, const char *text);
gboolean akin_field_is_empty(AkinField *field);
/* Whether the text passes the check, and nobody objects; an empty one: whether the check says so.
 */
gboolean akin_field_is_right(AkinField *field);

/* Offers words to choose from; the entry stays free. */
void akin_field_set_choices(AkinField *field, const char *const *words);
