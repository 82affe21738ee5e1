/* SPDX-License-Identifier: BSD-2-Clause */
#include "application.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "caution.h"
#include "client-error.h"
#include "indicator.h"
#include "keep-dialog.h"
#include "label.h"
#include "model.h"
#include "names.h"
#include "notices.h"
#include "preferences.h"

#define AKIN_TYPE_APP (akin_app_get_type())
G_DECLARE_FINAL_TYPE(AkinApp, akin_app, AKIN, APP, GtkApplication)

struct _AkinApp {
    GtkApplication parent;
    char *socket_path, *icons;
    gboolean show; /* at the first activation */
    AkinClient *client;
    AkinSettings *settings;
    AkinCaution *caution;
    AkinIndicator *indicator;
    AkinNotices *notices;
    GtkWidget *window;  /* while it is open */
    GtkWidget *keep;    /* the question, while it is */
    const char *remark; /* of the window; "" or how to get a place for the icon */
    guint tray;         /* watches for such a place while there is none */
};

G_DEFINE_TYPE(AkinApp, akin_app, GTK_TYPE_APPLICATION)

/* --- The window ------------------------------------------------------------------------------- */

static void
tell_refused(GtkApplication *application, const char *sentence)
{
    AkinApp *app = AKIN_APP(application);
    if (app->notices)
        akin_notices_say(app->notices, _("Not changed"), sentence);
}

static void
show_page(AkinApp *app, AkinPage page)
{
    if (!app->window) {
        app->window = akin_preferences_new(GTK_APPLICATION(app), app->caution, tell_refused);
        g_signal_connect(app->window, "destroy", G_CALLBACK(gtk_widget_destroyed), &app->window);
        akin_preferences_set_remark(app->window, app->remark);
    }
    akin_preferences_show_page(app->window, page);
    gtk_window_present(GTK_WINDOW(app->window));
}

/* --- Changes ---------------------------------------------------------------------------------- */

static void
update(AkinApp *app)
{
    const AkinFacts *facts = akin_client_get_facts(app->client);
    akin_indicator_update(app->indicator, akin_model_new(facts, app->settings));
}

static void
on_changed(AkinApp *app)
{
    update(app);
}

/* The check that was clicked is made true again: also a change that was taken may change nothing.
 */
static void
on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(AkinApp) app = data;
    g_autoptr(GError) error = NULL;
    gboolean done = akin_caution_change_finish(AKIN_CAUTION(source), result, &error);
    if (!app->indicator)
        return;
    update(app);
    if (done)
        return;
    g_autofree char *sentence = akin_sentence(error->message);
    gboolean silent = g_error_matches(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    akin_notices_say(app->notices, silent ? _("No answer") : _("Not changed"), sentence);
}

static void
change(AkinApp *app, const char *method, GVariant *args)
{
    akin_caution_change_async(app->caution, method, args, on_done, g_object_ref(app));
}

/* --- A firewall that was just turned on ------------------------------------------------------- */

static void
on_answered(GtkWidget *dialog, int response, gpointer data)
{
    gtk_widget_destroy(dialog);
    change(data, response == GTK_RESPONSE_ACCEPT ? "Confirm" : "Revert", NULL);
}

static void
on_begun(AkinApp *app, guint seconds)
{
    GtkWindow *parent = app->window ? GTK_WINDOW(app->window) : NULL;
    app->keep = akin_keep_dialog_new(parent, seconds);
    g_signal_connect(app->keep, "response", G_CALLBACK(on_answered), app);
    g_signal_connect(app->keep, "destroy", G_CALLBACK(gtk_widget_destroyed), &app->keep);
    gtk_window_present(GTK_WINDOW(app->keep));
}

static void
on_ended(AkinApp *app)
{
    if (app->keep)
        gtk_widget_destroy(app->keep);
}

/* --- The indicator ---------------------------------------------------------------------------- */

static void
note_toggled(AkinApp *app, const AkinRow *row)
{
    if (g_str_has_prefix(row->id, "out:") || g_str_has_prefix(row->id, "in:"))
        akin_settings_note_toggled(app->settings, strchr(row->id, ':') + 1);
}

