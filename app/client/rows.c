/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

#include <glib/gi18n.h>
#include <string.h>

#include "label.h"
#include "names.h"

enum { MOST_LABEL = 48, MOST_MACHINES = 15 };

/* --- Making rows ------------------------------------------------------------------------------ */

static void
row_free(gpointer data)
{
    AkinRow *row = data;
    g_free(row->id);
    g_free(row->label);
    g_free(row->why);
    g_clear_pointer(&row->children, g_ptr_array_unref);
    g_free(row);
}

static GPtrArray *
rows_new(void)
{
    return g_ptr_array_new_with_free_func(row_free);
}

/* Takes id. */
static AkinRow *
add(GPtrArray *rows, AkinRowKind kind, char *id, const char *label)
{
    AkinRow *row = g_new0(AkinRow, 1);
    row->id = id;
    row->label = akin_label(label, 2 * MOST_LABEL);
    row->kind = kind;
    row->sensitive = kind != AKIN_ROW_LABEL && kind != AKIN_ROW_SEPARATOR;
    g_ptr_array_add(rows, row);
    return row;
}

static void
add_separator(GPtrArray *rows)
{
    add(rows, AKIN_ROW_SEPARATOR, g_strdup_printf("separator:%u", rows->len), "");
}

/* --- Why a switch cannot be changed, in two words and in a sentence --------------------------- */

typedef struct {
    const char *words;
    char *sentence; /* NULL: it can */
} Obstacle;

static Obstacle
find_obstacle(const AkinFacts *facts)
{
    Obstacle obstacle = {NULL, akin_model_why_not(facts)};
    if (facts->state == AKIN_CLIENT_READY && facts->may_control == AKIN_MAY_CONTROL_NO)
        obstacle.words = _("ask an administrator");
    else if (facts->state == AKIN_CLIENT_NOT_ANSWERING)
        obstacle.words = _("the helper does not answer");
    else if (obstacle.sentence)
        obstacle.words = _("no helper");
    return obstacle;
}

static void
forbid(AkinRow *row, const Obstacle *obstacle)
{
    row->sensitive = obstacle->sentence == NULL;
    g_free(row->why);
    row->why = g_strdup(obstacle->sentence);
}

static AkinRow *
add_switch(GPtrArray *rows, const char *id, const char *label, gboolean checked,
           const Obstacle *obstacle)
{
    g_autofree char *full =
        obstacle->sentence ? g_strdup_printf("%s (%s)", label, obstacle->words) : g_strdup(label);
    AkinRow *row = add(rows, AKIN_ROW_CHECK, g_strdup(id), full);
    row->checked = checked;
    forbid(row, obstacle);
    return row;
}

/* --- Services --------------------------------------------------------------------------------- */

/* What people turn on and off most, so that a new user finds it at once. */
static const char *const usual[] = {"http", "https", "dns",        "mail-fetch", "mail-send",
                                    "ssh",  "ping",  "bittorrent", "printing",   "windows-sharing"};

static guint
weigh(const AkinServiceInfo *service, guint direction, AkinSettings *settings)
{
    guint64 used = direction == AKIN_OUTGOING ? service->used_out : service->used_in;
    guint weight = 0;
    if (settings && akin_settings_get_pinned(settings, service->name))
        weight += 16;
    if (settings && akin_settings_get_toggled(settings, service->name))
        weight += 8;
    if (used > 0)
        weight += 4;
    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        weight += strcmp(usual[i], service->name) == 0 ? 2 : 0;
    return weight + (service->allowed & direction ? 1 : 0);
}

/* The least weight that still leads into the menu, and how many of that very weight fit. */
static guint
choose(const guint *weights, guint count, guint *fit)
{
    guint have[32] = {0}, least = G_N_ELEMENTS(have) - 1, room = AKIN_MODEL_MOST_SERVICES;
    for (guint i = 0; i < count; i++)
        have[weights[i]]++;
    while (least > 1 && have[least] <= room)
        room -= have[least--];
    *fit = room;
    return least;
}

static void
add_service(GPtrArray *rows, const AkinServiceInfo *service, guint direction,
            const Obstacle *obstacle)
{
    const char *prefix = direction == AKIN_OUTGOING ? "out:" : "in:";
    g_autofree char *label = akin_label(akin_service_info_title(service), MOST_LABEL);
    AkinRow *row = add(rows, AKIN_ROW_CHECK, g_strconcat(prefix, service->name, NULL), label);
    row->checked = (service->allowed & direction) != 0;
    forbid(row, obstacle);
}

