/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "label.h"
#include "model.h"
#include "names.h"

/* What people see in every state of helper and computer. Facts are made by hand. */

typedef struct {
    AkinFacts facts;
    AkinSnapshot *snapshot;
} World;

static void
add_service(World *world, const char *name, guint allowed, const char *out, const char *in)
{
    AkinServiceInfo *service = g_new0(AkinServiceInfo, 1);
    service->name = g_strdup(name);
    service->title = g_strdup_printf("Title of %s", name);
    service->group = g_strdup("web");
    service->about = g_strdup("");
    service->out_ports = g_strdup(out);
    service->in_ports = g_strdup(in);
    service->allowed = allowed;
    g_ptr_array_add(world->facts.services, service);
}

static GVariant *
parse(const char *type, const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, &error);
    g_assert_no_error(error);
    return value;
}

static void
replace(GVariant **field, const char *type, const char *text)
{
    g_variant_unref(*field);
    *field = parse(type, text);
}

static World *
world_new(void)
{
    World *world = g_new0(World, 1);
    AkinSnapshot *snapshot = g_new0(AkinSnapshot, 1);
    snapshot->enforcing = snapshot->firewall = snapshot->machines_reach_host = TRUE;
    snapshot->engine = g_strdup("nftables");
    snapshot->nat_mode = g_strdup("auto");
    snapshot->active_nic = g_strdup("en0");
    snapshot->uplinks = parse("a(sas)", "[('en0', ['198.51.100.2/24'])]");
    snapshot->network_patterns = parse("as", "['vboxnet*']");
    snapshot->networks = parse("a(sbas)", "[]");
    snapshot->trusted_pingers = parse("as", "[]");
    snapshot->forwards = parse("a(sqsqsb)", "[]");
    snapshot->warnings = parse("a(ss)", "[]");
    world->snapshot = snapshot;
    world->facts = (AkinFacts){.state = AKIN_CLIENT_READY, .sentence = "", .snapshot = snapshot};
    world->facts.may_control = AKIN_MAY_CONTROL_YES;
    world->facts.services = g_ptr_array_new_with_free_func((GDestroyNotify) akin_service_info_free);
    world->facts.machines = g_ptr_array_new_with_free_func((GDestroyNotify) akin_machine_free);
    add_service(world, "http", AKIN_OUTGOING, "tcp:80", "tcp:80");
    add_service(world, "ssh", AKIN_OUTGOING | AKIN_INCOMING, "tcp:22", "tcp:22");
    add_service(world, "nfs", 0, "", "tcp:2049");
    return world;
}

