/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "ipfw-stage.h"
#include "samples.h"

/* --- When all goes well ----------------------------------------------------------------------- */

static void
test_apply(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    g_assert_true(stage_is_intact(&stage));
    g_assert_true(stage_apply(&stage, OLD));
    stage_assert_in_force(&stage, OLD);
    g_assert_true(stage_is_intact(&stage));
    g_assert_false(stage_apply(&stage, OLD));
    for (guint i = 0; i < 3; i++) {
        world_write(stage.world, "history", "");
        g_assert_true(stage_apply(&stage, NEW));
        stage_assert_in_force(&stage, NEW);
        g_assert_cmpuint(stage_count_states(&stage), ==, 2);
        g_assert_true(stage_apply(&stage, OLD));
        stage_assert_in_force(&stage, OLD);
    }
    g_autofree char *rules = world_read(stage.world, "rules");
    g_autofree char *in_force = world_read(stage.world, "in-force");
    g_assert_cmpuint(strlen(rules) - strlen(in_force), <, strlen(in_force));
    stage_clear(&stage);
}

/* The order of steps that was tried on a kernel; natd comes after the switch. */
static void
test_order(void)
{
    static const char *const steps[] = {
        "kldload -n ipdivert",   "sysctl net.inet.ip.fw.dyn_keep_states=1",
        "ipfw -n /dev/stdin",    "ipfw -q set disable 21",
        "ipfw -q delete set 21", "ipfw -q /dev/stdin",
        "ipfw -S list",          "ipfw -q set disable 20 enable 21",
        "ipfw -S list",          "natd -f ",
    };
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_autofree char *log = world_read(stage.world, "log");
    const char *at = log;
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        const char *found = strstr(at, steps[i]);
        if (!found)
            g_error("‘%s’ does not come in its turn:\n%s", steps[i], log);
        at = found + 1;
    }
    world_write(stage.world, "log", "");
    stage_apply(&stage, NEW);
    g_autofree char *second = world_read(stage.world, "log");
    const char *switched = strstr(second, "ipfw -q set disable 21 enable 20\n");
    g_assert_nonnull(switched);
    g_assert_nonnull(strstr(switched, "ipfw -q delete set 21\n"));
    g_assert_null(strstr(second, "flush"));
    g_assert_null(strstr(second, "swap"));
    stage_clear(&stage);
}

static void
test_natds_follow(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, NO_MACHINES);
    g_autoptr(GArray) none = world_natds(stage.world);
    g_assert_cmpuint(none->len, ==, 0);
    stage_apply(&stage, LAPTOP SECOND_UPLINK);
    g_autoptr(GArray) two = world_natds(stage.world);
    g_assert_cmpuint(two->len, ==, 2);
    stage_apply(&stage, LAPTOP SECOND_UPLINK "[services]\nhttp=none\n");
    g_autoptr(GArray) same = world_natds(stage.world);
    g_assert_cmpuint(same->len, ==, 2);
    g_assert_cmpint(g_array_index(same, pid_t, 0), ==, g_array_index(two, pid_t, 0));
    g_assert_cmpint(g_array_index(same, pid_t, 1), ==, g_array_index(two, pid_t, 1));
    stage_apply(&stage, LAPTOP);
    g_autoptr(GArray) one = world_natds(stage.world);
    g_assert_cmpuint(one->len, ==, 1);
    stage_apply(&stage, NO_MACHINES);
    g_autoptr(GArray) gone = world_natds(stage.world);
    g_assert_cmpuint(gone->len, ==, 0);
    stage_clear(&stage);
}

static void
test_kernel_nat(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD_KERNEL);
    stage_assert_in_force(&stage, OLD_KERNEL);
    g_assert_cmpuint(stage_count_instances(stage.world), ==, 1);
    g_assert_true(world_has(stage.world, "modules/ipfw_nat"));
    g_autofree char *one_pass = world_read(stage.world, "sysctl/net.inet.ip.fw.one_pass");
    g_assert_cmpstr(g_strstrip(one_pass), ==, "0");
    stage_apply(&stage, NEW_KERNEL);
    g_assert_cmpuint(stage_count_instances(stage.world), ==, 2);

    /* From one to the other and back. */
    stage_apply(&stage, OLD);
    g_assert_cmpuint(stage_count_instances(stage.world), ==, 0);
    g_autoptr(GArray) natds = world_natds(stage.world);
    g_assert_cmpuint(natds->len, ==, 1);
    g_autofree char *two_passes = world_read(stage.world, "sysctl/net.inet.ip.fw.one_pass");
    g_assert_cmpstr(g_strstrip(two_passes), ==, "1");
    stage_apply(&stage, OLD_KERNEL);
    g_autoptr(GArray) gone = world_natds(stage.world);
    g_assert_cmpuint(gone->len, ==, 0);
    stage_clear(&stage);
}

