/* SPDX-License-Identifier: BSD-2-Clause */
#include "temporary-folder.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

char *
temporary_folder_new(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pattern = g_strdup_printf("akin-%s-XXXXXX", name);
    char *folder = g_dir_make_tmp(pattern, &error);
    g_assert_no_error(error);
    return folder;
}

void
temporary_folder_empty(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_remove(path) != 0) {
            temporary_folder_empty(path);
            g_assert_cmpint(g_rmdir(path), ==, 0);
        }
    }
}

void
temporary_folder_remove(char *folder)
{
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_free(folder);
}

guint
count_files(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

/* The mode is set afterwards, since the user's mask would take something away from it. */
void
put_file(const char *path, const char *text, mode_t mode)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

mode_t
mode_of(const char *path)
{
    struct stat status;
    g_assert_cmpint(lstat(path, &status), ==, 0);
    return status.st_mode;
}

void
assert_file(const char *path, const char *text)
{
    g_autofree char *found = NULL;
    g_file_get_contents(path, &found, NULL, NULL);
    g_assert_cmpstr(found, ==, text);
}

void
policy_places_init(PolicyPlaces *places, const char *name)
{
    places->folder = temporary_folder_new(name);
    places->etc = g_build_filename(places->folder, "etc", NULL);
    places->config = g_build_filename(places->etc, "akin.conf", NULL);
    places->state = g_build_filename(places->folder, "state", NULL);
    places->last_good = g_build_filename(places->state, "last-good.conf", NULL);
    g_assert_cmpint(g_mkdir(places->etc, 0755), ==, 0);
}

void
policy_places_clear(PolicyPlaces *places)
{
    temporary_folder_empty(places->folder);
    temporary_folder_remove(places->folder);
    g_free(places->etc);
    g_free(places->config);
    g_free(places->state);
    g_free(places->last_good);
}
