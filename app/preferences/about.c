/* SPDX-License-Identifier: BSD-2-Clause */
#include "about.h"

#include <glib/gi18n.h>

#include "names.h"

void
akin_about_show(GtkWindow *parent)
{
    gtk_show_about_dialog(
        parent, "program-name", "akin", "version", AKIN_VERSION, "logo-icon-name", "akin",
        "comments", _("A firewall and NAT in your menu bar,\nfor people who run virtual machines."),
        /* Translators: your name, one person a line. */
        "translator-credits", _("translator-credits"), "license-type", GTK_LICENSE_BSD, NULL);
}
