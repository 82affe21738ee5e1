/* SPDX-License-Identifier: BSD-2-Clause */
#include "debt.h"

/* What a message costs besides its body, as measured: GDBus' objects, and the header fields. */
#define OVERHEAD 1024

/* How many bytes of GDBus' objects a byte of a list can make: an empty string has three. */
#define UNPACKED 50

typedef struct {
    guint32 serial; /* 0 (no message has it): free */
    gsize asked, answer;
} Call;

struct _AkinDebt {
    GMutex mutex;
    Call calls[AKIN_DEBT_CALLS_MAX];
    gsize asked, answers, signals; /* sums */
    guint32 written;               /* the call whose answer is being written; 0: none is */
    gsize written_signal;          /* what the signal that is being written costs; 0: none is */
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

/* Where the next call is put; NULL: nowhere. */
static Call *
room(AkinDebt *debt)
{
    return debt->asked < AKIN_DEBT_ASKED_MAX ? find(debt, 0) : NULL;
}

gboolean
akin_debt_has_room(AkinDebt *debt)
{
    g_mutex_lock(&debt->mutex);
    gboolean has_room = room(debt) != NULL;
    g_mutex_unlock(&debt->mutex);
    return has_room;
}

gboolean
akin_debt_add_call(AkinDebt *debt, guint32 serial, GVariant *body)
{
    g_mutex_lock(&debt->mutex);
    Call *call = room(debt);
    if (call) {
        gsize size = body ? g_variant_get_size(body) : 0;
        *call = (Call){.serial = serial, .asked = OVERHEAD + UNPACKED * size};
        debt->asked += call->asked;
    }
    g_mutex_unlock(&debt->mutex);
    return call != NULL;
}

gboolean
akin_debt_add_signal(AkinDebt *debt, GVariant *body)
{
    g_mutex_lock(&debt->mutex);
    gboolean room = debt->signals < AKIN_DEBT_SIGNALS_MAX;
    if (room)
        debt->signals += cost(body);
    g_mutex_unlock(&debt->mutex);
    return room;
}

void
akin_debt_add_answer(AkinDebt *debt, guint32 serial, GVariant *body)
{
    g_mutex_lock(&debt->mutex);
    Call *call = find(debt, serial);
    if (call) {
        call->answer += cost(body);
        debt->answers += cost(body);
    }
    g_mutex_unlock(&debt->mutex);
}

gboolean
akin_debt_is_behind(AkinDebt *debt)
{
    g_mutex_lock(&debt->mutex);
    gboolean behind = debt->answers >= AKIN_DEBT_ANSWERS_MAX;
    debt->behind = behind;
    g_mutex_unlock(&debt->mutex);
    return behind;
}

static void
pay_call(AkinDebt *debt, guint32 serial)
{
    Call *call = serial != 0 ? find(debt, serial) : NULL;
    if (!call)
        return;
    debt->asked -= call->asked;
    debt->answers -= call->answer;
    *call = (Call){0};
}

/* What was being written has been. TRUE: see akin_debt_pay. */
static gboolean
settle(AkinDebt *debt)
{
    pay_call(debt, debt->written);
    debt->signals -= MIN(debt->signals, debt->written_signal);
    debt->written = 0;
    debt->written_signal = 0;
    gboolean over = debt->behind && debt->answers < AKIN_DEBT_ANSWERS_MAX;
    if (over)
        debt->behind = FALSE;
    return over;
}

gboolean
akin_debt_write(AkinDebt *debt, GDBusMessage *message)
{
    g_mutex_lock(&debt->mutex);
    gboolean over = settle(debt);
    debt->written = g_dbus_message_get_reply_serial(message);
    if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL)
        debt->written_signal = cost(g_dbus_message_get_body(message));
    g_mutex_unlock(&debt->mutex);
    return over;
}

gboolean
akin_debt_pay(AkinDebt *debt)
{
    g_mutex_lock(&debt->mutex);
    gboolean over = settle(debt);
    g_mutex_unlock(&debt->mutex);
    return over;
}
