/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *key, *title, *about;
} kinds[AKIN_NOTICE_N_KINDS] = {
    [AKIN_NOTICE_FIREWALL] = {"firewall", N_("Firewall"),
                              N_("It was turned on or off, or akin was stopped.")},
    [AKIN_NOTICE_NAT] = {"nat", N_("Network for virtual machines"),
                         N_("NAT began to run, or ended.")},
    [AKIN_NOTICE_NIC] = {"nic", N_("Network card"),
                         N_("Another network card carries the traffic now.")},
    [AKIN_NOTICE_PANIC] = {"panic", N_("Block everything"),
                           N_("Everything was blocked, or is let through again.")},
    [AKIN_NOTICE_HELPER] = {"helper", N_("Helper"),
                            N_("akin's helper went away, or is back.")},
    [AKIN_NOTICE_RULES] = {"rules", N_("Other programs"),
                           N_("Another program changed akin's rules, and they were restored.")},
    [AKIN_NOTICE_WARNING] = {"warning", N_("Something to look at"),
                             N_("There is a new warning on the overview.")},
};
/* clang-format on */

#define NOTICES "Notifications"
#define MENU "Menu"
#define TRIAL "Trial"
#define MOST_TOGGLED 8
#define DESKTOP_FILE "akin.desktop"

struct _AkinSettings {
    GObject parent;
    char *dir, *path;
    GKeyFile *file;
    gboolean broken;              /* the file has more in it, which cannot be read */
    GHashTable *pinned, *toggled; /* what the file lists */
};

G_DEFINE_TYPE(AkinSettings, akin_settings, G_TYPE_OBJECT)

static guint changed_signal;

const char *
akin_notice_kind_key(AkinNoticeKind kind)
{
    return kinds[kind].key;
}

const char *
akin_notice_kind_title(AkinNoticeKind kind)
{
    return _(kinds[kind].title);
}

const char *
akin_notice_kind_about(AkinNoticeKind kind)
{
    return _(kinds[kind].about);
}

/* --- The file --------------------------------------------------------------------------------- */

static gboolean
make_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) == 0)
        return TRUE;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), _("cannot make %s: %s"),
                folder, g_strerror(errno));
    return FALSE;
}

static gboolean
keep_broken(AkinSettings *settings, GError **error)
{
    g_autofree char *aside = g_strconcat(settings->path, ".broken", NULL);
    if (!settings->broken || g_rename(settings->path, aside) == 0 || errno == ENOENT) {
        settings->broken = FALSE;
        return TRUE;
    }
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), _("cannot rename %s: %s"),
                settings->path, g_strerror(errno));
    return FALSE;
}

static void
load(AkinSettings *settings)
{
    g_autoptr(GError) error = NULL;
    GKeyFileFlags all = G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS;
    if (g_key_file_load_from_file(settings->file, settings->path, all, &error))
        return;
    settings->broken = !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_key_file_unref(settings->file); /* what comes before the bad line is in it */
    settings->file = g_key_file_new();
}

static gboolean
save(AkinSettings *settings, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean saved = make_folder(settings->path, &reason) && keep_broken(settings, &reason) &&
                     g_key_file_save_to_file(settings->file, settings->path, &reason);
    if (!saved)
        g_set_error(error, G_FILE_ERROR, reason->code, _("what you chose cannot be kept: %s"),
                    reason->message);
    g_signal_emit(settings, changed_signal, 0);
    return saved;
}

/* --- Notices and the menu --------------------------------------------------------------------- */

gboolean
akin_settings_get_notice(AkinSettings *settings, AkinNoticeKind kind)
{
    g_autoptr(GError) error = NULL;
    gboolean wanted = g_key_file_get_boolean(settings->file, NOTICES, kinds[kind].key, &error);
    return error ? TRUE : wanted;
}

