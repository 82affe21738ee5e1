/* SPDX-License-Identifier: BSD-2-Clause */
#include "debt.h"

static GVariant *
body(gsize size)
{
    g_autofree char *text = g_strnfill(size, 'x');
    return g_variant_ref_sink(g_variant_new("(s)", text));
}

/* The message that GDBus would write as the answer to a call. */
static GDBusMessage *
answer_to(guint32 serial)
{
    g_autoptr(GDBusMessage) call = g_dbus_message_new_method_call(NULL, "/a", "a.b", "C");
    g_dbus_message_set_serial(call, serial);
    return g_dbus_message_new_method_reply(call);
}

static gboolean
pay(AkinDebt *debt, guint32 serial)
{
    g_autoptr(GDBusMessage) message = answer_to(serial);
    akin_debt_write(debt, message);
    return akin_debt_pay(debt);
}

static void
test_so_many_calls(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    for (guint32 serial = 1; serial <= AKIN_DEBT_CALLS_MAX; serial++) {
        g_assert_true(akin_debt_has_room(debt));
        g_assert_true(akin_debt_add_call(debt, serial, NULL));
    }
    g_assert_false(akin_debt_has_room(debt));
    g_assert_false(akin_debt_add_call(debt, 1000, NULL));
    pay(debt, 7);
    g_assert_true(akin_debt_has_room(debt));
    g_assert_true(akin_debt_add_call(debt, 1001, NULL));
    g_assert_false(akin_debt_has_room(debt));
}

static void
test_large_calls(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    g_autoptr(GVariant) large = body(AKIN_DEBT_ASKED_MAX);
    g_assert_true(akin_debt_add_call(debt, 1, large));
    g_assert_false(akin_debt_has_room(debt));
    pay(debt, 1);
    g_assert_true(akin_debt_has_room(debt));
}

static void
test_unread_answers(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    g_autoptr(GVariant) half = body(AKIN_DEBT_ANSWERS_MAX / 2);
    for (guint32 serial = 1; serial <= 3; serial++) {
        g_assert_true(akin_debt_add_call(debt, serial, NULL));
        g_assert_cmpint(akin_debt_is_behind(debt), ==, serial == 3);
        if (serial < 3)
            akin_debt_add_answer(debt, serial, half);
    }
    /* One payment ends it, and is told once. */
    g_assert_true(pay(debt, 1));
    g_assert_false(akin_debt_is_behind(debt));
    g_assert_false(pay(debt, 2));
}

static void
test_nobody_waits(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    g_autoptr(GVariant) large = body(AKIN_DEBT_ANSWERS_MAX);
    g_assert_true(akin_debt_add_call(debt, 1, NULL));
    akin_debt_add_answer(debt, 1, large);
    g_assert_false(pay(debt, 1));
}

static void
test_unread_signals(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    g_autoptr(GDBusMessage) message = g_dbus_message_new_signal("/a", "a.b", "C");
    GVariant *some = g_variant_ref(body(1000));
    guint taken = 0;
    g_dbus_message_set_body(message, some);
    while (akin_debt_add_signal(debt, some))
        taken++;
    g_assert_cmpuint(taken, >, 20);
    g_assert_cmpuint(taken, <, AKIN_DEBT_SIGNALS_MAX / 1000);
    akin_debt_write(debt, message);
    g_assert_false(akin_debt_add_signal(debt, some));
    for (guint i = 0; i < taken; i++) {
        akin_debt_write(debt, message);
        g_assert_false(akin_debt_pay(debt));
    }
    for (guint i = 0; i < taken; i++)
        g_assert_true(akin_debt_add_signal(debt, some));
    g_assert_false(akin_debt_add_signal(debt, some));
    g_variant_unref(some);
    g_variant_unref(some);
}

/* Serials are the client's to choose, and what it sends need not answer anything. */
static void
test_odd_serials(void)
{
    g_autoptr(AkinDebt) debt = akin_debt_new();
    pay(debt, 99);
    for (guint i = 0; i < AKIN_DEBT_CALLS_MAX; i++)
        g_assert_true(akin_debt_add_call(debt, 5, NULL));
    g_assert_false(akin_debt_has_room(debt));
    for (guint i = 0; i < AKIN_DEBT_CALLS_MAX; i++)
        pay(debt, 5);
    g_assert_true(akin_debt_has_room(debt));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/debt/so-many-calls", test_so_many_calls);
    g_test_add_func("/debt/large-calls", test_large_calls);
    g_test_add_func("/debt/unread-answers", test_unread_answers);
    g_test_add_func("/debt/nobody-waits", test_nobody_waits);
    g_test_add_func("/debt/unread-signals", test_unread_signals);
    g_test_add_func("/debt/odd-serials", test_odd_serials);
    return g_test_run();
}
