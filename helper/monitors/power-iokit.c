/* SPDX-License-Identifier: BSD-2-Clause */
#include "power.h"

#include <dispatch/dispatch.h>
#include <IOKit/IOMessage.h>
#include <IOKit/pwr_mgt/IOPMLib.h>

/*
 * Theory of operation. IOKit calls on a dispatch queue, hence in another thread. There the kernel,
 * which waits for every program that wants to know before it sleeps, gets its answer at once. The
 * news is handed over to the main thread, which may be busy with rules for a while; it holds a
 * reference, so that it can come after the monitor has gone, and is told to nobody then.
 */

struct _AkinPowerMonitor {
    dispatch_queue_t queue;
    IONotificationPortRef port;
    io_object_t notifier;
    io_connect_t root; /* MACH_PORT_NULL: nobody tells */

    /* The main thread's own. */
    AkinPowerChanged changed; /* NULL when the monitor is gone */
    gpointer user_data;
    gboolean asleep;
};

typedef struct {
    AkinPowerMonitor *monitor;
    gboolean awake;
} News;

static void
news_free(gpointer data)
{
    News *news = data;
    g_atomic_rc_box_release(news->monitor);
    g_free(news);
}

/* In the main thread. The user may free the monitor in its callback. */
static gboolean
tell(gpointer user_data)
{
    const News *news = user_data;
    AkinPowerMonitor *monitor = news->monitor;
    if (monitor->changed && monitor->asleep == news->awake) {
        monitor->asleep = !news->awake;
        monitor->changed(news->awake, monitor->user_data);
    }
    return G_SOURCE_REMOVE;
}

static void
hand_over(AkinPowerMonitor *monitor, gboolean awake)
{
    News *news = g_new0(News, 1);
    news->monitor = g_atomic_rc_box_acquire(monitor);
    news->awake = awake;
    g_main_context_invoke_full(NULL, G_PRIORITY_DEFAULT, tell, news, news_free);
}

/* On the queue. */
static void
on_message(void *context, io_service_t service, natural_t type, void *argument)
{
    AkinPowerMonitor *monitor = context;
    (void) service;
    if (type == kIOMessageSystemWillSleep)
        hand_over(monitor, FALSE);
    else if (type == kIOMessageSystemHasPoweredOn)
        hand_over(monitor, TRUE);
    if (type == kIOMessageSystemWillSleep || type == kIOMessageCanSystemSleep)
        IOAllowPowerChange(monitor->root, (intptr_t) argument);
}

AkinPowerMonitor *
akin_power_monitor_new(AkinPowerChanged changed, gpointer user_data)
{
    AkinPowerMonitor *monitor = g_atomic_rc_box_new0(AkinPowerMonitor);
    monitor->changed = changed;
    monitor->user_data = user_data;
    monitor->root =
        IORegisterForSystemPower(monitor, &monitor->port, on_message, &monitor->notifier);
    if (monitor->root == MACH_PORT_NULL) {
        g_message("sleep and wake are not watched: IOKit does not tell");
        return monitor;
    }
    monitor->queue = dispatch_queue_create("org.akin.power", DISPATCH_QUEUE_SERIAL);
    IONotificationPortSetDispatchQueue(monitor->port, monitor->queue);
    return monitor;
}

static void
nothing(void *context)
{
    (void) context;
}

void
akin_power_monitor_free(AkinPowerMonitor *monitor)
{
    monitor->changed = NULL;
    if (monitor->root != MACH_PORT_NULL) {
        IODeregisterForSystemPower(&monitor->notifier);
        IOServiceClose(monitor->root);
        IONotificationPortDestroy(monitor->port);
        /* What is under way on the queue ends first. */
        dispatch_sync_f(monitor->queue, NULL, nothing);
        dispatch_release(monitor->queue);
    }
    g_atomic_rc_box_release(monitor);
}