static void
world_free(World *world)
{
    akin_snapshot_free(world->snapshot);
    g_ptr_array_unref(world->facts.services);
    g_ptr_array_unref(world->facts.machines);
    g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static void
run_nat(World *world)
{
    world->snapshot->nat_active = TRUE;
    replace(&world->snapshot->networks, "a(sbas)",
            "[('vboxnet0', true, ['192.168.56.0/24']), ('vboxnet1', false, [])]");
}

static void
lose_helper(World *world, AkinClientState state, const char *sentence)
{
    world->facts.state = state;
    world->facts.sentence = sentence;
    if (state != AKIN_CLIENT_NOT_ANSWERING)
        world->facts.snapshot = NULL;
}

static void
check(World *world, const char *icon, const char *title, const char *headline)
{
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_autofree char *full = g_strconcat("akin-", icon, "-symbolic", NULL);
    g_assert_cmpstr(model->icon, ==, full);
    g_assert_cmpstr(model->title, ==, title);
    g_assert_cmpstr(model->headline, ==, headline);
    const AkinRow *first = model->rows->pdata[0];
    g_assert_cmpstr(first->label, ==, headline);
    g_assert_false(first->sensitive);
    g_auto(GStrv) parts = g_strsplit(headline, " · ", -1);
    g_autofree char *spoken = g_strjoinv(", ", parts);
    g_assert_cmpstr(model->spoken, ==, spoken);
    g_assert_true(g_str_has_prefix(model->tooltip, headline));
}

/* --- States ----------------------------------------------------------------------------------- */

static void
test_on(void)
{
    g_autoptr(World) world = world_new();
    check(world, "on", "Firewall on", "Firewall on · en0");
    g_free(world->snapshot->active_nic);
    world->snapshot->active_nic = g_strdup("");
    check(world, "on", "Firewall on", "Firewall on · not connected");
}

static void
test_off(void)
{
    g_autoptr(World) world = world_new();
    world->snapshot->firewall = FALSE;
    check(world, "off", "Firewall off", "Firewall off: everything gets in · en0");
    run_nat(world);
    check(world, "off", "Firewall off",
          "Firewall off: everything gets in · NAT for 1 network · en0");
}

static void
test_nat(void)
{
    g_autoptr(World) world = world_new();
    run_nat(world);
    check(world, "nat", "Firewall on", "Firewall on · NAT for 1 network · en0");
    replace(&world->snapshot->networks, "a(sbas)", "[('a', true, []), ('b', true, [])]");
    check(world, "nat", "Firewall on", "Firewall on · NAT for 2 networks · en0");
    /* Always on, and nobody there: the dots would tell of machines. */
    replace(&world->snapshot->networks, "a(sbas)", "[]");
    check(world, "on", "Firewall on", "Firewall on · NAT on · en0");
    /* Off, and machines miss it. */
    run_nat(world);
    world->snapshot->nat_active = FALSE;
    check(world, "on", "Firewall on", "Firewall on · NAT off · en0");
}

static void
test_panic(void)
{
    g_autoptr(World) world = world_new();
    world->snapshot->panic = TRUE;
    check(world, "panic", "Everything blocked", "Everything blocked");
    /* It holds although the firewall would be off, and outweighs what only needs a look. */
    world->snapshot->firewall = FALSE;
    replace(&world->snapshot->warnings, "a(ss)", "[('x', 'y')]");
    check(world, "panic", "Everything blocked", "Everything blocked · 1 thing to look at");
}

static void
test_stopped(void)
{
    g_autoptr(World) world = world_new();
    world->snapshot->enforcing = FALSE;
    world->snapshot->panic = TRUE;
    check(world, "off", "akin is stopped", "Stopped: akin protects nothing");
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    const AkinRow *start = akin_rows_find(model->rows, "start");
    const AkinRow *firewall = akin_rows_find(model->rows, "firewall");
    const char *method;
    GVariant *args;
    g_assert_true(start && start->sensitive);
    g_assert_true(akin_row_change(start, &method, &args));
    g_assert_cmpstr(method, ==, "Start");
    g_assert_null(args);
    g_assert_false(firewall->sensitive);
    g_assert_nonnull(strstr(firewall->label, "akin is stopped"));
}

static void
test_degraded(void)
{
    g_autoptr(World) world = world_new();
    replace(&world->snapshot->warnings, "a(ss)",
            "[('docker', 'docker drops what your machines send; allow it'), ('b', 'c')]");
    check(world, "attention", "Firewall on", "Firewall on · en0 · 2 things to look at");
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpstr(strchr(model->tooltip, '\n'), ==,
                    "\nDocker drops what your machines send; allow it.");
    /* Open to everybody is worse. */
    world->snapshot->firewall = FALSE;
    g_assert_cmpstr(akin_model_icon(&world->facts), ==, "akin-off-symbolic");
}

static void
test_asleep(void)
{
    g_autoptr(World) world = world_new();
    world->facts.asleep = TRUE;
    check(world, "away", "Asleep: akin looks again when this computer wakes",
          "Asleep: akin looks again when this computer wakes");
}

static void
check_frozen(World *world, const char *words)
{
    static const char *const ids[] = {"firewall", "nat", "panic"};
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        const AkinRow *row = akin_rows_find(model->rows, ids[i]);
        g_assert_false(row->sensitive);
        g_assert_nonnull(row->why);
        g_assert_nonnull(strstr(row->label, words));
    }
    g_assert_nonnull(akin_rows_find(model->rows, "why:outgoing"));
    g_assert_true(akin_rows_find(model->rows, "preferences")->sensitive);
    g_assert_true(akin_rows_find(model->rows, "quit")->sensitive);
}

static void
test_connecting(void)
{
    g_autoptr(World) world = world_new();
    lose_helper(world, AKIN_CLIENT_CONNECTING, "");
    check(world, "away", "Connecting to akin's helper…", "Connecting to akin's helper…");
    check_frozen(world, "no helper");
}

