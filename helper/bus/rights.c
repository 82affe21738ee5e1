/* SPDX-License-Identifier: BSD-2-Clause */
#include "rights.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "error.h"

static const char *const administrators[] = {"sudo", "wheel", "admin", NULL};

/* Room for every group that a user may be in here: NGROUPS_MAX on Linux is 65536. */
#define GROUPS_MAX 65536

static gboolean
is_administrators(gid_t gid)
{
    for (guint i = 0; administrators[i]; i++) {
        const struct group *group = getgrnam(administrators[i]);
        if (group && group->gr_gid == gid)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_administrator(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);
    if (!user)
        return FALSE;
    g_autofree gid_t *groups = g_new(gid_t, 64);
    int count = 64;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0) {
        count = CLAMP(count, 64, GROUPS_MAX);
        groups = g_renew(gid_t, groups, count);
        if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
            return FALSE;
    }
    for (int i = 0; i < count; i++) {
        if (is_administrators(groups[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean
akin_rights_check(uid_t uid, GError **error)
{
    if (uid == 0 || is_administrator(uid))
        return TRUE;
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED,
                "only administrators may change the firewall; try it with sudo");
    return FALSE;
}