static void
add_chosen(GPtrArray *rows, const AkinFacts *facts, AkinSettings *settings, guint direction,
           const Obstacle *obstacle)
{
    GPtrArray *services = facts->services;
    g_autofree guint *weights = g_new0(guint, MAX(services->len, 1));
    guint fit, least;
    for (guint i = 0; i < services->len; i++) {
        const AkinServiceInfo *service = services->pdata[i];
        if (akin_service_info_offers(service) & direction)
            weights[i] = weigh(service, direction, settings);
    }
    least = choose(weights, services->len, &fit);
    for (guint i = 0; i < services->len; i++) {
        if (weights[i] > least || (weights[i] == least && fit > 0)) {
            fit -= weights[i] == least;
            add_service(rows, services->pdata[i], direction, obstacle);
        }
    }
}

static void
add_services(GPtrArray *rows, const AkinFacts *facts, AkinSettings *settings, guint direction,
             const Obstacle *obstacle)
{
    gboolean out = direction == AKIN_OUTGOING;
    const char *id = out ? "outgoing" : "incoming";
    AkinRow *menu = add(rows, AKIN_ROW_SUBMENU, g_strdup(id), out ? _("Outgoing") : _("Incoming"));
    menu->children = rows_new();
    if (obstacle->sentence)
        add(menu->children, AKIN_ROW_LABEL, g_strconcat("why:", id, NULL), obstacle->sentence);
    add_chosen(menu->children, facts, settings, direction, obstacle);
    if (menu->children->len > 0)
        add_separator(menu->children);
    add(menu->children, AKIN_ROW_ACTION, g_strconcat("services:", id, NULL), _("All services…"));
}

/* --- VM networks ------------------------------------------------------------------------------ */

static void
add_machines(GPtrArray *rows, const AkinFacts *facts, const char *network)
{
    guint seen = 0;
    for (guint i = 0; i < facts->machines->len; i++) {
        const AkinMachine *machine = facts->machines->pdata[i];
        if (strcmp(machine->network, network) != 0 || seen++ >= MOST_MACHINES)
            continue;
        g_autofree char *joined = g_strjoinv(", ", machine->addresses);
        g_autofree char *label = akin_label(joined, MOST_LABEL);
        AkinRow *row = add(rows, AKIN_ROW_ACTION,
                           g_strconcat("machine:", network, ":", machine->addresses[0], NULL), "");
        g_free(row->label);
        row->label = g_strconcat("    ", label, NULL);
    }
    if (seen <= MOST_MACHINES)
        return;
    g_autofree char *more = g_strdup_printf(
        ngettext("and %u more", "and %u more", seen - MOST_MACHINES), seen - MOST_MACHINES);
    add(rows, AKIN_ROW_LABEL, g_strconcat("more:", network, NULL), more);
}

static void
add_network(GPtrArray *rows, const AkinFacts *facts, const char *name, gboolean up,
            GVariant *subnets)
{
    g_autofree const char **list = g_variant_get_strv(subnets, NULL);
    g_autofree char *joined = g_strjoinv(", ", (char **) list);
    g_autofree char *label = g_strjoin(" · ", name, up ? joined : _("down"), NULL);
    g_autofree char *short_label = akin_label(up && !*joined ? name : label, MOST_LABEL);
    add(rows, AKIN_ROW_ACTION, g_strconcat("network:", name, NULL), short_label);
    add_machines(rows, facts, name);
}

