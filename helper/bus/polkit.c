/* SPDX-License-Identifier: BSD-2-Clause */
#include "polkit.h"

#include <string.h>

#include "system-bus.h"

#define POLKIT "org.freedesktop.PolicyKit1"
#define AUTHORITY_PATH "/org/freedesktop/PolicyKit1/Authority"
#define AUTHORITY_INTERFACE "org.freedesktop.PolicyKit1.Authority"

/* CheckAuthorizationFlags */
#define ALLOW_USER_INTERACTION 1u

/* Where a system bus finds who it can start: dbus-daemon(1), standard_system_servicedirs. */
static const char *const installed_as[] = {
    "/usr/local/share/dbus-1/system-services/" POLKIT ".service",
    "/usr/share/dbus-1/system-services/" POLKIT ".service",
    "/lib/dbus-1/system-services/" POLKIT ".service",
};

/* Seconds for an answer that needs no person. */
#define QUICK 5

/* How long nothing more is logged about questions that failed. */
#define WARNING_SECONDS 60

struct _AkinPolkit {
    GDBusConnection *bus; /* our own; NULL until it is needed */
    guint serial;         /* of questions, so that they can be cancelled */
    gint64 warned;        /* when it was last logged that one failed; 0: never */
    gboolean answered;    /* it is there, whatever becomes of it */
};

typedef struct {
    AkinPolkit *polkit;
    AkinCredentials who;
    char *action, *id;
    gboolean interactive;
    GCancellable *cancellable;
    gulong cancelled;
    AkinPolkitAnswered answered;
    gpointer user_data;
} Question;

