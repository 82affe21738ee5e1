/* SPDX-License-Identifier: BSD-2-Clause */
#include "toggle.h"

typedef struct {
    AkinToggleAsk ask;
    gpointer data;
    gulong handler;
    guint pending; /* changes on their way */
    gboolean truth;
} Toggle;

static G_DEFINE_QUARK(akin - toggle, akin_toggle);

static Toggle *
get(GtkSwitch *toggle)
{
    return g_object_get_qdata(G_OBJECT(toggle), akin_toggle_quark());
}

/* TRUE keeps GtkSwitch from taking the wish for the truth. */
static gboolean
on_state_set(GtkSwitch *toggle, gboolean wanted, gpointer data)
{
    Toggle *self = data;
    self->pending++;
    self->ask(toggle, wanted, self->data);
    return TRUE;
}

void
akin_toggle_init(GtkSwitch *toggle, AkinToggleAsk ask, gpointer data)
{
    Toggle *self = g_new0(Toggle, 1);
    self->ask = ask;
    self->data = data;
    self->truth = gtk_switch_get_state(toggle);
    self->handler = g_signal_connect(toggle, "state-set", G_CALLBACK(on_state_set), self);
    g_object_set_qdata_full(G_OBJECT(toggle), akin_toggle_quark(), self, g_free);
}

static void
show(GtkSwitch *toggle, Toggle *self)
{
    g_signal_handler_block(toggle, self->handler);
    gtk_switch_set_state(toggle, self->truth);
    gtk_switch_set_active(toggle, self->truth);
    g_signal_handler_unblock(toggle, self->handler);
}

void
akin_toggle_show(GtkSwitch *toggle, gboolean truth)
{
    Toggle *self = get(toggle);
    self->truth = truth;
    if (self->pending == 0)
        show(toggle, self);
}

void
akin_toggle_settle(GtkSwitch *toggle)
{
    Toggle *self = get(toggle);
    g_return_if_fail(self->pending > 0);
    /* The handlers go when a window is destroyed while its change is on its way. */
    if (--self->pending == 0 && g_signal_handler_is_connected(toggle, self->handler))
        show(toggle, self);
}
