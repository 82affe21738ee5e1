/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "client.h"
#include "settings.h"

/*
 * Makes a person's changes, and takes care with those that turn the firewall on, which may cut off
 * whoever needs what is not allowed yet: where this person has never kept such a change, or
 * somebody is logged in from elsewhere, it is put on trial first. Then the helper takes it back
 * unless somebody confirms in time, whatever becomes of this program. During another's trial the
 * change is one of that trial.
 *
 * Signals:
 *   begun (uint seconds)  a change is in force on trial, for so long: ask the person, then call
 *                         Confirm or Revert
 *   ended ()              it is decided, here or elsewhere, or the helper is gone: nobody is to ask
 */
#define AKIN_CAUTION_SECONDS 30

#define AKIN_TYPE_CAUTION (akin_caution_get_type())
G_DECLARE_FINAL_TYPE(AkinCaution, akin_caution, AKIN, CAUTION, GObject)

/* Keeps references on both. */
AkinCaution *akin_caution_new(AkinClient *client, AkinSettings *settings);

AkinClient *akin_caution_get_client(AkinCaution *caution);
AkinSettings *akin_caution_get_settings(AkinCaution *caution);

/* As akin_client_change_async; the source object is the caution. */
void akin_caution_change_async(AkinCaution *caution, const char *method, GVariant *args,
                               GAsyncReadyCallback callback, gpointer data);
gboolean akin_caution_change_finish(AkinCaution *caution, GAsyncResult *result, GError **error);
