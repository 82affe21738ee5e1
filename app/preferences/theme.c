/* SPDX-License-Identifier: BSD-2-Clause */
#include "theme.h"

void
akin_theme_load(void)
{
    g_autoptr(GtkCssProvider) style = gtk_css_provider_new();
    gtk_css_provider_load_from_resource(style, "/org/akin/ui/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* In dark themes cards are lighter than what is behind them, as on other desktops. */
static void
on_style_updated(GtkWidget *widget)
{
    GdkRGBA ink;
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    gboolean known = gtk_style_context_lookup_color(style, "theme_fg_color", &ink);
    gboolean dark = known && ink.red + ink.green + ink.blue > 1.5;
    if (dark == gtk_style_context_has_class(style, "akin-dark"))
        return;
    if (dark)
        gtk_style_context_add_class(style, "akin-dark");
    else
        gtk_style_context_remove_class(style, "akin-dark");
}

void
akin_theme_follow(GtkWidget *window)
{
    g_signal_connect_after(window, "style-updated", G_CALLBACK(on_style_updated), NULL);
    on_style_updated(window);
}
