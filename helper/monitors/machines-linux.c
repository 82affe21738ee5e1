/* SPDX-License-Identifier: BSD-2-Clause */
#include "machines.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "error.h"

/* The same as MNL_SOCKET_DUMP_SIZE. */
#define BUFFER_SIZE 32768

/* A neighbour that answered once; not one that was only asked for. */
#define KNOWN (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

static gboolean
take_address(const struct nlattr *attribute, guint8 family, AkinPrefix *address)
{
    guint size = family == AF_INET ? 4 : 16;
    if (!attribute || mnl_attr_get_payload_len(attribute) != size)
        return FALSE;
    memset(address, 0, sizeof *address);
    address->family = family == AF_INET ? AKIN_IPV4 : AKIN_IPV6;
    address->length = akin_family_bits(address->family);
    memcpy(address->bytes, mnl_attr_get_payload(attribute), size);
    return TRUE;
}

static int
take_neighbour(const struct nlmsghdr *message, void *data)
{
    const struct ndmsg *neighbour = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute, *address = NULL, *hardware = NULL;
    AkinPrefix its;
    if (mnl_nlmsg_get_payload_len(message) < sizeof *neighbour || !(neighbour->ndm_state & KNOWN) ||
        (neighbour->ndm_family != AF_INET && neighbour->ndm_family != AF_INET6))
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof *neighbour)
    {
        if (mnl_attr_get_type(attribute) == NDA_DST)
            address = attribute;
        else if (mnl_attr_get_type(attribute) == NDA_LLADDR)
            hardware = attribute;
    }
    if (hardware && mnl_attr_get_payload_len(hardware) == 6 &&
        take_address(address, neighbour->ndm_family, &its))
        akin_machines_add(data, neighbour->ndm_ifindex, &its, mnl_attr_get_payload(hardware));
    return MNL_CB_OK;
}

/* FALSE with errno. */
static gboolean
dump(struct mnl_socket *socket, GArray *machines)
{
    guint32 buffer[BUFFER_SIZE / sizeof(guint32)];
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_GETNEIGH;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = 1;
    mnl_nlmsg_put_extra_header(request, sizeof(struct ndmsg));
    if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
        return FALSE;
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
        more = size < 0 ? -1
                        : mnl_cb_run(buffer, size, 1, mnl_socket_get_portid(socket), take_neighbour,
                                     machines);
        /* The table changed meanwhile: what it held is good enough to choose a machine from. */
        if (more < 0 && errno == EINTR)
            more = MNL_CB_STOP;
    }
    return more >= 0;
}

GArray *
akin_machines_list(GError **error)
{
    g_autoptr(GArray) machines = akin_machines_new();
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    gboolean done =
        socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 && dump(socket, machines);
    if (!done)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                    "cannot ask the kernel about neighbours: %s", g_strerror(errno));
    if (socket)
        mnl_socket_close(socket);
    akin_machines_sort(machines);
    return done ? g_steal_pointer(&machines) : NULL;
}
