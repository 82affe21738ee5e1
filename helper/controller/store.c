/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "new-file.h"
#include "policy-file.h"

struct _AkinStore {
    char *path;
    char *state_dir, *last_good_path;
    char *text;      /* of the file whose policy is in force; NULL: there was none */
    char *read_text; /* of the file when it was last read, and not accepted yet */
    char *remark;    /* on it; NULL: none */

    AkinNewFile *next; /* prepared and not committed yet; NULL: nothing */
    char *next_text;
};

AkinStore *
akin_store_new(const char *path, const char *state_dir)
{
    AkinStore *store = g_new0(AkinStore, 1);
    store->path = g_strdup(path);
    store->state_dir = g_strdup(state_dir);
    store->last_good_path = g_build_filename(state_dir, "last-good.conf", NULL);
    return store;
}

void
akin_store_free(AkinStore *store)
{
    akin_store_discard(store);
    g_free(store->path);
    g_free(store->state_dir);
    g_free(store->last_good_path);
    g_free(store->text);
    g_free(store->read_text);
    g_free(store->remark);
    g_free(store);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* A sentence that ends in a command for a file. */
static char *
advise(const char *sentence, const char *path)
{
    g_autofree char *quoted = g_shell_quote(path);
    return g_strconcat(sentence, " ", quoted, NULL);
}

/* Of another user. */
static char *
advise_owner(const char *path)
{
    return advise("it belongs to another user; run: chown root", path);
}

/* The reason why nobody should trust an open file, NULL when it is fine. Free with g_free. */
static char *
distrust(int fd, const char *path)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return g_strdup("it cannot be looked at");
    if (!S_ISREG(status.st_mode))
        return g_strdup("it is not a plain file");
    if (status.st_uid != geteuid())
        return advise_owner(path);
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return advise("others may write to it; run: chmod 600", path);
    if (status.st_size > AKIN_POLICY_FILE_MAX)
        return g_strdup("it is larger than 1 MiB; no policy needs that");
    return NULL;
}

static char *
read_open_file(int fd, gsize *length, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char buffer[4096];
    gssize got;
    while ((got = read(fd, buffer, sizeof buffer)) > 0 && text->len <= AKIN_POLICY_FILE_MAX)
        g_string_append_len(text, buffer, got);
    if (got < 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN, "it cannot be read: %s",
                    g_strerror(errno));
        return NULL;
    }
    *length = text->len;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The reason for errno of open. Root with few capabilities may not read what is somebody else's. */
static char *
why_not_opened(const char *path, int number)
{
    struct stat status;
    if (number == EACCES && lstat(path, &status) == 0 && status.st_uid != geteuid())
        return advise_owner(path);
    return g_strdup_printf("it cannot be opened: %s", number == ELOOP || number == EMLINK
                                                          ? "it is a symbolic link"
                                                          : g_strerror(number));
}

/* *text NULL without an error: there is no such file. */
static gboolean
read_file(const char *path, char **text, gsize *length, GError **error)
{
    *text = NULL;
    /* Not blocking: a named pipe must not hold up the helper. EMLINK is FreeBSD's ELOOP here. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return TRUE;
    if (fd < 0) {
        g_autofree char *reason = why_not_opened(path, errno);
        g_set_error_literal(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN, reason);
        return FALSE;
    }
    g_autofree char *reason = distrust(fd, path);
    if (reason)
        g_set_error_literal(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN, reason);
    else
        *text = read_open_file(fd, length, error);
    close(fd);
    return *text != NULL;
}

/* All of them to the log; the first one, which leads to the others, in a sentence. */
static char *
tell_remarks(const char *path, const GPtrArray *remarks)
{
    for (guint i = 0; i < remarks->len; i++)
        g_warning("%s: %s", path, (char *) remarks->pdata[i]);
    if (remarks->len == 0)
        return NULL;
    g_autofree char *more =
        remarks->len > 1 ? g_strdup_printf(", and %u more", remarks->len - 1) : g_strdup("");
    return g_strdup_printf("%s: %s%s; is it misspelt? see akin.conf(5)", path,
                           (char *) remarks->pdata[0], more);
}

/*
 * *text gets the file's text, NULL without an error when there is no file; *remark (nullable) what
 * was ignored, or NULL.
 */
static AkinPolicy *
read_policy(const char *path, char **text, char **remark, GError **error)
{
    gsize length = 0;
    AkinPolicy *policy = NULL;
    g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);
    if (read_file(path, text, &length, error))
        policy =
            *text ? akin_policy_parse(*text, length, remarks, error) : akin_policy_new_default();
    if (!policy)
        g_prefix_error(error, "%s: ", path);
    g_autofree char *told = tell_remarks(path, remarks);
    if (remark)
        *remark = g_steal_pointer(&told);
    return policy;
}

