/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

#include "caution.h"

/*
 * What the pages of the window share: whom to ask, and where to say how it went. Belongs to the
 * window; pages hold a reference.
 */
#define AKIN_TYPE_DESK (akin_desk_get_type())
G_DECLARE_FINAL_TYPE(AkinDesk, akin_desk, AKIN, DESK, GObject)

/* When a spinner is due: what takes longer needs a sign that it goes on. */
#define AKIN_DESK_PATIENCE_MS 300

/* How the window shows it. */
typedef struct {
    /* What was done, and the action of the window that takes it back, with its target. */
    void (*say_undo)(gpointer window, const char *sentence, const char *action, GVariant *target);
    /*
     * Why something was not done; NULL: that is history, since something else was done. reload: it
     * will be, once the policy file was read again.
     */
    void (*say_error)(gpointer window, const char *sentence, gboolean reload);
    void (*set_busy)(gpointer window, gboolean busy);
} AkinDeskWindow;

/* How a person is told why something was not done, once the window is closed. */
typedef void (*AkinDeskTell)(GtkApplication *app, const char *sentence);

AkinDesk *akin_desk_new(GtkApplication *app, AkinCaution *caution, AkinDeskTell tell);
/* window NULL: it is closed. */
void akin_desk_set_window(AkinDesk *desk, const AkinDeskWindow *functions, gpointer window);

AkinClient *akin_desk_get_client(AkinDesk *desk);
AkinSettings *akin_desk_get_settings(AkinDesk *desk);

/* Whether there is a helper to change something, for this person. */
gboolean akin_desk_may_change(AkinDesk *desk);

/*
 * The end of a change; error is NULL after success. subject is kept alive until then, but may
 * have been destroyed with its window.
 */
typedef void (*AkinDeskDone)(GtkWidget *subject, const GError *error);

/*
 * A change is a method of the helper, a string that stays, with its arguments, which may be
 * floating.
 */

/* Makes a change; says nothing of a failure itself. */
void akin_desk_try(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args,
                   AkinDeskDone done);

/* Makes a change; when it fails, tells the person why. done may be NULL. */
void akin_desk_change(AkinDesk *desk, GtkWidget *subject, const char *method, GVariant *args,
                      AkinDeskDone done);

/* The same for a switch in the hands of toggle.h: settles it. */
void akin_desk_change_toggle(AkinDesk *desk, GtkSwitch *toggle, const char *method, GVariant *args);

/* Tells the person why something was not done. */
void akin_desk_say_error(AkinDesk *desk, const GError *error);

/*
 * Makes a change, and tells the person what was done, with a button that takes it back: undo, an
 * action of the window, a string that stays, with its target, which may be floating. done may be
 * NULL.
 */
void akin_desk_change_with_undo(AkinDesk *desk, GtkWidget *subject, const char *method,
                                GVariant *args, AkinDeskDone done, const char *sentence,
                                const char *undo, GVariant *target);

/* The action of the window that makes a change: method and arguments, (sv). */
#define AKIN_DESK_CHANGE "offer.change"
