/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "model.h"
#include "scene.h"

/* What is told between two moments. */

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
    world_replace(&world->snapshot->warnings, "a(ss)", "[('policy-broken', 'mend the file')]");
}

static void
set_gone(World *world)
{
    world_lose_helper(world, AKIN_CLIENT_NO_HELPER, "the helper went away");
}

static void
set_silent(World *world)
{
    world_lose_helper(world, AKIN_CLIENT_NOT_ANSWERING, "the helper does not answer");
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
    {world_run_nat, AKIN_NOTICE_NAT, "NAT is running",
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
    g_autofree char *folder = settings_folder_new();
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
    settings_folder_remove(folder);
}

static void
test_notices_at_start(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(World) other = world_new();
    world_lose_helper(other, AKIN_CLIENT_CONNECTING, "");
    g_autoptr(AkinMoment) connecting = akin_moment_new(&other->facts);
    g_autoptr(AkinMoment) ready = akin_moment_new(&world->facts);
    g_autoptr(GPtrArray) list = akin_notices_between(connecting, ready, NULL, NULL);
    g_assert_cmpuint(list->len, ==, 0);
}

static void
check_networks(const char *networks, const char *nic, const char *body)
{
    g_autoptr(World) world = world_new();
    g_autoptr(World) other = world_new();
    other->snapshot->nat_active = TRUE;
    world_replace(&other->snapshot->networks, "a(sbas)", networks);
    g_free(world->snapshot->active_nic);
    g_free(other->snapshot->active_nic);
    world->snapshot->active_nic = g_strdup(nic);
    other->snapshot->active_nic = g_strdup(nic);
    g_autoptr(AkinMoment) before = akin_moment_new(&world->facts);
    g_autoptr(AkinMoment) after = akin_moment_new(&other->facts);
    g_autoptr(GPtrArray) list = akin_notices_between(before, after, NULL, NULL);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpstr(((AkinNotice *) list->pdata[0])->body, ==, body);
}

static void
test_notice_networks(void)
{
    const char *one = "[('a', true, [])]", *two = "[('a', true, []), ('b', true, [])]";
    check_networks(one, "en0", "a came up; its machines reach the internet through en0.");
    check_networks(two, "en0", "a, b came up; their machines reach the internet through en0.");
    check_networks(one, "", "a came up; its machines wait for a connection.");
    check_networks(two, "", "a, b came up; their machines wait for a connection.");
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(notice_cases); i++) {
        g_autofree char *words = g_strdelimit(g_strdup(notice_cases[i].title), " ", '-');
        g_autofree char *path = g_strdup_printf("/model/notice/%s", words);
        g_test_add_data_func(path, &notice_cases[i], test_notice);
    }
    g_test_add_func("/model/notice/at-start", test_notices_at_start);
    g_test_add_func("/model/notice/networks", test_notice_networks);
    g_test_add_func("/model/notice/tampered", test_notice_tampered);
    return g_test_run();
}
