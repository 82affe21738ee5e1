/* SPDX-License-Identifier: BSD-2-Clause */
#include "polkit.h"

/* polkit is asked on Linux only: elsewhere groups decide, whether it is installed or not. */

typedef struct {
    GCancellable *cancellable;
    AkinPolkitAnswered answered;
    gpointer user_data;
} Question;

/* There is nothing to keep. */
AkinPolkit *
akin_polkit_new(void)
{
    return NULL;
}

void
akin_polkit_hang_up(AkinPolkit *polkit)
{
    (void) polkit;
}

void
akin_polkit_free(AkinPolkit *polkit)
{
    (void) polkit;
}

static gboolean
answer(gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(GCancellable) cancellable = question->cancellable;
    question->answered(g_cancellable_is_cancelled(cancellable) ? AKIN_POLKIT_CANCELLED
                                                               : AKIN_POLKIT_ABSENT,
                       question->user_data);
    return G_SOURCE_REMOVE;
}

void
akin_polkit_ask(AkinPolkit *polkit, const AkinCredentials *who, const char *action,
                gboolean interactive, GCancellable *cancellable, AkinPolkitAnswered answered,
                gpointer user_data)
{
    (void) polkit, (void) who, (void) action, (void) interactive;
    Question *question = g_new0(Question, 1);
    *question = (Question){g_object_ref(cancellable), answered, user_data};
    g_idle_add_full(G_PRIORITY_DEFAULT, answer, question, NULL);
}