static void
open_row(AkinApp *app, const AkinRow *row)
{
    AkinPage page = akin_row_page(row);
    const char *address = g_str_has_prefix(row->id, "machine:") ? strchr(row->id + 8, ':') : NULL;
    if (page == AKIN_PAGE_NONE)
        return;
    show_page(app, page);
    if (address)
        akin_preferences_add_forward(app->window, address + 1);
    else if (strcmp(row->id, "forward") == 0)
        akin_preferences_add_forward(app->window, NULL);
}

/* A panel may activate what is not sensitive; the row decides. */
static void
on_activated(const AkinRow *row, gpointer data)
{
    AkinApp *app = data;
    const char *method;
    GVariant *args;
    if (!row->sensitive) {
        update(app);
    } else if (strcmp(row->id, "quit") == 0) {
        g_application_quit(G_APPLICATION(app));
    } else if (akin_row_change(row, &method, &args)) {
        change(app, method, args);
        note_toggled(app, row);
    } else {
        open_row(app, row);
    }
}

static void
on_opened(gpointer data)
{
    AkinApp *app = data;
    akin_client_refresh(app->client);
}

static void
set_remark(AkinApp *app, const char *sentence)
{
    app->remark = sentence;
    if (app->window)
        akin_preferences_set_remark(app->window, sentence);
}

static void
on_tray(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    AkinApp *app = data;
    (void) connection, (void) name, (void) owner;
    set_remark(app, "");
    g_clear_handle_id(&app->tray, g_bus_unwatch_name);
}

/* A notification goes, and some desktops show none: the window says it as long as it is so. */
static void
on_homeless(gpointer data)
{
    AkinApp *app = data;
    set_remark(app, _("This desktop shows no status icons. On GNOME, install the extension "
                      "“AppIndicator and KStatusNotifierItem Support”; until then, start akin "
                      "again to see its window."));
    show_page(app, AKIN_PAGE_OVERVIEW);
    akin_notices_say(app->notices, _("There is no place for akin's icon"), app->remark);
    app->tray = g_bus_watch_name(G_BUS_TYPE_SESSION, "org.kde.StatusNotifierWatcher",
                                 G_BUS_NAME_WATCHER_FLAGS_NONE, on_tray, NULL, app, NULL);
}

static const AkinIndicatorEvents events = {on_activated, on_opened, on_homeless};

/* --- Actions, for the buttons of notifications ------------------------------------------------ */

static void
turn_on_firewall(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action, (void) parameter;
    change(data, "SetFirewall", g_variant_new("(b)", TRUE));
}

static void
unblock(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action, (void) parameter;
    change(data, "SetPanic", g_variant_new("(b)", FALSE));
}

static void
start(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action, (void) parameter;
    change(data, "Start", NULL);
}

static void
show_overview(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action, (void) parameter;
    show_page(data, AKIN_PAGE_OVERVIEW);
}

static void
quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    (void) action, (void) parameter;
    g_application_quit(data);
}

static const GActionEntry actions[] = {
    {.name = "turn-on-firewall", .activate = turn_on_firewall},
    {.name = "unblock", .activate = unblock},
    {.name = "start", .activate = start},
    {.name = "show-overview", .activate = show_overview},
    {.name = "quit", .activate = quit},
};

/* --- One for a session ------------------------------------------------------------------------ */

/* What the first one talks to, for those that come later. */
static void
add_socket(AkinApp *app)
{
    const char *path = app->socket_path ? app->socket_path : AKIN_SOCKET_PATH;
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful("socket", NULL, g_variant_new_string(full));
    g_simple_action_set_enabled(action, FALSE);
    g_action_map_add_action(G_ACTION_MAP(app), G_ACTION(action));
}

/* Whether there is no other, or one that talks to the socket that was named here, if any was. */
static gboolean
fits_the_first(AkinApp *app, GError **error)
{
    if (!g_application_register(G_APPLICATION(app), NULL, error))
        return FALSE;
    if (!app->socket_path || !g_application_get_is_remote(G_APPLICATION(app)))
        return TRUE;
    g_autofree char *wanted = g_canonicalize_filename(app->socket_path, NULL);
    g_autoptr(GVariant) first = g_action_group_get_action_state(G_ACTION_GROUP(app), "socket");
    if (!first || strcmp(g_variant_get_string(first, NULL), wanted) == 0)
        return TRUE;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                _("akin runs already and talks to the helper at %s; quit that one first"),
                g_variant_get_string(first, NULL));
    return FALSE;
}