static void
test_no_helper(void)
{
    g_autoptr(World) world = world_new();
    lose_helper(world, AKIN_CLIENT_NO_HELPER, "no helper at /x: start it with: y");
    check(world, "away", "akin's helper is not running", "akin's helper is not running");
    check_frozen(world, "no helper");
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpstr(strchr(model->tooltip, '\n'), ==, "\nNo helper at /x: start it with: y.");
    g_assert_cmpint(akin_row_page(akin_rows_find(model->rows, "retry")), ==, AKIN_PAGE_OVERVIEW);
}

static void
test_stranger(void)
{
    g_autoptr(World) world = world_new();
    lose_helper(world, AKIN_CLIENT_STRANGER, "the helper speaks version 2");
    check(world, "away", "akin and its helper do not fit together",
          "akin and its helper do not fit together");
    check_frozen(world, "no helper");
}

static void
test_not_answering(void)
{
    g_autoptr(World) world = world_new();
    lose_helper(world, AKIN_CLIENT_NOT_ANSWERING, "the helper does not answer");
    check(world, "away", "akin's helper does not answer", "akin's helper does not answer");
    check_frozen(world, "the helper does not answer");
    /* What is known is still shown. */
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_true(akin_rows_find(model->rows, "firewall")->checked);
    g_assert_nonnull(akin_rows_find(model->rows, "out:http"));
}

static void
test_not_allowed(void)
{
    g_autoptr(World) world = world_new();
    world->facts.may_control = AKIN_MAY_CONTROL_NO;
    check(world, "on", "Firewall on", "Firewall on · en0");
    check_frozen(world, "ask an administrator");
    g_autofree char *why = akin_model_why_not(&world->facts);
    g_assert_nonnull(why);
    world->facts.may_control = AKIN_MAY_CONTROL_ASK;
    g_assert_null(akin_model_why_not(&world->facts));
}

/* --- Menu ------------------------------------------------------------------------------------- */

static void
test_order(void)
{
    static const char *const ids[] = {"headline", "separator:1", "firewall",    "nat",
                                      "panic",    "separator:5", "outgoing",    "incoming",
                                      "networks", "separator:9", "preferences", "quit"};
    g_autoptr(World) world = world_new();
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpuint(model->rows->len, ==, G_N_ELEMENTS(ids));
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        g_assert_cmpstr(((AkinRow *) model->rows->pdata[i])->id, ==, ids[i]);
}

static void
check_change(AkinModel *model, const char *id, const char *method, const char *args)
{
    const char *found;
    GVariant *value;
    const AkinRow *row = akin_rows_find(model->rows, id);
    g_assert_nonnull(row);
    g_assert_true(row->sensitive);
    g_assert_true(akin_row_change(row, &found, &value));
    g_autoptr(GVariant) sunk = g_variant_ref_sink(value);
    g_autofree char *text = g_variant_print(sunk, FALSE);
    g_assert_cmpstr(found, ==, method);
    g_assert_cmpstr(text, ==, args);
}

static void
test_changes(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    check_change(model, "firewall", "SetFirewall", "(false,)");
    check_change(model, "panic", "SetPanic", "(true,)");
    check_change(model, "nat", "SetNat", "('off',)");
    check_change(model, "out:http", "DenyServices", "(['http'], 1)");
    check_change(model, "in:http", "AllowServices", "(['http'], 2)");
    check_change(model, "in:ssh", "DenyServices", "(['ssh'], 2)");
    g_free(world->snapshot->nat_mode);
    world->snapshot->nat_mode = g_strdup("off");
    g_autoptr(AkinModel) without = akin_model_new(&world->facts, NULL);
    check_change(without, "nat", "SetNat", "('auto',)");
}

