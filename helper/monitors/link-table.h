/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "situation.h"

/*
 * Interfaces under construction, while what the kernel says of them is read message by message.
 * Pure. The parser of each system fills it: rtnetlink.h, routing-message.h.
 */
typedef struct {
    GHashTable *links;    /* number -> AkinInterface */
    GHashTable *names;    /* name -> number; also names that are gone */
    GHashTable *cut_off;  /* numbers of links without a carrier: routing-message.c's own */
    gboolean interrupted; /* rtnetlink.c's own */
} AkinLinkTable;

AkinLinkTable *akin_link_table_new(void);
void akin_link_table_free(AkinLinkTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinLinkTable, akin_link_table_free)

/*
 * name need not end within its size bytes. NULL, and nothing is added, when it is none as
 * situation.h promises. One that comes again takes its predecessor's place, by number or by name:
 * between two questions a link may have gone, and another one come under its name. The interface
 * belongs to the table.
 */
AkinInterface *
akin_link_table_add(AkinLinkTable *table, guint32 number, const char *name, gsize size);

/* NULL when it is not there. */
AkinInterface *akin_link_table_find(AkinLinkTable *table, guint32 number);

/*
 * An array of AkinInterface, sorted by name, their addresses and routes sorted and each there
 * once, so that two readings of the same state are equal; the caller's to free with
 * g_ptr_array_unref. The table is empty afterwards.
 */
GPtrArray *akin_link_table_finish(AkinLinkTable *table);
