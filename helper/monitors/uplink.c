/* SPDX-License-Identifier: BSD-2-Clause */
#include "uplink.h"

#include <glib-unix.h>
#include <unistd.h>

#include "burst.h"
#include "uplink-system.h"

/*
 * Theory of operation. There is one thread, which sleeps unless it reads; a new one for each
 * reading would leave its memory behind. At most one reading is under way; what is asked for
 * meanwhile is one more reading after it. A reading belongs to the thread until that hands it over
 * to the main loop, and knows its monitor only there: a monitor that is freed meanwhile is struck
 * out.
 */

#define CHANGED "network changed"

/* A reading that failed is tried again soon, and then less and less often. */
#define PAUSE_MS 100
#define PAUSE_MAX_MS 2000

typedef struct {
    AkinUplinkMonitor *monitor; /* NULL: nobody waits for it any more; the main thread's */
    const char *reason;
    GPtrArray *interfaces; /* NULL: failed */
    gboolean unsettled;
    gint64 cost; /* in µs */
    GError *error;
} Reading;

struct _AkinUplinkMonitor {
    int events;
    guint watch;
    AkinBurst *burst;
    GThreadPool *reader;
    Reading *reading;   /* under way */
    const char *wanted; /* why there is to be one more after it; NULL: there is none to be */
    guint again;        /* source that reads again after a failure */
    guint pause;        /* before it, in milliseconds; 0: the last reading was good */
    AkinUplinkNews news;
    gpointer user_data;
};

static void
read_all(Reading *reading)
{
    gint64 start = g_get_monotonic_time();
    reading->interfaces = akin_uplink_system_list(&reading->unsettled, &reading->error);
    reading->cost = g_get_monotonic_time() - start;
}

static void
reading_free(Reading *reading)
{
    g_clear_pointer(&reading->interfaces, g_ptr_array_unref);
    g_clear_error(&reading->error);
    g_free(reading);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, reading_free)

static gboolean
read_again(gpointer user_data)
{
    AkinUplinkMonitor *monitor = user_data;
    monitor->again = 0;
    akin_uplink_monitor_read(monitor, CHANGED);
    return G_SOURCE_REMOVE;
}

/* The next event may be far off when this one could not be looked into. */
static void
try_later(AkinUplinkMonitor *monitor, const GError *error)
{
    if (monitor->pause == 0)
        g_warning("%s; it is tried again", error->message);
    monitor->pause = monitor->pause ? MIN(2 * monitor->pause, PAUSE_MAX_MS) : PAUSE_MS;
    monitor->again = g_timeout_add(monitor->pause, read_again, monitor);
}

static void
take(AkinUplinkMonitor *monitor, Reading *reading)
{
    g_clear_handle_id(&monitor->again, g_source_remove);
    if (!reading->interfaces) {
        try_later(monitor, reading->error);
        return;
    }
    monitor->pause = 0;
    akin_burst_set_cost(monitor->burst, reading->cost);
    if (reading->unsettled)
        akin_burst_note(monitor->burst);
    monitor->news(g_steal_pointer(&reading->interfaces), reading->reason, monitor->user_data);
}

static gboolean
hand_over(gpointer user_data)
{
    g_autoptr(Reading) reading = user_data;
    AkinUplinkMonitor *monitor = reading->monitor;
    if (!monitor)
        return G_SOURCE_REMOVE;
    monitor->reading = NULL;
    const char *wanted = g_steal_pointer(&monitor->wanted);
    /* Old news are news, too: where something changes all the time, there are no others. */
    take(monitor, reading);
    if (wanted)
        akin_uplink_monitor_read(monitor, wanted);
    return G_SOURCE_REMOVE;
}

static void
run(gpointer reading, gpointer unused)
{
    (void) unused;
    read_all(reading);
    g_idle_add_full(G_PRIORITY_DEFAULT, hand_over, reading, NULL);
}

void
akin_uplink_monitor_read(AkinUplinkMonitor *monitor, const char *reason)
{
    if (monitor->reading) {
        monitor->wanted = reason;
        return;
    }
    monitor->reading = g_new0(Reading, 1);
    monitor->reading->monitor = monitor;
    monitor->reading->reason = reason;
    g_thread_pool_push(monitor->reader, monitor->reading, NULL);
}

void
akin_uplink_monitor_wait(AkinUplinkMonitor *monitor, const char *reason)
{
    g_autoptr(Reading) reading = g_new0(Reading, 1);
    reading->reason = reason;
    read_all(reading);
    take(monitor, reading);
}

static gboolean
on_events(gint fd, GIOCondition condition, gpointer user_data)
{
    AkinUplinkMonitor *monitor = user_data;
    (void) condition;
    if (akin_uplink_system_hear(fd))
        akin_burst_note(monitor->burst);
    return G_SOURCE_CONTINUE;
}

static void
on_burst(gpointer user_data)
{
    akin_uplink_monitor_read(user_data, CHANGED);
}

AkinUplinkMonitor *
akin_uplink_monitor_new(AkinUplinkNews news, gpointer user_data, GError **error)
{
    GThreadPool *reader = g_thread_pool_new(run, NULL, 1, TRUE, error);
    if (!reader)
        return NULL;
    int events = akin_uplink_system_open(error);
    if (events < 0) {
        g_thread_pool_free(reader, TRUE, FALSE);
        return NULL;
    }
    AkinUplinkMonitor *monitor = g_new0(AkinUplinkMonitor, 1);
    monitor->events = events;
    monitor->reader = reader;
    monitor->news = news;
    monitor->user_data = user_data;
    monitor->burst = akin_burst_new(on_burst, monitor);
    monitor->watch = g_unix_fd_add(events, G_IO_IN, on_events, monitor);
    return monitor;
}

void
akin_uplink_monitor_free(AkinUplinkMonitor *monitor)
{
    if (monitor->reading)
        monitor->reading->monitor = NULL;
    g_source_remove(monitor->watch);
    g_clear_handle_id(&monitor->again, g_source_remove);
    akin_burst_free(monitor->burst);
    g_thread_pool_free(monitor->reader, TRUE, FALSE);
    close(monitor->events);
    g_free(monitor);
}
