/* SPDX-License-Identifier: BSD-2-Clause */
#include "new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

struct _AkinNewFile {
    char *path, *new_path;
    int fd;
    gboolean committed;
};

static gboolean
fail(GError **error, const char *what, const char *path)
{
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_STORE_FAILED, "cannot %s %s: %s", what, path,
                g_strerror(errno));
    return FALSE;
}

/* macOS has no such thing, and says so. */
static int
reserve(int fd, gsize size)
{
#if defined(_POSIX_ADVISORY_INFO) && _POSIX_ADVISORY_INFO > 0
    return size > 0 ? posix_fallocate(fd, 0, size) : 0;
#else
    (void) fd, (void) size;
    return 0;
#endif
}

/* Space is set aside first: many file systems would only find out at fsync that there is none. */
static gboolean
write_all(int fd, const char *text)
{
    gsize left = strlen(text);
    int full = reserve(fd, left);
    if (full == ENOSPC || full == EFBIG) {
        errno = full;
        return FALSE;
    }
    while (left > 0) {
        gssize written = write(fd, text, left);
        if (written < 0 && errno != EINTR)
            return FALSE;
        if (written > 0) {
            text += written;
            left -= written;
        }
    }
    return TRUE;
}

AkinNewFile *
akin_new_file_write(const char *path, const char *text, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    if (g_mkdir_with_parents(dir, 0755) != 0) {
        fail(error, "make the folder", dir);
        return NULL;
    }
    g_autoptr(AkinNewFile) file = g_new0(AkinNewFile, 1);
    file->path = g_strdup(path);
    file->new_path = g_strconcat(path, ".new", NULL);
    file->fd = open(file->new_path,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (file->fd < 0 || fchmod(file->fd, 0600) != 0 || !write_all(file->fd, text)) {
        fail(error, "write", file->new_path);
        return NULL;
    }
    return g_steal_pointer(&file);
}

static gboolean
sync_folder(const char *path)
{
    g_autofree char *dir = g_path_get_dirname(path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean done = fd >= 0 && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0)
        close(fd);
    errno = code;
    return done;
}

gboolean
akin_new_file_commit(AkinNewFile *file, GError **error)
{
    if (fsync(file->fd) != 0)
        return fail(error, "write", file->new_path);
    if (g_rename(file->new_path, file->path) != 0)
        return fail(error, "put in place", file->path);
    file->committed = TRUE;
    /* The new file is in place all the same; only a loss of power could undo that. */
    if (!sync_folder(file->path))
        g_warning("cannot write the folder of %s: %s", file->path, g_strerror(errno));
    return TRUE;
}

void
akin_new_file_free(AkinNewFile *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->fd >= 0 && !file->committed)
        g_unlink(file->new_path);
    g_free(file->path);
    g_free(file->new_path);
    g_free(file);
}
