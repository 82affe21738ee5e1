/* SPDX-License-Identifier: BSD-2-Clause */
#include "trusted-folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "samples.h"
#include "temporary-folder.h"

#define STRANGER 65534

typedef struct {
    char *folder;       /* its real path */
    char *inner;        /* a folder in it, for us alone */
    char *inner_parent; /* of inner: for us alone too */
} Fixture;

static char *
make(const char *parent, const char *name)
{
    char *path = g_build_filename(parent, name, NULL);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    return path;
}

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *folder = temporary_folder_new("trusted-folder");
    f->folder = realpath(folder, NULL);
    f->inner_parent = make(f->folder, "parent");
    f->inner = make(f->inner_parent, "inner");
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void) unused;
    temporary_folder_empty(f->folder);
    temporary_folder_remove(f->folder);
    g_free(f->inner);
    g_free(f->inner_parent);
}

static void
set_mode(const char *path, mode_t mode)
{
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static void
link_to(const char *target, const char *path)
{
    g_assert_cmpint(symlink(target, path), ==, 0);
}

static void
assert_trusted(const char *path, const char *real)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *given = g_strdup(path);
    gboolean trusted = akin_trust_folder(&given, "a --state-dir", &error);
    g_assert_no_error(error);
    g_assert_true(trusted);
    g_assert_cmpstr(given, ==, real);
}

/* The reason names the part that is at fault, and what to do. */
static void
assert_distrusted(const char *path, const char *part, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *given = g_strdup(path);
    g_assert_false(akin_trust_folder(&given, "a --state-dir", &error));
    g_assert_cmpstr(given, ==, path);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_nonnull(strstr(error->message, reason));
    g_assert_true(
        g_str_has_suffix(error->message, "; choose a --state-dir that only root may write to"));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

/* What only root can do; FALSE: nobody is. */
static gboolean
give_away(const char *path)
{
    if (geteuid() != 0)
        return FALSE;
    g_assert_cmpint(chown(path, STRANGER, STRANGER), ==, 0);
    return TRUE;
}

static void
test_own(Fixture *f, gconstpointer unused)
{
    (void) unused;
    assert_trusted(f->inner, f->inner);
    assert_trusted("/", "/");
    set_mode(f->inner, 0755);
    g_autofree char *odd = g_strconcat(f->folder, "//parent/./../parent/inner/", NULL);
    assert_trusted(odd, f->inner);
}

static void
test_missing(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *missing = g_build_filename(f->inner, "not", "there", NULL);
    assert_trusted(missing, missing);
    g_assert_cmpuint(count_files(f->inner), ==, 0);
    set_mode(f->inner, 0770);
    assert_distrusted(missing, f->inner, "others may write to");
    g_assert_cmpuint(count_files(f->inner), ==, 0);
}

static void
test_others_may_write(Fixture *f, gconstpointer unused)
{
    (void) unused;
    const mode_t modes[] = {0720, 0702, 0777, 01777};
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        set_mode(f->inner, modes[i]);
        assert_distrusted(f->inner, f->inner, "others may write to");
    }
    set_mode(f->inner, 0700);
    set_mode(f->inner_parent, 0770);
    assert_distrusted(f->inner, f->inner_parent, "others may write to");
}

static void
test_anothers(Fixture *f, gconstpointer unused)
{
    (void) unused;
    if (!give_away(f->inner_parent))
        return;
    assert_distrusted(f->inner_parent, f->inner_parent, "belongs to user 65534");
    assert_distrusted(f->inner, f->inner_parent, "belongs to user 65534");
    g_autofree char *missing = g_build_filename(f->inner_parent, "not", "there", NULL);
    assert_distrusted(missing, f->inner_parent, "belongs to user 65534");
}

/* As below /tmp: nobody can take away what is there, and anybody can make what is not. */
static void
test_sticky(Fixture *f, gconstpointer unused)
{
    (void) unused;
    set_mode(f->inner_parent, 01777);
    assert_trusted(f->inner, f->inner);
    g_autofree char *below = g_build_filename(f->inner, "missing", NULL);
    assert_trusted(below, below);
    g_autofree char *missing = g_build_filename(f->inner_parent, "not", "there", NULL);
    g_autofree char *first = g_path_get_dirname(missing);
    assert_distrusted(missing, first, "anybody could make");
    if (give_away(f->inner))
        assert_distrusted(f->inner, f->inner, "belongs to user 65534");
}

static void
test_links(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *link = g_build_filename(f->folder, "link", NULL);
    g_autofree char *below = g_build_filename(link, "missing", NULL);
    g_autofree char *real_below = g_build_filename(f->inner, "missing", NULL);
    link_to(f->inner, link);
    assert_trusted(link, f->inner);
    assert_trusted(below, real_below);
    set_mode(f->inner_parent, 0777);
    assert_distrusted(link, f->inner_parent, "others may write to");
    assert_distrusted(below, f->inner_parent, "others may write to");
}

/* Whoever makes what it leads to would decide. */
static void
test_link_to_nothing(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *link = g_build_filename(f->folder, "link", NULL);
    g_autofree char *below = g_build_filename(link, "missing", NULL);
    link_to("/nonexistent/akin", link);
    assert_distrusted(link, link, "is no folder");
    assert_distrusted(below, link, "is no folder");
    g_assert_cmpint(g_remove(link), ==, 0);
    link_to("link", link);
    assert_distrusted(link, link, "is no folder");
}

static void
test_file(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *file = g_build_filename(f->inner, "file", NULL);
    g_autofree char *below = g_build_filename(file, "below", NULL);
    put_file(file, "", 0600);
    assert_distrusted(file, file, "is no folder");
    assert_distrusted(below, file, "is no folder");
}

/* One that leads to a name that somebody has chosen is told in one line of valid text. */
static void
test_odd_name(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *odd = make(f->folder, "a\n\033[31mb");
    set_mode(odd, 0777);
    assert_distrusted(odd, f->folder, "others may write to");
}

static void
test_folder_of(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    g_autofree char *link = g_build_filename(f->folder, "link", NULL);
    g_autofree char *file = g_build_filename(link, "akin.conf", NULL);
    g_autofree char *real = g_build_filename(f->inner, "akin.conf", NULL);
    link_to(f->inner, link);
    link_to("/nonexistent", real); /* the file may be anything */
    g_assert_true(akin_trust_folder_of(&file, "a folder for --config", &error));
    g_assert_cmpstr(file, ==, real);
    set_mode(f->inner, 0777);
    g_assert_false(akin_trust_folder_of(&file, "a folder for --config", &error));
    g_assert_nonnull(strstr(error->message, "choose a folder for --config that"));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/trusted-folder/own", test_own);
    ADD("/trusted-folder/missing", test_missing);
    ADD("/trusted-folder/others-may-write", test_others_may_write);
    ADD("/trusted-folder/anothers", test_anothers);
    ADD("/trusted-folder/sticky", test_sticky);
    ADD("/trusted-folder/links", test_links);
    ADD("/trusted-folder/link-to-nothing", test_link_to_nothing);
    ADD("/trusted-folder/file", test_file);
    ADD("/trusted-folder/odd-name", test_odd_name);
    ADD("/trusted-folder/folder-of", test_folder_of);
    return g_test_run();
}
