/* SPDX-License-Identifier: BSD-2-Clause */
#include "link-table.h"

#include <string.h>

#define NAME_SIZE 16

AkinLinkTable *
akin_link_table_new(void)
{
    AkinLinkTable *table = g_new0(AkinLinkTable, 1);
    table->links = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) akin_interface_free);
    table->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->cut_off = g_hash_table_new(NULL, NULL);
    return table;
}

void
akin_link_table_free(AkinLinkTable *table)
{
    g_hash_table_unref(table->links);
    g_hash_table_unref(table->names);
    g_hash_table_unref(table->cut_off);
    g_free(table);
}

AkinInterface *
akin_link_table_add(AkinLinkTable *table, guint32 number, const char *name, gsize size)
{
    gsize length = strnlen(name, size);
    g_autofree char *copy = g_strndup(name, length);
    if (length == 0 || length >= NAME_SIZE || strpbrk(copy, "/ \t\n\v\f\r"))
        return NULL;
    AkinInterface *interface = akin_interface_new(copy);
    gpointer key = g_hash_table_lookup(table->names, copy);
    AkinInterface *former = g_hash_table_lookup(table->links, key);
    if (former && strcmp(former->name, copy) == 0)
        g_hash_table_remove(table->links, key);
    g_hash_table_replace(table->names, g_steal_pointer(&copy), GUINT_TO_POINTER(number));
    g_hash_table_replace(table->links, GUINT_TO_POINTER(number), interface);
    return interface;
}

AkinInterface *
akin_link_table_find(AkinLinkTable *table, guint32 number)
{
    return g_hash_table_lookup(table->links, GUINT_TO_POINTER(number));
}

static int
route_compare(gconstpointer a, gconstpointer b)
{
    const AkinRoute *x = a, *y = b;
    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->metric < y->metric ? -1 : x->metric > y->metric;
}

static void
sort_unique(GArray *array, GCompareFunc compare)
{
    gsize size = g_array_get_element_size(array), kept = 0;
    g_array_sort(array, compare);
    for (gsize i = 0; i < array->len; i++) {
        const char *item = array->data + i * size;
        if (kept == 0 || compare(array->data + (kept - 1) * size, item) != 0)
            memmove(array->data + kept++ * size, item, size);
    }
    g_array_set_size(array, kept);
}

static int
name_compare(gconstpointer a, gconstpointer b)
{
    return strcmp((*(AkinInterface *const *) a)->name, (*(AkinInterface *const *) b)->name);
}

GPtrArray *
akin_link_table_finish(AkinLinkTable *table)
{
    GPtrArray *interfaces =
        g_ptr_array_new_full(g_hash_table_size(table->links), (GDestroyNotify) akin_interface_free);
    GHashTableIter iter;
    gpointer interface;
    g_hash_table_iter_init(&iter, table->links);
    while (g_hash_table_iter_next(&iter, NULL, &interface)) {
        g_hash_table_iter_steal(&iter);
        sort_unique(((AkinInterface *) interface)->addresses, (GCompareFunc) akin_prefix_compare);
        sort_unique(((AkinInterface *) interface)->defaults, route_compare);
        g_ptr_array_add(interfaces, interface);
    }
    g_hash_table_remove_all(table->names);
    g_hash_table_remove_all(table->cut_off);
    g_ptr_array_sort(interfaces, name_compare);
    return interfaces;
}
