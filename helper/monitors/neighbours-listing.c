/* SPDX-License-Identifier: BSD-2-Clause */
#include "neighbours-listing.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "error.h"

/* --- JSON of any form ------------------------------------------------------------------------- */

static JsonObject *
as_object(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonArray *
as_array(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonNode *
member(JsonObject *object, const char *name)
{
    return object ? json_object_get_member(object, name) : NULL;
}

/* "" for what is no text. */
static const char *
text(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    const char *string = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    return string ? string : "";
}

typedef void (*Take)(JsonObject *object, GArray *into);

/* Calls take for each object of this kind in a listing. */
static gboolean
read_listing(const char *json, const char *kind, Take take, GArray *into, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    const char *wrong = NULL;
    JsonArray *list = NULL;
    if (strnlen(json, AKIN_LISTING_MAX + 1) > AKIN_LISTING_MAX)
        wrong = "the listing is too long";
    else if (json_parser_load_from_data(parser, json, -1, NULL))
        list = as_array(member(as_object(json_parser_get_root(parser)), "nftables"));
    if (!list) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "the rules of other programs cannot be read: %s",
                    wrong ? wrong : "unknown form of listing");
        return FALSE;
    }
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *object = as_object(member(as_object(json_array_get_element(list, i)), kind));
        if (object)
            take(object, into);
    }
    return TRUE;
}

/* --- Chains ----------------------------------------------------------------------------------- */

static AkinHook
hook_of(JsonObject *chain)
{
    static const char *const names[] = {"", "input", "forward", "output"};
    if (strcmp(text(chain, "type"), "filter") != 0)
        return AKIN_HOOK_NOWHERE;
    for (guint i = AKIN_HOOK_INPUT; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(text(chain, "hook"), names[i]) == 0)
            return i;
    }
    return AKIN_HOOK_NOWHERE;
}

/* Those of bridges and of ARP meet no packet of ours. */
static void
take_chain(JsonObject *object, GArray *chains)
{
    const char *family = text(object, "family");
    if (strcmp(family, "ip") != 0 && strcmp(family, "ip6") != 0 && strcmp(family, "inet") != 0)
        return;
    AkinChain chain = {
        .family = g_strdup(family),
        .table = g_strdup(text(object, "table")),
        .name = g_strdup(text(object, "name")),
        .hook = hook_of(object),
        .drops = strcmp(text(object, "policy"), "drop") == 0,
    };
    g_array_append_val(chains, chain);
}

gboolean
akin_chains_read(const char *json, GArray *chains, GError **error)
{
    return read_listing(json, "chain", take_chain, chains, error);
}

/* --- Doors ------------------------------------------------------------------------------------ */

/* "vboxnet0", ["vboxnet0", ...] or {"set": ["vboxnet0", ...]}; NULL when it is none of these. */
static char **
names_in(JsonNode *node)
{
    JsonArray *list = as_array(node);
    JsonArray *set = list ? list : as_array(member(as_object(node), "set"));
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < (set ? json_array_get_length(set) : 1); i++) {
        JsonNode *one = set ? json_array_get_element(set, i) : node;
        const char *name = one && JSON_NODE_HOLDS_VALUE(one) ? json_node_get_string(one) : NULL;
        if (name)
            g_ptr_array_add(names, (char *) name);
    }
    if (names->len == 0)
        return NULL;
    g_ptr_array_add(names, NULL);
    return g_strdupv((char **) names->pdata);
}

/* A rule as far as it has been read. */
typedef struct {
    AkinDoor door;
    const char *target;
    gboolean picky; /* matches something else, too */
} Reading;

static gboolean
has_established(JsonNode *node)
{
    g_auto(GStrv) names = names_in(node);
    return names && g_strv_contains((const char *const *) names, "established");
}

static gboolean
is_ct_state(JsonNode *node)
{
    return strcmp(text(as_object(member(as_object(node), "ct")), "key"), "state") == 0;
}

/* {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": NAMES}} */
static void
take_match(JsonObject *match, Reading *reading)
{
    JsonNode *left = member(match, "left"), *right = member(match, "right");
    const char *key = text(as_object(member(as_object(left), "meta")), "key");
    gboolean negated = strcmp(text(match, "op"), "!=") == 0;
    char ***names = strcmp(key, "iifname") == 0   ? &reading->door.from
                    : strcmp(key, "oifname") == 0 ? &reading->door.to
                                                  : NULL;
    if (names && !*names && strcmp(text(match, "op"), "==") == 0)
        *names = names_in(right);
    else if (is_ct_state(left) && !negated && has_established(right))
        reading->door.answers = TRUE;
    else
        reading->picky = TRUE;
}

/* What iptables' own matches match is not listed; of states it is mostly that of answers. */
static void
take_xt(JsonObject *xt, Reading *reading)
{
    const char *name = text(xt, "name");
    if (strcmp(text(xt, "type"), "match") != 0)
        return;
    if (strcmp(name, "conntrack") == 0 || strcmp(name, "state") == 0)
        reading->door.answers = TRUE;
    else
        reading->picky = TRUE;
}

/* {"key": {"ct": {"key": "state"}}, "data": {"set": [["established", {"accept": null}], ...]}} */
static void
take_map(JsonObject *map, Reading *reading)
{
    JsonArray *set = as_array(member(as_object(member(map, "data")), "set"));
    for (guint i = 0; is_ct_state(member(map, "key")) && set && i < json_array_get_length(set);
         i++) {
        JsonArray *pair = as_array(json_array_get_element(set, i));
        if (pair && json_array_get_length(pair) == 2 &&
            has_established(json_array_get_element(pair, 0)) &&
            member(as_object(json_array_get_element(pair, 1)), "accept")) {
            reading->door.answers = TRUE;
            reading->target = "accept";
        }
    }
}

/* {"accept": null}, {"goto": {"target": "x"}} or {"jump": {"target": "x"}}; NULL: none of these. */
static const char *
target_of(JsonObject *expression)
{
    JsonObject *way = as_object(member(expression, "goto"));
    way = way ? way : as_object(member(expression, "jump"));
    if (way)
        return text(way, "target");
    return member(expression, "accept") ? "accept" : NULL;
}

static void
take_expression(JsonObject *expression, Reading *reading)
{
    JsonObject *match = as_object(member(expression, "match"));
    JsonObject *xt = as_object(member(expression, "xt"));
    JsonObject *map = as_object(member(expression, "vmap"));
    if (match)
        take_match(match, reading);
    else if (xt)
        take_xt(xt, reading);
    else if (map)
        take_map(map, reading);
    else if (expression && !reading->target)
        reading->target = target_of(expression);
}

static void
take_rule(JsonObject *rule, GArray *doors)
{
    JsonArray *expressions = as_array(member(rule, "expr"));
    Reading reading = {0};
    for (guint i = 0; expressions && i < json_array_get_length(expressions); i++)
        take_expression(as_object(json_array_get_element(expressions, i)), &reading);
    AkinDoor door = reading.door;
    const char *target = reading.target;
    door.answers = door.answers && !reading.picky && !door.from && !door.to;
    if (!target || (!door.from && !door.to && !door.answers)) {
        g_strfreev(door.from);
        g_strfreev(door.to);
        return;
    }
    door.family = g_strdup(text(rule, "family"));
    door.table = g_strdup(text(rule, "table"));
    door.chain = g_strdup(text(rule, "chain"));
    door.target = g_strdup(target);
    g_array_append_val(doors, door);
}

gboolean
akin_doors_read(const char *json, GArray *doors, GError **error)
{
    return read_listing(json, "rule", take_rule, doors, error);
}
