/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * What needs a person's look, by stable names that clients may know; what others do has the names
 * of neighbours.h. Some are only notes: so it is, and nothing has to be done.
 */
typedef struct _AkinWarnings AkinWarnings;

#define AKIN_WARNING_POLICY "policy-broken"
#define AKIN_WARNING_RULES "rules-refused"
#define AKIN_WARNING_UNGUARDED "uplink-unguarded"
#define AKIN_WARNING_FORWARDING "forwarding-refused"
#define AKIN_WARNING_DEGRADED "nat-degraded"
#define AKIN_WARNING_TRIAL "trial"
#define AKIN_WARNING_TAKEN "port-taken"
#define AKIN_NOTE_IGNORED "policy-ignored"
#define AKIN_NOTE_UNREAD "policy-unread"
#define AKIN_NOTE_IPV6 "no-ipv6-outside"
#define AKIN_NOTE_FORWARDS "forwards-impossible"

typedef struct {
    char *name;
    char *sentence; /* says what to do */
    gboolean note;
} AkinWarning;

AkinWarnings *akin_warnings_new(void);
void akin_warnings_free(AkinWarnings *warnings);

/* name is a constant of the above. Replaces the sentence of the same name. */
void akin_warnings_set(AkinWarnings *warnings, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void akin_warnings_clear(AkinWarnings *warnings, const char *name);
/* The same for a sentence; NULL clears it. */
void akin_warnings_put(AkinWarnings *warnings, const char *name, const char *sentence);
/* The same for a note. */
void akin_warnings_note(AkinWarnings *warnings, const char *name, const char *sentence);
gboolean akin_warnings_has(const AkinWarnings *warnings, const char *name);

/* An array of AkinWarning, in the order in which they came up. */
const GArray *akin_warnings_list(const AkinWarnings *warnings);
