/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "application.h"
#include "names.h"

/* Options and wiring; all else is in the libraries. */

/* Where our files are: the first of the system's data folders that has our icons. */
static char *
find_data_dir(void)
{
    for (const char *const *dir = g_get_system_data_dirs(); *dir; dir++) {
        g_autofree char *icon = g_build_filename(*dir, "icons", "hicolor", "symbolic", "apps",
                                                 "akin-on-symbolic.svg", NULL);
        if (g_file_test(icon, G_FILE_TEST_EXISTS))
            return g_strdup(*dir);
    }
    return g_strdup(AKIN_DATA_DIR);
}

/* GTK would remark on a locale that is not installed with a warning. */
static void
set_up_language(const char *data_dir)
{
    g_autofree char *translations = g_build_filename(data_dir, "locale", NULL);
    if (!setlocale(LC_ALL, ""))
        setlocale(LC_ALL, "C.UTF-8");
    gtk_disable_setlocale();
    bindtextdomain("akin", translations);
    bind_textdomain_codeset("akin", "UTF-8");
    textdomain("akin");
}

static gboolean
on_quit(gpointer data)
{
    g_application_quit(data);
    return G_SOURCE_CONTINUE;
}

typedef struct {
    gboolean preferences, version;
    char *socket;
} Options;

static gboolean
parse(int *argc, char ***argv, Options *options, GError **error)
{
    const GOptionEntry entries[] = {
        {"preferences", 0, 0, G_OPTION_ARG_NONE, &options->preferences,
         N_("Show the preferences window"), NULL},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket,
         N_("Talk to the helper at this socket"), N_("PATH")},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, N_("Print the version and exit"),
         NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, _("The firewall and NAT of this computer, in the panel"));
    g_option_context_add_main_entries(context, entries, "akin");
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc == 1)
        return TRUE;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                _("“%s” is no option; see akin --help"), (*argv)[1]);
    return FALSE;
}

static int
run(const Options *options, const char *data_dir)
{
    g_autofree char *icons = g_build_filename(data_dir, "icons", NULL);
    g_autoptr(GtkApplication) app = akin_app_new(options->socket, icons, options->preferences);
    g_unix_signal_add(SIGTERM, on_quit, app);
    g_unix_signal_add(SIGINT, on_quit, app);
    return g_application_run(G_APPLICATION(app), 0, NULL);
}

int
main(int argc, char **argv)
{
    g_autofree char *data_dir = find_data_dir();
    g_autoptr(GError) error = NULL;
    Options options = {FALSE, FALSE, NULL};
    int status = 1;
    set_up_language(data_dir);
    if (!parse(&argc, &argv, &options, &error)) {
        fprintf(stderr, "akin: %s\n", error->message);
        status = 2;
    } else if (options.version) {
        printf("akin %s\n", AKIN_VERSION);
        status = 0;
    } else if (!gtk_init_check(NULL, NULL)) {
        fprintf(stderr, "akin: %s\n",
                _("there is no display; start it in a desktop session, or use akinctl"));
    } else {
        status = run(&options, data_dir);
    }
    g_free(options.socket);
    return status;
}
