/* SPDX-License-Identifier: BSD-2-Clause */
#include "preferences.h"

#include <glib/gi18n.h>

#include "about.h"
#include "akin-ui.h"
#include "build.h"
#include "column.h"
#include "desk.h"
#include "page-machines.h"
#include "page-notifications.h"
#include "page-overview.h"
#include "page-services.h"
#include "page-trust.h"
#include "switcher.h"
#include "theme.h"
#include "toast.h"

/* Between two looks at what the helper does not announce: connections, machines. */
#define LOOK_SECONDS 2
#define N_PAGES 5

#define AKIN_TYPE_PREFERENCES (akin_preferences_get_type())
G_DECLARE_FINAL_TYPE(AkinPreferences, akin_preferences, AKIN, PREFERENCES, GtkApplicationWindow)

struct _AkinPreferences {
    GtkApplicationWindow parent;
    AkinDesk *desk;
    GtkHeaderBar *header;
    GtkWidget *squeezer, *page_title, *bottom, *spinner;
    AkinSwitcher *wide, *narrow;
    GtkRevealer *strip;
    GtkLabel *strip_label;
    GtkWidget *strip_box, *strip_button;
    GtkStack *pages;
    AkinToast *toast;
    GtkWidget *page[N_PAGES]; /* by AkinPage */
    const char *title[N_PAGES], *short_title[N_PAGES];
    int needed; /* the width of a header bar with all titles */
    gboolean is_narrow;
    gboolean says_error; /* the toast does */
    guint rearrange;     /* source */
    guint look;          /* source; runs while the window is on the screen */
};

G_DEFINE_TYPE(AkinPreferences, akin_preferences, GTK_TYPE_APPLICATION_WINDOW)

/* --- Wide and narrow -------------------------------------------------------------------------- */

/* Widgets may not be shown or hidden while sizes are given out: hence the idle source. */
static gboolean
rearrange(gpointer data)
{
    AkinPreferences *self = data;
    self->rearrange = 0;
    gtk_header_bar_set_custom_title(self->header,
                                    self->is_narrow ? self->page_title : self->squeezer);
    gtk_widget_set_visible(self->bottom, self->is_narrow);
    return G_SOURCE_REMOVE;
}

static void
on_size_allocate(AkinPreferences *self, GtkAllocation *allocation)
{
    int width;
    (void) allocation;
    gtk_window_get_size(GTK_WINDOW(self), &width, NULL);
    /* What it takes is known while all of it is in the header bar, but for the spinner, which
     * comes and goes. */
    if (gtk_header_bar_get_custom_title(self->header) == self->squeezer &&
        !gtk_widget_get_visible(self->spinner))
        gtk_widget_get_preferred_width(GTK_WIDGET(self->header), NULL, &self->needed);
    gboolean narrow = width < self->needed;
    if (narrow == self->is_narrow)
        return;
    self->is_narrow = narrow;
    if (!self->rearrange)
        self->rearrange = g_idle_add_full(G_PRIORITY_HIGH_IDLE, rearrange, self, NULL);
}

/* --- What is said to the person --------------------------------------------------------------- */

static void
say_undo(gpointer window, const char *sentence, const char *action, GVariant *target)
{
    AkinPreferences *self = window;
    self->says_error = FALSE;
    akin_toast_show(self->toast, sentence, _("_Undo"), action, target);
}

static void
say_error(gpointer window, const char *sentence, gboolean reload)
{
    AkinPreferences *self = window;
    if (sentence && reload)
        akin_toast_show(self->toast, sentence, _("_Read again"), AKIN_DESK_CHANGE,
                        g_variant_new("(sv)", "Reload", g_variant_new("()")));
    else if (sentence)
        akin_toast_show(self->toast, sentence, NULL, NULL, NULL);
    else if (self->says_error)
        akin_toast_hide(self->toast);
    self->says_error = sentence != NULL;
}

static void
set_busy(gpointer window, gboolean busy)
{
    AkinPreferences *self = window;
    g_object_set(self->spinner, "visible", busy, "active", busy, NULL);
}

static const AkinDeskWindow desk_window = {say_undo, say_error, set_busy};

/* --- The helper ------------------------------------------------------------------------------- */

