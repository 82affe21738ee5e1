/* SPDX-License-Identifier: BSD-2-Clause */
#include "trusted-folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "shown.h"

/*
 * Theory of operation
 *
 * The real path is looked at from / on, and every part of it, existing or not, as itself and not
 * as what it leads to. A part that has passed cannot be exchanged by anybody else any more, so
 * what is found below it stays so: there is no moment between looking and using.
 */

#define SHOWN_MAX 200

/* Of what exists, with the rest behind it; the walk finds out what that is. */
static char *
real_path(const char *path)
{
    char *real = realpath(path, NULL);
    if (real)
        return real;
    if (strcmp(path, "/") == 0)
        return g_strdup(path);
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *real_parent = real_path(parent);
    return g_build_filename(real_parent, name, NULL);
}

static gboolean
others_may_write(const struct stat *status)
{
    return status->st_mode & (S_IWGRP | S_IWOTH);
}

/* What is wrong with a part that is there, NULL when it is fine. Free with g_free. */
static char *
fault_of(const char *part, const struct stat *status, gboolean is_parent)
{
    if (!S_ISDIR(status->st_mode))
        return g_strdup_printf("%s is no folder", part);
    if (status->st_uid != geteuid() && status->st_uid != 0)
        return g_strdup_printf("%s belongs to user %lu", part, (unsigned long) status->st_uid);
    if (others_may_write(status) && !(is_parent && status->st_mode & S_ISVTX))
        return g_strdup_printf("others may write to %s", part);
    return NULL;
}

static char *
fault_of_missing(const char *part, int number, gboolean anybody_may_make_it)
{
    if (number != ENOENT)
        return g_strdup_printf("%s cannot be looked at: %s", part, g_strerror(number));
    return anybody_may_make_it ? g_strdup_printf("anybody could make %s first", part) : NULL;
}

/* Of the first part that has one; NULL: none has. Free with g_free. */
static char *
find_fault(const char *real)
{
    gboolean anybodys = FALSE; /* what is in the part before */
    const char *end = real + 1;
    for (;;) {
        struct stat status;
        g_autofree char *part = g_strndup(real, end - real);
        g_autofree char *shown = akin_shown_within(part, SHOWN_MAX);
        if (lstat(part, &status) != 0)
            return fault_of_missing(shown, errno, anybodys);
        char *fault = fault_of(shown, &status, *end);
        if (fault || !*end)
            return fault;
        anybodys = others_may_write(&status);
        end += 1 + strcspn(end + 1, "/");
    }
}

gboolean
akin_trust_folder(char **path, const char *wanted, GError **error)
{
    g_autofree char *absolute = g_canonicalize_filename(*path, NULL);
    g_autofree char *real = real_path(absolute);
    g_autofree char *fault = find_fault(real);
    if (fault) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "%s; choose %s that only root may write to", fault, wanted);
        return FALSE;
    }
    g_free(*path);
    *path = g_steal_pointer(&real);
    return TRUE;
}

gboolean
akin_trust_folder_of(char **file, const char *wanted, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(*file);
    g_autofree char *name = g_path_get_basename(*file);
    if (!akin_trust_folder(&folder, wanted, error))
        return FALSE;
    g_free(*file);
    *file = g_build_filename(folder, name, NULL);
    return TRUE;
}
