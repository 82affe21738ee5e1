/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gtk/gtk.h>

/*
 * The application: icon, window and notifications on top of one client, once it runs. Activating
 * it shows the window; its first activation does so only if show is set. Where one runs already in
 * this session, that one is activated instead; but if it talks to another socket than is named
 * here, this one says so and ends with 1.
 *
 * socket_path NULL: the path of this system. icons: the folder that holds hicolor/.
 */
GtkApplication *akin_app_new(const char *socket_path, const char *icons, gboolean show);
