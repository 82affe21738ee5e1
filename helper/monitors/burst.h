/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Many events that come at once, told once: soon after the last one and never much later than the
 * first. A timer of the main loop runs while there are any and at no other time, so that an idle
 * computer is never woken up. Main thread only.
 */
typedef struct _AkinBurst AkinBurst;

/* told may free the burst. */
AkinBurst *akin_burst_new(void (*told)(gpointer user_data), gpointer user_data);
void akin_burst_free(AkinBurst *burst);

/* Something has happened. */
void akin_burst_note(AkinBurst *burst);

/*
 * How long it takes to look after an event, in µs. Where that is long (0.1 s with 10,000 network
 * cards on Linux) the waiting times grow with it, so that a computer that never comes to rest
 * spends a bounded share of its time on looking.
 */
void akin_burst_set_cost(AkinBurst *burst, gint64 usec);