/* The overview says it large; the other pages have this strip above them. */
static void
show_state(AkinPreferences *self)
{
    AkinClient *client = akin_desk_get_client(self->desk);
    const AkinFacts *facts = akin_client_get_facts(client);
    GtkWidget *page = gtk_stack_get_visible_child(self->pages);
    gboolean says_it_itself =
        page == self->page[AKIN_PAGE_OVERVIEW] || page == self->page[AKIN_PAGE_NOTIFICATIONS];
    g_autofree char *why = says_it_itself ? NULL : akin_model_why_not(facts);
    if (why && g_strcmp0(gtk_label_get_text(self->strip_label), why) != 0) {
        gtk_label_set_text(self->strip_label, why);
        akin_build_name(self->strip_box, why);
    }
    gtk_widget_set_visible(self->strip_button, facts->state != AKIN_CLIENT_READY);
    gtk_revealer_set_reveal_child(self->strip, why != NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->strip), why != NULL);
}

static void
on_try_again(AkinPreferences *self)
{
    akin_client_retry(akin_desk_get_client(self->desk));
}

static gboolean
look(gpointer data)
{
    AkinPreferences *self = data;
    akin_client_refresh(akin_desk_get_client(self->desk));
    return G_SOURCE_CONTINUE;
}

/* A window that nobody sees needs no news. */
static gboolean
on_window_state(AkinPreferences *self)
{
    GdkWindow *window = gtk_widget_get_window(GTK_WIDGET(self));
    gboolean seen =
        gtk_widget_get_mapped(GTK_WIDGET(self)) && window &&
        !(gdk_window_get_state(window) & (GDK_WINDOW_STATE_ICONIFIED | GDK_WINDOW_STATE_WITHDRAWN));
    if (seen && !self->look) {
        look(self);
        self->look = g_timeout_add_seconds(LOOK_SECONDS, look, self);
    } else if (!seen) {
        g_clear_handle_id(&self->look, g_source_remove);
    }
    return GDK_EVENT_PROPAGATE;
}

/* --- Pages ------------------------------------------------------------------------------------ */

static int
find_page(AkinPreferences *self, GtkWidget *page)
{
    int i = N_PAGES - 1;
    while (i >= 0 && self->page[i] != page)
        i--;
    return i;
}

static void
on_page_changed(AkinPreferences *self)
{
    int page = find_page(self, gtk_stack_get_visible_child(self->pages));
    if (page < 0 || !self->page[N_PAGES - 1])
        return;
    /* Translators: the title of the window; %s is a page of it, "Overview". */
    g_autofree char *title = g_strdup_printf(_("akin – %s"), self->title[page]);
    gtk_window_set_title(GTK_WINDOW(self), title);
    gtk_label_set_text(GTK_LABEL(self->page_title), self->short_title[page]);
    show_state(self);
    akin_client_refresh(akin_desk_get_client(self->desk));
}

static void
add_page(AkinPreferences *self, AkinPage number, GtkWidget *page, const char *name,
         const char *icon)
{
    const char *title = self->title[number];
    gtk_widget_show(page);
    gtk_stack_add_titled(self->pages, page, name, title);
    gtk_container_child_set(GTK_CONTAINER(self->pages), page, "icon-name", icon, NULL);
    akin_build_name(page, title);
    self->page[number] = page;
}

static void
add_pages(AkinPreferences *self)
{
    AkinDesk *desk = self->desk;
    const char *const titles[] = {_("Overview"), _("Services"), _("Virtual machines"), _("Trust"),
                                  _("Notifications")};
    /* Translators: the names of the pages where there is little room, about 10 letters each. */
    const char *const short_titles[] = {_("Overview"), _("Services"), _("Machines"), _("Trust"),
                                        _("Notices")};
    memcpy(self->title, titles, sizeof titles);
    memcpy(self->short_title, short_titles, sizeof short_titles);
    add_page(self, AKIN_PAGE_OVERVIEW, akin_overview_new(desk), "overview",
             "security-high-symbolic");
    add_page(self, AKIN_PAGE_SERVICES, akin_services_new(desk), "services", "view-list-symbolic");
    add_page(self, AKIN_PAGE_MACHINES, akin_machines_new(desk), "machines", "computer-symbolic");
    add_page(self, AKIN_PAGE_TRUST, akin_trust_new(desk), "trust", "system-users-symbolic");
    add_page(self, AKIN_PAGE_NOTIFICATIONS, akin_notifications_new(desk), "notifications",
             "preferences-system-notifications-symbolic");
    akin_switcher_set_stack(self->wide, self->pages, NULL);
    akin_switcher_set_stack(self->narrow, self->pages, self->short_title);
    on_page_changed(self);
}

