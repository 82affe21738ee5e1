/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * The application: icon, window and notifications on top of one client, once it runs. Activating
 * it shows the window; its first activation does so only if show is set.
 *
 * socket_path NULL: the path of this system. icons: the folder that holds hicolor/.
 */
GtkApplication *akin_app_new(const char *socket_path, const char *icons, gboolean show);

/*
 * Finds out whether one runs in this session already, which is then raised by g_application_run().
 * Fails if that one talks to another socket than was named here.
 */
gboolean akin_app_register(GtkApplication *app, GError **error);
