/* SPDX-License-Identifier: BSD-2-Clause */
#include "turns.h"

/* An item is a word; those in capitals may not go yet. The first letter is the client's. */
static gboolean
may_go(gconstpointer item, gpointer user_data)
{
    (void) user_data;
    return g_ascii_islower(*(const char *) item);
}

static void
add(AkinTurns *turns, guint user, const char *const clients[], const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    for (guint i = 0; list[i]; i++)
        akin_turns_add(turns, user, (gpointer) clients[g_ascii_tolower(list[i][0]) - 'a'],
                       g_strdup(list[i]));
}

/* All that may go, in its order. */
static char *
take_all(AkinTurns *turns)
{
    GString *taken = g_string_new(NULL);
    for (;;) {
        g_autofree char *item = akin_turns_next(turns, may_go, NULL);
        if (!item)
            return g_string_free(taken, FALSE);
        g_string_append_printf(taken, "%s%s", taken->len ? " " : "", item);
    }
}

static void
check(AkinTurns *turns, const char *expected)
{
    g_autofree char *taken = take_all(turns);
    g_assert_cmpstr(taken, ==, expected);
}

static const char *const clients[] = {"a", "b", "c", "d"};

static void
test_users_take_turns(void)
{
    AkinTurns *turns = akin_turns_new();
    add(turns, 1, clients, "a1 a2 a3 b1 b2 b3");
    add(turns, 2, clients, "c1 c2");
    check(turns, "a1 c1 b1 c2 a2 b2 a3 b3");
    check(turns, "");
    akin_turns_free(turns);
}

/* Who has had a turn is behind those who come meanwhile. */
static void
test_late_comers(void)
{
    AkinTurns *turns = akin_turns_new();
    add(turns, 1, clients, "a1 a2 a3");
    g_autofree char *first = akin_turns_next(turns, may_go, NULL);
    add(turns, 2, clients, "c1");
    g_assert_cmpstr(first, ==, "a1");
    check(turns, "a2 c1 a3");
    akin_turns_free(turns);
}

static void
test_who_may_not_go_lets_pass(void)
{
    AkinTurns *turns = akin_turns_new();
    add(turns, 1, clients, "A1 a2 B1");
    add(turns, 2, clients, "C1 c2 C3");
    check(turns, "a2 c2");
    akin_turns_forget(turns, clients[0], g_free);
    akin_turns_forget(turns, clients[1], g_free);
    akin_turns_forget(turns, clients[2], g_free);
    akin_turns_forget(turns, clients[3], g_free);
    akin_turns_free(turns);
}

static void
test_who_goes_takes_all_along(void)
{
    AkinTurns *turns = akin_turns_new();
    add(turns, 1, clients, "a1 a2 b1");
    add(turns, 2, clients, "c1 c2");
    akin_turns_forget(turns, clients[0], g_free);
    akin_turns_forget(turns, clients[2], g_free);
    check(turns, "b1");
    akin_turns_free(turns);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/turns/users", test_users_take_turns);
    g_test_add_func("/turns/late-comers", test_late_comers);
    g_test_add_func("/turns/may-not-go", test_who_may_not_go_lets_pass);
    g_test_add_func("/turns/forget", test_who_goes_takes_all_along);
    return g_test_run();
}