AkinPolicy *
akin_store_read_last_good(AkinStore *store, gboolean *known)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    AkinPolicy *policy = read_policy(store->last_good_path, &text, NULL, &error);
    *known = policy && text;
    if (policy)
        return policy;
    g_warning("%s; the default policy takes its place", error->message);
    return akin_policy_new_default();
}

gboolean
akin_store_check(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(AkinPolicy) policy = read_policy(path, &text, NULL, error);
    if (policy && !text) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_FOUND, "%s: no such file", path);
        return FALSE;
    }
    return policy != NULL;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static gboolean
write_durably(const char *path, const char *text, GError **error)
{
    g_autoptr(AkinNewFile) file = akin_new_file_write(path, text, error);
    return file && akin_new_file_commit(file, error);
}

/* Writes only what differs: most changes are none for the copies. */
static gboolean
keep_text(const char *path, const char *text, GError **error)
{
    g_autofree char *copy = NULL;
    return (g_file_get_contents(path, &copy, NULL, NULL) && strcmp(copy, text) == 0) ||
           write_durably(path, text, error);
}

gboolean
akin_store_keep(AkinStore *store, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(store->state_dir, name, NULL);
    if (text)
        return keep_text(path, text, error);
    if (g_unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED, "cannot remove %s: %s", path,
                g_strerror(errno));
    return FALSE;
}

/* Takes text; NULL: there is no file, and the default policy is the last good one. */
static void
remember_good(AkinStore *store, char *text)
{
    g_autoptr(GError) error = NULL;
    g_free(store->text);
    store->text = text;
    if (!text)
        g_unlink(store->last_good_path);
    else if (!keep_text(store->last_good_path, text, &error))
        g_warning("no copy of the last good policy: %s", error->message);
}

AkinPolicy *
akin_store_read(AkinStore *store, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *remark = NULL;
    AkinPolicy *policy = read_policy(store->path, &text, &remark, error);
    if (!policy)
        return NULL;
    g_free(store->remark);
    store->remark = g_steal_pointer(&remark);
    g_free(store->read_text);
    store->read_text = g_steal_pointer(&text);
    return policy;
}

const char *
akin_store_remark(const AkinStore *store)
{
    return store->remark;
}

void
akin_store_accept(AkinStore *store)
{
    remember_good(store, g_steal_pointer(&store->read_text));
}

gboolean
akin_store_check_unchanged(const AkinStore *store, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!read_file(store->path, &text, &length, error)) {
        g_prefix_error(error, "%s: ", store->path);
        return FALSE;
    }
    if (g_strcmp0(text, store->text) == 0 && (!text || strlen(text) == length))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN,
                "%s was changed by hand and not read yet; first run: akinctl reload", store->path);
    return FALSE;
}

gboolean
akin_store_prepare(AkinStore *store, const AkinPolicy *policy, GError **error)
{
    akin_store_discard(store);
    if (!akin_store_check_unchanged(store, error))
        return FALSE;
    store->next_text = akin_policy_format(policy, store->text);
    store->next = akin_new_file_write(store->path, store->next_text, error);
    if (store->next)
        return TRUE;
    g_prefix_error(error, "cannot save the policy: ");
    akin_store_discard(store);
    return FALSE;
}

gboolean
akin_store_commit(AkinStore *store, GError **error)
{
    gboolean done = akin_new_file_commit(store->next, error);
    if (done)
        remember_good(store, g_steal_pointer(&store->next_text));
    else
        g_prefix_error(error, "cannot save the policy: ");
    akin_store_discard(store);
    return done;
}

void
akin_store_discard(AkinStore *store)
{
    g_clear_pointer(&store->next, akin_new_file_free);
    g_clear_pointer(&store->next_text, g_free);
}