static void
add_networks(GPtrArray *rows, const AkinFacts *facts)
{
    const char *name;
    gboolean up;
    GVariant *subnets;
    GVariantIter iter;
    AkinRow *menu = add(rows, AKIN_ROW_SUBMENU, g_strdup("networks"), _("Virtual machines"));
    menu->children = rows_new();
    if (facts->snapshot) {
        g_variant_iter_init(&iter, facts->snapshot->networks);
        while (g_variant_iter_loop(&iter, "(&sb@as)", &name, &up, &subnets))
            add_network(menu->children, facts, name, up, subnets);
    }
    if (menu->children->len == 0)
        add(menu->children, AKIN_ROW_LABEL, g_strdup("why:networks"), _("No VM network is there"));
    add_separator(menu->children);
    add(menu->children, AKIN_ROW_ACTION, g_strdup("forward"), _("Forward a port…"));
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
add_switches(GPtrArray *rows, const AkinFacts *facts, const Obstacle *obstacle)
{
    const AkinSnapshot *snapshot = facts->snapshot;
    Obstacle stopped = *obstacle;
    if (snapshot && !snapshot->enforcing && !obstacle->sentence) {
        stopped.words = _("akin is stopped");
        stopped.sentence = _("akin is stopped; start it first.");
    }
    add_switch(rows, "firewall", _("Firewall"), snapshot && snapshot->firewall, &stopped);
    add_switch(rows, "nat", _("Network for virtual machines (NAT)"),
               snapshot && strcmp(snapshot->nat_mode, "off") != 0, &stopped);
    add_switch(rows, "panic", _("Block everything"), snapshot && snapshot->panic, &stopped);
}

static void
add_start(GPtrArray *rows, const AkinFacts *facts, const Obstacle *obstacle)
{
    if (facts->state == AKIN_CLIENT_READY && facts->snapshot && !facts->snapshot->enforcing)
        forbid(add(rows, AKIN_ROW_ACTION, g_strdup("start"), _("Start akin")), obstacle);
    else if (facts->state == AKIN_CLIENT_NO_HELPER || facts->state == AKIN_CLIENT_INCOMPATIBLE)
        add(rows, AKIN_ROW_ACTION, g_strdup("retry"), _("What to do…"));
}

GPtrArray *
akin_rows_new(const AkinFacts *facts, AkinSettings *settings, const char *headline)
{
    GPtrArray *rows = rows_new();
    Obstacle obstacle = find_obstacle(facts);
    gboolean stays = facts->state == AKIN_CLIENT_READY && facts->snapshot &&
                     facts->snapshot->enforcing && facts->snapshot->firewall;
    add(rows, AKIN_ROW_LABEL, g_strdup("headline"), headline);
    add_start(rows, facts, &obstacle);
    add_separator(rows);
    add_switches(rows, facts, &obstacle);
    add_separator(rows);
    add_services(rows, facts, settings, AKIN_OUTGOING, &obstacle);
    add_services(rows, facts, settings, AKIN_INCOMING, &obstacle);
    add_networks(rows, facts);
    add_separator(rows);
    add(rows, AKIN_ROW_ACTION, g_strdup("preferences"), _("Preferences…"));
    add(rows, AKIN_ROW_ACTION, g_strdup("quit"),
        stays ? _("Quit (the firewall stays on)") : _("Quit"));
    g_free(obstacle.sentence);
    return rows;
}

const AkinRow *
akin_rows_find(GPtrArray *rows, const char *id)
{
    for (guint i = 0; i < rows->len; i++) {
        const AkinRow *row = rows->pdata[i];
        const AkinRow *found = strcmp(row->id, id) == 0 ? row : NULL;
        if (!found && row->children)
            found = akin_rows_find(row->children, id);
        if (found)
            return found;
    }
    return NULL;
}

/* --- What a row does -------------------------------------------------------------------------- */

static void
service_change(const AkinRow *row, const char *name, guint direction, const char **method,
               GVariant **args)
{
    const char *names[] = {name, NULL};
    *method = row->checked ? "DenyServices" : "AllowServices";
    *args = g_variant_new("(^asu)", names, direction);
}

gboolean
akin_row_change(const AkinRow *row, const char **method, GVariant **args)
{
    *method = NULL;
    *args = NULL;
    if (strcmp(row->id, "firewall") == 0) {
        *method = "SetFirewall";
        *args = g_variant_new("(b)", !row->checked);
    } else if (strcmp(row->id, "nat") == 0) {
        *method = "SetNat";
        *args = g_variant_new("(s)", row->checked ? "off" : "auto");
    } else if (strcmp(row->id, "panic") == 0) {
        *method = "SetPanic";
        *args = g_variant_new("(b)", !row->checked);
    } else if (strcmp(row->id, "start") == 0) {
        *method = "Start";
    } else if (g_str_has_prefix(row->id, "out:")) {
        service_change(row, row->id + 4, AKIN_OUTGOING, method, args);
    } else if (g_str_has_prefix(row->id, "in:")) {
        service_change(row, row->id + 3, AKIN_INCOMING, method, args);
    }
    return *method != NULL;
}

AkinPage
akin_row_page(const AkinRow *row)
{
    static const struct {
        const char *prefix;
        AkinPage page;
    } pages[] = {
        {"services:", AKIN_PAGE_SERVICES},   {"network:", AKIN_PAGE_MACHINES},
        {"machine:", AKIN_PAGE_MACHINES},    {"forward", AKIN_PAGE_MACHINES},
        {"preferences", AKIN_PAGE_OVERVIEW}, {"retry", AKIN_PAGE_OVERVIEW},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        if (g_str_has_prefix(row->id, pages[i].prefix))
            return pages[i].page;
    }
    return AKIN_PAGE_NONE;
}