void
akin_preferences_show_page(GtkWidget *preferences, AkinPage page)
{
    AkinPreferences *self = AKIN_PREFERENCES(preferences);
    if (page == AKIN_PAGE_ABOUT)
        akin_about_show(GTK_WINDOW(self));
    else if (page >= 0 && page < N_PAGES)
        gtk_stack_set_visible_child(self->pages, self->page[page]);
}

void
akin_preferences_set_remark(GtkWidget *preferences, const char *sentence)
{
    akin_overview_set_remark(AKIN_PREFERENCES(preferences)->page[AKIN_PAGE_OVERVIEW], sentence);
}

void
akin_preferences_add_forward(GtkWidget *preferences, const char *address)
{
    AkinPreferences *self = AKIN_PREFERENCES(preferences);
    akin_preferences_show_page(preferences, AKIN_PAGE_MACHINES);
    akin_machines_add_forward(self->page[AKIN_PAGE_MACHINES], address);
}

/* --- Actions ---------------------------------------------------------------------------------- */

static void
activate_page(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    (void) action;
    akin_preferences_show_page(window, g_variant_get_int32(parameter));
}

static void
activate_turn(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    AkinPreferences *self = window;
    int page = find_page(self, gtk_stack_get_visible_child(self->pages));
    (void) action;
    page += g_variant_get_int32(parameter);
    if (page >= 0 && page < N_PAGES)
        akin_preferences_show_page(window, page);
}

static void
activate_search(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    AkinPreferences *self = window;
    (void) action;
    (void) parameter;
    akin_preferences_show_page(window, AKIN_PAGE_SERVICES);
    akin_services_search(self->page[AKIN_PAGE_SERVICES]);
}

static void
activate_add_forward(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    const char *address = g_variant_get_string(parameter, NULL);
    (void) action;
    akin_preferences_add_forward(window, *address ? address : NULL);
}

static void
activate_about(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    (void) action;
    (void) parameter;
    akin_about_show(window);
}

static void
activate_close(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    (void) action;
    (void) parameter;
    gtk_window_close(window);
}

/* GTK never gives back all of the memory of such a window, so it is made only when it is asked for.
 * From then on the action is GTK's own. */
static void
activate_help(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    g_autoptr(GtkBuilder) builder = gtk_builder_new_from_resource("/org/akin/ui/shortcuts.ui");
    GtkWidget *help = GTK_WIDGET(gtk_builder_get_object(builder, "shortcuts"));
    (void) action;
    (void) parameter;
    gtk_application_window_set_help_overlay(window, GTK_SHORTCUTS_WINDOW(help));
    gtk_widget_show(help);
}

static const GActionEntry actions[] = {
    {.name = "page", .activate = activate_page, .parameter_type = "i"},
    {.name = "turn", .activate = activate_turn, .parameter_type = "i"},
    {.name = "search", .activate = activate_search},
    {.name = "add-forward", .activate = activate_add_forward, .parameter_type = "s"},
    {.name = "about", .activate = activate_about},
    {.name = "close", .activate = activate_close},
    {.name = "show-help-overlay", .activate = activate_help},
};

/* What the toast offers; other than those of the window, this is not for other programs. */
static void
offer_change(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    AkinPreferences *self = window;
    const char *method;
    g_autoptr(GVariant) args = NULL;
    (void) action;
    g_variant_get(parameter, "(&sv)", &method, &args);
    akin_desk_change(self->desk, window, g_intern_string(method), args, NULL);
}

static void
offer_pattern(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    AkinPreferences *self = window;
    (void) action;
    akin_machines_add_pattern(self->page[AKIN_PAGE_MACHINES],
                              g_variant_get_string(parameter, NULL));
}

static const GActionEntry offer_actions[] = {
    {.name = "change", .activate = offer_change, .parameter_type = "(sv)"},
    {.name = "pattern", .activate = offer_pattern, .parameter_type = "s"},
};