static void
test_pages(void)
{
    g_autoptr(World) world = world_new();
    const char *method;
    GVariant *args;
    run_nat(world);
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    static const struct {
        const char *id;
        AkinPage page;
    } rows[] = {
        {"services:outgoing", AKIN_PAGE_SERVICES}, {"services:incoming", AKIN_PAGE_SERVICES},
        {"network:vboxnet0", AKIN_PAGE_MACHINES},  {"forward", AKIN_PAGE_MACHINES},
        {"preferences", AKIN_PAGE_OVERVIEW},       {"quit", AKIN_PAGE_NONE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AkinRow *row = akin_rows_find(model->rows, rows[i].id);
        g_assert_cmpint(akin_row_page(row), ==, rows[i].page);
        g_assert_false(akin_row_change(row, &method, &args));
    }
}

/* A direction that is not offered is not in the menu. */
static void
test_offers(void)
{
    g_autoptr(World) world = world_new();
    AkinServiceInfo *nfs = world->facts.services->pdata[2];
    nfs->allowed = AKIN_INCOMING;
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_null(akin_rows_find(model->rows, "out:nfs"));
    g_assert_true(akin_rows_find(model->rows, "in:nfs")->checked);
}

static guint
count_services(AkinModel *model, const char *id)
{
    guint count = 0;
    const AkinRow *menu = akin_rows_find(model->rows, id);
    for (guint i = 0; i < menu->children->len; i++)
        count += ((AkinRow *) menu->children->pdata[i])->kind == AKIN_ROW_CHECK;
    return count;
}

static char *
temporary_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("akin-model-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static void
remove_settings(const char *folder)
{
    g_autofree char *dir = g_build_filename(folder, "akin", NULL);
    g_autofree char *file = g_build_filename(dir, "app.conf", NULL);
    g_unlink(file);
    g_rmdir(dir);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* Of many, those that are pinned, used and usual; in reading order; and never too many. */
static void
test_many_services(void)
{
    g_autoptr(World) world = world_new();
    g_autofree char *folder = temporary_folder();
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        add_service(world, name, i < 30 ? AKIN_OUTGOING : 0, "tcp:1", "tcp:1");
    }
    AkinServiceInfo *used = world->facts.services->pdata[500];
    used->used_out = 7;
    g_assert_true(akin_settings_set_pinned(settings, "s900", TRUE, NULL));
    akin_settings_note_toggled(settings, "s901");
    gint64 start = g_get_monotonic_time();
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, settings);
    g_test_message("model of 1,003 services: %ld us", (long) (g_get_monotonic_time() - start));
    g_assert_cmpuint(count_services(model, "outgoing"), ==, AKIN_MODEL_MOST_SERVICES);
    g_assert_nonnull(akin_rows_find(model->rows, "out:http"));
    g_assert_nonnull(akin_rows_find(model->rows, "out:s497"));
    g_assert_nonnull(akin_rows_find(model->rows, "out:s900"));
    g_assert_nonnull(akin_rows_find(model->rows, "out:s901"));
    g_assert_nonnull(akin_rows_find(model->rows, "out:s0"));
    g_assert_null(akin_rows_find(model->rows, "out:s29"));
    g_assert_null(akin_rows_find(model->rows, "out:s100"));
    /* Pinned counts in both directions, use only in its own. */
    g_assert_nonnull(akin_rows_find(model->rows, "in:s900"));
    g_assert_null(akin_rows_find(model->rows, "in:s497"));
    remove_settings(folder);
}

static void
test_machines(void)
{
    g_autoptr(World) world = world_new();
    run_nat(world);
    for (guint i = 0; i < 40; i++) {
        AkinMachine *machine = g_new0(AkinMachine, 1);
        machine->network = g_strdup(i < 20 ? "vboxnet0" : "vmnet9");
        machine->addresses = g_new0(char *, 3);
        machine->addresses[0] = g_strdup_printf("192.168.56.%u", 100 + i);
        machine->addresses[1] = i == 0 ? g_strdup("fd00:56::64") : NULL;
        machine->hardware = g_strdup_printf("52:54:00:12:34:%02x", i);
        g_ptr_array_add(world->facts.machines, machine);
    }
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpstr(akin_rows_find(model->rows, "network:vboxnet0")->label, ==,
                    "vboxnet0 · 192.168.56.0/24");
    g_assert_cmpstr(akin_rows_find(model->rows, "network:vboxnet1")->label, ==, "vboxnet1 · down");
    g_assert_cmpstr(akin_rows_find(model->rows, "machine:vboxnet0:192.168.56.100")->label, ==,
                    "    192.168.56.100, fd00:56::64");
    g_assert_null(akin_rows_find(model->rows, "machine:vboxnet0:192.168.56.119"));
    g_assert_null(akin_rows_find(model->rows, "machine:vboxnet0:192.168.56.125"));
    g_assert_cmpstr(akin_rows_find(model->rows, "more:vboxnet0")->label, ==, "and 5 more");
}

/* A machine is its hardware address on its network, however many addresses it has. */
static void
test_machines_merged(void)
{
    g_autoptr(GVariant) answer = g_variant_ref_sink(
        g_variant_new_parsed("([('vboxnet0', 'fd00:56::65', '52:54:00:00:00:01'),"
                             "  ('vboxnet0', '192.168.56.101', '52:54:00:00:00:01'),"
                             "  ('vboxnet0', '192.168.56.102', '52:54:00:00:00:02'),"
                             "  ('vboxnet0', '192.168.56.103', '52:54:00:00:00:01'),"
                             "  ('vmnet1', '10.0.0.1', '52:54:00:00:00:01')],)"));
    static const char *const expected[] = {"192.168.56.101 192.168.56.103 fd00:56::65",
                                           "192.168.56.102", "10.0.0.1"};
    g_autoptr(GPtrArray) machines = akin_machines_from_variant(answer);
    g_assert_cmpuint(machines->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < machines->len; i++) {
        const AkinMachine *machine = machines->pdata[i];
        g_autofree char *joined = g_strjoinv(" ", machine->addresses);
        g_assert_cmpstr(joined, ==, expected[i]);
    }
}

/* The helper knows addresses; what is shown is clean and bounded whatever it sends. */
static void
test_odd_machine(void)
{
    g_autoptr(World) world = world_new();
    g_autofree char *longest = g_strnfill(400, '5');
    g_autofree char *odd = g_strconcat("1.2.3.4\n\xe2\x80\xae", longest, NULL);
    g_autoptr(GVariant) answer = g_variant_ref_sink(
        g_variant_new("(@a(sss))", g_variant_new_parsed("[('vboxnet0', %s, 'x')]", odd)));
    run_nat(world);
    g_ptr_array_unref(world->facts.machines);
    world->facts.machines = akin_machines_from_variant(answer);
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_autofree char *id = g_strconcat("machine:vboxnet0:", odd, NULL);
    const char *label = akin_rows_find(model->rows, id)->label;
    g_assert_true(g_str_has_prefix(label, "    1.2.3.4  5"));
    g_assert_cmpint(g_utf8_strlen(label, -1), <=, 4 + 48);
}

static void
test_odd_names(void)
{
    g_autoptr(World) world = world_new();
    g_autofree char *longest = g_strnfill(200, 'w');
    AkinServiceInfo *service = world->facts.services->pdata[0];
    g_free(service->title);
    service->title = g_strdup(longest);
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    const char *label = akin_rows_find(model->rows, "out:http")->label;
    g_assert_cmpint(g_utf8_strlen(label, -1), <=, 48);
    g_assert_true(g_str_has_suffix(label, "…"));
    g_free(service->title);
    service->title = g_strdup("سماح\xe2\x80\xae\n日本語\xff");
    g_autoptr(AkinModel) other = akin_model_new(&world->facts, NULL);
    label = akin_rows_find(other->rows, "out:http")->label;
    g_assert_cmpstr(label, ==, "سماح  日本語\xef\xbf\xbd");
}

static void
check_sentence(const char *message, const char *sentence)
{
    g_autofree char *made = akin_sentence(message);
    g_assert_cmpstr(made, ==, sentence);
}

static void
test_sentences(void)
{
    check_sentence("no such service", "No such service.");
    check_sentence("akin is stopped", "akin is stopped.");
    check_sentence("über", "Über.");
    check_sentence("Really?", "Really?");
    check_sentence("", "");
}

/* --- Notices ---------------------------------------------------------------------------------- */

static void
set_panic(World *world)
{
    world->snapshot->panic = TRUE;
}

static void
set_firewall_off(World *world)
{
    world->snapshot->firewall = FALSE;
}

static void
set_stopped(World *world)
{
    world->snapshot->enforcing = FALSE;
}

static void
set_nic(World *world)
{
    g_free(world->snapshot->active_nic);
    world->snapshot->active_nic = g_strdup("wlan0");
}

static void
set_no_nic(World *world)
{
    g_free(world->snapshot->active_nic);
    world->snapshot->active_nic = g_strdup("");
}

static void
set_warning(World *world)
{
    replace(&world->snapshot->warnings, "a(ss)", "[('policy-broken', 'mend the file')]");
}

static void
set_gone(World *world)
{
    lose_helper(world, AKIN_CLIENT_NO_HELPER, "the helper went away");
}

static void
set_silent(World *world)
{
    lose_helper(world, AKIN_CLIENT_NOT_ANSWERING, "the helper does not answer");
}

typedef struct {
    void (*change)(World *world);
    AkinNoticeKind kind;
    const char *title, *part, *action, *back;
} NoticeCase;

/* One notice there and one back again, each only if its kind is wanted. */
static const NoticeCase notice_cases[] = {
    {set_firewall_off, AKIN_NOTICE_FIREWALL, "Firewall off", "Anyone near", "turn-on-firewall",
     "Firewall on"},
    {set_stopped, AKIN_NOTICE_FIREWALL, "akin was stopped", "Nothing protects", "start",
     "akin is started"},
    {set_panic, AKIN_NOTICE_PANIC, "Everything blocked", "Nothing passes", "unblock",
     "No longer blocked"},
    {set_nic, AKIN_NOTICE_NIC, "Now through wlan0", "Before: en0", NULL, "Now through en0"},
    {set_no_nic, AKIN_NOTICE_NIC, "Not connected", "Before: en0", NULL, "Now through en0"},
    {run_nat, AKIN_NOTICE_NAT, "NAT is running",
     "vboxnet0 came up; its machines reach the internet "
     "through en0.",
     NULL, "NAT is idle"},
    {set_warning, AKIN_NOTICE_WARNING, "Something to look at", "Mend the file.", "show-overview",
     NULL},
    {set_gone, AKIN_NOTICE_HELPER, "akin's helper is not running", "The helper went away.",
     "show-overview", "akin's helper is back"},
    {set_silent, AKIN_NOTICE_HELPER, "akin's helper does not answer", "The helper does not answer.",
     "show-overview", "akin's helper is back"},
};

static void
check_notice(const AkinMoment *before, const AkinMoment *after, const NoticeCase *expected,
             const char *title, AkinSettings *settings)
{
    g_autoptr(GPtrArray) list = akin_notices_between(before, after, NULL, settings);
    if (!title) {
        g_assert_cmpuint(list->len, ==, 0);
        return;
    }
    g_assert_cmpuint(list->len, ==, 1);
    const AkinNotice *notice = list->pdata[0];
    g_assert_cmpstr(notice->title, ==, title);
    g_assert_cmpint(notice->kind, ==, expected->kind);
    if (title != expected->title)
        return;
    g_assert_nonnull(strstr(notice->body, expected->part));
    g_assert_cmpstr(notice->action, ==, expected->action);
    g_assert_true((notice->button != NULL) == (notice->action != NULL));
}

static void
test_notice(gconstpointer data)
{
    const NoticeCase *expected = data;
    g_autoptr(World) world = world_new();
    g_autoptr(World) other = world_new();
    g_autofree char *folder = temporary_folder();
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    expected->change(other);
    g_autoptr(AkinMoment) before = akin_moment_new(&world->facts);
    g_autoptr(AkinMoment) after = akin_moment_new(&other->facts);
    check_notice(before, after, expected, expected->title, NULL);
    check_notice(before, after, expected, expected->title, settings);
    check_notice(after, before, expected, expected->back, settings);
    check_notice(after, after, expected, NULL, settings);
    check_notice(NULL, after, expected, NULL, settings);
    g_assert_true(akin_settings_set_notice(settings, expected->kind, FALSE, NULL));
    check_notice(before, after, expected, NULL, settings);
    check_notice(after, before, expected, NULL, settings);
    remove_settings(folder);
}

static void
test_notices_at_start(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(World) other = world_new();
    lose_helper(other, AKIN_CLIENT_CONNECTING, "");
    g_autoptr(AkinMoment) connecting = akin_moment_new(&other->facts);
    g_autoptr(AkinMoment) ready = akin_moment_new(&world->facts);
    g_autoptr(GPtrArray) list = akin_notices_between(connecting, ready, NULL, NULL);
    g_assert_cmpuint(list->len, ==, 0);
}

static void
test_notice_tampered(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(AkinMoment) moment = akin_moment_new(&world->facts);
    g_autoptr(GPtrArray) list =
        akin_notices_between(moment, moment, "nft (process 812) changed akin's rules", NULL);
    g_assert_cmpuint(list->len, ==, 1);
    const AkinNotice *notice = list->pdata[0];
    g_assert_cmpint(notice->kind, ==, AKIN_NOTICE_RULES);
    g_assert_cmpstr(notice->body, ==, "They are back. It was nft (process 812).");
}

/* --- Settings --------------------------------------------------------------------------------- */

static void
test_settings_last(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *dir = g_build_filename(folder, "akin", NULL);
    g_autofree char *file = g_build_filename(dir, "app.conf", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    g_file_set_contents(file, "# mine\n[Other]\nkey=1\n", -1, &error);
    g_assert_no_error(error);
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    g_assert_true(akin_settings_get_notice(settings, AKIN_NOTICE_NIC));
    g_assert_true(akin_settings_set_notice(settings, AKIN_NOTICE_NIC, FALSE, &error));
    g_assert_true(akin_settings_set_pinned(settings, "http", TRUE, &error));
    for (guint i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        akin_settings_note_toggled(settings, name);
    }
    g_autoptr(AkinSettings) again = akin_settings_new(folder);
    g_assert_false(akin_settings_get_notice(again, AKIN_NOTICE_NIC));
    g_assert_true(akin_settings_get_notice(again, AKIN_NOTICE_NAT));
    g_assert_true(akin_settings_get_pinned(again, "http"));
    g_assert_false(akin_settings_get_toggled(again, "s0"));
    g_assert_true(akin_settings_get_toggled(again, "s19"));
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "# mine\n"));
    g_assert_nonnull(strstr(text, "[Other]\nkey=1\n"));
    remove_settings(folder);
}

