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

/* A rule as far as it has been read. */
typedef struct {
    AkinDoor door;
    const char *target;
    gboolean picky; /* what else it matches is not known, or nothing that we ask about */
} Reading;

/* 7, [7, ...] or {"set": [7, ...]}: the parts of a value, of any form. */
static guint
count_parts(JsonNode *value)
{
    JsonArray *list = as_array(value);
    list = list ? list : as_array(member(as_object(value), "set"));
    return list ? json_array_get_length(list) : 1;
}

static JsonNode *
get_part(JsonNode *value, guint i)
{
    JsonArray *list = as_array(value);
    list = list ? list : as_array(member(as_object(value), "set"));
    return list ? json_array_get_element(list, i) : value;
}

static const char *
as_text(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

static gboolean
has_part(JsonNode *value, const char *name)
{
    for (guint i = 0; i < count_parts(value); i++) {
        if (g_strcmp0(as_text(get_part(value, i)), name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* NULL when there are none, or a set that the rule only names. */
static char **
read_names(JsonNode *value)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < count_parts(value); i++) {
        const char *name = as_text(get_part(value, i));
        if (name)
            g_ptr_array_add(names, (char *) name);
    }
    if (names->len == 0 || *(const char *) names->pdata[0] == '@')
        return NULL;
    g_ptr_array_add(names, NULL);
    return g_strdupv((char **) names->pdata);
}

/* "192.168.56.1", or {"prefix": {"addr": "192.168.56.0", "len": 24}} */
static gboolean
read_prefix(JsonNode *node, AkinPrefix *prefix)
{
    JsonObject *object = as_object(member(as_object(node), "prefix"));
    JsonNode *length = member(object, "len");
    if (!object)
        return as_text(node) && akin_address_parse(as_text(node), prefix, NULL);
    if (!length || !JSON_NODE_HOLDS_VALUE(length))
        return FALSE;
    g_autofree char *whole =
        g_strdup_printf("%s/%d", text(object, "addr"), (int) json_node_get_int(length));
    return akin_prefix_parse(whole, prefix, NULL);
}

/* Without those of another form, such as ranges and named sets. */
static GArray *
read_addresses(JsonNode *value)
{
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(AkinPrefix));
    for (guint i = 0; i < count_parts(value); i++) {
        AkinPrefix prefix;
        if (read_prefix(get_part(value, i), &prefix))
            g_array_append_val(addresses, prefix);
    }
    return addresses;
}

/* 0 for what is none. */
static guint16
read_port(JsonNode *node)
{
    gint64 port = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node) : 0;
    return port > 0 && port <= G_MAXUINT16 ? (guint16) port : 0;
}

/* 80, or {"range": [80, 90]} */
static GArray *
read_ports(JsonNode *value)
{
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(AkinDoorPorts));
    for (guint i = 0; i < count_parts(value); i++) {
        JsonNode *part = get_part(value, i);
        JsonArray *range = as_array(member(as_object(part), "range"));
        gboolean both = range && json_array_get_length(range) == 2;
        AkinDoorPorts some = {read_port(both ? json_array_get_element(range, 0) : part),
                              read_port(both ? json_array_get_element(range, 1) : part)};
        g_array_append_val(ports, some);
    }
    return ports;
}

static void
take_interfaces(AkinDoorEnd *end, gboolean others, JsonNode *value, Reading *reading)
{
    char **names = end->names ? NULL : read_names(value);
    reading->picky |= !names;
    if (names)
        end->names = names, end->others = others;
}

static void
take_meta(const char *key, gboolean negated, JsonNode *value, Reading *reading)
{
    static const char *const from[] = {"iifname", "iif", NULL};
    static const char *const to[] = {"oifname", "oif", NULL};
    static const char *const families[] = {"nfproto", "protocol", NULL};
    if (g_strv_contains(from, key))
        take_interfaces(&reading->door.from, negated, value, reading);
    else if (g_strv_contains(to, key))
        take_interfaces(&reading->door.to, negated, value, reading);
    else if (strcmp(key, "l4proto") == 0)
        reading->door.particular = TRUE;
    else if (!g_strv_contains(families, key))
        reading->picky = TRUE;
}

/* A rule that leaves some addresses out lets others through, and is taken to mean all. */
static void
take_address(AkinDoorEnd *end, gboolean negated, JsonNode *value, Reading *reading)
{
    reading->picky |= end->addresses != NULL;
    if (!negated && !end->addresses)
        end->addresses = read_addresses(value);
}

static void
take_payload(JsonObject *payload, gboolean negated, JsonNode *value, Reading *reading)
{
    static const char *const protocols[] = {"protocol", "nexthdr", NULL};
    const char *field = text(payload, "field");
    if (strcmp(field, "saddr") == 0)
        take_address(&reading->door.from, negated, value, reading);
    else if (strcmp(field, "daddr") == 0)
        take_address(&reading->door.to, negated, value, reading);
    else if (strcmp(field, "dport") == 0 && !negated && !reading->door.ports)
        reading->door.ports = read_ports(value);
    else if (g_strv_contains(protocols, field))
        reading->door.particular = TRUE;
    else
        reading->picky = TRUE;
}

