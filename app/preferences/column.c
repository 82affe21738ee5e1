/* SPDX-License-Identifier: BSD-2-Clause */
#include "column.h"

struct _AkinColumn {
    GtkBin parent;
};

G_DEFINE_TYPE(AkinColumn, akin_column, GTK_TYPE_BIN)

static GtkWidget *
visible_child(GtkWidget *widget)
{
    GtkWidget *child = gtk_bin_get_child(GTK_BIN(widget));
    return child && gtk_widget_get_visible(child) ? child : NULL;
}

static GtkSizeRequestMode
get_request_mode(GtkWidget *widget)
{
    (void) widget;
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
get_preferred_width(GtkWidget *widget, int *minimum, int *natural)
{
    GtkWidget *child = visible_child(widget);
    *minimum = *natural = 0;
    if (child)
        gtk_widget_get_preferred_width(child, minimum, natural);
    *natural = MAX(*minimum, MIN(*natural, AKIN_COLUMN_WIDTH));
}

static void
get_preferred_height_for_width(GtkWidget *widget, int width, int *minimum, int *natural)
{
    GtkWidget *child = visible_child(widget);
    *minimum = *natural = 0;
    if (child)
        gtk_widget_get_preferred_height_for_width(child, MIN(width, AKIN_COLUMN_WIDTH), minimum,
                                                  natural);
}

static void
get_preferred_height(GtkWidget *widget, int *minimum, int *natural)
{
    int width, unused;
    get_preferred_width(widget, &width, &unused);
    get_preferred_height_for_width(widget, width, minimum, natural);
}

static void
size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
    GtkWidget *child = visible_child(widget);
    gtk_widget_set_allocation(widget, allocation);
    if (!child)
        return;
    GtkAllocation inner = *allocation;
    inner.width = MIN(inner.width, AKIN_COLUMN_WIDTH);
    inner.x += (allocation->width - inner.width) / 2;
    gtk_widget_size_allocate(child, &inner);
}

/* What gets the focus by the keyboard scrolls into view. */
static void
map(GtkWidget *widget)
{
    GtkWidget *viewport = gtk_widget_get_parent(widget);
    if (GTK_IS_VIEWPORT(viewport))
        gtk_container_set_focus_vadjustment(
            GTK_CONTAINER(widget), gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(viewport)));
    GTK_WIDGET_CLASS(akin_column_parent_class)->map(widget);
}

static void
akin_column_class_init(AkinColumnClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->get_request_mode = get_request_mode;
    widget_class->get_preferred_width = get_preferred_width;
    widget_class->get_preferred_height = get_preferred_height;
    widget_class->get_preferred_height_for_width = get_preferred_height_for_width;
    widget_class->size_allocate = size_allocate;
    widget_class->map = map;
}

static void
akin_column_init(AkinColumn *column)
{
    (void) column;
}