static void
test_settings_broken(void)
{
    g_autofree char *folder = temporary_folder();
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    /* Nothing can be kept in a folder whose name is that of a file. */
    g_autofree char *in_the_way = g_build_filename(folder, "akin", NULL);
    g_assert_true(g_file_set_contents(in_the_way, "no folder", -1, NULL));
    g_assert_false(akin_settings_set_notice(settings, AKIN_NOTICE_NAT, FALSE, &error));
    g_assert_nonnull(error);
    g_assert_cmpint(g_unlink(in_the_way), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_autostart(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *dir = g_build_filename(folder, "autostart", NULL);
    g_autofree char *file = g_build_filename(dir, "akin.desktop", NULL);
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    gboolean at_first = akin_settings_get_autostart(settings);
    g_assert_true(akin_settings_set_autostart(settings, !at_first, NULL));
    g_assert_true(akin_settings_get_autostart(settings) == !at_first);
    g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
    /* Back to what the system says: nothing of ours is left in the way. */
    g_assert_true(akin_settings_set_autostart(settings, at_first, NULL));
    g_assert_true(akin_settings_get_autostart(settings) == at_first);
    g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
add_notice_tests(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(notice_cases); i++) {
        g_autofree char *words = g_strdelimit(g_strdup(notice_cases[i].title), " ", '-');
        g_autofree char *path = g_strdup_printf("/model/notice/%s", words);
        g_test_add_data_func(path, &notice_cases[i], test_notice);
    }
    g_test_add_func("/model/notice/at-start", test_notices_at_start);
    g_test_add_func("/model/notice/tampered", test_notice_tampered);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/state/on", test_on);
    g_test_add_func("/model/state/off", test_off);
    g_test_add_func("/model/state/nat", test_nat);
    g_test_add_func("/model/state/panic", test_panic);
    g_test_add_func("/model/state/stopped", test_stopped);
    g_test_add_func("/model/state/degraded", test_degraded);
    g_test_add_func("/model/state/asleep", test_asleep);
    g_test_add_func("/model/state/connecting", test_connecting);
    g_test_add_func("/model/state/no-helper", test_no_helper);
    g_test_add_func("/model/state/stranger", test_stranger);
    g_test_add_func("/model/state/not-answering", test_not_answering);
    g_test_add_func("/model/state/not-allowed", test_not_allowed);
    g_test_add_func("/model/menu/order", test_order);
    g_test_add_func("/model/menu/changes", test_changes);
    g_test_add_func("/model/menu/pages", test_pages);
    g_test_add_func("/model/menu/offers", test_offers);
    g_test_add_func("/model/menu/many-services", test_many_services);
    g_test_add_func("/model/menu/machines", test_machines);
    g_test_add_func("/model/menu/machines-merged", test_machines_merged);
    g_test_add_func("/model/menu/odd-machine", test_odd_machine);
    g_test_add_func("/model/menu/odd-names", test_odd_names);
    g_test_add_func("/model/sentences", test_sentences);
    add_notice_tests();
    g_test_add_func("/settings/last", test_settings_last);
    g_test_add_func("/settings/broken", test_settings_broken);
    g_test_add_func("/settings/autostart", test_autostart);
    return g_test_run();
}
