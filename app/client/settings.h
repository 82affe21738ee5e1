/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib-object.h>

/*
 * What this person likes, in $XDG_CONFIG_HOME/akin/app.conf (a key file; unknown keys and
 * comments are kept). Nothing of the firewall is in it. Signal "changed" () after every change
 * made here, on the spot; the file is written at once. A file with a line that is none counts as
 * empty; when something is written, it is kept as app.conf.broken.
 */

/* Kinds of notification; each can be switched off. Keys and titles: akin_notice_kind_*(). */
typedef enum {
    AKIN_NOTICE_FIREWALL, /* on, off, stopped, started */
    AKIN_NOTICE_NAT,      /* running, idle */
    AKIN_NOTICE_NIC,      /* the active NIC changed */
    AKIN_NOTICE_PANIC,
    AKIN_NOTICE_HELPER,  /* gone, back */
    AKIN_NOTICE_RULES,   /* changed by another program */
    AKIN_NOTICE_WARNING, /* something new to look at */
    AKIN_NOTICE_N_KINDS
} AkinNoticeKind;

/* Stable key in the file, and a title and one line of explanation, translated. */
const char *akin_notice_kind_key(AkinNoticeKind kind);
const char *akin_notice_kind_title(AkinNoticeKind kind);
const char *akin_notice_kind_about(AkinNoticeKind kind);

#define AKIN_TYPE_SETTINGS (akin_settings_get_type())
G_DECLARE_FINAL_TYPE(AkinSettings, akin_settings, AKIN, SETTINGS, GObject)

/* config_dir: the folder that holds akin/app.conf and autostart/; NULL: g_get_user_config_dir(). */
AkinSettings *akin_settings_new(const char *config_dir);

gboolean akin_settings_get_notice(AkinSettings *settings, AkinNoticeKind kind);
gboolean akin_settings_set_notice(AkinSettings *settings, AkinNoticeKind kind, gboolean wanted,
                                  GError **error);

/* Services that the menu always shows. */
gboolean akin_settings_get_pinned(AkinSettings *settings, const char *service);
gboolean akin_settings_set_pinned(AkinSettings *settings, const char *service, gboolean pinned,
                                  GError **error);

/* Services that were toggled in the menu lately stay in it; the oldest are forgotten. */
gboolean akin_settings_get_toggled(AkinSettings *settings, const char *service);
void akin_settings_note_toggled(AkinSettings *settings, const char *service);

/* Whether this person, asked about a firewall that was just turned on, has ever kept it so. */
gboolean akin_settings_get_kept(AkinSettings *settings);
void akin_settings_note_kept(AkinSettings *settings);

/* Whether akin starts with the session: autostart/akin.desktop of this person, or the system's. */
gboolean akin_settings_get_autostart(AkinSettings *settings);
gboolean akin_settings_set_autostart(AkinSettings *settings, gboolean wanted, GError **error);
