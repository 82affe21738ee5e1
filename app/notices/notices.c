/* SPDX-License-Identifier: BSD-2-Clause */
#include "notices.h"

#include "label.h"
#include "model.h"

struct _AkinNotices {
    GApplication *app;
    AkinClient *client;
    AkinSettings *settings;
    AkinMoment *told; /* what people know */
    char *tampered;   /* reason of the last transition of that kind, since then */
    guint window;
};

/* GLib's own way out of there being no session bus is a critical warning. */
static gboolean
can_send(AkinNotices *notices)
{
#ifdef AKIN_NOTICES_BY_BUS
    return g_application_get_dbus_connection(notices->app) != NULL;
#else
    (void) notices;
    return TRUE;
#endif
}

/*
 * Some of those who draw notifications read the body as markup, others as what it is, and GLib does
 * not tell to which it goes: what would be markup is written with letters that look alike.
 */
static char *
without_markup(const char *body)
{
    GString *plain = g_string_new(NULL);
    for (const char *c = body; *c; c++) {
        if (*c == '<')
            g_string_append(plain, "‹");
        else if (*c == '&')
            g_string_append(plain, "＆");
        else
            g_string_append_c(plain, *c);
    }
    return g_string_free(plain, FALSE);
}

/* In colour: who draws notifications does not recolour symbolic icons. */
static GNotification *
notification_new(const char *title, const char *body)
{
    GNotification *notification = g_notification_new(title);
    g_autoptr(GIcon) icon = g_themed_icon_new("akin");
    g_autofree char *plain = without_markup(body);
    g_notification_set_body(notification, plain);
    g_notification_set_icon(notification, icon);
    g_notification_set_default_action(notification, "app.show-overview");
    return notification;
}

static void
send(AkinNotices *notices, const AkinNotice *notice)
{
    if (!can_send(notices))
        return;
    g_autoptr(GNotification) notification = notification_new(notice->title, notice->body);
    g_notification_set_priority(notification, notice->urgent ? G_NOTIFICATION_PRIORITY_HIGH
                                                             : G_NOTIFICATION_PRIORITY_NORMAL);
    if (notice->action) {
        g_autofree char *action = g_strconcat("app.", notice->action, NULL);
        g_notification_add_button(notification, notice->button, action);
    }
    /* A newer one of its kind takes its place. */
    g_application_send_notification(notices->app, akin_notice_kind_key(notice->kind), notification);
}

/* The first that is urgent leads, with its button; the others are lines of its body. */
static AkinNotice *
merge(GPtrArray *list)
{
    AkinNotice *first = list->pdata[0];
    GString *body = g_string_new(NULL);
    for (guint i = 0; i < list->len && !first->urgent; i++) {
        AkinNotice *notice = list->pdata[i];
        if (notice->urgent)
            first = notice;
    }
    g_string_append(body, first->body);
    for (guint i = 0; i < list->len; i++) {
        AkinNotice *notice = list->pdata[i];
        if (notice != first)
            g_string_append_printf(body, "\n%s: %s", notice->title, notice->body);
    }
    g_free(first->body);
    first->body = g_string_free(body, FALSE);
    return first;
}

static gboolean
on_window(gpointer data)
{
    AkinNotices *notices = data;
    notices->window = 0;
    g_autoptr(AkinMoment) now = akin_moment_new(akin_client_get_facts(notices->client));
    g_autoptr(GPtrArray) list =
        akin_notices_between(notices->told, now, notices->tampered, notices->settings);
    if (list->len > 0)
        send(notices, merge(list));
    g_clear_pointer(&notices->tampered, g_free);
    g_clear_pointer(&notices->told, akin_moment_free);
    notices->told = g_steal_pointer(&now);
    return G_SOURCE_REMOVE;
}

static void
arm(AkinNotices *notices)
{
    if (!notices->window)
        notices->window = g_timeout_add(AKIN_NOTICES_WINDOW, on_window, notices);
}

static void
on_changed(AkinClient *client, gpointer data)
{
    AkinNotices *notices = data;
    (void) client;
    arm(notices);
}

static void
on_transition(AkinClient *client, const char *what, const char *old, const char *new,
              const char *reason, const char *sentence, gpointer data)
{
    AkinNotices *notices = data;
    (void) client, (void) sentence;
    if (g_strcmp0(what, "rules") != 0 || g_strcmp0(old, "changed") != 0 ||
        g_strcmp0(new, "restored") != 0)
        return;
    g_free(notices->tampered);
    notices->tampered = g_strdup(reason);
    arm(notices);
}

void
akin_notices_say(AkinNotices *notices, const char *title, const char *body)
{
    if (!can_send(notices))
        return;
    g_autofree char *clean = akin_label(body, 300);
    g_autoptr(GNotification) notification = notification_new(title, clean);
    g_application_send_notification(notices->app, "answer", notification);
}

AkinNotices *
akin_notices_new(GApplication *app, AkinClient *client, AkinSettings *settings)
{
    AkinNotices *notices = g_new0(AkinNotices, 1);
    notices->app = app;
    notices->client = g_object_ref(client);
    notices->settings = g_object_ref(settings);
    g_signal_connect(client, "changed", G_CALLBACK(on_changed), notices);
    g_signal_connect(client, "transition", G_CALLBACK(on_transition), notices);
    return notices;
}

void
akin_notices_free(AkinNotices *notices)
{
    g_signal_handlers_disconnect_by_data(notices->client, notices);
    g_clear_handle_id(&notices->window, g_source_remove);
    g_clear_pointer(&notices->told, akin_moment_free);
    g_clear_object(&notices->client);
    g_clear_object(&notices->settings);
    g_free(notices->tampered);
    g_free(notices);
}
