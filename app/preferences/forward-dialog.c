/* SPDX-License-Identifier: BSD-2-Clause */
#include "forward-dialog.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "field.h"
#include "label.h"

#define AKIN_TYPE_FORWARD_DIALOG (akin_forward_dialog_get_type())
G_DECLARE_FINAL_TYPE(AkinForwardDialog, akin_forward_dialog, AKIN, FORWARD_DIALOG, GtkDialog)

struct _AkinForwardDialog {
    GtkDialog parent;
    AkinDesk *desk;
    GVariant *edit; /* the forward as it was; NULL for a new one */
    GtkComboBox *protocol, *from;
    AkinField *port, *address, *target, *network;
    GtkWidget *refused, *form;
    GtkLabel *refused_label;
    gboolean target_is_mine; /* the machine's port was written, not copied */
    gboolean copying;
    gboolean busy;
};

G_DEFINE_TYPE(AkinForwardDialog, akin_forward_dialog, GTK_TYPE_DIALOG)

AkinForwardInfo
akin_forward_info(GVariant *forward)
{
    AkinForwardInfo info;
    g_variant_get(forward, "(&sq&sq&sb)", &info.protocol, &info.port, &info.address,
                  &info.target_port, &info.from, &info.works);
    return info;
}

/* --- Checks ----------------------------------------------------------------------------------- */

static gboolean
is_from_network(AkinForwardDialog *self)
{
    return g_strcmp0(gtk_combo_box_get_active_id(self->from), "network") == 0;
}

static void
check(AkinForwardDialog *self)
{
    gboolean right = akin_field_is_right(self->port) && akin_field_is_right(self->address) &&
                     akin_field_is_right(self->target) &&
                     (!is_from_network(self) || akin_field_is_right(self->network));
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, right && !self->busy);
}

static void
on_port_changed(AkinForwardDialog *self)
{
    if (!self->target_is_mine) {
        self->copying = TRUE;
        akin_field_set_text(self->target, akin_field_get_text(self->port));
        self->copying = FALSE;
    }
    check(self);
}

static void
on_target_changed(AkinForwardDialog *self)
{
    if (!self->copying)
        self->target_is_mine = !akin_field_is_empty(self->target);
    check(self);
}

static void
on_from_changed(AkinForwardDialog *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->network), is_from_network(self));
    check(self);
}

/* --- The change ------------------------------------------------------------------------------- */

static void
set_busy(AkinForwardDialog *self, gboolean busy)
{
    self->busy = busy;
    gtk_widget_set_sensitive(self->form, !busy);
    check(self);
}

static void
on_done(GtkWidget *subject, const GError *error)
{
    AkinForwardDialog *self = AKIN_FORWARD_DIALOG(subject);
    if (!error || !self->form) {
        gtk_widget_destroy(subject);
        return;
    }
    g_autofree char *sentence = akin_sentence(error->message);
    gtk_label_set_text(self->refused_label, sentence);
    gtk_widget_show(self->refused);
    set_busy(self, FALSE);
}

/* In one transaction: connections are not cut, and nothing is lost when it is refused. */
static void
send_change(AkinForwardDialog *self)
{
    g_autofree char *address = akin_check_trim(akin_field_get_text(self->address));
    g_autofree char *network = akin_check_trim(akin_field_get_text(self->network));
    const char *protocol = gtk_combo_box_get_active_id(self->protocol);
    const char *from = is_from_network(self) ? network : gtk_combo_box_get_active_id(self->from);
    guint port = atoi(akin_field_get_text(self->port));
    guint target = atoi(akin_field_get_text(self->target));
    if (!self->edit) {
        akin_desk_try(self->desk, GTK_WIDGET(self), "AddForward",
                      g_variant_new("(sqsqs)", protocol, port, address, target, from), on_done);
        return;
    }
    AkinForwardInfo old = akin_forward_info(self->edit);
    akin_desk_try(self->desk, GTK_WIDGET(self), "ReplaceForward",
                  g_variant_new("(sqssqsqs)", old.protocol, old.port, old.address, protocol, port,
                                address, target, from),
                  on_done);
}