static gboolean
akin_app_local_command_line(GApplication *application, char ***arguments, int *exit_status)
{
    g_autoptr(GError) error = NULL;
    if (fits_the_first(AKIN_APP(application), &error))
        return G_APPLICATION_CLASS(akin_app_parent_class)
            ->local_command_line(application, arguments, exit_status);
    fprintf(stderr, "akin: %s\n", error->message);
    *exit_status = 1;
    return TRUE;
}

/* --- The application -------------------------------------------------------------------------- */

static void
akin_app_startup(GApplication *application)
{
    AkinApp *app = AKIN_APP(application);
    G_APPLICATION_CLASS(akin_app_parent_class)->startup(application);
    g_action_map_add_action_entries(G_ACTION_MAP(app), actions, G_N_ELEMENTS(actions), app);
    add_socket(app);
    gtk_icon_theme_append_search_path(gtk_icon_theme_get_default(), app->icons);
    gtk_window_set_default_icon_name("akin");
    app->settings = akin_settings_new(NULL);
    app->client = akin_client_new(app->socket_path);
    app->caution = akin_caution_new(app->client, app->settings);
    app->notices = akin_notices_new(application, app->client, app->settings);
    app->indicator = akin_indicator_new(app->icons, &events, app);
    g_signal_connect_swapped(app->client, "changed", G_CALLBACK(on_changed), app);
    g_signal_connect_swapped(app->settings, "changed", G_CALLBACK(on_changed), app);
    g_signal_connect_swapped(app->caution, "begun", G_CALLBACK(on_begun), app);
    g_signal_connect_swapped(app->caution, "ended", G_CALLBACK(on_ended), app);
    update(app);
    g_application_hold(application);
}

static void
akin_app_activate(GApplication *application)
{
    AkinApp *app = AKIN_APP(application);
    if (app->show)
        show_page(app, AKIN_PAGE_NONE);
    app->show = TRUE;
}

static void
akin_app_shutdown(GApplication *application)
{
    AkinApp *app = AKIN_APP(application);
    if (app->keep)
        gtk_widget_destroy(app->keep);
    if (app->window)
        gtk_widget_destroy(app->window);
    g_clear_handle_id(&app->tray, g_bus_unwatch_name);
    g_signal_handlers_disconnect_by_data(app->client, app);
    g_signal_handlers_disconnect_by_data(app->settings, app);
    g_signal_handlers_disconnect_by_data(app->caution, app);
    g_clear_pointer(&app->indicator, akin_indicator_free);
    g_clear_pointer(&app->notices, akin_notices_free);
    g_clear_object(&app->caution);
    g_clear_object(&app->client);
    g_clear_object(&app->settings);
    G_APPLICATION_CLASS(akin_app_parent_class)->shutdown(application);
}

static void
akin_app_finalize(GObject *object)
{
    AkinApp *app = AKIN_APP(object);
    g_free(app->socket_path);
    g_free(app->icons);
    G_OBJECT_CLASS(akin_app_parent_class)->finalize(object);
}

static void
akin_app_init(AkinApp *app)
{
    app->remark = "";
}

static void
akin_app_class_init(AkinAppClass *class)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = akin_app_finalize;
    application_class->local_command_line = akin_app_local_command_line;
    application_class->startup = akin_app_startup;
    application_class->activate = akin_app_activate;
    application_class->shutdown = akin_app_shutdown;
}

GtkApplication *
akin_app_new(const char *socket_path, const char *icons, gboolean show)
{
    AkinApp *app = g_object_new(AKIN_TYPE_APP, "application-id", "org.akin.Akin", NULL);
    app->socket_path = g_strdup(socket_path);
    app->icons = g_strdup(icons);
    app->show = show;
    return GTK_APPLICATION(app);
}
