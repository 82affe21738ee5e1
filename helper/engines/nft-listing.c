/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-listing.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "error.h"

/* The array "nftables" of a listing. NULL with error set. */
static JsonArray *
listed_objects(JsonParser *parser, const char *json, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!json_parser_load_from_data(parser, json, -1, &local)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "the kernel's rules cannot be read: %s", local->message);
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);
    JsonNode *list = root && JSON_NODE_HOLDS_OBJECT(root)
                         ? json_object_get_member(json_node_get_object(root), "nftables")
                         : NULL;
    if (!list || !JSON_NODE_HOLDS_ARRAY(list)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "the kernel's rules cannot be read: unknown form of listing");
        return NULL;
    }
    return json_node_get_array(list);
}

/* The member as an object, or NULL. */
static JsonObject *
get_object(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonArray *
get_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonObject *
element_object(JsonArray *array, guint index)
{
    JsonNode *node = json_array_get_element(array, index);
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* 80 or {"range": [6881, 6999]}. */
static gboolean
read_ports(JsonNode *node, AkinPortRange *range)
{
    if (JSON_NODE_HOLDS_VALUE(node)) {
        range->first = range->last = json_node_get_int(node);
        return TRUE;
    }
    JsonArray *ends =
        JSON_NODE_HOLDS_OBJECT(node) ? get_array(json_node_get_object(node), "range") : NULL;
    if (!ends || json_array_get_length(ends) != 2)
        return FALSE;
    range->first = json_array_get_int_element(ends, 0);
    range->last = json_array_get_int_element(ends, 1);
    return TRUE;
}

/* "esp", "icmp" or {"concat": [PORTS, "tcp"]}. ICMP and ICMPv6 are one service: ping. */
static gboolean
read_key(JsonNode *key, AkinPortRange *range)
{
    memset(range, 0, sizeof *range);
    if (JSON_NODE_HOLDS_VALUE(key)) {
        const char *name = json_node_get_string(key);
        if (g_strcmp0(name, "icmp") == 0 || g_strcmp0(name, "ipv6-icmp") == 0)
            name = "ping";
        return name && akin_protocol_parse(name, &range->protocol, NULL);
    }
    JsonArray *parts =
        JSON_NODE_HOLDS_OBJECT(key) ? get_array(json_node_get_object(key), "concat") : NULL;
    if (!parts || json_array_get_length(parts) != 2)
        return FALSE;
    JsonNode *second = json_array_get_element(parts, 1);
    const char *name = JSON_NODE_HOLDS_VALUE(second) ? json_node_get_string(second) : NULL;
    return name && akin_protocol_parse(name, &range->protocol, NULL) &&
           read_ports(json_array_get_element(parts, 0), range);
}

/* [{"elem": {"val": KEY, "counter": {"packets": N}}}, VERDICT]. */
static void
count_element(JsonNode *node, GArray *counts)
{
    JsonArray *pair = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    JsonObject *wrapper = pair && json_array_get_length(pair) == 2 ? element_object(pair, 0) : NULL;
    JsonObject *element = wrapper ? get_object(wrapper, "elem") : NULL;
    JsonObject *counter = element ? get_object(element, "counter") : NULL;
    AkinCellCount count;
    if (!counter || !json_object_has_member(element, "val") ||
        !read_key(json_object_get_member(element, "val"), &count.cell))
        return;
    count.connections = json_object_get_int_member_with_default(counter, "packets", 0);
    g_array_append_val(counts, count);
}

gboolean
akin_nft_listing_count(const char *json, GArray *counts, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonArray *objects = listed_objects(parser, json, error);
    for (guint i = 0; objects && i < json_array_get_length(objects); i++) {
        JsonObject *object = element_object(objects, i);
        JsonObject *map = object ? get_object(object, "map") : NULL;
        JsonArray *elements = map ? get_array(map, "elem") : NULL;
        for (guint k = 0; elements && k < json_array_get_length(elements); k++)
            count_element(json_array_get_element(elements, k), counts);
    }
    return objects != NULL;
}

/* Name of a set, map or chain -> number of elements or rules, from a listed table. */
static GHashTable *
measure_table(JsonArray *objects)
{
    GHashTable *sizes = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < json_array_get_length(objects); i++) {
        JsonObject *object = element_object(objects, i);
        JsonObject *set = object ? get_object(object, "set") : NULL;
        JsonObject *chain = object ? get_object(object, "chain") : NULL;
        JsonObject *rule = object ? get_object(object, "rule") : NULL;
        set = object && !set ? get_object(object, "map") : set;
        JsonArray *elements = set ? get_array(set, "elem") : NULL;
        const char *name = NULL;
        guint size = elements ? json_array_get_length(elements) : 0;
        if (set || chain)
            name = json_object_get_string_member_with_default(set ? set : chain, "name", NULL);
        if (rule) {
            name = json_object_get_string_member_with_default(rule, "chain", NULL);
            size = name ? GPOINTER_TO_UINT(g_hash_table_lookup(sizes, name)) + 1 : 0;
        }
        if (name)
            g_hash_table_insert(sizes, (char *) name, GUINT_TO_POINTER(size));
    }
    return sizes;
}

typedef struct {
    GHashTable *sizes;
    guint wanted;
    char **difference;
} Comparison;

static void
compare_part(const char *name, gboolean is_chain, guint size, gpointer user_data)
{
    Comparison *comparison = user_data;
    gpointer listed = NULL;
    comparison->wanted++;
    if (*comparison->difference)
        return;
    if (!g_hash_table_lookup_extended(comparison->sizes, name, NULL, &listed))
        *comparison->difference =
            g_strdup_printf("%s %s is missing", is_chain ? "chain" : "set", name);
    else if (GPOINTER_TO_UINT(listed) != size)
        *comparison->difference =
            g_strdup_printf("%s %s holds %u instead of %u", is_chain ? "chain" : "set", name,
                            GPOINTER_TO_UINT(listed), size);
}

gboolean
akin_nft_listing_matches(const char *json, const AkinNftRuleset *ruleset, char **difference,
                         GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonArray *objects = listed_objects(parser, json, error);
    *difference = NULL;
    if (!objects)
        return FALSE;
    g_autoptr(GHashTable) sizes = measure_table(objects);
    Comparison comparison = {sizes, 0, difference};
    akin_nft_visit(ruleset, compare_part, &comparison);
    if (!*difference && g_hash_table_size(sizes) != comparison.wanted)
        *difference = g_strdup("something was added to it");
    return *difference == NULL;
}