gboolean
akin_settings_set_notice(AkinSettings *settings, AkinNoticeKind kind, gboolean wanted,
                         GError **error)
{
    if (akin_settings_get_notice(settings, kind) == wanted)
        return TRUE;
    g_key_file_set_boolean(settings->file, NOTICES, kinds[kind].key, wanted);
    return save(settings, error);
}

static void
read_set(AkinSettings *settings, const char *key, GHashTable *set)
{
    g_auto(GStrv) names = g_key_file_get_string_list(settings->file, MENU, key, NULL, NULL);
    g_hash_table_remove_all(set);
    for (guint i = 0; names && names[i]; i++)
        g_hash_table_add(set, g_strdup(names[i]));
}

/* Puts the name at the end of the list, or takes it out; keeps the last `most`. */
static void
write_list(AkinSettings *settings, const char *key, const char *name, gboolean in, guint most)
{
    g_auto(GStrv) old = g_key_file_get_string_list(settings->file, MENU, key, NULL, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (guint i = 0; old && old[i]; i++) {
        if (strcmp(old[i], name) != 0)
            g_ptr_array_add(list, old[i]);
    }
    if (in)
        g_ptr_array_add(list, (gpointer) name);
    guint skipped = list->len > most ? list->len - most : 0;
    g_key_file_set_string_list(settings->file, MENU, key,
                               (const char *const *) list->pdata + skipped, list->len - skipped);
}

gboolean
akin_settings_get_pinned(AkinSettings *settings, const char *service)
{
    return g_hash_table_contains(settings->pinned, service);
}

gboolean
akin_settings_set_pinned(AkinSettings *settings, const char *service, gboolean pinned,
                         GError **error)
{
    if (akin_settings_get_pinned(settings, service) == pinned)
        return TRUE;
    write_list(settings, "pinned", service, pinned, G_MAXUINT);
    read_set(settings, "pinned", settings->pinned);
    return save(settings, error);
}

gboolean
akin_settings_get_toggled(AkinSettings *settings, const char *service)
{
    return g_hash_table_contains(settings->toggled, service);
}

/* Not worth a word to anybody if it cannot be kept. */
void
akin_settings_note_toggled(AkinSettings *settings, const char *service)
{
    if (akin_settings_get_toggled(settings, service))
        return;
    write_list(settings, "toggled", service, TRUE, MOST_TOGGLED);
    read_set(settings, "toggled", settings->toggled);
    save(settings, NULL);
}

/* --- Trials ----------------------------------------------------------------------------------- */

gboolean
akin_settings_get_kept(AkinSettings *settings)
{
    return g_key_file_get_boolean(settings->file, TRIAL, "kept", NULL);
}

/* If it cannot be kept, the person is asked once more. */
void
akin_settings_note_kept(AkinSettings *settings)
{
    if (akin_settings_get_kept(settings))
        return;
    g_key_file_set_boolean(settings->file, TRIAL, "kept", TRUE);
    save(settings, NULL);
}

/* --- Starting with the session ---------------------------------------------------------------- */

static char *
own_autostart(AkinSettings *settings)
{
    return g_build_filename(settings->dir, "autostart", DESKTOP_FILE, NULL);
}

#define GNOME_ENABLED "X-GNOME-Autostart-enabled"

static gboolean
is_shown(const char *path)
{
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return FALSE;
    if (g_key_file_has_key(file, group, GNOME_ENABLED, NULL) &&
        !g_key_file_get_boolean(file, group, GNOME_ENABLED, NULL))
        return FALSE;
    return !g_key_file_get_boolean(file, group, "Hidden", NULL);
}

static gboolean
system_autostart(void)
{
    for (const char *const *dir = g_get_system_config_dirs(); *dir; dir++) {
        g_autofree char *path = g_build_filename(*dir, "autostart", DESKTOP_FILE, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return is_shown(path);
    }
    return FALSE;
}

gboolean
akin_settings_get_autostart(AkinSettings *settings)
{
    g_autofree char *own = own_autostart(settings);
    return g_file_test(own, G_FILE_TEST_EXISTS) ? is_shown(own) : system_autostart();
}

/* What stands in autostart/ if nobody but akin has written there. */
static GKeyFile *
autostart_new(gboolean wanted)
{
    GKeyFile *file = g_key_file_new();
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    g_key_file_set_string(file, group, "Type", "Application");
    g_key_file_set_string(file, group, "Name", "akin");
    g_key_file_set_string(file, group, "Exec", "akin");
    g_key_file_set_string(file, group, "Icon", "akin");
    g_key_file_set_boolean(file, group, "Hidden", !wanted);
    return file;
}

/* Of a file that a person has edited, only what says yes or no is changed. */
static gboolean
edit_autostart(GKeyFile *file, const char *path, gboolean wanted, GError **error)
{
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    g_key_file_set_boolean(file, group, "Hidden", !wanted);
    if (g_key_file_has_key(file, group, GNOME_ENABLED, NULL))
        g_key_file_set_boolean(file, group, GNOME_ENABLED, wanted);
    return g_key_file_save_to_file(file, path, error);
}

/* Where the system says the same, a file of ours is not needed. */
static gboolean
replace_autostart(const char *path, gboolean wanted, GError **error)
{
    if (system_autostart() != wanted) {
        g_autoptr(GKeyFile) file = autostart_new(wanted);
        return make_folder(path, error) && g_key_file_save_to_file(file, path, error);
    }
    if (g_unlink(path) == 0 || errno == ENOENT)
        return TRUE;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), _("cannot remove %s: %s"),
                path, g_strerror(errno));
    return FALSE;
}

