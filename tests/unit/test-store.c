/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy-file.h"
#include "samples.h"
#include "temporary-folder.h"

/* What is read and in force. */
static AkinPolicy *
store_read(AkinStore *store, GError **error)
{
    AkinPolicy *policy = akin_store_read(store, error);
    if (policy)
        akin_store_accept(store);
    return policy;
}

/* Both steps of a change that nothing comes between. */
static gboolean
store_write(AkinStore *store, const AkinPolicy *policy, GError **error)
{
    return akin_store_prepare(store, policy, error) && akin_store_commit(store, error);
}

typedef struct {
    PolicyPlaces places;
    AkinStore *store;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void) unused;
    policy_places_init(&f->places, "store");
    f->store = akin_store_new(f->places.config, f->places.state);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void) unused;
    akin_store_free(f->store);
    policy_places_clear(&f->places);
}

static char *
get(const char *path)
{
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static AkinPolicy *
read_policy(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    AkinPolicy *policy = store_read(f->store, &error);
    g_assert_no_error(error);
    return policy;
}

static void
write_policy(Fixture *f, const AkinPolicy *policy)
{
    g_autoptr(GError) error = NULL;
    store_write(f->store, policy, &error);
    g_assert_no_error(error);
}

/* The file is refused with its name and the reason, and neither read nor written. */
static void
assert_distrusted(Fixture *f, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_assert_null(store_read(f->store, &error));
    g_assert_true(g_str_has_prefix(error->message, f->places.config));
    g_assert_nonnull(strstr(error->message, reason));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    g_assert_false(store_write(f->store, policy, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    g_assert_false(akin_store_check(f->places.config, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void
test_no_file(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    g_autoptr(AkinPolicy) wanted = akin_policy_new_default();
    assert_same_policy(policy, wanted);
    g_assert_cmpuint(count_files(f->places.etc), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_store_check(f->places.config, &error));
    assert_refused(&error, AKIN_ERROR_NOT_FOUND);
}

static void
test_no_folder(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpint(g_rmdir(f->places.etc), ==, 0);
    g_autoptr(AkinPolicy) policy = read_policy(f);
    write_policy(f, policy);
    g_assert_true(g_file_test(f->places.config, G_FILE_TEST_IS_REGULAR));
}

static void
test_broken(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, "[firewall]\nenabled=perhaps\n", 0600);
    assert_distrusted(f, "line 2");
    assert_file(f->places.config, "[firewall]\nenabled=perhaps\n");
    put_file(f->places.config, "", 0600);
    assert_distrusted(f, "empty");
}

static void
test_too_large(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *large = g_strnfill(AKIN_POLICY_FILE_MAX + 1, '#');
    put_file(f->places.config, large, 0600);
    assert_distrusted(f, "larger than 1 MiB");
    g_autofree char *huge = g_strnfill(10 * AKIN_POLICY_FILE_MAX, '#');
    put_file(f->places.config, huge, 0600);
    assert_distrusted(f, "larger than 1 MiB");
    large[AKIN_POLICY_FILE_MAX] = '\0';
    put_file(f->places.config, large, 0600);
    g_autoptr(AkinPolicy) policy = read_policy(f);
    g_assert_nonnull(policy);
}

static void
test_symlink(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autofree char *target = g_build_filename(f->places.folder, "elsewhere", NULL);
    put_file(target, "[firewall]\nenabled=false\n", 0600);
    g_assert_cmpint(symlink(target, f->places.config), ==, 0);
    assert_distrusted(f, "symbolic link");
    assert_file(target, "[firewall]\nenabled=false\n");
    g_assert_true(S_ISLNK(mode_of(f->places.config)));

    g_assert_cmpint(g_remove(target), ==, 0);
    assert_distrusted(f, "symbolic link");
}

/* Nobody writes to the pipe: whoever waited for that would wait for ever. */
static void
test_fifo(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpint(mkfifo(f->places.config, 0600), ==, 0);
    assert_distrusted(f, "not a plain file");
    g_assert_true(S_ISFIFO(mode_of(f->places.config)));
}

static void
test_folder(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpint(g_mkdir(f->places.config, 0700), ==, 0);
    assert_distrusted(f, "not a plain file");
}

static void
test_modes(Fixture *f, gconstpointer unused)
{
    (void) unused;
    static const mode_t wrong[] = {0620, 0602, 0666, 0777};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        put_file(f->places.config, "[firewall]\nenabled=false\n", wrong[i]);
        assert_distrusted(f, "chmod 600");
    }
    static const mode_t good[] = {0600, 0640, 0644, 0400};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        put_file(f->places.config, "[firewall]\nenabled=false\n", good[i]);
        g_autoptr(AkinPolicy) policy = read_policy(f);
        g_assert_false(policy->firewall);
    }
}

/* Somebody else's file; when root runs this, a file that was given away. */
static void
test_owner(Fixture *f, gconstpointer unused)
{
    (void) unused;
    if (geteuid() == 0) {
        put_file(f->places.config, "[firewall]\nenabled=false\n", 0600);
        g_assert_cmpint(chown(f->places.config, 65534, 65534), ==, 0);
        assert_distrusted(f, "another user");
        return;
    }
    g_autoptr(AkinStore) store = akin_store_new("/etc/passwd", f->places.state);
    g_autoptr(GError) error = NULL;
    g_assert_null(store_read(store, &error));
    g_assert_nonnull(strstr(error->message, "another user"));
}

static void
test_check(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, "[firewall]\nenabled=false\n", 0600);
    g_autoptr(GError) error = NULL;
    g_assert_true(akin_store_check(f->places.config, &error));
    g_assert_no_error(error);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void
test_write(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    policy->panic = TRUE;
    write_policy(f, policy);
    g_assert_cmpuint(mode_of(f->places.config), ==, S_IFREG | 0600);
    g_assert_cmpuint(mode_of(f->places.last_good), ==, S_IFREG | 0600);
    g_assert_cmpuint(count_files(f->places.etc), ==, 1);
    g_assert_cmpuint(count_files(f->places.state), ==, 1);

    g_autoptr(AkinPolicy) again = read_policy(f);
    assert_same_policy(policy, again);
    policy->panic = FALSE;
    write_policy(f, policy);
    write_policy(f, policy);
    g_autoptr(AkinPolicy) third = read_policy(f);
    assert_same_policy(policy, third);
}

/* The mask that a careless shell left behind opens nothing. */
static void
test_write_umask(Fixture *f, gconstpointer unused)
{
    (void) unused;
    mode_t before = umask(0);
    g_autoptr(AkinPolicy) policy = read_policy(f);
    write_policy(f, policy);
    umask(before);
    g_assert_cmpuint(mode_of(f->places.config), ==, S_IFREG | 0600);
    g_assert_cmpuint(mode_of(f->places.last_good), ==, S_IFREG | 0600);
}

static void
test_write_keeps_words(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, "# mine\n[firewall]\n# why\nenabled=true\nfrom-the-future=yes\n",
             0644);
    g_test_expect_message("akin", G_LOG_LEVEL_WARNING, "*line 5: unknown key*from-the-future*");
    g_autoptr(AkinPolicy) policy = read_policy(f);
    g_test_assert_expected_messages();
    policy->firewall = FALSE;
    write_policy(f, policy);
    g_autofree char *text = get(f->places.config);
    g_assert_true(g_str_has_prefix(
        text, "# mine\n\n[firewall]\n# why\nenabled=false\nfrom-the-future=yes\n"));
    g_assert_cmpuint(mode_of(f->places.config), ==, S_IFREG | 0600);
}

static void
refuse_edited(Fixture *f, const AkinPolicy *policy)
{
    g_autofree char *before = get(f->places.config);
    g_autoptr(GError) error = NULL;
    g_assert_false(store_write(f->store, policy, &error));
    g_assert_nonnull(strstr(error->message, "akinctl reload"));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    assert_file(f->places.config, before);
}

/* What was prepared and given up was never there; what is prepared again counts. */
static void
test_prepare(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    write_policy(f, policy);
    g_autofree char *before = get(f->places.config);
    policy->panic = TRUE;
    g_assert_true(akin_store_prepare(f->store, policy, NULL));
    assert_file(f->places.config, before);
    akin_store_discard(f->store);
    akin_store_discard(f->store);
    assert_file(f->places.config, before);
    g_assert_cmpuint(count_files(f->places.etc), ==, 1);

    g_assert_true(akin_store_prepare(f->store, policy, NULL));
    policy->panic = FALSE;
    policy->firewall = FALSE;
    g_assert_true(akin_store_prepare(f->store, policy, NULL));
    g_assert_true(akin_store_commit(f->store, NULL));
    g_autoptr(AkinPolicy) again = read_policy(f);
    assert_same_policy(policy, again);
    g_assert_cmpuint(count_files(f->places.etc), ==, 1);
}

/* What a person wrote is never overwritten. */
static void
test_edited(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    put_file(f->places.config, "[firewall]\nenabled=false\n", 0600);
    refuse_edited(f, policy);

    g_autoptr(AkinPolicy) edited = read_policy(f);
    g_assert_false(edited->firewall);
    write_policy(f, edited);
    put_file(f->places.config, "[firewall]\nenabled=perhaps\n", 0600);
    refuse_edited(f, edited);

    g_assert_cmpint(g_remove(f->places.config), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(store_write(f->store, edited, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
    g_assert_false(g_file_test(f->places.config, G_FILE_TEST_EXISTS));
}

/* Not even when the difference stands behind a NUL. */
static void
test_edited_behind_nul(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    write_policy(f, policy);
    g_autofree char *text = get(f->places.config);
    g_autoptr(GString) longer = g_string_new(text);
    g_string_append_len(longer, "\0mine", 5);
    g_assert_true(g_file_set_contents(f->places.config, longer->str, longer->len, NULL));
    refuse_edited(f, policy);
}

/* Run with another user's rights where the user is root, whom no mode keeps out. */
static void
test_unwritable(Fixture *f, gconstpointer unused)
{
    (void) unused;
    gboolean root = geteuid() == 0;
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_chmod(f->places.folder, 0755), ==, 0);
    g_assert_cmpint(g_chmod(f->places.etc, 0555), ==, 0);
    g_assert_true(!root || seteuid(65534) == 0);
    gboolean written = store_write(f->store, policy, &error);
    g_assert_true(!root || seteuid(0) == 0);
    g_assert_false(written);
    assert_refused(&error, AKIN_ERROR_STORE_FAILED);
    g_assert_cmpint(g_chmod(f->places.etc, 0755), ==, 0);
    g_assert_cmpuint(count_files(f->places.etc), ==, 0);
    g_assert_false(g_file_test(f->places.last_good, G_FILE_TEST_EXISTS));

    /* Nothing was broken by it. */
    write_policy(f, policy);
}

static void
test_folder_is_file(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpint(g_rmdir(f->places.etc), ==, 0);
    put_file(f->places.etc, "in the way", 0600);
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(GError) error = NULL;
    g_assert_false(store_write(f->store, policy, &error));
    g_assert_nonnull(error);
    assert_file(f->places.etc, "in the way");
}

/* --- The last good policy --------------------------------------------------------------------- */

static void
test_last_good(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) policy = read_policy(f);
    policy->panic = TRUE;
    write_policy(f, policy);
    put_file(f->places.config, "broken", 0600);

    g_autoptr(AkinStore) next_start = akin_store_new(f->places.config, f->places.state);
    g_assert_null(store_read(next_start, NULL));
    g_autoptr(AkinPolicy) last_good = akin_store_read_last_good(next_start, &(gboolean){FALSE});
    assert_same_policy(policy, last_good);
    g_autoptr(GError) error = NULL;
    g_assert_false(store_write(next_start, last_good, &error));
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
}

/* What a person wrote and akin has read is as good as what akin wrote itself. */
static void
test_last_good_read(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.config, "[firewall]\npanic=true\n", 0600);
    g_autoptr(AkinPolicy) policy = read_policy(f);
    put_file(f->places.config, "broken", 0600);
    g_assert_null(store_read(f->store, NULL));
    g_autoptr(AkinPolicy) last_good = akin_store_read_last_good(f->store, &(gboolean){FALSE});
    assert_same_policy(policy, last_good);

    /* No file is the default policy, and then that is the last good one. */
    g_assert_cmpint(g_remove(f->places.config), ==, 0);
    g_autoptr(AkinPolicy) none = read_policy(f);
    g_autoptr(AkinPolicy) wanted = akin_policy_new_default();
    g_autoptr(AkinPolicy) after = akin_store_read_last_good(f->store, &(gboolean){FALSE});
    assert_same_policy(none, wanted);
    assert_same_policy(after, wanted);
}

static void
test_last_good_none(Fixture *f, gconstpointer unused)
{
    (void) unused;
    g_autoptr(AkinPolicy) wanted = akin_policy_new_default();
    g_autoptr(AkinPolicy) none = akin_store_read_last_good(f->store, &(gboolean){FALSE});
    assert_same_policy(none, wanted);

    g_assert_cmpint(g_mkdir(f->places.state, 0755), ==, 0);
    put_file(f->places.last_good, "broken", 0600);
    g_test_expect_message("akin", G_LOG_LEVEL_WARNING, "*last-good.conf: line 1*default policy*");
    g_autoptr(AkinPolicy) broken = akin_store_read_last_good(f->store, &(gboolean){FALSE});
    g_test_assert_expected_messages();
    assert_same_policy(broken, wanted);
}

/* The policy is saved even where its copy cannot be; that is told. */
static void
test_last_good_unwritable(Fixture *f, gconstpointer unused)
{
    (void) unused;
    put_file(f->places.state, "in the way", 0600);
    g_autoptr(AkinPolicy) policy = read_policy(f);
    g_test_expect_message("akin", G_LOG_LEVEL_WARNING, "no copy of the last good policy*");
    write_policy(f, policy);
    g_test_assert_expected_messages();
    g_assert_true(g_file_test(f->places.config, G_FILE_TEST_IS_REGULAR));
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/store/no-file", test_no_file);
    ADD("/store/no-folder", test_no_folder);
    ADD("/store/broken", test_broken);
    ADD("/store/too-large", test_too_large);
    ADD("/store/symlink", test_symlink);
    ADD("/store/fifo", test_fifo);
    ADD("/store/folder", test_folder);
    ADD("/store/modes", test_modes);
    ADD("/store/owner", test_owner);
    ADD("/store/check", test_check);
    ADD("/store/write", test_write);
    ADD("/store/write-umask", test_write_umask);
    ADD("/store/write-keeps-words", test_write_keeps_words);
    ADD("/store/prepare", test_prepare);
    ADD("/store/edited", test_edited);
    ADD("/store/edited-behind-nul", test_edited_behind_nul);
    ADD("/store/unwritable", test_unwritable);
    ADD("/store/folder-is-file", test_folder_is_file);
    ADD("/store/last-good", test_last_good);
    ADD("/store/last-good-read", test_last_good_read);
    ADD("/store/last-good-none", test_last_good_none);
    ADD("/store/last-good-unwritable", test_last_good_unwritable);
    return g_test_run();
}