/* A system without natd. */
static void
test_without_natd(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    g_autofree char *natd = g_build_filename(stage.world->tools, "natd", NULL);
    g_assert_cmpint(g_unlink(natd), ==, 0);
    stage_apply(&stage, OLD);
    stage_assert_in_force(&stage, OLD_KERNEL);
    g_assert_cmpuint(stage_count_instances(stage.world), ==, 1);
    stage_clear(&stage);
}

/* --- Other people ----------------------------------------------------------------------------- */

static void
test_tampered(void)
{
    static const char *const files[][2] = {
        {"rules", ""},
        {"rules", "10 21 allow ip from any to any\n"},
        {"disabled", "20 21 "},
        {"sysctl/net.inet.ip.fw.enable", "0"},
        {"sysctl/net.inet6.ip6.fw.enable", "0"},
        {"sysctl/net.inet.ip.fw.dyn_keep_states", "0"},
    };
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        stage_apply(&stage, i % 2 ? OLD : NEW);
        g_assert_true(stage_is_intact(&stage));
        g_autofree char *before = world_read(stage.world, files[i][0]);
        g_assert_cmpstr(before, !=, files[i][1]);
        world_write(stage.world, files[i][0], files[i][1]);
        g_assert_false(stage_is_intact(&stage));
        stage.engine->class->forget(stage.engine);
        g_assert_true(stage_apply(&stage, i % 2 ? OLD : NEW));
        g_assert_true(stage_is_intact(&stage));
        stage_assert_in_force(&stage, i % 2 ? OLD : NEW);
    }
    /* As they have left it. */
    stage_remove(&stage);
    g_autofree char *enable4 = world_read(stage.world, "sysctl/net.inet.ip.fw.enable");
    g_assert_cmpstr(enable4, ==, "0");
    world_write(stage.world, "sysctl/net.inet.ip.fw.enable", "1");
    world_write(stage.world, "sysctl/net.inet6.ip6.fw.enable", "1");
    stage_clear(&stage);
}

/* Nobody has told: the next change of anything finds out. */
static void
test_mended_by_apply(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    world_write(stage.world, "rules", "");
    g_assert_true(stage_apply(&stage, OLD));
    stage_assert_in_force(&stage, OLD);
    g_assert_false(stage_apply(&stage, OLD));
    stage_clear(&stage);
}

/* One rule for another: the number of rules is the same. */
static void
test_replaced_rule(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_autofree char *rules = world_read(stage.world, "rules");
    char *deny = strstr(rules, " deny ");
    g_assert_nonnull(deny);
    memcpy(deny, " pass ", strlen(" pass "));
    world_write(stage.world, "rules", rules);
    g_assert_false(stage_is_intact(&stage));
    stage_clear(&stage);
}

static void
assert_not_supported(Stage *stage)
{
    GError *error = NULL;
    g_assert_false(stage_try_to_start(stage, STAGE_DEADLINE_MS, &error));
    assert_refused(&error, AKIN_ERROR_NOT_SUPPORTED);
}

static void
test_other_firewalls(void)
{
    static const char *const rows[][2] = {
        {"rc/firewall_enable", "YES"},  {"rc/pf_enable", "yes"},
        {"rc/ipfilter_enable", "True"}, {"rc/natd_enable", "on"},
        {"rules", "100 0 allow ip\n"},  {"rules", "1 30 deny ip\n"},
    };
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_kill_engine(&stage);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        world_write(stage.world, rows[i][0], rows[i][1]);
        assert_not_supported(&stage);
        world_write(stage.world, rows[i][0], "");
    }
    world_write(stage.world, "rc/pf_enable", "NO");
    stage_start(&stage, STAGE_DEADLINE_MS);
    stage_clear(&stage);
}

/* --- After a helper that was killed ----------------------------------------------------------- */

