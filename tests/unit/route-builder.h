/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "routing-message.h"

/* Messages of route(4) as FreeBSD and macOS send them, for tests. */

/* FreeBSD 14 on amd64, by its kernel; macOS 12 on arm64, by its headers. */
extern const AkinRoutingLayout akin_test_freebsd, akin_test_macos;

enum { AKIN_BUILD_UP = 0x1, AKIN_BUILD_LOOPBACK = 0x8 };
enum {
    AKIN_BUILD_GOOD = 0x803, /* up, by a gateway, static */
    AKIN_BUILD_HOST = 0x4,
    AKIN_BUILD_REJECT = 0x8,
    AKIN_BUILD_BLACKHOLE = 0x1000,
    AKIN_BUILD_OWN = 0x100000,
    AKIN_BUILD_SCOPED = 0x1000000,
};

/* Each appends one message, of the type that the answer to a question has. */
void akin_build_link(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                     const char *name, guint32 flags, gboolean carrier_lost);
void akin_build_address(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                        const char *address, guint8 length);
void akin_build_route(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                      const char *to, guint8 length, guint32 flags);

/* hardware: six bytes; NULL: not known yet. */
void akin_build_neighbour(const AkinRoutingLayout *layout, GByteArray *messages, guint16 link,
                          const char *address, const guint8 *hardware, guint32 flags);
