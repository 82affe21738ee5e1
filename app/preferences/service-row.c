/* SPDX-License-Identifier: BSD-2-Clause */
#include "service-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "build.h"
#include "label.h"
#include "names.h"
#include "service-dialog.h"
#include "toggle.h"

#define TITLE_MAX_LENGTH 200

struct _AkinServiceRow {
    GtkBox parent;
    AkinDesk *desk;
    char *name;
    GtkWidget *opener;
    GtkLabel *title, *ports;
    GtkSwitch *out, *in;
    gboolean may_change;
    gboolean leaving; /* it was asked that the service be removed */
    /* NULL until it is opened for the first time. */
    GtkWidget *revealer, *pin, *buttons;
    GtkLabel *about, *out_line, *in_line, *used;
};

G_DEFINE_TYPE(AkinServiceRow, akin_service_row, GTK_TYPE_BOX)

char *
akin_service_ports(const char *ports)
{
    g_auto(GStrv) parts = g_strsplit(ports, ";", -1);
    for (guint i = 0; parts[i]; i++) {
        g_auto(GStrv) words = g_strsplit(parts[i], ",", -1);
        char *list = g_strjoinv(", ", words);
        g_free(parts[i]);
        parts[i] = g_strdelimit(list, ":", ' ');
    }
    return g_strjoinv(" · ", parts);
}

/* --- Switches --------------------------------------------------------------------------------- */

static void
ask(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    AkinServiceRow *row = data;
    guint direction = toggle == row->out ? AKIN_OUTGOING : AKIN_INCOMING;
    const char *const names[] = {row->name, NULL};
    akin_desk_change_toggle(row->desk, toggle, wanted ? "AllowServices" : "DenyServices",
                            g_variant_new("(^asu)", names, direction));
}

static GtkSwitch *
add_switch(AkinServiceRow *row, GtkBox *line)
{
    GtkWidget *column = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *toggle = gtk_switch_new();
    gtk_widget_set_size_request(column, AKIN_SERVICE_COLUMN, -1);
    gtk_widget_set_valign(toggle, GTK_ALIGN_CENTER);
    gtk_box_set_center_widget(GTK_BOX(column), toggle);
    gtk_box_pack_start(line, column, FALSE, FALSE, 0);
    akin_toggle_init(GTK_SWITCH(toggle), ask, row);
    return GTK_SWITCH(toggle);
}

/* name_format: "%s, outgoing". */
static void
show_switch(AkinServiceRow *row, GtkSwitch *toggle, const char *name_format, gboolean offered,
            gboolean allowed)
{
    g_autofree char *name = g_strdup_printf(name_format, gtk_label_get_text(row->title));
    akin_build_name(GTK_WIDGET(toggle), name);
    akin_toggle_show(toggle, allowed);
    gtk_widget_set_sensitive(GTK_WIDGET(toggle), offered && row->may_change);
    gtk_widget_set_tooltip_text(GTK_WIDGET(toggle),
                                offered ? NULL : _("This service has no such direction"));
}

/* --- The inner part --------------------------------------------------------------------------- */

static const AkinServiceInfo *
find(AkinServiceRow *row)
{
    return akin_client_find_service(akin_desk_get_client(row->desk), row->name);
}

static void
on_pin(AkinServiceRow *row)
{
    g_autoptr(GError) error = NULL;
    gboolean wanted = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(row->pin));
    if (!akin_settings_set_pinned(akin_desk_get_settings(row->desk), row->name, wanted, &error))
        akin_desk_say_error(row->desk, error);
}

static void
on_edit(AkinServiceRow *row)
{
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(row));
    const AkinServiceInfo *service = find(row);
    if (service)
        gtk_window_present(
            GTK_WINDOW(akin_service_dialog_new(GTK_WINDOW(window), row->desk, service)));
}

static void
on_removed(GtkWidget *subject, const GError *error)
{
    AkinServiceRow *row = AKIN_SERVICE_ROW(subject);
    row->leaving = FALSE;
    if (error && gtk_widget_get_parent(subject))
        gtk_widget_set_sensitive(row->buttons, row->may_change);
}

static void
on_remove(AkinServiceRow *row)
{
    const AkinServiceInfo *service = find(row);
    if (!service)
        return;
    g_autofree char *sentence =
        g_strdup_printf(_("“%s” was removed."), gtk_label_get_text(row->title));
    row->leaving = TRUE;
    gtk_widget_set_sensitive(row->buttons, FALSE);
    akin_desk_change_with_undo(
        row->desk, GTK_WIDGET(row), "RemoveService", g_variant_new("(s)", service->name),
        on_removed, sentence, AKIN_DESK_CHANGE,
        g_variant_new("(sv)", "AddService",
                      g_variant_new("(ssssu)", service->name, service->title, service->out_ports,
                                    service->in_ports, service->allowed)));
}