static void
test_taken_over(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_autoptr(GArray) natds = world_natds(stage.world);
    for (guint i = 0; i < 2; i++) {
        stage_kill_engine(&stage);
        stage_assert_in_force(&stage, OLD);
        stage_start(&stage, STAGE_DEADLINE_MS);
        world_write(stage.world, "history", "");
        g_assert_true(stage_apply(&stage, OLD));
        g_assert_cmpuint(stage_count_states(&stage), ==, 1);
        g_autoptr(GArray) same = world_natds(stage.world);
        g_assert_cmpmem(same->data, same->len * sizeof(pid_t), natds->data,
                        natds->len * sizeof(pid_t));
    }
    stage_kill_engine(&stage);
    stage_start(&stage, STAGE_DEADLINE_MS);
    stage_clear(&stage);
}

static void
test_taken_over_from_kernel_nat(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, NEW_KERNEL);
    stage_kill_engine(&stage);
    stage_start(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_assert_cmpuint(stage_count_instances(stage.world), ==, 0);
    stage_apply(&stage, NEW_KERNEL);
    stage_kill_engine(&stage);
    stage_start(&stage, STAGE_DEADLINE_MS);
    stage_clear(&stage);
}

/* Killed after the first half of a load, and after the switch. */
static void
test_killed_in_between(void)
{
    static const char half[] = "10 20 allow ip from any to any via lo*\n";
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_autofree char *rules = world_read(stage.world, "rules");
    g_autofree char *more = g_strconcat(half, rules, NULL);
    world_write(stage.world, "disabled", "20 ");
    world_write(stage.world, "rules", more);
    stage_kill_engine(&stage);
    stage_start(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, NEW);
    stage_assert_in_force(&stage, NEW);
    stage_clear(&stage);
}

/* --- NAT that breaks -------------------------------------------------------------------------- */

static void
test_natd_dies(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_autoptr(GArray) natds = world_natds(stage.world);
    g_assert_cmpuint(natds->len, ==, 1);
    kill(g_array_index(natds, pid_t, 0), SIGKILL);
    world_wait(stage_is_troubled, &stage);
    stage_assert_in_force(&stage, OLD);
    world_wait(stage_is_calm, &stage);
    g_autoptr(GArray) again = world_natds(stage.world);
    g_assert_cmpuint(again->len, ==, 1);
    stage_clear(&stage);
}

/* The rules are in force all the same: a guarded computer without NAT is better than neither. */
static void
test_natd_does_not_start(void)
{
    Stage stage;
    stage_init(&stage, STAGE_DEADLINE_MS);
    world_set_faults(stage.world, "natd fail");
    stage_apply(&stage, OLD);
    stage_assert_in_force(&stage, OLD);
    world_wait(stage_is_troubled, &stage);
    stage_clear(&stage);
}

/* --- Size ------------------------------------------------------------------------------------- */

static void
test_many_forwards(void)
{
    Stage stage;
    g_autoptr(GString) text = g_string_new(LAPTOP SECOND_UPLINK "[forwards]\n");
    for (guint i = 1; i <= AKIN_FORWARDS_MAX; i++)
        g_string_append_printf(text, "tcp/%u=192.168.56.101:%u\n", 1000 + i, i);
    stage_init(&stage, STAGE_DEADLINE_MS);
    stage_apply(&stage, OLD);
    g_assert_true(stage_apply(&stage, text->str));
    stage_assert_in_force(&stage, text->str);
    g_assert_true(stage_is_intact(&stage));
    stage_clear(&stage);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine-ipfw/apply", test_apply);
    g_test_add_func("/engine-ipfw/order", test_order);
    g_test_add_func("/engine-ipfw/natds-follow", test_natds_follow);
    g_test_add_func("/engine-ipfw/kernel-nat", test_kernel_nat);
    g_test_add_func("/engine-ipfw/without-natd", test_without_natd);
    g_test_add_func("/engine-ipfw/tampered", test_tampered);
    g_test_add_func("/engine-ipfw/mended-by-apply", test_mended_by_apply);
    g_test_add_func("/engine-ipfw/replaced-rule", test_replaced_rule);
    g_test_add_func("/engine-ipfw/other-firewalls", test_other_firewalls);
    g_test_add_func("/engine-ipfw/taken-over", test_taken_over);
    g_test_add_func("/engine-ipfw/taken-over-from-kernel-nat", test_taken_over_from_kernel_nat);
    g_test_add_func("/engine-ipfw/killed-in-between", test_killed_in_between);
    g_test_add_func("/engine-ipfw/natd-dies", test_natd_dies);
    g_test_add_func("/engine-ipfw/natd-does-not-start", test_natd_does_not_start);
    g_test_add_func("/engine-ipfw/many-forwards", test_many_forwards);
    return g_test_run();
}
