/* SPDX-License-Identifier: BSD-2-Clause */
#include "page-services.h"

#include <glib/gi18n.h>
#include <string.h>

#include "build.h"
#include "column.h"
#include "service-dialog.h"
#include "service-row.h"

/*
 * Theory of operation: an Entry stands for each service of the client's list, in its order, and
 * begins without a row. Rows are made in idle time, a few milliseconds at a stretch, and of those
 * that the search is for no more than a person can see soon: the first ones, and some more
 * whenever the scrolling comes near their end. So the page opens at once with a thousand services,
 * of which each row costs time whenever sizes are given out.
 */
#define STRETCH_US 6000
#define FIRST_ROWS 120
#define MORE_ROWS 60

typedef struct {
    const char *id, *title;
    GtkWidget *box; /* heading and card; hidden while none of its rows is to be seen */
    GtkWidget *card;
    guint last_made; /* position in the list of the lowest row of the card */
} Group;

typedef struct {
    char *name;
    char *text;     /* what the search looks at, */
    char *folded;   /* and the same for comparing */
    guint position; /* in the client's list */
    Group *group;
    GtkWidget *row; /* NULL until it is made */
    gboolean found; /* by the search, or nothing is searched for */
    gboolean alive; /* while the list is compared: it is still there */
} Entry;

struct _AkinServices {
    GtkBox parent;
    AkinDesk *desk;
    GtkSearchEntry *search;
    GtkWidget *groups_box, *scrolled, *nothing, *out_head, *in_head, *add_button;
    GtkLabel *nothing_label;
    Group *groups;
    GHashTable *entries; /* name -> Entry */
    GPtrArray *in_order; /* of the hash table's entries */
    guint make;          /* source */
    guint wanted;        /* so many rows of those found */
    gboolean stale;      /* something changed while the page was not to be seen */
};

G_DEFINE_TYPE(AkinServices, akin_services, GTK_TYPE_BOX)

static const struct {
    const char *id, *title;
} group_titles[] = {
    {"web", N_("Web")},
    {"mail", N_("Mail")},
    {"files", N_("Files")},
    {"remote", N_("Remote access")},
    {"chat", N_("Chat and calls")},
    {"games", N_("Games")},
    {"media", N_("Music and video")},
    {"network", N_("Network")},
    {"databases", N_("Databases")},
    {"developer", N_("Development")},
    {"system", N_("System")},
    {"own", N_("Your own")},
};
#define N_GROUPS G_N_ELEMENTS(group_titles)
#define OTHERS (N_GROUPS - 2) /* where a group goes that a newer helper may have */

/* --- Groups ----------------------------------------------------------------------------------- */

static void
make_group(AkinServices *self, Group *group, guint i)
{
    GtkWidget *heading = akin_build_label(_(group_titles[i].title), "akin-heading");
    group->id = group_titles[i].id;
    group->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    group->card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    akin_build_add_class(group->card, "akin-card");
    akin_build_name(group->card, _(group_titles[i].title));
    gtk_container_add(GTK_CONTAINER(group->box), heading);
    gtk_container_add(GTK_CONTAINER(group->box), group->card);
    gtk_container_add(GTK_CONTAINER(self->groups_box), group->box);
    gtk_widget_show(group->card);
}

static Group *
find_group(AkinServices *self, const char *id)
{
    for (guint i = 0; i < N_GROUPS; i++) {
        if (g_str_equal(self->groups[i].id, id))
            return &self->groups[i];
    }
    return &self->groups[OTHERS];
}

static void
show_groups(AkinServices *self)
{
    gboolean any[N_GROUPS] = {FALSE};
    gboolean found = FALSE;
    for (guint i = 0; i < self->in_order->len; i++) {
        const Entry *entry = g_ptr_array_index(self->in_order, i);
        any[entry->group - self->groups] |= entry->found && entry->row;
        found |= entry->found;
    }
    for (guint i = 0; i < N_GROUPS; i++)
        gtk_widget_set_visible(self->groups[i].box, any[i]);
    const char *text = gtk_entry_get_text(GTK_ENTRY(self->search));
    g_autofree char *sentence = *text ? g_strdup_printf(_("No service matches “%s”."), text)
                                      : g_strdup(_("The helper has not named any services."));
    gtk_label_set_text(self->nothing_label, sentence);
    gtk_widget_set_visible(self->nothing, !found);
}

/* --- Rows ------------------------------------------------------------------------------------- */

static const AkinServiceInfo *
info_of(AkinServices *self, const Entry *entry)
{
    GPtrArray *services = akin_client_get_services(akin_desk_get_client(self->desk));
    return entry->position < services->len ? g_ptr_array_index(services, entry->position) : NULL;
}

/* How many rows of its card come before that of an entry. */
static int
place_of(AkinServices *self, const Entry *entry)
{
    int place = 0;
    for (guint i = 0; i < self->in_order->len; i++) {
        const Entry *other = g_ptr_array_index(self->in_order, i);
        place += other->group == entry->group && other->row && other->position < entry->position;
    }
    return place;
}

