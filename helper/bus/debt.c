/* SPDX-License-Identifier: BSD-2-Clause */
#include "debt.h"

/* What a message costs besides its body: GDBus' objects, and the header fields. */
#define OVERHEAD 512

typedef struct {
    guint32 serial; /* 0 (no message has it): free */
    gsize asked, answer;
} Call;

struct _AkinDebt {
    GMutex mutex;
    Call calls[AKIN_DEBT_CALLS_MAX];
    gsize asked, answers, signals; /* sums */
    gboolean behind;               /* somebody waits to hear of a payment */
};

AkinDebt *
akin_debt_new(void)
{
    AkinDebt *debt = g_atomic_rc_box_new0(AkinDebt);
    g_mutex_init(&debt->mutex);
    return debt;
}

AkinDebt *
akin_debt_ref(AkinDebt *debt)
{
    return g_atomic_rc_box_acquire(debt);
}

static void
clear(gpointer debt)
{
    g_mutex_clear(&((AkinDebt *) debt)->mutex);
}

void
akin_debt_unref(AkinDebt *debt)
{
    g_atomic_rc_box_release_full(debt, clear);
}

static gsize
cost(GVariant *body)
{
    return OVERHEAD + (body ? g_variant_get_size(body) : 0);
}

static Call *
find(AkinDebt *debt, guint32 serial)
{
    for (guint i = 0; i < AKIN_DEBT_CALLS_MAX; i++) {
        if (debt->calls[i].serial == serial)
            return &debt->calls[i];
    }
    return NULL;
}

gboolean
akin_debt_add_call(AkinDebt *debt, guint32 serial, GVariant *body)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&debt->mutex);
    Call *call = debt->asked < AKIN_DEBT_ASKED_MAX ? find(debt, 0) : NULL;
    if (!call)
        return FALSE;
    *call = (Call){.serial = serial, .asked = cost(body)};
    debt->asked += call->asked;
    return TRUE;
}

gboolean
akin_debt_add_signal(AkinDebt *debt, GVariant *body)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&debt->mutex);
    if (debt->signals >= AKIN_DEBT_SIGNALS_MAX)
        return FALSE;
    debt->signals += cost(body);
    return TRUE;
}

void
akin_debt_add_answer(AkinDebt *debt, guint32 serial, GVariant *body)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&debt->mutex);
    Call *call = find(debt, serial);
    if (!call)
        return;
    gsize more = cost(body);
    call->answer += more;
    debt->answers += more;
}

gboolean
akin_debt_is_behind(AkinDebt *debt)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&debt->mutex);
    debt->behind = debt->answers >= AKIN_DEBT_ANSWERS_MAX;
    return debt->behind;
}

gboolean
akin_debt_pay(AkinDebt *debt, GDBusMessage *message)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&debt->mutex);
    if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL) {
        debt->signals -= MIN(debt->signals, cost(g_dbus_message_get_body(message)));
        return FALSE;
    }
    guint32 serial = g_dbus_message_get_reply_serial(message);
    Call *call = serial != 0 ? find(debt, serial) : NULL;
    if (call) {
        debt->asked -= call->asked;
        debt->answers -= call->answer;
        *call = (Call){0};
    }
    gboolean over = debt->behind && debt->answers < AKIN_DEBT_ANSWERS_MAX;
    debt->behind = debt->behind && !over;
    return over;
}