static guint
read_states(JsonNode *value)
{
    return (has_part(value, "new") ? AKIN_DOOR_NEW : 0) |
           (has_part(value, "established") ? AKIN_DOOR_ANSWERS : 0);
}

static void
take_ct(const char *key, gboolean negated, JsonNode *value, Reading *reading)
{
    if (strcmp(key, "state") == 0)
        reading->door.states &= negated ? ~read_states(value) : read_states(value);
    else if (strcmp(key, "status") == 0 && !negated && has_part(value, "dnat"))
        reading->door.particular = TRUE;
    else
        reading->picky = TRUE;
}

/* {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": VALUE}} */
static void
take_match(JsonObject *match, Reading *reading)
{
    static const char *const unequal[] = {"!=", "!", NULL};
    static const char *const equal[] = {"==", "in", NULL};
    JsonObject *left = as_object(member(match, "left"));
    JsonObject *meta = as_object(member(left, "meta")), *ct = as_object(member(left, "ct"));
    JsonObject *payload = as_object(member(left, "payload"));
    JsonNode *value = member(match, "right");
    gboolean negated = g_strv_contains(unequal, text(match, "op"));
    if (!negated && !g_strv_contains(equal, text(match, "op")))
        reading->picky = TRUE;
    else if (meta)
        take_meta(text(meta, "key"), negated, value, reading);
    else if (ct)
        take_ct(text(ct, "key"), negated, value, reading);
    else if (payload)
        take_payload(payload, negated, value, reading);
    else
        reading->picky = TRUE;
}

/* What iptables' own matches match is not listed; older nft lists not even which they are. */
static void
take_xt(JsonObject *xt, Reading *reading)
{
    static const char *const states[] = {"", "conntrack", "state", NULL};
    static const char *const services[] = {"tcp", "udp", "multiport", NULL};
    const char *name = text(xt, "name");
    guint known = reading->door.states & ~AKIN_DOOR_NEW;
    gboolean fresh = reading->door.states & AKIN_DOOR_NEW;
    if (strcmp(name, "comment") == 0 || (xt && strcmp(text(xt, "type"), "match") != 0))
        return;
    if (g_strv_contains(states, name))
        reading->door.states = known | (fresh ? AKIN_DOOR_PERHAPS_NEW : 0);
    else if (g_strv_contains(services, name))
        reading->door.particular = TRUE;
    else if (strcmp(name, "physdev") == 0)
        reading->door.bridged = TRUE;
    else
        reading->picky = TRUE;
}

/* {"key": {"ct": {"key": "state"}}, "data": {"set": [["established", {"accept": null}], ...]}} */
static void
take_map(JsonObject *map, Reading *reading)
{
    JsonObject *ct = as_object(member(as_object(member(map, "key")), "ct"));
    JsonArray *set = as_array(member(as_object(member(map, "data")), "set"));
    guint accepted = 0;
    for (guint i = 0; set && i < json_array_get_length(set); i++) {
        JsonArray *pair = as_array(json_array_get_element(set, i));
        if (pair && json_array_get_length(pair) == 2 &&
            member(as_object(json_array_get_element(pair, 1)), "accept"))
            accepted |= read_states(json_array_get_element(pair, 0));
    }
    reading->door.states &= accepted;
    reading->picky |= strcmp(text(ct, "key"), "state") != 0;
    reading->target = "accept";
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

/* What a rule does besides, to every packet. */
static gboolean
is_harmless(JsonObject *expression)
{
    return member(expression, "counter") || member(expression, "log") ||
           member(expression, "mangle");
}

static void
take_expression(JsonObject *expression, Reading *reading)
{
    JsonObject *match = as_object(member(expression, "match"));
    JsonObject *map = as_object(member(expression, "vmap"));
    if (match)
        take_match(match, reading);
    else if (map)
        take_map(map, reading);
    else if (member(expression, "xt"))
        take_xt(as_object(member(expression, "xt")), reading);
    else if (!is_harmless(expression))
        reading->target = target_of(expression), reading->picky |= !reading->target;
}

static void
take_rule(JsonObject *rule, GArray *doors)
{
    JsonArray *expressions = as_array(member(rule, "expr"));
    Reading reading = {.door = {.states = AKIN_DOOR_NEW | AKIN_DOOR_ANSWERS}};
    AkinDoor *door = &reading.door;
    for (guint i = 0; expressions && !reading.target && i < json_array_get_length(expressions); i++)
        take_expression(as_object(json_array_get_element(expressions, i)), &reading);
    if (!reading.target || reading.picky || door->states == 0) {
        akin_door_clear(door);
        return;
    }
    door->family = g_strdup(text(rule, "family"));
    door->table = g_strdup(text(rule, "table"));
    door->chain = g_strdup(text(rule, "chain"));
    door->target = g_strdup(reading.target);
    g_array_append_vals(doors, door, 1);
}

gboolean
akin_doors_read(const char *json, GArray *doors, GError **error)
{
    return read_listing(json, "rule", take_rule, doors, error);
}
