/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "credentials.h"

/* Of whatever strangers may keep the main loop busy with; all that matters more is before it. */
#define AKIN_PEER_PRIORITY G_PRIORITY_DEFAULT_IDLE

/*
 * One client: from accept, through the handshake, to a D-Bus connection with our object on it.
 * Main thread only.
 *
 * A peer is dropped when it does not finish the handshake in time, sends a message that is too
 * large, or does not read: its memory is bounded, and nobody else waits for it. It is not read
 * from while it has asked for enough (peer-stream.h), and while it has not read its answers, its
 * calls should wait.
 */
typedef struct _AkinPeer AkinPeer;

typedef struct {
    /* The handshake is over and connection is set; register objects now. */
    void (*ready)(AkinPeer *peer, gpointer user_data);
    /* Was behind, as somebody has found, and is not any more. */
    void (*caught_up)(AkinPeer *peer, gpointer user_data);
    /*
     * The last call: the peer is freed when it returns. offence: what it is dropped for, as the end
     * of a sentence that begins with "a client"; NULL when it left by itself.
     */
    void (*gone)(AkinPeer *peer, const char *offence, gpointer user_data);
} AkinPeerListener;

/*
 * Takes a reference on socket. listener must outlive the peer. guid is copied. stranger: may look
 * and change nothing, as far as can be told when it comes.
 */
AkinPeer *akin_peer_new(GSocket *socket, const AkinCredentials *who, gboolean stranger,
                        const char *guid, const AkinPeerListener *listener, gpointer user_data);

/* Closes without calling gone. */
void akin_peer_free(AkinPeer *peer);

/* Owned by the peer. */
const AkinCredentials *akin_peer_who(const AkinPeer *peer);
gboolean akin_peer_is_stranger(const AkinPeer *peer);

/* It has been found that it may change things. */
void akin_peer_trust(AkinPeer *peer);

/* When it last asked for something, or came: g_get_monotonic_time(). */
gint64 akin_peer_last_seen(const AkinPeer *peer);

/* NULL until ready. */
GDBusConnection *akin_peer_connection(const AkinPeer *peer);

/* It has asked for something. */
void akin_peer_touch(AkinPeer *peer);

/* Has so much to read that it should be given no more; listener's caught_up tells when that ends.
 */
gboolean akin_peer_is_behind(AkinPeer *peer);

/*
 * Answers a call with error if there is one, else with answer, which is consumed if floating, or
 * NULL. Takes invocation.
 */
void akin_peer_answer(AkinPeer *peer, GDBusMethodInvocation *invocation, GVariant *answer,
                      const GError *error);

/*
 * Sends a signal on /org/akin/Helper1, or drops the peer when it does not read. parameters is
 * consumed if floating.
 */
void
akin_peer_signal(AkinPeer *peer, const char *interface, const char *name, GVariant *parameters);
