/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "label.h"
#include "model.h"
#include "names.h"
#include "scene.h"

/* What people see in every state of helper and computer. Facts are made by hand. */

static void
check(World *world, const char *icon, const char *title, const char *headline)
{
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_autofree char *full = g_strconcat("akin-", icon, "-symbolic", NULL);
    g_assert_cmpstr(model->icon, ==, full);
    g_assert_cmpstr(akin_model_title(&world->facts), ==, title);
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
    world_run_nat(world);
    check(world, "off", "Firewall off",
          "Firewall off: everything gets in · NAT for 1 network · en0");
}

static void
test_nat(void)
{
    g_autoptr(World) world = world_new();
    world_run_nat(world);
    check(world, "nat", "Firewall on", "Firewall on · NAT for 1 network · en0");
    world_replace(&world->snapshot->networks, "a(sbas)", "[('a', true, []), ('b', true, [])]");
    check(world, "nat", "Firewall on", "Firewall on · NAT for 2 networks · en0");
    /* Always on, and nobody there: the dots would tell of machines. */
    world_replace(&world->snapshot->networks, "a(sbas)", "[]");
    check(world, "on", "Firewall on", "Firewall on · NAT on · en0");
    /* Off, and machines miss it. */
    world_run_nat(world);
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
    world_replace(&world->snapshot->warnings, "a(ss)", "[('x', 'y')]");
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
    world_replace(
        &world->snapshot->warnings, "a(ss)",
        "[('uplink-unguarded', 'en0 is taken for a VM network; change the patterns'), ('b', 'c')]");
    check(world, "attention", "Firewall on", "Firewall on · en0 · 2 things to look at");
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpstr(strchr(model->tooltip, '\n'), ==,
                    "\nen0 is taken for a VM network; change the patterns.");
    /* What may be meant so is no reason. */
    g_autoptr(World) noted = world_new();
    world_replace(&noted->snapshot->notes, "a(ss)", "[('ufw', 'ufw is on too')]");
    check(noted, "on", "Firewall on", "Firewall on · en0");
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
    world_lose_helper(world, AKIN_CLIENT_CONNECTING, "");
    check(world, "away", "Connecting to akin's helper…", "Connecting to akin's helper…");
    check_frozen(world, "no helper");
}

static void
test_no_helper(void)
{
    g_autoptr(World) world = world_new();
    world_lose_helper(world, AKIN_CLIENT_NO_HELPER, "no helper at /x: start it with: y");
    check(world, "away", "akin's helper is not running", "akin's helper is not running");
    check_frozen(world, "no helper");
    g_autoptr(AkinModel) model = akin_model_new(&world->facts, NULL);
    g_assert_cmpstr(strchr(model->tooltip, '\n'), ==, "\nNo helper at /x: start it with: y.");
    g_assert_cmpint(akin_row_page(akin_rows_find(model->rows, "retry")), ==, AKIN_PAGE_OVERVIEW);
}

static void
test_incompatible(void)
{
    g_autoptr(World) world = world_new();
    world_lose_helper(world, AKIN_CLIENT_INCOMPATIBLE, "the helper speaks version 2");
    check(world, "away", "akin and its helper do not fit together",
          "akin and its helper do not fit together");
    check_frozen(world, "no helper");
}

static void
test_not_answering(void)
{
    g_autoptr(World) world = world_new();
    world_lose_helper(world, AKIN_CLIENT_NOT_ANSWERING, "the helper does not answer");
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

/* What follows the large title, which it does not say again. */
static void
check_rest(World *world, const char *rest)
{
    g_autofree char *found = akin_model_rest(&world->facts);
    g_assert_cmpstr(found, ==, rest);
}

static void
test_rest(void)
{
    g_autoptr(World) world = world_new();
    check_rest(world, "en0");
    world_run_nat(world);
    check_rest(world, "NAT for 1 network · en0");
    world->snapshot->firewall = FALSE;
    check_rest(world, "Everything gets in · NAT for 1 network · en0");
    world->snapshot->panic = TRUE;
    check_rest(world, "");
    world_replace(&world->snapshot->warnings, "a(ss)", "[('x', 'y')]");
    check_rest(world, "1 thing to look at");
    world->snapshot->enforcing = FALSE;
    check_rest(world, "It protects nothing · 1 thing to look at");
    world_lose_helper(world, AKIN_CLIENT_NOT_ANSWERING, "silent");
    check_rest(world, "");
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
    world_run_nat(world);
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

/* Of many, those that are pinned, used and usual; in reading order; and never too many. */
static void
test_many_services(void)
{
    g_autoptr(World) world = world_new();
    g_autofree char *folder = settings_folder_new();
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        world_add_service(world, name, i < 30 ? AKIN_OUTGOING : 0, "tcp:1", "tcp:1");
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
    settings_folder_remove(folder);
}

static void
test_machines(void)
{
    g_autoptr(World) world = world_new();
    world_run_nat(world);
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
    world_run_nat(world);
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
    check_sentence("en0 is not guarded", "en0 is not guarded.");
    check_sentence("port 80 is taken", "Port 80 is taken.");
    check_sentence("über", "Über.");
    check_sentence("Really?", "Really?");
    check_sentence("", "");
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
    g_test_add_func("/model/state/incompatible", test_incompatible);
    g_test_add_func("/model/state/not-answering", test_not_answering);
    g_test_add_func("/model/state/not-allowed", test_not_allowed);
    g_test_add_func("/model/rest", test_rest);
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
    return g_test_run();
}
