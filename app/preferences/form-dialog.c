/* SPDX-License-Identifier: BSD-2-Clause */
#include "form-dialog.h"

#include <glib/gi18n.h>

#include "build.h"
#include "label.h"

typedef struct {
    AkinDesk *desk;
    GtkWidget *form, *refused;
    GtkLabel *refused_label;
    GtkWidget *focus; /* where it was when the change was sent; not owned */
    gboolean busy;
} AkinFormDialogPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(AkinFormDialog, akin_form_dialog, GTK_TYPE_DIALOG)

static AkinFormDialogPrivate *
get(AkinFormDialog *dialog)
{
    return akin_form_dialog_get_instance_private(dialog);
}

AkinDesk *
akin_form_dialog_get_desk(AkinFormDialog *dialog)
{
    return get(dialog)->desk;
}

void
akin_form_dialog_check(AkinFormDialog *dialog)
{
    gboolean right = !get(dialog)->busy && AKIN_FORM_DIALOG_GET_CLASS(dialog)->is_right(dialog);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog), GTK_RESPONSE_OK, right);
}

static void
set_busy(AkinFormDialog *dialog, gboolean busy)
{
    get(dialog)->busy = busy;
    gtk_widget_set_sensitive(get(dialog)->form, !busy);
    akin_form_dialog_check(dialog);
}

/* A form that was insensitive has lost the focus: whoever uses the keyboard goes on where he was.
 */
static void
say_refused(AkinFormDialog *dialog, const GError *error)
{
    AkinFormDialogPrivate *self = get(dialog);
    g_autofree char *reason = akin_label(error->message, AKIN_BUILD_MOST_LETTERS);
    g_autofree char *sentence = akin_sentence(reason);
    gtk_label_set_text(self->refused_label, sentence);
    akin_build_name(self->refused, sentence);
    gtk_widget_show(self->refused);
    set_busy(dialog, FALSE);
    if (self->focus)
        gtk_widget_grab_focus(self->focus);
}

static void
on_done(GtkWidget *subject, const GError *error)
{
    AkinFormDialog *dialog = AKIN_FORM_DIALOG(subject);
    gboolean closed = get(dialog)->form == NULL;
    if (error && closed)
        akin_desk_say_error(get(dialog)->desk, error);
    else if (error)
        say_refused(dialog, error);
    else
        gtk_widget_destroy(subject);
}

static void
response(GtkDialog *base, int id)
{
    AkinFormDialog *dialog = AKIN_FORM_DIALOG(base);
    AkinFormDialogPrivate *self = get(dialog);
    GVariant *args;
    if (id != GTK_RESPONSE_OK) {
        gtk_widget_destroy(GTK_WIDGET(base));
        return;
    }
    const char *method = AKIN_FORM_DIALOG_GET_CLASS(dialog)->read(dialog, &args);
    self->focus = gtk_window_get_focus(GTK_WINDOW(base));
    gtk_widget_hide(self->refused);
    set_busy(dialog, TRUE);
    akin_desk_try(self->desk, GTK_WIDGET(base), method, args, on_done);
}

void
akin_form_dialog_start(AkinFormDialog *dialog, AkinDesk *desk, const char *verb)
{
    get(dialog)->desk = g_object_ref(desk);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    GtkWidget *button = gtk_dialog_add_button(GTK_DIALOG(dialog), verb, GTK_RESPONSE_OK);
    akin_build_add_class(button, GTK_STYLE_CLASS_SUGGESTED_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
    akin_form_dialog_check(dialog);
}

static void
finalize(GObject *object)
{
    g_clear_object(&get(AKIN_FORM_DIALOG(object))->desk);
    G_OBJECT_CLASS(akin_form_dialog_parent_class)->finalize(object);
}

static void
akin_form_dialog_class_init(AkinFormDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    GTK_DIALOG_CLASS(class)->response = response;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/form-dialog.ui");
    gtk_widget_class_bind_template_child_internal_private(widget_class, AkinFormDialog, form);
    gtk_widget_class_bind_template_child_private(widget_class, AkinFormDialog, refused);
    gtk_widget_class_bind_template_child_private(widget_class, AkinFormDialog, refused_label);
}

static void
akin_form_dialog_init(AkinFormDialog *dialog)
{
    gtk_widget_init_template(GTK_WIDGET(dialog));
}
