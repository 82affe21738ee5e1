/* SPDX-License-Identifier: BSD-2-Clause */
#include "burst.h"

/* Over after this long without an event, and told after that long anyway. */
#define QUIET_USEC (15 * 1000)
#define LATEST_USEC (60 * 1000)
#define COST_MAX_USEC (250 * 1000)

struct _AkinBurst {
    GSource *report; /* ready at a time that is set, or never */
    gint64 first;    /* when the burst began, in monotonic µs; 0 while there is none */
    gint64 cost;     /* in µs, up to COST_MAX_USEC */
    void (*told)(gpointer user_data);
    gpointer user_data;
};

static gboolean
on_report(gpointer user_data)
{
    AkinBurst *burst = user_data;
    g_source_set_ready_time(burst->report, -1);
    burst->first = 0;
    burst->told(burst->user_data);
    return G_SOURCE_CONTINUE;
}

static gboolean
report_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void) source;
    return callback(user_data);
}

AkinBurst *
akin_burst_new(void (*told)(gpointer user_data), gpointer user_data)
{
    static GSourceFuncs functions = {.dispatch = report_dispatch};
    AkinBurst *burst = g_new0(AkinBurst, 1);
    burst->report = g_source_new(&functions, sizeof(GSource));
    burst->told = told;
    burst->user_data = user_data;
    g_source_set_callback(burst->report, on_report, burst, NULL);
    g_source_attach(burst->report, NULL);
    return burst;
}

void
akin_burst_free(AkinBurst *burst)
{
    g_source_destroy(burst->report);
    g_source_unref(burst->report);
    g_free(burst);
}

void
akin_burst_note(AkinBurst *burst)
{
    gint64 now = g_get_monotonic_time();
    if (burst->first == 0)
        burst->first = now;
    gint64 quiet = now + MAX(QUIET_USEC, burst->cost);
    gint64 latest = burst->first + MAX(LATEST_USEC, 4 * burst->cost);
    g_source_set_ready_time(burst->report, MIN(quiet, latest));
}

void
akin_burst_set_cost(AkinBurst *burst, gint64 usec)
{
    burst->cost = MIN(usec, COST_MAX_USEC);
}
