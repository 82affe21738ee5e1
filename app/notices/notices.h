/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "client.h"
#include "settings.h"

/*
 * Desktop notifications about what the client tells. Changes that come within
 * AKIN_NOTICES_WINDOW ms of the first are told together, by what is different at the end. Buttons
 * fire the actions of the application named in model.h: "turn-on-firewall", "unblock", "start",
 * "show-overview"; the application has them. Silent where no desktop takes notifications.
 */
#define AKIN_NOTICES_WINDOW 1000

typedef struct _AkinNotices AkinNotices;

AkinNotices *akin_notices_new(GApplication *app, AkinClient *client, AkinSettings *settings);
void akin_notices_free(AkinNotices *notices);

/* Tells now, whatever kinds are wanted: the answer to something this person has just done. */
void akin_notices_say(AkinNotices *notices, const char *title, const char *body);