static void
response(GtkDialog *dialog, int id)
{
    AkinForwardDialog *self = AKIN_FORWARD_DIALOG(dialog);
    if (id != GTK_RESPONSE_OK) {
        gtk_widget_destroy(GTK_WIDGET(dialog));
        return;
    }
    gtk_widget_hide(self->refused);
    set_busy(self, TRUE);
    send_change(self);
}

/* --- The dialog ------------------------------------------------------------------------------- */

static void
offer_machines(AkinForwardDialog *self)
{
    GPtrArray *machines = akin_client_get_machines(akin_desk_get_client(self->desk));
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    for (guint i = 0; i < machines->len; i++) {
        const AkinMachine *machine = g_ptr_array_index(machines, i);
        for (char **address = machine->addresses; *address; address++)
            g_ptr_array_add(addresses, *address);
    }
    g_ptr_array_add(addresses, NULL);
    if (machines->len > 0)
        akin_field_set_choices(self->address, (const char *const *) addresses->pdata);
}

static void
set_port(AkinField *field, guint16 port)
{
    g_autofree char *text = g_strdup_printf("%u", port);
    akin_field_set_text(field, text);
}

static void
fill(AkinForwardDialog *self, const AkinForwardInfo *edit)
{
    gtk_combo_box_set_active_id(self->protocol, edit->protocol);
    set_port(self->target, edit->target_port);
    set_port(self->port, edit->port);
    akin_field_set_text(self->address, edit->address);
    if (!gtk_combo_box_set_active_id(self->from, edit->from)) {
        gtk_combo_box_set_active_id(self->from, "network");
        akin_field_set_text(self->network, edit->from);
    }
    self->edit =
        g_variant_ref_sink(g_variant_new("(sqsqsb)", edit->protocol, edit->port, edit->address,
                                         edit->target_port, edit->from, edit->works));
}

static void
add_buttons(GtkDialog *dialog, const char *verb)
{
    gtk_dialog_add_button(dialog, _("_Cancel"), GTK_RESPONSE_CANCEL);
    GtkWidget *button = gtk_dialog_add_button(dialog, verb, GTK_RESPONSE_OK);
    gtk_style_context_add_class(gtk_widget_get_style_context(button),
                                GTK_STYLE_CLASS_SUGGESTED_ACTION);
    gtk_dialog_set_default_response(dialog, GTK_RESPONSE_OK);
}

GtkWidget *
akin_forward_dialog_new(GtkWindow *parent, AkinDesk *desk, const AkinForwardInfo *edit,
                        const char *address)
{
    AkinForwardDialog *self =
        g_object_new(AKIN_TYPE_FORWARD_DIALOG, "use-header-bar", 1, "transient-for", parent,
                     "title", edit ? _("Edit forward") : _("Forward a port"), NULL);
    self->desk = g_object_ref(desk);
    add_buttons(GTK_DIALOG(self), edit ? _("_Save") : _("_Add"));
    akin_field_set_check(self->port, akin_check_port);
    akin_field_set_check(self->target, akin_check_port);
    akin_field_set_check(self->address, akin_check_address);
    akin_field_set_check(self->network, akin_check_network);
    offer_machines(self);
    if (edit)
        fill(self, edit);
    else if (address)
        akin_field_set_text(self->address, address);
    on_from_changed(self);
    gtk_widget_grab_focus(GTK_WIDGET(akin_field_get_entry(self->port)));
    return GTK_WIDGET(self);
}

static void
finalize(GObject *object)
{
    AkinForwardDialog *self = AKIN_FORWARD_DIALOG(object);
    g_clear_object(&self->desk);
    g_clear_pointer(&self->edit, g_variant_unref);
    G_OBJECT_CLASS(akin_forward_dialog_parent_class)->finalize(object);
}

static void
akin_forward_dialog_class_init(AkinForwardDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    GTK_DIALOG_CLASS(class)->response = response;
    g_type_ensure(AKIN_TYPE_FIELD);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/forward-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, protocol);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, from);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, port);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, address);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, target);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, network);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, form);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, refused);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, refused_label);
    gtk_widget_class_bind_template_callback(widget_class, on_port_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_target_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_from_changed);
    gtk_widget_class_bind_template_callback(widget_class, check);
}

static void
akin_forward_dialog_init(AkinForwardDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