static GtkWidget *
make_buttons(AkinServiceRow *row)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *edit = gtk_button_new_with_mnemonic(_("_Edit…"));
    GtkWidget *remove = gtk_button_new_with_mnemonic(_("_Remove"));
    g_signal_connect_swapped(edit, "clicked", G_CALLBACK(on_edit), row);
    g_signal_connect_swapped(remove, "clicked", G_CALLBACK(on_remove), row);
    gtk_container_add(GTK_CONTAINER(box), edit);
    gtk_container_add(GTK_CONTAINER(box), remove);
    gtk_widget_set_margin_top(box, 6);
    gtk_widget_show_all(box);
    return box;
}

static GtkLabel *
add_line(GtkWidget *box, const char *classes)
{
    GtkWidget *label = akin_build_label(NULL, classes);
    gtk_container_add(GTK_CONTAINER(box), label);
    return GTK_LABEL(label);
}

static void
make_inside(AkinServiceRow *row)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    row->revealer = gtk_revealer_new();
    row->about = add_line(box, NULL);
    row->out_line = add_line(box, "dim-label akin-small");
    row->in_line = add_line(box, "dim-label akin-small");
    row->used = add_line(box, "dim-label akin-small");
    row->pin = gtk_check_button_new_with_mnemonic(_("Always show in the _menu"));
    gtk_toggle_button_set_active(
        GTK_TOGGLE_BUTTON(row->pin),
        akin_settings_get_pinned(akin_desk_get_settings(row->desk), row->name));
    g_signal_connect_swapped(row->pin, "toggled", G_CALLBACK(on_pin), row);
    gtk_container_add(GTK_CONTAINER(box), row->pin);
    row->buttons = make_buttons(row);
    gtk_container_add(GTK_CONTAINER(box), row->buttons);
    gtk_widget_set_halign(row->pin, GTK_ALIGN_START);
    akin_build_add_class(row->pin, "akin-flush");
    gtk_widget_set_margin_start(box, 34);
    gtk_widget_set_margin_end(box, 12);
    gtk_widget_set_margin_bottom(box, 12);
    gtk_container_add(GTK_CONTAINER(row->revealer), box);
    gtk_widget_show(row->pin);
    gtk_widget_show(box);
    gtk_widget_show(row->revealer);
    gtk_box_pack_start(GTK_BOX(row), row->revealer, FALSE, FALSE, 0);
}

/* Nothing where nobody counts, or does not say. */
static char *
describe_use(const AkinServiceInfo *service)
{
    if (!service->counted)
        return g_strdup("");
    if (service->used_out + service->used_in == 0)
        return g_strdup(_("Not used since the rules were loaded."));
    g_autofree char *out = g_strdup_printf("%" G_GUINT64_FORMAT, service->used_out);
    g_autofree char *in = g_strdup_printf("%" G_GUINT64_FORMAT, service->used_in);
    return g_strdup_printf(_("Connections since the rules were loaded: %s outgoing, %s incoming."),
                           out, in);
}

static void
show_line(GtkLabel *label, const char *format, const char *ports)
{
    g_autofree char *list = akin_service_ports(ports);
    g_autofree char *shown = akin_label(list, AKIN_BUILD_MOST_LETTERS);
    g_autofree char *text = g_strdup_printf(format, shown);
    gtk_label_set_text(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), *ports != '\0');
}

static void
show_inside(AkinServiceRow *row, const AkinServiceInfo *service)
{
    g_autofree char *used = describe_use(service);
    g_autofree char *about = akin_label(akin_service_info_about(service), AKIN_BUILD_MOST_LETTERS);
    gtk_label_set_text(row->about, about);
    gtk_widget_set_visible(GTK_WIDGET(row->about), *about != '\0');
    show_line(row->out_line, _("Outgoing: %s"), service->out_ports);
    show_line(row->in_line, _("Incoming: %s"), service->in_ports);
    gtk_label_set_text(row->used, used);
    gtk_widget_set_visible(GTK_WIDGET(row->used), *used != '\0');
    gtk_widget_set_visible(row->buttons, service->own);
    gtk_widget_set_sensitive(row->buttons, row->may_change && !row->leaving);
}

