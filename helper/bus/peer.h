/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/*
 * One client: from accept, through the handshake, to a D-Bus connection with our object on it.
 * Main thread only.
 *
 * A peer is dropped when it does not finish the handshake in time, and when it leaves too much
 * unread or unanswered: its memory is bounded, and nobody else waits for it.
 */
typedef struct _AkinPeer AkinPeer;

typedef struct {
    /* The handshake is over and connection is set; register objects now. */
    void (*ready)(AkinPeer *peer, gpointer user_data);
    /* The last call: the peer is freed when it returns. */
    void (*gone)(AkinPeer *peer, gpointer user_data);
} AkinPeerListener;

/* Takes a reference on socket. listener must outlive the peer. guid is copied. */
AkinPeer *akin_peer_new(GSocket *socket, uid_t uid, const char *guid,
                        const AkinPeerListener *listener, gpointer user_data);

/* Closes without calling gone. */
void akin_peer_free(AkinPeer *peer);

uid_t akin_peer_uid(const AkinPeer *peer);

/* NULL until ready. */
GDBusConnection *akin_peer_connection(const AkinPeer *peer);

/*
 * Sends a signal of org.akin.Helper1 on /org/akin/Helper1, or drops the peer when it does not
 * read. interface NULL: org.akin.Helper1. parameters is consumed if floating.
 */
void
akin_peer_signal(AkinPeer *peer, const char *interface, const char *name, GVariant *parameters);
