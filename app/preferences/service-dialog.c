/* SPDX-License-Identifier: BSD-2-Clause */
#include "service-dialog.h"

#include <glib/gi18n.h>

#include "field.h"
#include "label.h"
#include "names.h"

#define AKIN_TYPE_SERVICE_DIALOG (akin_service_dialog_get_type())
G_DECLARE_FINAL_TYPE(AkinServiceDialog, akin_service_dialog, AKIN, SERVICE_DIALOG, GtkDialog)

struct _AkinServiceDialog {
    GtkDialog parent;
    AkinDesk *desk;
    AkinField *title, *name, *out, *in;
    GtkWidget *refused, *allow, *form;
    GtkLabel *refused_label;
    gboolean name_is_mine; /* the name was written, not suggested */
    gboolean suggesting;
    gboolean edits; /* a service that is there; the name says which */
    gboolean busy;
};

G_DEFINE_TYPE(AkinServiceDialog, akin_service_dialog, GTK_TYPE_DIALOG)

/* --- Checks ----------------------------------------------------------------------------------- */

static void
check(AkinServiceDialog *self)
{
    gboolean ports = !akin_field_is_empty(self->out) || !akin_field_is_empty(self->in);
    gboolean right = ports && akin_field_is_right(self->title) && akin_field_is_right(self->name) &&
                     akin_field_is_right(self->out) && akin_field_is_right(self->in);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, right && !self->busy);
}

static void
on_title_changed(AkinServiceDialog *self)
{
    if (!self->edits && !self->name_is_mine) {
        g_autofree char *name = akin_check_suggest_name(akin_field_get_text(self->title));
        self->suggesting = TRUE;
        akin_field_set_text(self->name, name);
        self->suggesting = FALSE;
    }
    check(self);
}

static void
on_name_changed(AkinServiceDialog *self)
{
    const char *name = akin_field_get_text(self->name);
    gboolean taken =
        !self->edits && akin_client_find_service(akin_desk_get_client(self->desk), name) != NULL;
    if (!self->suggesting)
        self->name_is_mine = !akin_field_is_empty(self->name);
    akin_field_set_objection(self->name,
                             taken ? _("There is a service of this name already.") : NULL);
    check(self);
}

/* --- The change ------------------------------------------------------------------------------- */

static void
set_busy(AkinServiceDialog *self, gboolean busy)
{
    self->busy = busy;
    gtk_widget_set_sensitive(self->form, !busy);
    check(self);
}

static void
on_done(GtkWidget *subject, const GError *error)
{
    AkinServiceDialog *self = AKIN_SERVICE_DIALOG(subject);
    if (!error || !self->form) {
        gtk_widget_destroy(subject);
        return;
    }
    g_autofree char *sentence = akin_sentence(error->message);
    gtk_label_set_text(self->refused_label, sentence);
    gtk_widget_show(self->refused);
    set_busy(self, FALSE);
}

/* Only the ports of one direction may be there. */
static guint
offered(const char *out_ports, const char *in_ports)
{
    return (*out_ports ? AKIN_OUTGOING : 0) | (*in_ports ? AKIN_INCOMING : 0);
}

static void
send_change(AkinServiceDialog *self)
{
    g_autofree char *name = akin_check_trim(akin_field_get_text(self->name));
    g_autofree char *title = akin_check_trim(akin_field_get_text(self->title));
    g_autofree char *out = akin_check_strip(akin_field_get_text(self->out));
    g_autofree char *in = akin_check_strip(akin_field_get_text(self->in));
    gboolean allow = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->allow));
    if (self->edits)
        akin_desk_try(self->desk, GTK_WIDGET(self), "UpdateService",
                      g_variant_new("(ssss)", name, title, out, in), on_done);
    else
        akin_desk_try(self->desk, GTK_WIDGET(self), "AddService",
                      g_variant_new("(ssssu)", name, title, out, in, allow ? offered(out, in) : 0),
                      on_done);
}

static void
response(GtkDialog *dialog, int id)
{
    AkinServiceDialog *self = AKIN_SERVICE_DIALOG(dialog);
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
fill(AkinServiceDialog *self, const AkinServiceInfo *edit)
{
    self->edits = TRUE;
    akin_field_set_text(self->title, edit->title);
    akin_field_set_text(self->name, edit->name);
    akin_field_set_text(self->out, edit->out_ports);
    akin_field_set_text(self->in, edit->in_ports);
    /* Scripts and the policy file know it by its name. */
    gtk_widget_set_sensitive(GTK_WIDGET(self->name), FALSE);
    gtk_widget_hide(self->allow);
}

GtkWidget *
akin_service_dialog_new(GtkWindow *parent, AkinDesk *desk, const AkinServiceInfo *edit)
{
    AkinServiceDialog *self =
        g_object_new(AKIN_TYPE_SERVICE_DIALOG, "use-header-bar", 1, "transient-for", parent,
                     "title", edit ? _("Edit service") : _("Add a service"), NULL);
    self->desk = g_object_ref(desk);
    gtk_dialog_add_button(GTK_DIALOG(self), _("_Cancel"), GTK_RESPONSE_CANCEL);
    GtkWidget *button =
        gtk_dialog_add_button(GTK_DIALOG(self), edit ? _("_Save") : _("_Add"), GTK_RESPONSE_OK);
    gtk_style_context_add_class(gtk_widget_get_style_context(button),
                                GTK_STYLE_CLASS_SUGGESTED_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
    akin_field_set_check(self->title, akin_check_title);
    akin_field_set_check(self->name, akin_check_name);
    akin_field_set_check(self->out, akin_check_ports);
    akin_field_set_check(self->in, akin_check_ports);
    if (edit)
        fill(self, edit);
    check(self);
    return GTK_WIDGET(self);
}

static void
finalize(GObject *object)
{
    AkinServiceDialog *self = AKIN_SERVICE_DIALOG(object);
    g_clear_object(&self->desk);
    G_OBJECT_CLASS(akin_service_dialog_parent_class)->finalize(object);
}

static void
akin_service_dialog_class_init(AkinServiceDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    GTK_DIALOG_CLASS(class)->response = response;
    g_type_ensure(AKIN_TYPE_FIELD);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/service-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, title);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, name);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, out);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, in);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, allow);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, form);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, refused);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, refused_label);
    gtk_widget_class_bind_template_callback(widget_class, on_title_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_name_changed);
    gtk_widget_class_bind_template_callback(widget_class, check);
}

static void
akin_service_dialog_init(AkinServiceDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
