/* SPDX-License-Identifier: BSD-2-Clause */
#include "forwarding-bsd.h"

#include <glib/gstdio.h>
#include <string.h>

#include "samples.h"
#include "world.h"

#define FORWARD4 "sysctl/net.inet.ip.forwarding"
#define FORWARD6 "sysctl/net.inet6.ip6.forwarding"
#define ADVERTISEMENTS "sysctl/net.inet6.ip6.rfc6204w3"

#define UPLINK "[interface em0]\naddresses=198.51.100.2/24\ndefaults=ipv4 0\n"
#define MACHINES UPLINK "[interface vboxnet0]\naddresses=192.168.56.1/24\n"
#define MACHINES6 UPLINK "[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64\n"

typedef struct {
    World *world;
    AkinForwarding *forwarding;
} Fixture;

static void
start(Fixture *f)
{
    f->forwarding = akin_forwarding_new_with(world_tools(f->world, 5000), f->world->state);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    (void) data;
    f->world = world_new();
    start(f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void) data;
    akin_forwarding_free(f->forwarding);
    world_free(f->world);
}

static gboolean
try_to_apply(Fixture *f, const char *text, gboolean enforcing, GError **error)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(text, &policy, &situation);
    akin_forwarding_describe(f->forwarding, situation);
    return akin_forwarding_apply(f->forwarding, policy, situation, enforcing, error);
}

static void
apply(Fixture *f, const char *text, gboolean enforcing)
{
    g_autoptr(GError) error = NULL;
    gboolean done = try_to_apply(f, text, enforcing, &error);
    g_assert_no_error(error);
    g_assert_true(done);
}

static void
assert_switches(const Fixture *f, const char *forward4, const char *forward6,
                const char *advertisements)
{
    g_autofree char *is4 = world_read(f->world, FORWARD4);
    g_autofree char *is6 = world_read(f->world, FORWARD6);
    g_autofree char *heeds = world_read(f->world, ADVERTISEMENTS);
    g_assert_cmpstr(is4, ==, forward4);
    g_assert_cmpstr(is6, ==, forward6);
    g_assert_cmpstr(heeds, ==, advertisements);
}

static void
test_on_and_off(Fixture *f, gconstpointer data)
{
    (void) data;
    apply(f, UPLINK, TRUE);
    assert_switches(f, "0", "0", "0");
    g_assert_false(akin_forwarding_is_on(f->forwarding));
    apply(f, MACHINES, TRUE);
    assert_switches(f, "1", "0", "0");
    g_assert_true(akin_forwarding_is_on(f->forwarding));
    apply(f, MACHINES6, TRUE);
    assert_switches(f, "1", "1", "1");
    apply(f, MACHINES6, FALSE);
    assert_switches(f, "0", "0", "0");
    g_assert_false(akin_forwarding_is_on(f->forwarding));
}

/* Advertisements are heeded before forwarding would stop that, and until it has gone off. */
static void
test_order(Fixture *f, gconstpointer data)
{
    (void) data;
    apply(f, MACHINES6, TRUE);
    g_autofree char *on = world_read(f->world, "log");
    const char *heed = strstr(on, "sysctl net.inet6.ip6.rfc6204w3=1");
    g_assert_nonnull(heed);
    g_assert_nonnull(strstr(heed, "sysctl net.inet6.ip6.forwarding=1"));
    world_write(f->world, "log", "");
    apply(f, MACHINES6, FALSE);
    g_autofree char *off = world_read(f->world, "log");
    const char *stop = strstr(off, "sysctl net.inet6.ip6.forwarding=0");
    g_assert_nonnull(stop);
    g_assert_nonnull(strstr(stop, "sysctl net.inet6.ip6.rfc6204w3=0"));
}

/* A router before akin came; and one that somebody has made meanwhile. */
static void
test_others(Fixture *f, gconstpointer data)
{
    (void) data;
    world_write(f->world, FORWARD4, "1");
    apply(f, MACHINES, TRUE);
    g_assert_false(akin_forwarding_is_on(f->forwarding));
    g_autoptr(AkinSituation) situation = akin_situation_new();
    akin_forwarding_describe(f->forwarding, situation);
    g_assert_true(situation->routes4);
    g_assert_false(situation->routes6);
    apply(f, MACHINES, FALSE);
    assert_switches(f, "1", "0", "0");
    world_write(f->world, FORWARD4, "0");

    apply(f, MACHINES, TRUE);
    world_write(f->world, FORWARD4, "0");
    apply(f, MACHINES, TRUE);
    assert_switches(f, "1", "0", "0");
    world_write(f->world, FORWARD4, "2");
    apply(f, MACHINES, FALSE);
    assert_switches(f, "2", "0", "0");
}

static void
test_killed(Fixture *f, gconstpointer data)
{
    (void) data;
    apply(f, MACHINES6, TRUE);
    akin_forwarding_free(f->forwarding);
    start(f);
    g_assert_true(akin_forwarding_is_on(f->forwarding));
    g_autoptr(AkinSituation) situation = akin_situation_new();
    akin_forwarding_describe(f->forwarding, situation);
    g_assert_false(situation->routes4);
    apply(f, UPLINK, TRUE);
    assert_switches(f, "0", "0", "0");
}

/* macOS has no such switch. */
static void
test_missing_switch(Fixture *f, gconstpointer data)
{
    (void) data;
    g_autofree char *path = g_build_filename(f->world->kernel, ADVERTISEMENTS, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
    apply(f, MACHINES6, TRUE);
    assert_switches(f, "1", "1", "");
    apply(f, MACHINES6, FALSE);
    assert_switches(f, "0", "0", "");
}

/* Whatever fails is said, nothing stays turned for good, and old values are never lost. */
static void
test_faults(Fixture *f, gconstpointer data)
{
    static const char *const kinds[] = {"fail", "late", "rubbish", "die"};
    (void) data;
    for (guint step = 1; step <= 12; step++) {
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            g_autoptr(GError) error = NULL;
            g_autofree char *fault =
                g_strdup_printf("%u %s", world_steps(f->world) + step, kinds[i]);
            g_test_message("step %u: %s", step, kinds[i]);
            world_write(f->world, "log", "");
            world_set_faults(f->world, fault);
            if (try_to_apply(f, MACHINES6, TRUE, &error))
                assert_switches(f, "1", "1", "1");
            else
                assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
            world_set_faults(f->world, "");
            apply(f, MACHINES6, TRUE);
            assert_switches(f, "1", "1", "1");

            g_autofree char *other =
                g_strdup_printf("%u %s", world_steps(f->world) + step, kinds[i]);
            world_set_faults(f->world, other);
            if (!try_to_apply(f, MACHINES6, FALSE, &error))
                assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
            world_set_faults(f->world, "");
            apply(f, MACHINES6, FALSE);
            assert_switches(f, "0", "0", "0");
        }
    }
}

#define ADD(name, function)                                                                        \
    g_test_add("/forwarding-bsd/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("on-and-off", test_on_and_off);
    ADD("order", test_order);
    ADD("others", test_others);
    ADD("killed", test_killed);
    ADD("missing-switch", test_missing_switch);
    ADD("faults", test_faults);
    return g_test_run();
}
