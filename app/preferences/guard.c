/* SPDX-License-Identifier: BSD-2-Clause */
#include "guard.h"

/* As long as a double click may take on the desktops that we know. */
enum { REST_MS = 400 };

static void
update(AkinGuard *guard)
{
    if (guard->action)
        g_simple_action_set_enabled(guard->action, guard->under_way == 0 && guard->rest == 0);
}

static gboolean
on_rest_is_over(gpointer data)
{
    AkinGuard *guard = data;
    guard->rest = 0;
    update(guard);
    return G_SOURCE_REMOVE;
}

void
akin_guard_set_up(AkinGuard *guard, GActionMap *map, const char *action)
{
    guard->action = G_SIMPLE_ACTION(g_action_map_lookup_action(map, action));
}

void
akin_guard_clear(AkinGuard *guard)
{
    g_clear_handle_id(&guard->rest, g_source_remove);
    guard->action = NULL;
}

void
akin_guard_begin(AkinGuard *guard)
{
    guard->under_way++;
    update(guard);
}

void
akin_guard_end(AkinGuard *guard)
{
    guard->under_way--;
    update(guard);
}

void
akin_guard_rest(AkinGuard *guard, GtkWidget *list)
{
    g_clear_handle_id(&guard->rest, g_source_remove);
    if (gtk_widget_get_mapped(list))
        guard->rest = g_timeout_add(REST_MS, on_rest_is_over, guard);
    update(guard);
}