static void
question_free(Question *question)
{
    g_cancellable_disconnect(question->cancellable, question->cancelled);
    g_free(question->action);
    g_free(question->id);
    g_clear_object(&question->cancellable);
    g_free(question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

AkinPolkit *
akin_polkit_new(void)
{
    return g_new0(AkinPolkit, 1);
}

void
akin_polkit_hang_up(AkinPolkit *polkit)
{
    if (polkit->bus)
        g_dbus_connection_close(polkit->bus, NULL, NULL, NULL);
}

void
akin_polkit_free(AkinPolkit *polkit)
{
    g_clear_object(&polkit->bus);
    g_free(polkit);
}

/* --- The answer ------------------------------------------------------------------------------- */

/* Anyone may ask and fail, again and again, and nobody is to fill the log. */
static void
warn(AkinPolkit *polkit, const char *reason)
{
    gint64 now = g_get_monotonic_time();
    if (polkit->warned != 0 && now - polkit->warned < WARNING_SECONDS * G_USEC_PER_SEC)
        return;
    polkit->warned = now;
    g_warning("cannot ask polkit: %s", reason);
}

static gboolean
is_installed(const AkinPolkit *polkit)
{
    gboolean found = polkit->answered;
    for (guint i = 0; i < G_N_ELEMENTS(installed_as) && !found; i++)
        found = g_file_test(installed_as[i], G_FILE_TEST_EXISTS);
    return found;
}

/* It is not there, or only down: then it still decides, and means no. */
static AkinPolkitAnswer
answer_of_nobody(AkinPolkit *polkit, const GError *error)
{
    if (!is_installed(polkit))
        return AKIN_POLKIT_ABSENT;
    warn(polkit, error->message);
    return AKIN_POLKIT_FAILED;
}

static AkinPolkitAnswer
answer_of_error(AkinPolkit *polkit, const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    if (g_strcmp0(name, "org.freedesktop.DBus.Error.ServiceUnknown") == 0)
        return answer_of_nobody(polkit, error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return AKIN_POLKIT_SILENT;
    if (g_strcmp0(name, POLKIT ".Error.Cancelled") == 0)
        return AKIN_POLKIT_DISMISSED;
    warn(polkit, error->message);
    return AKIN_POLKIT_FAILED;
}

static AkinPolkitAnswer
answer_of_result(GVariant *result)
{
    gboolean authorized, challenge;
    const char *dismissed = NULL;
    g_autoptr(GVariant) details = NULL;
    g_variant_get(result, "((bb@a{ss}))", &authorized, &challenge, &details);
    if (authorized)
        return AKIN_POLKIT_YES;
    if (g_variant_lookup(details, "polkit.dismissed", "&s", &dismissed))
        return AKIN_POLKIT_DISMISSED;
    return challenge ? AKIN_POLKIT_WOULD_ASK : AKIN_POLKIT_NO;
}

/* Else the password dialog would stay, for a question that nobody asks any more. */
static void
take_back(const Question *question)
{
    g_dbus_connection_call(question->polkit->bus, POLKIT, AUTHORITY_PATH, AUTHORITY_INTERFACE,
                           "CancelCheckAuthorization", g_variant_new("(s)", question->id), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) value =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    question->polkit->answered |= value != NULL;
    AkinPolkitAnswer answer = g_cancellable_is_cancelled(question->cancellable)
                                  ? AKIN_POLKIT_CANCELLED
                              : value ? answer_of_result(value)
                                      : answer_of_error(question->polkit, error);
    if (answer == AKIN_POLKIT_SILENT)
        take_back(question);
    question->answered(answer, question->user_data);
}

/* --- The question ----------------------------------------------------------------------------- */

/* The uid goes with it: a process that changes its user meanwhile does not change the answer. */
static GVariant *
subject(const AkinCredentials *who)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "pid", "u", (guint32) who->pid);
    g_variant_dict_insert(&dict, "start-time", "t", who->start_time);
    g_variant_dict_insert(&dict, "uid", "i", (gint32) who->uid);
    return g_variant_new("(s@a{sv})", "unix-process", g_variant_dict_end(&dict));
}

static void
on_cancelled(GCancellable *cancellable, gpointer question)
{
    (void) cancellable;
    take_back(question);
}

/*
 * Cancelling takes the question back and waits for polkit's last word on it: the bus counts what
 * has none, and lets nobody have too many.
 */
static void
ask(Question *question)
{
    guint seconds = question->interactive ? AKIN_POLKIT_PATIENCE : QUICK;
    GVariant *parameters =
        g_variant_new("(@(sa{sv})s@a{ss}us)", subject(&question->who), question->action,
                      g_variant_new_array(G_VARIANT_TYPE("{ss}"), NULL, 0),
                      question->interactive ? ALLOW_USER_INTERACTION : 0, question->id);
    g_dbus_connection_call(question->polkit->bus, POLKIT, AUTHORITY_PATH, AUTHORITY_INTERFACE,
                           "CheckAuthorization", parameters, G_VARIANT_TYPE("((bba{ss}))"),
                           G_DBUS_CALL_FLAGS_NONE, (int) seconds * 1000, NULL, on_answer, question);
    question->cancelled =
        g_cancellable_connect(question->cancellable, G_CALLBACK(on_cancelled), question, NULL);
}

static gboolean
has_bus(const AkinPolkit *polkit)
{
    return polkit->bus && !g_dbus_connection_is_closed(polkit->bus);
}

/* Several questions may have been waiting for a bus; the first one that gets it keeps it. */
static void
on_bus(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = akin_system_bus_connect_finish(result, &error);
    (void) source;
    if (g_cancellable_is_cancelled(question->cancellable)) {
        question->answered(AKIN_POLKIT_CANCELLED, question->user_data);
        return;
    }
    if (!bus) {
        question->answered(answer_of_nobody(question->polkit, error), question->user_data);
        return;
    }
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    if (!has_bus(question->polkit))
        g_set_object(&question->polkit->bus, bus);
    ask(g_steal_pointer(&question));
}

static gboolean
refuse(gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    question->answered(g_cancellable_is_cancelled(question->cancellable) ? AKIN_POLKIT_CANCELLED
                                                                         : AKIN_POLKIT_NO,
                       question->user_data);
    return G_SOURCE_REMOVE;
}

void
akin_polkit_ask(AkinPolkit *polkit, const AkinCredentials *who, const char *action,
                gboolean interactive, GCancellable *cancellable, AkinPolkitAnswered answered,
                gpointer user_data)
{
    Question *question = g_new0(Question, 1);
    question->polkit = polkit;
    question->who = *who;
    question->action = g_strdup(action);
    question->id = g_strdup_printf("akin-%u", ++polkit->serial);
    question->interactive = interactive;
    question->cancellable = g_object_ref(cancellable);
    question->answered = answered;
    question->user_data = user_data;
    if (!akin_credentials_process_runs(who)) {
        g_idle_add_full(G_PRIORITY_DEFAULT, refuse, question, NULL);
        return;
    }
    if (has_bus(polkit)) {
        ask(question);
        return;
    }
    akin_system_bus_connect(cancellable, on_bus, question);
}
