/* SPDX-License-Identifier: BSD-2-Clause */
#include "rights.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "error.h"
#include "polkit.h"

/* org.akin.helper.policy says who may, where polkit is asked. */
#define ACTION_CONTROL "org.akin.helper.control"
#define ACTION_READ_LOG "org.akin.helper.read-log"

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

gboolean
akin_rights_is_administrator(uid_t uid)
{
    if (uid == 0)
        return TRUE;
    const struct passwd *user = getpwuid(uid);
    if (!user)
        return FALSE;
    g_autofree gid_t *groups = g_new(gid_t, 64);
    int count = 64;
    /* On macOS they are of type int, hence the casts. */
    if (getgrouplist(user->pw_name, user->pw_gid, (void *) groups, &count) < 0) {
        count = count > 64 ? MIN(count, GROUPS_MAX) : GROUPS_MAX;
        groups = g_renew(gid_t, groups, count);
        if (getgrouplist(user->pw_name, user->pw_gid, (void *) groups, &count) < 0)
            return FALSE;
    }
    for (int i = 0; i < count; i++) {
        if (is_administrators(groups[i]))
            return TRUE;
    }
    return FALSE;
}

uid_t
akin_rights_account(uid_t uid)
{
    return uid == 0 || getpwuid(uid) ? uid : AKIN_NO_ACCOUNT;
}

/* --- A decision ------------------------------------------------------------------------------- */

struct _AkinRights {
    AkinPolkit *polkit;
};

typedef struct {
    uid_t uid;
    AkinRightsDecided decided;
    gpointer user_data;
} Question;

AkinRights *
akin_rights_new(void)
{
    AkinRights *rights = g_new0(AkinRights, 1);
    rights->polkit = akin_polkit_new();
    return rights;
}

void
akin_rights_hang_up(AkinRights *rights)
{
    akin_polkit_hang_up(rights->polkit);
}

void
akin_rights_free(AkinRights *rights)
{
    akin_polkit_free(rights->polkit);
    g_free(rights);
}

/* Why not; NULL for yes. */
static const char *
refusal(AkinPolkitAnswer answer, uid_t uid)
{
    switch (answer) {
    case AKIN_POLKIT_YES: return NULL;
    case AKIN_POLKIT_ABSENT:
        if (akin_rights_is_administrator(uid))
            return NULL;
        break;
    case AKIN_POLKIT_NO:
    case AKIN_POLKIT_CANCELLED: break;
    case AKIN_POLKIT_WOULD_ASK:
        return "an administrator's password is needed, and nothing here can ask for it; try it "
               "with sudo";
    case AKIN_POLKIT_DISMISSED:
        return "the question for the password was cancelled; nothing was changed";
    case AKIN_POLKIT_SILENT:
        return "the question for the password was not answered; nothing was changed";
    case AKIN_POLKIT_FAILED:
        return "polkit cannot be asked who may do this; start it and the system bus, or try it "
               "with sudo";
    }
    return "only administrators may change the firewall; try it with sudo";
}

static void
answered(AkinPolkitAnswer answer, gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(GError) error = NULL;
    const char *why = refusal(answer, question->uid);
    if (answer == AKIN_POLKIT_CANCELLED)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "nobody asks any more");
    else if (why)
        error = g_error_new_literal(AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, why);
    question->decided(answer == AKIN_POLKIT_WOULD_ASK, error, question->user_data);
}

void
akin_rights_check(AkinRights *rights, const AkinCredentials *who, AkinRight right,
                  gboolean interactive, GCancellable *cancellable, AkinRightsDecided decided,
                  gpointer user_data)
{
    if (who->uid == 0 || right == AKIN_RIGHT_LOOK) {
        decided(FALSE, NULL, user_data);
        return;
    }
    Question *question = g_new0(Question, 1);
    question->uid = who->uid;
    question->decided = decided;
    question->user_data = user_data;
    akin_polkit_ask(rights->polkit, who,
                    right == AKIN_RIGHT_CONTROL ? ACTION_CONTROL : ACTION_READ_LOG, interactive,
                    cancellable, answered, question);
}