static void
make_row(AkinServices *self, Entry *entry)
{
    Group *group = entry->group;
    const AkinServiceInfo *info = info_of(self, entry);
    if (!info)
        return;
    GtkWidget *row = akin_service_row_new(self->desk, info);
    gtk_widget_set_visible(row, entry->found);
    gtk_container_add(GTK_CONTAINER(group->card), row);
    if (entry->position < group->last_made)
        gtk_box_reorder_child(GTK_BOX(group->card), row, place_of(self, entry));
    group->last_made = MAX(group->last_made, entry->position);
    entry->row = row;
}

/* Makes rows that are wanted until the stretch is over; FALSE when all are there. */
static gboolean
make_some(AkinServices *self)
{
    gint64 until = g_get_monotonic_time() + STRETCH_US;
    guint count = 0;
    for (guint i = 0; i < self->in_order->len && count < self->wanted; i++) {
        Entry *entry = g_ptr_array_index(self->in_order, i);
        count += entry->found;
        if (entry->row || !entry->found)
            continue;
        if (g_get_monotonic_time() >= until)
            return TRUE;
        make_row(self, entry);
    }
    return FALSE;
}

static gboolean
on_idle(gpointer data)
{
    AkinServices *self = data;
    gboolean more = make_some(self);
    show_groups(self);
    if (more)
        return G_SOURCE_CONTINUE;
    self->make = 0;
    return G_SOURCE_REMOVE;
}

static void
begin_making(AkinServices *self)
{
    if (!self->make && gtk_widget_get_mapped(GTK_WIDGET(self)))
        self->make = g_idle_add(on_idle, self);
}

static void
on_scrolled(AkinServices *self)
{
    GtkAdjustment *scroll =
        gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scrolled));
    double page = gtk_adjustment_get_page_size(scroll);
    double below = gtk_adjustment_get_upper(scroll) - gtk_adjustment_get_value(scroll) - page;
    if (self->make || below > page || self->wanted >= self->in_order->len)
        return;
    self->wanted += MORE_ROWS;
    begin_making(self);
}

/* --- Search ----------------------------------------------------------------------------------- */

static char *
fold(const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    return g_utf8_casefold(normal ? normal : "", -1);
}

/* Every word that is searched for occurs. */
static gboolean
matches(const Entry *entry, char **searched)
{
    for (guint i = 0; searched[i]; i++) {
        if (!strstr(entry->folded, searched[i]))
            return FALSE;
    }
    return TRUE;
}

static void
filter(AkinServices *self)
{
    g_autofree char *text = fold(gtk_entry_get_text(GTK_ENTRY(self->search)));
    g_auto(GStrv) searched = g_strsplit_set(text, " ", -1);
    for (guint i = 0; i < self->in_order->len; i++) {
        Entry *entry = g_ptr_array_index(self->in_order, i);
        entry->found = *text == '\0' || matches(entry, searched);
        if (entry->row)
            gtk_widget_set_visible(entry->row, entry->found);
    }
    show_groups(self);
}

static void
on_search_changed(AkinServices *self)
{
    GtkAdjustment *scroll =
        gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scrolled));
    filter(self);
    gtk_adjustment_set_value(scroll, 0);
    self->wanted = FIRST_ROWS;
    begin_making(self);
}

static void
on_stop_search(AkinServices *self)
{
    gtk_entry_set_text(GTK_ENTRY(self->search), "");
}

void
akin_services_search(GtkWidget *services)
{
    gtk_widget_grab_focus(GTK_WIDGET(AKIN_SERVICES(services)->search));
}

/* Whoever types anywhere on the page searches. */
static gboolean
on_key(AkinServices *self, GdkEventKey *event)
{
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(self));
    if (GTK_IS_ENTRY(gtk_window_get_focus(GTK_WINDOW(window))))
        return GDK_EVENT_PROPAGATE;
    return gtk_search_entry_handle_event(self->search, (GdkEvent *) event);
}

/* --- The list --------------------------------------------------------------------------------- */

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    if (entry->row)
        gtk_widget_destroy(entry->row);
    g_free(entry->name);
    g_free(entry->text);
    g_free(entry->folded);
    g_free(entry);
}

static Entry *
find_entry(AkinServices *self, const AkinServiceInfo *service)
{
    Entry *entry = g_hash_table_lookup(self->entries, service->name);
    Group *group = find_group(self, service->group);
    if (entry && entry->group == group)
        return entry;
    entry = g_new0(Entry, 1);
    entry->name = g_strdup(service->name);
    entry->group = group;
    g_hash_table_replace(self->entries, entry->name, entry);
    return entry;
}

