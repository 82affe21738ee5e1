/* SPDX-License-Identifier: BSD-2-Clause */
#include "forward-dialog.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "field.h"
#include "form-dialog.h"
#include "known.h"

#define AKIN_TYPE_FORWARD_DIALOG (akin_forward_dialog_get_type())
G_DECLARE_FINAL_TYPE(AkinForwardDialog, akin_forward_dialog, AKIN, FORWARD_DIALOG, AkinFormDialog)

struct _AkinForwardDialog {
    AkinFormDialog parent;
    GVariant *edit; /* the forward as it was; NULL for a new one */
    GtkComboBox *protocol, *from;
    AkinField *port, *address, *target, *network;
    gboolean target_is_mine; /* the machine's port was written, not copied */
    gboolean copying;
};

G_DEFINE_TYPE(AkinForwardDialog, akin_forward_dialog, AKIN_TYPE_FORM_DIALOG)

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

/* A machine that the forward leads to already stays right, also while its network is down. */
static gboolean
is_same_machine(AkinForwardDialog *self)
{
    g_autofree char *address = akin_check_trim(akin_field_get_text(self->address));
    return self->edit && g_str_equal(akin_forward_info(self->edit).address, address);
}

static void
object(AkinForwardDialog *self, const AkinSnapshot *snapshot)
{
    const char *address = akin_field_get_text(self->address);
    const char *protocol = gtk_combo_box_get_active_id(self->protocol);
    guint number = atoi(akin_field_get_text(self->port));
    g_autofree char *port = akin_known_port(snapshot, protocol, number, address, self->edit);
    g_autofree char *machine = is_same_machine(self) ? NULL : akin_known_machine(snapshot, address);
    g_autofree char *source = akin_known_source(akin_field_get_text(self->network), address);
    akin_field_set_objection(self->port, port);
    akin_field_set_objection(self->address, machine);
    akin_field_set_objection(self->network, source);
}

static void
check(AkinForwardDialog *self)
{
    AkinDesk *desk = akin_form_dialog_get_desk(AKIN_FORM_DIALOG(self));
    const AkinSnapshot *snapshot = akin_client_get_snapshot(akin_desk_get_client(desk));
    if (snapshot)
        object(self, snapshot);
    akin_form_dialog_check(AKIN_FORM_DIALOG(self));
}

static gboolean
is_right(AkinFormDialog *dialog)
{
    AkinForwardDialog *self = AKIN_FORWARD_DIALOG(dialog);
    return akin_field_is_right(self->port) && akin_field_is_right(self->address) &&
           akin_field_is_right(self->target) &&
           (!is_from_network(self) || akin_field_is_right(self->network));
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

/* An edit is one transaction: connections are not cut, and nothing is lost when it is refused. */
static const char *
read_fields(AkinFormDialog *dialog, GVariant **args)
{
    AkinForwardDialog *self = AKIN_FORWARD_DIALOG(dialog);
    g_autofree char *address = akin_check_trim(akin_field_get_text(self->address));
    g_autofree char *network = akin_check_trim(akin_field_get_text(self->network));
    const char *protocol = gtk_combo_box_get_active_id(self->protocol);
    const char *from = is_from_network(self) ? network : gtk_combo_box_get_active_id(self->from);
    guint port = atoi(akin_field_get_text(self->port));
    guint target = atoi(akin_field_get_text(self->target));
    if (!self->edit) {
        *args = g_variant_new("(sqsqs)", protocol, port, address, target, from);
        return "AddForward";
    }
    AkinForwardInfo old = akin_forward_info(self->edit);
    *args = g_variant_new("(sqssqsqs)", old.protocol, old.port, old.address, protocol, port,
                          address, target, from);
    return "ReplaceForward";
}

/* --- The dialog ------------------------------------------------------------------------------- */

static void
offer_machines(AkinForwardDialog *self, AkinDesk *desk)
{
    GPtrArray *machines = akin_client_get_machines(akin_desk_get_client(desk));
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
fill(AkinForwardDialog *self, GVariant *forward)
{
    AkinForwardInfo edit = akin_forward_info(forward);
    self->edit = g_variant_ref(forward);
    gtk_combo_box_set_active_id(self->protocol, edit.protocol);
    set_port(self->target, edit.target_port);
    set_port(self->port, edit.port);
    akin_field_set_text(self->address, edit.address);
    if (!gtk_combo_box_set_active_id(self->from, edit.from)) {
        gtk_combo_box_set_active_id(self->from, "network");
        akin_field_set_text(self->network, edit.from);
    }
}

GtkWidget *
akin_forward_dialog_new(GtkWindow *parent, AkinDesk *desk, GVariant *edit, const char *address)
{
    AkinForwardDialog *self =
        g_object_new(AKIN_TYPE_FORWARD_DIALOG, "use-header-bar", 1, "transient-for", parent,
                     "title", edit ? _("Edit forward") : _("Forward a port"), NULL);
    akin_form_dialog_start(AKIN_FORM_DIALOG(self), desk, edit ? _("_Save") : _("_Add"));
    akin_field_set_check(self->port, akin_check_port);
    akin_field_set_check(self->target, akin_check_port);
    akin_field_set_check(self->address, akin_check_machine);
    akin_field_set_check(self->network, akin_check_network);
    offer_machines(self, desk);
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
    g_clear_pointer(&AKIN_FORWARD_DIALOG(object)->edit, g_variant_unref);
    G_OBJECT_CLASS(akin_forward_dialog_parent_class)->finalize(object);
}

static void
akin_forward_dialog_class_init(AkinForwardDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    AKIN_FORM_DIALOG_CLASS(class)->is_right = is_right;
    AKIN_FORM_DIALOG_CLASS(class)->read = read_fields;
    g_type_ensure(AKIN_TYPE_FIELD);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/forward-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, protocol);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, from);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, port);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, address);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, target);
    gtk_widget_class_bind_template_child(widget_class, AkinForwardDialog, network);
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