/* A file of the person's own hides the system's. */
gboolean
akin_settings_set_autostart(AkinSettings *settings, gboolean wanted, GError **error)
{
    if (akin_settings_get_autostart(settings) == wanted)
        return TRUE;
    g_autofree char *path = own_autostart(settings);
    g_autoptr(GKeyFile) own = g_key_file_new();
    g_autoptr(GKeyFile) ours = autostart_new(!wanted);
    g_autofree char *our_text = g_key_file_to_data(ours, NULL, NULL);
    g_autofree char *text = NULL;
    gboolean done;
    if (!g_file_get_contents(path, &text, NULL, NULL) || strcmp(text, our_text) == 0)
        done = replace_autostart(path, wanted, error);
    else
        done = g_key_file_load_from_data(
                   own, text, -1, G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, error) &&
               edit_autostart(own, path, wanted, error);
    g_signal_emit(settings, changed_signal, 0);
    return done;
}

/* --- The object ------------------------------------------------------------------------------- */

static void
akin_settings_init(AkinSettings *settings)
{
    settings->file = g_key_file_new();
    settings->pinned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    settings->toggled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
akin_settings_finalize(GObject *object)
{
    AkinSettings *settings = AKIN_SETTINGS(object);
    g_key_file_unref(settings->file);
    g_hash_table_unref(settings->pinned);
    g_hash_table_unref(settings->toggled);
    g_free(settings->dir);
    g_free(settings->path);
    G_OBJECT_CLASS(akin_settings_parent_class)->finalize(object);
}

static void
akin_settings_class_init(AkinSettingsClass *class)
{
    G_OBJECT_CLASS(class)->finalize = akin_settings_finalize;
    changed_signal = g_signal_new("changed", AKIN_TYPE_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

AkinSettings *
akin_settings_new(const char *config_dir)
{
    AkinSettings *settings = g_object_new(AKIN_TYPE_SETTINGS, NULL);
    settings->dir = g_strdup(config_dir ? config_dir : g_get_user_config_dir());
    settings->path = g_build_filename(settings->dir, "akin", "app.conf", NULL);
    load(settings);
    read_set(settings, "pinned", settings->pinned);
    read_set(settings, "toggled", settings->toggled);
    return settings;
}
