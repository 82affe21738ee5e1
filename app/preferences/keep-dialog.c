/* SPDX-License-Identifier: BSD-2-Clause */
#include "keep-dialog.h"

#include <glib/gi18n.h>

#include "build.h"

/* Often enough that no second is skipped. */
#define TICK_MS 200

typedef struct {
    gint64 end;  /* in monotonic µs */
    guint tick;  /* source */
    guint shown; /* seconds that it says now */
} Countdown;

static G_DEFINE_QUARK(akin - countdown, akin_countdown);

static void
countdown_free(gpointer data)
{
    Countdown *countdown = data;
    g_source_remove(countdown->tick);
    g_free(countdown);
}

static guint
seconds_left(const Countdown *countdown)
{
    gint64 left = countdown->end - g_get_monotonic_time();
    return left > 0 ? (left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC : 0;
}

/* Only what differs: a screen reader may read it anew. */
static void
show_seconds(GtkMessageDialog *dialog, Countdown *countdown, guint seconds)
{
    if (countdown->shown == seconds)
        return;
    countdown->shown = seconds;
    gtk_message_dialog_format_secondary_text(
        dialog,
        ngettext("If it cuts off you, or somebody who is logged in from elsewhere, do nothing: it "
                 "is taken back in %u second, with whatever else is changed until then.",
                 "If it cuts off you, or somebody who is logged in from elsewhere, do nothing: it "
                 "is taken back in %u seconds, with whatever else is changed until then.",
                 seconds),
        seconds);
}

static gboolean
on_tick(gpointer data)
{
    Countdown *countdown = g_object_get_qdata(data, akin_countdown_quark());
    guint left = seconds_left(countdown);
    if (left > 0)
        show_seconds(data, countdown, left);
    else
        gtk_widget_destroy(data);
    return G_SOURCE_CONTINUE;
}

static void
stop(GtkWidget *dialog)
{
    g_object_set_qdata(G_OBJECT(dialog), akin_countdown_quark(), NULL);
}

/*
 * Whoever types something else while it comes up must not keep what cuts others off: the answer of
 * a stray Enter, like that of Escape, is the one that can be taken back.
 */
GtkWidget *
akin_keep_dialog_new(GtkWindow *parent, guint seconds)
{
    const char *question = _("The firewall is on. Keep it?");
    GtkWidget *dialog =
        gtk_message_dialog_new(parent, 0, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", question);
    Countdown *countdown = g_new0(Countdown, 1);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Take back"), GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Keep"), GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    gtk_window_set_title(GTK_WINDOW(dialog), "akin");
    gtk_window_set_keep_above(GTK_WINDOW(dialog), TRUE);
    gtk_window_set_urgency_hint(GTK_WINDOW(dialog), TRUE);
    if (!parent)
        gtk_window_set_position(GTK_WINDOW(dialog), GTK_WIN_POS_CENTER);
    akin_build_name(dialog, question);
    countdown->end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    countdown->tick = g_timeout_add(TICK_MS, on_tick, dialog);
    show_seconds(GTK_MESSAGE_DIALOG(dialog), countdown, seconds);
    g_object_set_qdata_full(G_OBJECT(dialog), akin_countdown_quark(), countdown, countdown_free);
    g_signal_connect(dialog, "destroy", G_CALLBACK(stop), NULL);
    return dialog;
}
