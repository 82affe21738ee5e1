/* SPDX-License-Identifier: BSD-2-Clause */
#include <gio/gio.h>
#include <string.h>

#include "case.h"
#include "rules.h"

/*
 * Compiles every cases/NAME.case and compares the text with ENGINE/NAME.SUFFIX. A difference is
 * shown as diff(1) shows it. After a change that is meant, look at what changes:
 *
 *   BUILD/tests/test-golden --regenerate tests/golden && git diff tests/golden
 */

static const struct {
    const char *engine, *suffix;
} engines[] = {
    {"nftables", ".nft"},
    {"ipfw", ".ipfw"},
    {"pf", ".pf"},
};

/* So that the files name their licence; a comment for every engine. */
static const char licence[] = "# SPDX-License-Identifier: BSD-2-Clause\n";

typedef struct {
    char *case_path, *golden_path;
    const char *engine;
} Golden;

static gboolean regenerate;

static void
golden_free(gpointer data)
{
    Golden *golden = data;
    g_free(golden->case_path);
    g_free(golden->golden_path);
    g_free(golden);
}

static char *
compile(const Golden *golden)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    g_autoptr(GError) error = NULL;
    if (!akin_case_load(golden->case_path, &policy, &situation, &error))
        g_error("%s", error->message);
    g_autofree char *text = akin_rules_text(golden->engine, policy, situation, &error);
    g_assert_no_error(error);
    return g_strconcat(licence, text, NULL);
}

/* What diff(1) says of the file and the text. */
static char *
difference(const char *path, const char *text)
{
    char *shown = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) diff =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                         "diff", "-u", "--label", path, "--label", "compiled", path, "-", NULL);
    if (!diff || !g_subprocess_communicate_utf8(diff, text, NULL, &shown, NULL, &error))
        return g_strdup(error->message);
    return shown;
}

static void
test_golden(gconstpointer data)
{
    const Golden *golden = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = compile(golden);
    g_autofree char *expected = NULL;
    if (regenerate) {
        g_file_set_contents(golden->golden_path, text, -1, &error);
        g_assert_no_error(error);
        return;
    }
    g_file_get_contents(golden->golden_path, &expected, NULL, &error);
    g_assert_no_error(error);
    if (strcmp(expected, text) != 0) {
        g_autofree char *shown = difference(golden->golden_path, text);
        g_test_message("%s", shown);
        g_test_fail();
    }
}

/* A text whose case is gone would never fail again. */
static void
test_no_strangers(gconstpointer folder)
{
    g_autofree char *cases = g_build_filename(folder, "cases", NULL);
    g_auto(GStrv) names = akin_case_names(cases);
    for (guint i = 0; i < G_N_ELEMENTS(engines); i++) {
        g_autofree char *path = g_build_filename(folder, engines[i].engine, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
        g_assert_no_error(error);
        for (const char *file = g_dir_read_name(dir); file; file = g_dir_read_name(dir)) {
            g_assert_true(g_str_has_suffix(file, engines[i].suffix));
            g_autofree char *name = g_strndup(file, strlen(file) - strlen(engines[i].suffix));
            if (!g_strv_contains((const char *const *) names, name))
                g_error("%s/%s belongs to no case", path, file);
        }
    }
}

static void
add_case(const char *folder, const char *name, guint engine)
{
    Golden *golden = g_new0(Golden, 1);
    g_autofree char *case_file = g_strconcat(name, ".case", NULL);
    g_autofree char *golden_file = g_strconcat(name, engines[engine].suffix, NULL);
    g_autofree char *path = g_strdup_printf("/golden/%s/%s", engines[engine].engine, name);
    golden->engine = engines[engine].engine;
    golden->case_path = g_build_filename(folder, "cases", case_file, NULL);
    golden->golden_path = g_build_filename(folder, golden->engine, golden_file, NULL);
    g_test_add_data_func_full(path, golden, test_golden, golden_free);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *folder = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--regenerate") == 0)
            regenerate = TRUE;
        else
            folder = argv[i];
    }
    if (!folder)
        g_error("usage: test-golden [--regenerate] FOLDER");

    g_autofree char *cases = g_build_filename(folder, "cases", NULL);
    g_auto(GStrv) names = akin_case_names(cases);
    for (guint i = 0; i < G_N_ELEMENTS(engines); i++) {
        for (guint k = 0; names[k]; k++)
            add_case(folder, names[k], i);
    }
    g_test_add_data_func("/golden/no-strangers", folder, test_no_strangers);
    return g_test_run();
}
