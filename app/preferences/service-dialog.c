/* SPDX-License-Identifier: BSD-2-Clause */
#include "service-dialog.h"

#include <glib/gi18n.h>

#include "field.h"
#include "form-dialog.h"
#include "names.h"

#define AKIN_TYPE_SERVICE_DIALOG (akin_service_dialog_get_type())
G_DECLARE_FINAL_TYPE(AkinServiceDialog, akin_service_dialog, AKIN, SERVICE_DIALOG, AkinFormDialog)

struct _AkinServiceDialog {
    AkinFormDialog parent;
    AkinField *title, *name, *out, *in;
    GtkWidget *allow;
    gboolean name_is_mine; /* the name was written, not suggested */
    gboolean suggesting;
    gboolean edits; /* a service that is there; the name says which */
};

G_DEFINE_TYPE(AkinServiceDialog, akin_service_dialog, AKIN_TYPE_FORM_DIALOG)

/* --- Checks ----------------------------------------------------------------------------------- */

static gboolean
is_right(AkinFormDialog *dialog)
{
    AkinServiceDialog *self = AKIN_SERVICE_DIALOG(dialog);
    gboolean ports = !akin_field_is_empty(self->out) || !akin_field_is_empty(self->in);
    return ports && akin_field_is_right(self->title) && akin_field_is_right(self->name) &&
           akin_field_is_right(self->out) && akin_field_is_right(self->in);
}

static gboolean
is_taken(AkinServiceDialog *self, const char *name)
{
    AkinDesk *desk = akin_form_dialog_get_desk(AKIN_FORM_DIALOG(self));
    return !self->edits && akin_client_find_service(akin_desk_get_client(desk), name);
}

/* A title in letters that names have not gets a number. */
static char *
suggest_name(AkinServiceDialog *self)
{
    char *name = akin_check_suggest_name(akin_field_get_text(self->title));
    guint number = 0;
    if (*name || akin_field_is_empty(self->title))
        return name;
    do {
        g_free(name);
        name = g_strdup_printf("service-%u", ++number);
    } while (is_taken(self, name));
    return name;
}

static void
on_title_changed(AkinServiceDialog *self)
{
    if (!self->edits && !self->name_is_mine) {
        g_autofree char *name = suggest_name(self);
        self->suggesting = TRUE;
        akin_field_set_text(self->name, name);
        self->suggesting = FALSE;
    }
    akin_form_dialog_check(AKIN_FORM_DIALOG(self));
}

static void
on_name_changed(AkinServiceDialog *self)
{
    gboolean taken = is_taken(self, akin_field_get_text(self->name));
    if (!self->suggesting)
        self->name_is_mine = !akin_field_is_empty(self->name);
    akin_field_set_objection(self->name,
                             taken ? _("There is a service of this name already.") : NULL);
    akin_form_dialog_check(AKIN_FORM_DIALOG(self));
}

/* --- The change ------------------------------------------------------------------------------- */

/* Only the ports of one direction may be there. */
static guint
offered(const char *out_ports, const char *in_ports)
{
    return (*out_ports ? AKIN_OUTGOING : 0) | (*in_ports ? AKIN_INCOMING : 0);
}

static const char *
read_fields(AkinFormDialog *dialog, GVariant **args)
{
    AkinServiceDialog *self = AKIN_SERVICE_DIALOG(dialog);
    g_autofree char *name = akin_check_trim(akin_field_get_text(self->name));
    g_autofree char *title = akin_check_trim(akin_field_get_text(self->title));
    g_autofree char *out = akin_check_strip(akin_field_get_text(self->out));
    g_autofree char *in = akin_check_strip(akin_field_get_text(self->in));
    gboolean allow = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->allow));
    if (self->edits)
        *args = g_variant_new("(ssss)", name, title, out, in);
    else
        *args = g_variant_new("(ssssu)", name, title, out, in, allow ? offered(out, in) : 0);
    return self->edits ? "UpdateService" : "AddService";
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
    akin_form_dialog_start(AKIN_FORM_DIALOG(self), desk, edit ? _("_Save") : _("_Add"));
    akin_field_set_check(self->title, akin_check_title);
    akin_field_set_check(self->name, akin_check_name);
    akin_field_set_check(self->out, akin_check_ports);
    akin_field_set_check(self->in, akin_check_ports);
    if (edit)
        fill(self, edit);
    return GTK_WIDGET(self);
}

static void
akin_service_dialog_class_init(AkinServiceDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    AKIN_FORM_DIALOG_CLASS(class)->is_right = is_right;
    AKIN_FORM_DIALOG_CLASS(class)->read = read_fields;
    g_type_ensure(AKIN_TYPE_FIELD);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/service-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, title);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, name);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, out);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, in);
    gtk_widget_class_bind_template_child(widget_class, AkinServiceDialog, allow);
    gtk_widget_class_bind_template_callback(widget_class, on_title_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_name_changed);
    gtk_widget_class_bind_template_callback_full(widget_class, "check",
                                                 G_CALLBACK(akin_form_dialog_check));
}

static void
akin_service_dialog_init(AkinServiceDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
