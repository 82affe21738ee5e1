/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "scene.h"
#include "settings.h"

/* What a person likes, and the files it is kept in. */

static void
test_settings_last(void)
{
    g_autofree char *folder = settings_folder_new();
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
    settings_folder_remove(folder);
}

static void
test_settings_broken(void)
{
    g_autofree char *folder = settings_folder_new();
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

static char *
read_text(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* Nothing of a file with a typing error is used, and nothing of it is lost. */
static void
test_settings_typo(void)
{
    static const char typo[] =
        "[Notifications]\nnat=false\nthis line is a typo\n[Menu]\npinned=x\n";
    g_autofree char *folder = settings_folder_new();
    g_autofree char *dir = g_build_filename(folder, "akin", NULL);
    g_autofree char *file = g_build_filename(dir, "app.conf", NULL);
    g_autofree char *aside = g_build_filename(dir, "app.conf.broken", NULL);
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, typo, -1, NULL));
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    g_assert_true(akin_settings_get_notice(settings, AKIN_NOTICE_NAT));
    g_autofree char *untouched = read_text(file);
    g_assert_cmpstr(untouched, ==, typo);
    g_assert_true(akin_settings_set_notice(settings, AKIN_NOTICE_NIC, FALSE, NULL));
    g_autofree char *kept = read_text(aside);
    g_assert_cmpstr(kept, ==, typo);
    g_autofree char *written = read_text(file);
    g_assert_cmpstr(written, ==, "[Notifications]\nnic=false\n");
    /* The next time there is nothing to be kept. */
    g_assert_true(akin_settings_set_notice(settings, AKIN_NOTICE_NIC, TRUE, NULL));
    g_autofree char *still = read_text(aside);
    g_assert_cmpstr(still, ==, typo);
    g_assert_cmpint(g_unlink(aside), ==, 0);
    settings_folder_remove(folder);
}

static void
check_autostart(const char *folder, gboolean wanted)
{
    g_autoptr(AkinSettings) settings = akin_settings_new(folder);
    g_assert_true(akin_settings_get_autostart(settings) == wanted);
}

/* A file that a person wrote says what it says, in either of two words, and stays theirs. */
static void
test_autostart_edited(void)
{
    static const char edited[] = "# mine\n[Desktop Entry]\nType=Application\nName=akin\n"
                                 "Exec=akin --socket /run/mine.sock\n%s";
    static const char *const no[] = {"X-GNOME-Autostart-enabled=false\n", "Hidden=true\n",
                                     "Hidden=false\nX-GNOME-Autostart-enabled=false\n"};
    g_autofree char *folder = settings_folder_new();
    g_autofree char *dir = g_build_filename(folder, "autostart", NULL);
    g_autofree char *file = g_build_filename(dir, "akin.desktop", NULL);
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(no); i++) {
        g_autofree char *text = g_strdup_printf(edited, no[i]);
        g_assert_true(g_file_set_contents(file, text, -1, NULL));
        g_autoptr(AkinSettings) settings = akin_settings_new(folder);
        g_assert_false(akin_settings_get_autostart(settings));
        for (guint turn = 0; turn < 4; turn++) {
            g_assert_true(akin_settings_set_autostart(settings, turn % 2 == 0, NULL));
            check_autostart(folder, turn % 2 == 0);
            g_autofree char *now = read_text(file);
            g_assert_nonnull(strstr(now, "# mine\n"));
            g_assert_nonnull(strstr(now, "Exec=akin --socket /run/mine.sock\n"));
        }
    }
    g_assert_cmpint(g_unlink(file), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
    settings_folder_remove(folder);
}

static void
test_autostart(void)
{
    g_autofree char *folder = settings_folder_new();
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/last", test_settings_last);
    g_test_add_func("/settings/broken", test_settings_broken);
    g_test_add_func("/settings/typo", test_settings_typo);
    g_test_add_func("/settings/autostart/default", test_autostart);
    g_test_add_func("/settings/autostart/edited", test_autostart_edited);
    return g_test_run();
}
