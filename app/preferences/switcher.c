/* SPDX-License-Identifier: BSD-2-Clause */
#include "switcher.h"

struct _AkinSwitcher {
    GtkBox parent;
    GtkStack *stack; /* not owned: both are of one window */
};

G_DEFINE_TYPE(AkinSwitcher, akin_switcher, GTK_TYPE_BOX)

static G_DEFINE_QUARK(akin - switcher - page, page);

static void
on_toggled(GtkToggleButton *button, gpointer data)
{
    AkinSwitcher *switcher = data;
    if (gtk_toggle_button_get_active(button))
        gtk_stack_set_visible_child(switcher->stack,
                                    g_object_get_qdata(G_OBJECT(button), page_quark()));
}

static void
on_page_changed(GtkStack *stack, GParamSpec *spec, gpointer data)
{
    AkinSwitcher *switcher = data;
    GtkWidget *visible = gtk_stack_get_visible_child(stack);
    g_autoptr(GList) buttons = gtk_container_get_children(GTK_CONTAINER(switcher));
    (void) spec;
    for (GList *i = buttons; i; i = i->next) {
        if (g_object_get_qdata(i->data, page_quark()) == visible)
            gtk_toggle_button_set_active(i->data, TRUE);
    }
}

static GtkWidget *
make_content(const char *icon, const char *title, gboolean narrow)
{
    GtkWidget *box =
        gtk_box_new(narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, narrow ? 2 : 6);
    GtkWidget *label = gtk_label_new(title);
    gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
    gtk_box_pack_start(GTK_BOX(box), gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_MENU), FALSE,
                       FALSE, 0);
    if (narrow)
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    return box;
}

static GtkWidget *
make_button(GtkStack *stack, GtkWidget *page, const char *short_title)
{
    g_autofree char *title = NULL;
    g_autofree char *icon = NULL;
    gtk_container_child_get(GTK_CONTAINER(stack), page, "title", &title, "icon-name", &icon, NULL);
    GtkWidget *button = gtk_radio_button_new(NULL);
    gtk_toggle_button_set_mode(GTK_TOGGLE_BUTTON(button), FALSE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_container_add(GTK_CONTAINER(button),
                      make_content(icon, short_title ? short_title : title, short_title != NULL));
    atk_object_set_name(gtk_widget_get_accessible(button), title);
    g_object_set_qdata(G_OBJECT(button), page_quark(), page);
    gtk_widget_show_all(button);
    return button;
}

void
akin_switcher_set_stack(AkinSwitcher *switcher, GtkStack *stack, const char *const *short_titles)
{
    g_autoptr(GList) pages = gtk_container_get_children(GTK_CONTAINER(stack));
    GtkRadioButton *group = NULL;
    switcher->stack = stack;
    for (GList *i = pages; i; i = i->next) {
        GtkWidget *button = make_button(stack, i->data, short_titles ? *short_titles++ : NULL);
        gtk_radio_button_join_group(GTK_RADIO_BUTTON(button), group);
        group = GTK_RADIO_BUTTON(button);
        gtk_box_pack_start(GTK_BOX(switcher), button, TRUE, TRUE, 0);
        g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), switcher);
    }
    g_signal_connect_object(stack, "notify::visible-child", G_CALLBACK(on_page_changed), switcher,
                            0);
    on_page_changed(stack, NULL, switcher);
}

static void
akin_switcher_class_init(AkinSwitcherClass *class)
{
    (void) class;
}

static void
akin_switcher_init(AkinSwitcher *switcher)
{
    gtk_box_set_homogeneous(GTK_BOX(switcher), TRUE);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(switcher)),
                                "akin-switcher");
}
