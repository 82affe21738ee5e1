/* SPDX-License-Identifier: BSD-2-Clause */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

struct _AkinLock {
    char *path;
    int fd;
    gboolean made_folder;
};

/* Whoever has opened the file just before it was removed finds it without a name. */
static gboolean
hold(int fd)
{
    struct stat status;
    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0;
}

AkinLock *
akin_lock_new(const char *path, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    gboolean made_folder = !g_file_test(dir, G_FILE_TEST_EXISTS);
    int fd = g_mkdir_with_parents(dir, 0755) == 0
                 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)
                 : -1;
    if (fd < 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED, "cannot make %s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    if (!hold(fd)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_IN_USE, "another helper holds %s", path);
        close(fd);
        return NULL;
    }
    AkinLock *lock = g_new0(AkinLock, 1);
    lock->path = g_strdup(path);
    lock->fd = fd;
    lock->made_folder = made_folder;
    return lock;
}

void
akin_lock_free(AkinLock *lock)
{
    if (!lock)
        return;
    g_autofree char *dir = g_path_get_dirname(lock->path);
    g_unlink(lock->path);
    close(lock->fd);
    if (lock->made_folder)
        g_rmdir(dir);
    g_free(lock->path);
    g_free(lock);
}