static void
on_open(GtkToggleButton *opener, gpointer data)
{
    AkinServiceRow *row = data;
    gboolean open = gtk_toggle_button_get_active(opener);
    const AkinServiceInfo *service = find(row);
    if (!row->revealer && !service)
        return;
    if (!row->revealer)
        make_inside(row);
    if (service)
        show_inside(row, service);
    gtk_revealer_set_reveal_child(GTK_REVEALER(row->revealer), open);
}

/* --- The row ---------------------------------------------------------------------------------- */

/* Both directions in few letters; the inner part has all of it. */
static char *
describe(const AkinServiceInfo *service)
{
    g_autofree char *out = akin_service_ports(service->out_ports);
    g_autofree char *in = akin_service_ports(service->in_ports);
    const char *ports = *out ? out : in;
    guint64 used = service->used_out + service->used_in;
    if (used == 0)
        return g_strdup(ports);
    guint shown = MIN(used, G_MAXUINT);
    g_autofree char *times =
        g_strdup_printf(g_dngettext(NULL, "used %u time", "used %u times", shown), shown);
    return g_strdup_printf("%s · %s", ports, times);
}

void
akin_service_row_show(AkinServiceRow *row, const AkinServiceInfo *service, gboolean may_change)
{
    g_autofree char *title = akin_label(akin_service_info_title(service), TITLE_MAX_LENGTH);
    g_autofree char *all = describe(service);
    g_autofree char *ports = akin_label(all, TITLE_MAX_LENGTH);
    guint offers = akin_service_info_offers(service);
    if (g_strcmp0(gtk_label_get_text(row->title), title) != 0) {
        g_autofree char *name = g_strdup_printf(_("%s, details"), title);
        gtk_label_set_text(row->title, title);
        akin_build_name(row->opener, name);
    }
    if (g_strcmp0(gtk_label_get_text(row->ports), ports) != 0)
        gtk_label_set_text(row->ports, ports);
    row->may_change = may_change;
    show_switch(row, row->out, _("%s, outgoing"), offers & AKIN_OUTGOING,
                (service->allowed & AKIN_OUTGOING) != 0);
    show_switch(row, row->in, _("%s, incoming"), offers & AKIN_INCOMING,
                (service->allowed & AKIN_INCOMING) != 0);
    if (row->revealer && gtk_revealer_get_reveal_child(GTK_REVEALER(row->revealer)))
        show_inside(row, service);
}

static GtkWidget *
make_opener(AkinServiceRow *row)
{
    GtkWidget *opener = gtk_toggle_button_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 1);
    row->title = GTK_LABEL(akin_build_label(NULL, NULL));
    row->ports = GTK_LABEL(akin_build_label(NULL, "dim-label akin-small"));
    gtk_label_set_line_wrap(row->ports, FALSE);
    gtk_label_set_ellipsize(row->ports, PANGO_ELLIPSIZE_END);
    gtk_container_add(GTK_CONTAINER(words), GTK_WIDGET(row->title));
    gtk_container_add(GTK_CONTAINER(words), GTK_WIDGET(row->ports));
    gtk_box_pack_start(GTK_BOX(box),
                       gtk_image_new_from_icon_name("pan-end-symbolic", GTK_ICON_SIZE_BUTTON),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), words, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(opener), box);
    akin_build_add_class(opener, "akin-opener");
    g_signal_connect(opener, "toggled", G_CALLBACK(on_open), row);
    return opener;
}

GtkWidget *
akin_service_row_new(AkinDesk *desk, const AkinServiceInfo *service)
{
    AkinServiceRow *row =
        g_object_new(AKIN_TYPE_SERVICE_ROW, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    row->desk = g_object_ref(desk);
    row->name = g_strdup(service->name);
    row->opener = make_opener(row);
    gtk_box_pack_start(GTK_BOX(line), row->opener, TRUE, TRUE, 0);
    row->out = add_switch(row, GTK_BOX(line));
    row->in = add_switch(row, GTK_BOX(line));
    gtk_box_pack_start(GTK_BOX(row), line, FALSE, FALSE, 0);
    gtk_widget_set_name(GTK_WIDGET(row), service->name);
    gtk_widget_show_all(GTK_WIDGET(row));
    akin_service_row_show(row, service, akin_desk_may_change(desk));
    return GTK_WIDGET(row);
}

static void
finalize(GObject *object)
{
    AkinServiceRow *row = AKIN_SERVICE_ROW(object);
    g_clear_object(&row->desk);
    g_free(row->name);
    G_OBJECT_CLASS(akin_service_row_parent_class)->finalize(object);
}

static void
akin_service_row_class_init(AkinServiceRowClass *class)
{
    G_OBJECT_CLASS(class)->finalize = finalize;
}

static void
akin_service_row_init(AkinServiceRow *row)
{
    (void) row;
}
