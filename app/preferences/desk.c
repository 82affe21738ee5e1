/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk.h"

#include <glib/gi18n.h>

#include "error.h"
#include "label.h"
#include "toggle.h"

#define REASON_MAX_LENGTH 300

struct _AkinDesk {
    GObject parent;
    GtkApplication *app;
    AkinCaution *caution;
    AkinDeskTell tell;
    const AkinDeskWindow *functions;
    gpointer window; /* not owned; NULL when it is gone */
    guint under_way;
    guint patience; /* source; 0 when nothing is under way, or the spinner turns */
};

G_DEFINE_TYPE(AkinDesk, akin_desk, G_TYPE_OBJECT)

/* --- Busy ------------------------------------------------------------------------------------- */

static void
set_busy(AkinDesk *desk, gboolean busy)
{
    if (desk->window)
        desk->functions->set_busy(desk->window, busy);
}

static gboolean
on_patience_is_over(gpointer data)
{
    AkinDesk *desk = data;
    desk->patience = 0;
    set_busy(desk, TRUE);
    return G_SOURCE_REMOVE;
}

static void
begin(AkinDesk *desk)
{
    if (desk->under_way++ == 0)
        desk->patience = g_timeout_add(AKIN_DESK_PATIENCE_MS, on_patience_is_over, desk);
}

static void
end(AkinDesk *desk)
{
    if (--desk->under_way > 0)
        return;
    g_clear_handle_id(&desk->patience, g_source_remove);
    set_busy(desk, FALSE);
}

/* --- Changes ---------------------------------------------------------------------------------- */

typedef struct {
    AkinDesk *desk;
    GtkWidget *subject;
    AkinDeskDone done;
    gboolean tell;
    char *sentence; /* what was done; NULL: the person sees it */
    const char *undo;
    GVariant *target;
} Change;

static void
tell_success(Change *change)
{
    const AkinDesk *desk = change->desk;
    if (!desk->window)
        return;
    desk->functions->say_error(desk->window, NULL, FALSE);
    if (change->sentence)
        desk->functions->say_undo(desk->window, change->sentence, change->undo, change->target);
}

static void
on_changed(GObject *source, GAsyncResult *result, gpointer data)
{
    Change *change = data;
    g_autoptr(GError) error = NULL;
    akin_caution_change_finish(AKIN_CAUTION(source), result, &error);
    end(change->desk);
    if (error && change->tell)
        akin_desk_say_error(change->desk, error);
    if (!error)
        tell_success(change);
    if (change->done)
        change->done(change->subject, error);
    g_clear_pointer(&change->target, g_variant_unref);
    g_free(change->sentence);
    g_object_unref(change->desk);
    g_object_unref(change->subject);
    g_free(change);
}

static Change *
run(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args, AkinDeskDone done,
    gboolean tell)
{
    Change *change = g_new0(Change, 1);
    *change = (Change){g_object_ref(desk), g_object_ref(subject), done, tell, NULL, NULL, NULL};
    begin(desk);
    akin_caution_change_async(desk->caution, method, args, on_changed, change);
    return change;
}

void
akin_desk_try(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args,
              AkinDeskDone done)
{
    run(desk, subject, method, args, done, FALSE);
}

void
akin_desk_change(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args,
                 AkinDeskDone done)
{
    run(desk, subject, method, args, done, TRUE);
}

void
akin_desk_change_with_undo(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args,
                           AkinDeskDone done, const char *sentence, const char *undo,
                           GVariant *target)
{
    Change *change = run(desk, subject, method, args, done, TRUE);
    change->sentence = g_strdup(sentence);
    change->undo = undo;
    change->target = g_variant_ref_sink(target);
}

static void
settle(GtkWidget *subject, const GError *error)
{
    (void) error;
    akin_toggle_settle(GTK_SWITCH(subject));
}

void
akin_desk_change_toggle(AkinDesk *desk, GtkSwitch *toggle, const char *method, GVariant *args)
{
    akin_desk_change(desk, GTK_WIDGET(toggle), method, args, settle);
}

gboolean
akin_desk_may_change(AkinDesk *desk)
{
    AkinClient *client = akin_desk_get_client(desk);
    return akin_client_get_state(client) == AKIN_CLIENT_READY &&
           akin_client_get_may_control(client) != AKIN_MAY_CONTROL_NO;
}

/* --- Words ------------------------------------------------------------------------------------ */

void
akin_desk_say_error(AkinDesk *desk, const GError *error)
{
    g_autofree char *reason = akin_label(error->message, REASON_MAX_LENGTH);
    if (!desk->window) {
        g_autofree char *alone = akin_sentence(reason);
        desk->tell(desk->app, alone);
        return;
    }
    g_autofree char *sentence = g_strdup_printf(_("Not changed: %s."), reason);
    desk->functions->say_error(desk->window, sentence,
                               g_error_matches(error, AKIN_ERROR, AKIN_ERROR_POLICY_BROKEN));
}

/* --- The object ------------------------------------------------------------------------------- */

AkinDesk *
akin_desk_new(GtkApplication *app, AkinCaution *caution, AkinDeskTell tell)
{
    AkinDesk *desk = g_object_new(AKIN_TYPE_DESK, NULL);
    desk->app = g_object_ref(app);
    desk->tell = tell;
    desk->caution = g_object_ref(caution);
    return desk;
}

void
akin_desk_set_window(AkinDesk *desk, const AkinDeskWindow *functions, gpointer window)
{
    desk->functions = functions;
    desk->window = window;
}

AkinClient *
akin_desk_get_client(AkinDesk *desk)
{
    return akin_caution_get_client(desk->caution);
}

AkinSettings *
akin_desk_get_settings(AkinDesk *desk)
{
    return akin_caution_get_settings(desk->caution);
}

static void
finalize(GObject *object)
{
    AkinDesk *desk = AKIN_DESK(object);
    g_clear_handle_id(&desk->patience, g_source_remove);
    g_object_unref(desk->app);
    g_object_unref(desk->caution);
    G_OBJECT_CLASS(akin_desk_parent_class)->finalize(object);
}

static void
akin_desk_class_init(AkinDeskClass *class)
{
    G_OBJECT_CLASS(class)->finalize = finalize;
}

static void
akin_desk_init(AkinDesk *desk)
{
    (void) desk;
}
