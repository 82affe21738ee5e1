/* SPDX-License-Identifier: BSD-2-Clause */
#include "new-file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "samples.h"
#include "temporary-folder.h"

/* A folder of its own for each case, with one file in it. */
typedef struct {
    char *folder, *path, *new_path;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    f->folder = temporary_folder_new("new-file");
    f->path = g_build_filename(f->folder, "file", NULL);
    f->new_path = g_strconcat(f->path, ".new", NULL);
    put_file(f->path, "old", 0644);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_remove(f->path);
    g_remove(f->new_path);
    temporary_folder_remove(f->folder);
    g_free(f->path);
    g_free(f->new_path);
}

static void
assert_mode(const char *path)
{
    g_assert_cmpuint(mode_of(path), ==, S_IFREG | 0600);
}

static AkinNewFile *
write_new(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    AkinNewFile *file = akin_new_file_write(path, text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(file);
    return file;
}

static void
commit(AkinNewFile *file)
{
    g_autoptr(GError) error = NULL;
    gboolean done = akin_new_file_commit(file, &error);
    g_assert_no_error(error);
    g_assert_true(done);
}

static void
refuse(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(akin_new_file_write(path, text, &error));
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
}

static void
test_commit(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinNewFile) file = write_new(f->path, "new");
    assert_file(f->path, "old");
    commit(file);
    assert_file(f->path, "new");
    assert_mode(f->path);
    g_assert_false(g_file_test(f->new_path, G_FILE_TEST_EXISTS));
}

static void
test_give_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    AkinNewFile *file = write_new(f->path, "new");
    akin_new_file_free(file);
    assert_file(f->path, "old");
    g_assert_false(g_file_test(f->new_path, G_FILE_TEST_EXISTS));
}

static void
test_first(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpint(g_remove(f->path), ==, 0);
    g_autoptr(AkinNewFile) file = write_new(f->path, "");
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
    commit(file);
    assert_file(f->path, "");
}

static void
test_folders(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *inner = g_build_filename(f->folder, "a", NULL);
    g_autofree char *innermost = g_build_filename(inner, "b", NULL);
    g_autofree char *path = g_build_filename(innermost, "file", NULL);
    g_autoptr(AkinNewFile) file = write_new(path, "new");
    commit(file);
    assert_file(path, "new");
    g_assert_cmpint(g_remove(path) + g_rmdir(innermost) + g_rmdir(inner), ==, 0);
}

/* What a helper that was killed left behind is longer and open to all; none of that stays. */
static void
test_left_behind(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->new_path, "half of a much longer text", 0666);
    g_autoptr(AkinNewFile) file = write_new(f->path, "new");
    commit(file);
    assert_file(f->path, "new");
    assert_mode(f->path);
}

static void
test_umask(Fixture *f, gconstpointer unused)
{
    (void) unused;
    static const mode_t masks[] = {0, 0777};
    for (guint i = 0; i < G_N_ELEMENTS(masks); i++) {
        mode_t before = umask(masks[i]);
        g_autoptr(AkinNewFile) file = write_new(f->path, "new");
        umask(before);
        commit(file);
        assert_mode(f->path);
    }
}

static void
test_in_the_way(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *target = g_build_filename(f->folder, "target", NULL);
    put_file(target, "untouched", 0644);
    g_assert_cmpint(symlink(target, f->new_path), ==, 0);
    refuse(f->path, "new");
    assert_file(target, "untouched");
    g_assert_cmpint(g_remove(f->new_path) + g_remove(target), ==, 0);

    g_assert_cmpint(g_mkdir(f->new_path, 0700), ==, 0);
    refuse(f->path, "new");
    g_autofree char *below = g_build_filename(f->path, "file", NULL);
    refuse(below, "new");
    assert_file(f->path, "old");
}

/* A disk that is full, as far as this process is concerned. */
static void
test_no_space(Fixture *f, gconstpointer unused)
{
    (void) unused;
    struct rlimit before;
    g_autofree char *text = g_strnfill(100000, 'x');
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    const struct rlimit small = {4096, before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_autoptr(GError) error = NULL;
    AkinNewFile *file = akin_new_file_write(f->path, text, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    signal(SIGXFSZ, handler);
    g_assert_null(file);
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    assert_file(f->path, "old");
    g_assert_false(g_file_test(f->new_path, G_FILE_TEST_EXISTS));
}

/* The new file is taken away between the two steps: the old one stays. */
static void
test_commit_refused(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinNewFile) file = write_new(f->path, "new");
    g_assert_cmpint(g_remove(f->new_path), ==, 0);
    g_assert_false(akin_new_file_commit(file, &error));
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    assert_file(f->path, "old");
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/new-file/commit", test_commit);
    ADD("/new-file/give-up", test_give_up);
    ADD("/new-file/first", test_first);
    ADD("/new-file/folders", test_folders);
    ADD("/new-file/left-behind", test_left_behind);
    ADD("/new-file/umask", test_umask);
    ADD("/new-file/in-the-way", test_in_the_way);
    ADD("/new-file/no-space", test_no_space);
    ADD("/new-file/commit-refused", test_commit_refused);
    return g_test_run();
}
