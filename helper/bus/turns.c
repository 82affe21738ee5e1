/* SPDX-License-Identifier: BSD-2-Clause */
#include "turns.h"

typedef struct {
    gpointer client;
    GQueue items;
} Line;

typedef struct {
    guint user;
    GQueue lines; /* Line, none of them empty; the next turn is the first one's */
} User;

struct _AkinTurns {
    GQueue users; /* User, likewise */
};

AkinTurns *
akin_turns_new(void)
{
    return g_new0(AkinTurns, 1);
}

void
akin_turns_free(AkinTurns *turns)
{
    g_assert(g_queue_is_empty(&turns->users));
    g_free(turns);
}

static User *
find_user(AkinTurns *turns, guint id)
{
    for (GList *link = turns->users.head; link; link = link->next) {
        if (((User *) link->data)->user == id)
            return link->data;
    }
    User *user = g_new0(User, 1);
    user->user = id;
    g_queue_push_tail(&turns->users, user);
    return user;
}

static Line *
find_line(User *user, gpointer client)
{
    for (GList *link = user->lines.head; link; link = link->next) {
        if (((Line *) link->data)->client == client)
            return link->data;
    }
    Line *line = g_new0(Line, 1);
    line->client = client;
    g_queue_push_tail(&user->lines, line);
    return line;
}

void
akin_turns_add(AkinTurns *turns, guint user, gpointer client, gpointer item)
{
    Line *line = find_line(find_user(turns, user), client);
    g_queue_push_tail(&line->items, item);
}

static gpointer
next_of_line(Line *line, AkinTurnsMayGo may_go, gpointer user_data)
{
    for (GList *link = line->items.head; link; link = link->next) {
        gpointer item = link->data;
        if (!may_go(item, user_data))
            continue;
        g_queue_delete_link(&line->items, link);
        return item;
    }
    return NULL;
}

static gpointer
next_of_user(User *user, AkinTurnsMayGo may_go, gpointer user_data)
{
    gpointer item = NULL;
    for (guint left = user->lines.length; left > 0 && !item; left--) {
        Line *line = g_queue_pop_head(&user->lines);
        item = next_of_line(line, may_go, user_data);
        if (g_queue_is_empty(&line->items))
            g_free(line);
        else
            g_queue_push_tail(&user->lines, line);
    }
    return item;
}

gpointer
akin_turns_next(AkinTurns *turns, AkinTurnsMayGo may_go, gpointer user_data)
{
    gpointer item = NULL;
    for (guint left = turns->users.length; left > 0 && !item; left--) {
        User *user = g_queue_pop_head(&turns->users);
        item = next_of_user(user, may_go, user_data);
        if (g_queue_is_empty(&user->lines))
            g_free(user);
        else
            g_queue_push_tail(&turns->users, user);
    }
    return item;
}

/* The line of a client, if it has one, taken out of its user's. */
static Line *
take_line(User *user, gconstpointer client)
{
    for (GList *link = user->lines.head; link; link = link->next) {
        Line *line = link->data;
        if (line->client != client)
            continue;
        g_queue_delete_link(&user->lines, link);
        return line;
    }
    return NULL;
}

void
akin_turns_forget(AkinTurns *turns, gconstpointer client, GDestroyNotify free_item)
{
    for (GList *link = turns->users.head; link; link = link->next) {
        User *user = link->data;
        g_autofree Line *line = take_line(user, client);
        if (!line)
            continue;
        g_queue_clear_full(&line->items, free_item);
        if (g_queue_is_empty(&user->lines)) {
            g_queue_delete_link(&turns->users, link);
            g_free(user);
        }
        return;
    }
}