static void
note_words(Entry *entry, const AkinServiceInfo *service)
{
    char *text = g_strjoin(" ", service->name, akin_service_info_title(service), service->title,
                           akin_service_info_about(service), service->about, service->out_ports,
                           service->in_ports, NULL);
    if (g_strcmp0(text, entry->text) == 0) {
        g_free(text);
        return;
    }
    g_free(entry->text);
    g_free(entry->folded);
    entry->text = text;
    entry->folded = fold(text);
}

static gboolean
is_dead(gpointer key, gpointer value, gpointer data)
{
    (void) key;
    (void) data;
    Entry *entry = value;
    gboolean dead = !entry->alive;
    entry->alive = FALSE;
    return dead;
}

/* Brings entries and rows to what the client's list is now. */
static void
compare(AkinServices *self, GPtrArray *services, gboolean may_change)
{
    g_ptr_array_set_size(self->in_order, 0);
    for (guint i = 0; i < N_GROUPS; i++)
        self->groups[i].last_made = 0;
    for (guint i = 0; i < services->len; i++) {
        const AkinServiceInfo *service = g_ptr_array_index(services, i);
        Entry *entry = find_entry(self, service);
        entry->alive = TRUE;
        entry->position = i;
        note_words(entry, service);
        g_ptr_array_add(self->in_order, entry);
        if (!entry->row)
            continue;
        entry->group->last_made = i;
        akin_service_row_show(AKIN_SERVICE_ROW(entry->row), service, may_change);
    }
    g_hash_table_foreach_remove(self->entries, is_dead, NULL);
}

static void
refresh(AkinServices *self)
{
    AkinClient *client = akin_desk_get_client(self->desk);
    GPtrArray *services = akin_client_get_services(client);
    gboolean may_change = akin_desk_may_change(self->desk);
    /* Without a helper, what it said last stays to be read. */
    gboolean known = services->len > 0 || akin_client_get_state(client) == AKIN_CLIENT_READY;
    self->stale = FALSE;
    gtk_widget_set_sensitive(self->add_button, may_change);
    gtk_widget_set_sensitive(self->groups_box, known);
    if (!known)
        return;
    compare(self, services, may_change);
    filter(self);
    begin_making(self);
}

static void
on_changed(AkinServices *self)
{
    self->stale = TRUE;
    if (gtk_widget_get_mapped(GTK_WIDGET(self)))
        refresh(self);
}

static void
on_map(AkinServices *self)
{
    if (self->stale)
        refresh(self);
    begin_making(self);
}

static void
on_add(AkinServices *self)
{
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(self));
    GtkWidget *dialog = akin_service_dialog_new(GTK_WINDOW(window), self->desk, NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* --- The page --------------------------------------------------------------------------------- */

GtkWidget *
akin_services_new(AkinDesk *desk)
{
    AkinServices *self = g_object_new(AKIN_TYPE_SERVICES, NULL);
    self->desk = g_object_ref(desk);
    g_signal_connect_object(akin_desk_get_client(desk), "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

static void
destroy(GtkWidget *widget)
{
    AkinServices *self = AKIN_SERVICES(widget);
    if (self->desk)
        g_signal_handlers_disconnect_by_data(akin_desk_get_client(self->desk), self);
    g_clear_handle_id(&self->make, g_source_remove);
    g_ptr_array_set_size(self->in_order, 0);
    g_hash_table_remove_all(self->entries);
    g_clear_object(&self->desk);
    GTK_WIDGET_CLASS(akin_services_parent_class)->destroy(widget);
}

static void
finalize(GObject *object)
{
    AkinServices *self = AKIN_SERVICES(object);
    g_ptr_array_unref(self->in_order);
    g_hash_table_unref(self->entries);
    g_free(self->groups);
    G_OBJECT_CLASS(akin_services_parent_class)->finalize(object);
}

static void
akin_services_class_init(AkinServicesClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    widget_class->destroy = destroy;
    g_type_ensure(AKIN_TYPE_COLUMN);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/services.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinServices, search);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, groups_box);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, scrolled);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, nothing);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, nothing_label);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, out_head);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, in_head);
    gtk_widget_class_bind_template_child(widget_class, AkinServices, add_button);
    gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_stop_search);
    gtk_widget_class_bind_template_callback(widget_class, on_key);
    gtk_widget_class_bind_template_callback(widget_class, on_add);
    gtk_widget_class_bind_template_callback(widget_class, on_map);
}

static void
akin_services_init(AkinServices *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_widget_set_size_request(self->out_head, AKIN_SERVICE_COLUMN, -1);
    gtk_widget_set_size_request(self->in_head, AKIN_SERVICE_COLUMN, -1);
    self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    self->in_order = g_ptr_array_new();
    self->wanted = FIRST_ROWS;
    self->groups = g_new0(Group, N_GROUPS);
    for (guint i = 0; i < N_GROUPS; i++)
        make_group(self, &self->groups[i], i);
    GtkAdjustment *scroll =
        gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scrolled));
    g_signal_connect_object(scroll, "value-changed", G_CALLBACK(on_scrolled), self,
                            G_CONNECT_SWAPPED);
}
