/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfw-stage.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "ipfw.h"
#include "samples.h"

/* --- The stage -------------------------------------------------------------------------------- */

static void
hear_trouble(const char *trouble, gpointer user_data)
{
    Stage *stage = user_data;
    g_free(stage->trouble);
    stage->trouble = g_strdup(trouble);
}

gboolean
stage_try_to_start(Stage *stage, guint deadline_ms, GError **error)
{
    const AkinIpfwPlaces places = {world_tools(stage->world, deadline_ms), stage->world->state,
                                   stage->world->runtime, 20};
    stage->engine = akin_engine_ipfw_new_at(&places, error);
    if (stage->engine)
        akin_engine_listen(stage->engine, hear_trouble, stage);
    return stage->engine != NULL;
}

void
stage_start(Stage *stage, guint deadline_ms)
{
    g_autoptr(GError) error = NULL;
    gboolean started = stage_try_to_start(stage, deadline_ms, &error);
    g_assert_no_error(error);
    g_assert_true(started);
}

void
stage_kill_engine(Stage *stage)
{
    g_clear_pointer(&stage->engine, akin_engine_free);
}

void
stage_init(Stage *stage, guint deadline_ms)
{
    *stage = (Stage){world_new(), NULL, NULL};
    stage_start(stage, deadline_ms);
}

void
stage_assert_untouched(const World *world)
{
    static const char *const switches[][2] = {
        {"sysctl/net.inet.ip.fw.dyn_keep_states", "0"},
        {"sysctl/net.inet.ip.fw.enable", "1"},
        {"sysctl/net.inet.ip.fw.one_pass", "1"},
        {"sysctl/net.inet6.ip6.fw.enable", "1"},
    };
    g_autofree char *rules = world_read(world, "rules");
    g_autofree char *disabled = world_read(world, "disabled");
    g_autofree char *nat = g_build_filename(world->kernel, "nat", NULL);
    g_autoptr(GDir) dir = g_dir_open(nat, 0, NULL);
    g_autoptr(GArray) natds = world_natds(world);
    g_assert_cmpstr(rules, ==, "");
    g_assert_cmpstr(g_strstrip(disabled), ==, "");
    g_assert_null(g_dir_read_name(dir));
    g_assert_cmpuint(natds->len, ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(switches); i++) {
        g_autofree char *value = world_read(world, switches[i][0]);
        g_assert_cmpstr(g_strstrip(value), ==, switches[i][1]);
    }
    g_assert_false(world_has(world, "network-was-cut"));
}

static void
assert_no_children(void)
{
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

void
stage_remove(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    gboolean removed = stage->engine->class->remove(stage->engine, &error);
    g_assert_no_error(error);
    g_assert_true(removed);
}

void
stage_clear(Stage *stage)
{
    world_set_faults(stage->world, "");
    if (stage->engine)
        stage_remove(stage);
    stage_assert_untouched(stage->world);
    assert_no_children();
    stage_kill_engine(stage);
    world_free(stage->world);
    g_free(stage->trouble);
}

/* --- What is done and looked at --------------------------------------------------------------- */

gboolean
stage_try_to_apply(Stage *stage, const char *text, gboolean *loaded, GError **error)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(text, &policy, &situation);
    stage->engine->class->describe(stage->engine, situation);
    return stage->engine->class->apply(stage->engine, policy, situation, loaded, error);
}

gboolean
stage_apply(Stage *stage, const char *text)
{
    gboolean loaded = FALSE;
    g_autoptr(GError) error = NULL;
    gboolean done = stage_try_to_apply(stage, text, &loaded, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    return loaded;
}

gboolean
stage_is_intact(Stage *stage)
{
    gboolean intact = FALSE;
    g_autoptr(GError) error = NULL;
    stage->engine->class->check(stage->engine, &intact, &error);
    g_assert_no_error(error);
    return intact;
}

/* What packets meet when the text is in force: "NUMBER REST" in each line. */
static char *
rules_of(const char *text)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(text, &policy, &situation);
    g_autofree char *rules = akin_ipfw_text(
        policy, situation, AKIN_IPFW_SET_A,
        policy->nat_engine == AKIN_NAT_ENGINE_NATD ? AKIN_IPFW_NATD : AKIN_IPFW_KERNEL);
    g_auto(GStrv) lines = g_strsplit(rules, "\n", -1);
    GString *met = g_string_new(NULL);
    const char *set = "set " G_STRINGIFY(AKIN_IPFW_SET_A) " ";
    for (guint i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], "add "))
            continue;
        g_auto(GStrv) halves = g_strsplit(lines[i] + strlen("add "), set, 2);
        g_assert_nonnull(halves[1]);
        g_string_append_printf(met, "%s%s\n", halves[0], halves[1]);
    }
    return g_string_free(met, FALSE);
}

void
stage_assert_in_force(const Stage *stage, const char *text)
{
    g_autofree char *wanted = text ? rules_of(text) : g_strdup("");
    g_autofree char *in_force = world_read(stage->world, "in-force");
    g_assert_cmpstr(in_force, ==, wanted);
}

guint
stage_count_states(const Stage *stage)
{
    g_autofree char *history = world_read(stage->world, "history");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(history), "\n", -1);
    g_autoptr(GHashTable) different = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; lines[i]; i++)
        g_hash_table_add(different, lines[i]);
    return g_hash_table_size(different);
}

guint
stage_count_instances(const World *world)
{
    g_autofree char *path = g_build_filename(world->kernel, "nat", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(dir))
        count++;
    return count;
}

#define ONE_PASS "sysctl/net.inet.ip.fw.one_pass"

GHashTable *
stage_note_nat(const World *world)
{
    GHashTable *noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *path = g_build_filename(world->kernel, "nat", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        char *file = g_strconcat("nat/", name, NULL);
        g_hash_table_insert(noted, file, world_read(world, file));
    }
    /* Rules that send packets to them depend on 0, and none on 1. */
    char *one_pass = world_read(world, ONE_PASS);
    if (g_str_has_prefix(one_pass, "0"))
        g_hash_table_insert(noted, g_strdup(ONE_PASS), one_pass);
    else
        g_free(one_pass);
    return noted;
}

void
stage_assert_nat(const World *world, GHashTable *noted)
{
    g_autoptr(GHashTable) now = stage_note_nat(world);
    GHashTableIter iter;
    gpointer file, text;
    g_hash_table_iter_init(&iter, noted);
    while (g_hash_table_iter_next(&iter, &file, &text))
        g_assert_cmpstr(g_hash_table_lookup(now, file), ==, text);
}

gboolean
stage_is_calm(gpointer user_data)
{
    return ((Stage *) user_data)->trouble == NULL;
}

gboolean
stage_is_troubled(gpointer user_data)
{
    return ((Stage *) user_data)->trouble != NULL;
}