static const struct {
    const char *action, *keys[3];
} shortcuts[] = {
    {"win.page(0)", {"<Alt>1"}},
    {"win.page(1)", {"<Alt>2"}},
    {"win.page(2)", {"<Alt>3"}},
    {"win.page(3)", {"<Alt>4"}},
    {"win.page(4)", {"<Alt>5"}},
    {"win.turn(-1)", {"<Control>Page_Up"}},
    {"win.turn(1)", {"<Control>Page_Down"}},
    {"win.search", {"<Control>f"}},
    {"win.show-help-overlay", {"<Control>question", "<Control>F1"}},
    {"win.close", {"<Control>w"}},
};

static void
add_actions(AkinPreferences *self, GtkApplication *app)
{
    g_autoptr(GSimpleActionGroup) offers = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_action_map_add_action_entries(G_ACTION_MAP(offers), offer_actions,
                                    G_N_ELEMENTS(offer_actions), self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "offer", G_ACTION_GROUP(offers));
    for (guint i = 0; i < G_N_ELEMENTS(shortcuts); i++)
        gtk_application_set_accels_for_action(app, shortcuts[i].action, shortcuts[i].keys);
}

/* --- The window ------------------------------------------------------------------------------- */

/* Once for the program. The types are those that the .ui files name. */
static void
prepare(void)
{
    static gboolean prepared;
    if (prepared)
        return;
    prepared = TRUE;
    akin_ui_register_resource();
    g_type_ensure(AKIN_TYPE_COLUMN);
    g_type_ensure(AKIN_TYPE_SWITCHER);
    g_type_ensure(AKIN_TYPE_TOAST);
    akin_theme_load();
}

GtkWidget *
akin_preferences_new(GtkApplication *app, AkinCaution *caution, AkinPreferencesTell tell)
{
    prepare();
    AkinPreferences *self =
        g_object_new(AKIN_TYPE_PREFERENCES, "application", app, "icon-name", "akin", NULL);
    self->desk = akin_desk_new(app, caution, tell);
    akin_desk_set_window(self->desk, &desk_window, self);
    g_signal_connect_object(akin_caution_get_client(caution), "changed", G_CALLBACK(show_state),
                            self, G_CONNECT_SWAPPED);
    add_actions(self, app);
    add_pages(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinPreferences *self = AKIN_PREFERENCES(widget);
    g_clear_handle_id(&self->look, g_source_remove);
    g_clear_handle_id(&self->rearrange, g_source_remove);
    if (self->desk) {
        akin_desk_set_window(self->desk, NULL, NULL);
        g_signal_handlers_disconnect_by_data(akin_desk_get_client(self->desk), self);
    }
    memset(self->page, 0, sizeof self->page);
    g_clear_object(&self->squeezer); /* GTK sets what the template binds to NULL */
    g_clear_object(&self->page_title);
    GTK_WIDGET_CLASS(akin_preferences_parent_class)->destroy(widget);
}

static void
finalize(GObject *object)
{
    AkinPreferences *self = AKIN_PREFERENCES(object);
    g_clear_object(&self->desk);
    G_OBJECT_CLASS(akin_preferences_parent_class)->finalize(object);
}

static void
akin_preferences_class_init(AkinPreferencesClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    widget_class->destroy = destroy;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/window.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, header);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, squeezer);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, bottom);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, spinner);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, wide);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, narrow);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, strip);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, strip_label);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, strip_box);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, strip_button);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, pages);
    gtk_widget_class_bind_template_child(widget_class, AkinPreferences, toast);
    gtk_widget_class_bind_template_callback(widget_class, on_size_allocate);
    gtk_widget_class_bind_template_callback(widget_class, on_page_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_try_again);
}

static void
akin_preferences_init(AkinPreferences *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    /* The header bar has one of the two, and lets go of the other. */
    g_object_ref(self->squeezer);
    self->page_title = g_object_ref_sink(akin_build_label(NULL, GTK_STYLE_CLASS_TITLE));
    gtk_label_set_line_wrap(GTK_LABEL(self->page_title), FALSE);
    gtk_label_set_ellipsize(GTK_LABEL(self->page_title), PANGO_ELLIPSIZE_END);
    akin_theme_follow(GTK_WIDGET(self));
    g_signal_connect(self, "window-state-event", G_CALLBACK(on_window_state), NULL);
    g_signal_connect_after(self, "map", G_CALLBACK(on_window_state), NULL);
    g_signal_connect_after(self, "unmap", G_CALLBACK(on_window_state), NULL);
}
