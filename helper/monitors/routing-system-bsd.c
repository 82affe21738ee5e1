/* SPDX-License-Identifier: BSD-2-Clause */
#include "routing-system.h"

#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include "error.h"

/* What is only on one of the two. */
#ifdef RTF_IFSCOPE
#define SCOPED RTF_IFSCOPE /* for sockets that are bound to the interface */
#define ROUNDING sizeof(guint32)
#else
#define SCOPED 0
#define ROUNDING sizeof(long)
#endif

#ifdef LINK_STATE_DOWN
#define CARRIER offsetof(struct if_msghdr, ifm_data.ifi_link_state)
#define CARRIER_LOST LINK_STATE_DOWN
#else
#define CARRIER 0
#define CARRIER_LOST 0
#endif

const AkinRoutingLayout akin_routing_here = {
    .route_size = sizeof(struct rt_msghdr),
    .link_size = sizeof(struct if_msghdr),
    .address_size = sizeof(struct ifa_msghdr),
    .carrier = CARRIER,
    .carrier_lost = CARRIER_LOST,
    .rounding = ROUNDING,
    .inet6 = AF_INET6,
    .refusing = RTF_REJECT | RTF_BLACKHOLE | SCOPED,
    .own = RTF_PINNED | RTF_LOCAL,
};

/* What routing-message.c knows of both. */
G_STATIC_ASSERT(RTM_VERSION == 5 && RTM_ADD == 1 && RTM_GET == 4 && RTM_IFINFO == 0xe);
G_STATIC_ASSERT(RTM_NEWADDR == 0xc && RTM_DELADDR == 0xd && RTF_UP == 1 && RTF_HOST == 4);
G_STATIC_ASSERT(offsetof(struct rt_msghdr, rtm_index) == 4);
G_STATIC_ASSERT(offsetof(struct rt_msghdr, rtm_flags) == 8);
G_STATIC_ASSERT(offsetof(struct rt_msghdr, rtm_addrs) == 12);
G_STATIC_ASSERT(offsetof(struct if_msghdr, ifm_addrs) == 4);
G_STATIC_ASSERT(offsetof(struct if_msghdr, ifm_flags) == 8);
G_STATIC_ASSERT(offsetof(struct if_msghdr, ifm_index) == 12);
G_STATIC_ASSERT(offsetof(struct ifa_msghdr, ifam_addrs) == 4);
G_STATIC_ASSERT(offsetof(struct ifa_msghdr, ifam_index) == 12);
G_STATIC_ASSERT(AF_INET == 2 && AF_LINK == 18 && RTA_IFP == 0x10 && RTA_BRD == 0x80);

/* It may grow between the question how long it is and the one for itself. */
#define ATTEMPTS 8

void *
akin_routing_ask(int family, int question, int flag, gsize *size, GError **error)
{
    int name[] = {CTL_NET, PF_ROUTE, 0, family, question, flag};
    g_autofree char *answer = NULL;
    errno = ENOMEM;
    for (guint i = 0; i < ATTEMPTS && errno == ENOMEM; i++) {
        size_t length = 0;
        if (sysctl(name, G_N_ELEMENTS(name), NULL, &length, NULL, 0) != 0)
            break;
        length += length / 8 + 1024;
        g_free(answer);
        answer = g_malloc(length);
        errno = 0;
        if (sysctl(name, G_N_ELEMENTS(name), answer, &length, NULL, 0) == 0) {
            *size = length;
            return g_steal_pointer(&answer);
        }
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "cannot read the kernel's network cards and routes: %s", g_strerror(errno));
    return NULL;
}
