/* SPDX-License-Identifier: BSD-2-Clause */
#include "nft-generation.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "error.h"

#define ATTEMPTS 3

struct _AkinNftGeneration {
    struct mnl_socket *socket;
    guint32 sequence;
};

AkinNftGeneration *
akin_nft_generation_new(GError **error)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_NOT_SUPPORTED,
                    "cannot talk to the kernel's packet filter: %s", g_strerror(errno));
        if (socket)
            mnl_socket_close(socket);
        return NULL;
    }
    AkinNftGeneration *generation = g_new0(AkinNftGeneration, 1);
    generation->socket = socket;
    return generation;
}

void
akin_nft_generation_free(AkinNftGeneration *generation)
{
    mnl_socket_close(generation->socket);
    g_free(generation);
}

static int
take_number(const struct nlmsghdr *message, void *data)
{
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
    {
        if (mnl_attr_get_type(attribute) == NFTA_GEN_ID &&
            mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
            *(guint32 *) data = ntohl(mnl_attr_get_u32(attribute));
    }
    return MNL_CB_OK;
}

/* What is left of an answer to an earlier question. */
static void
forget_answers(AkinNftGeneration *generation)
{
    char buffer[1024];
    int fd = mnl_socket_get_fd(generation->socket);
    while (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
        continue;
}

static gboolean
ask(AkinNftGeneration *generation, guint32 *number)
{
    char buffer[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    message->nlmsg_seq = ++generation->sequence;
    struct nfgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->version = NFNETLINK_V0;

    unsigned port = mnl_socket_get_portid(generation->socket);
    gssize length = mnl_socket_sendto(generation->socket, message, message->nlmsg_len);
    int more = length < 0 ? -1 : MNL_CB_OK;
    *number = 0;
    while (more > MNL_CB_STOP) {
        length = mnl_socket_recvfrom(generation->socket, buffer, sizeof buffer);
        more = length < 0
                   ? -1
                   : mnl_cb_run(buffer, length, generation->sequence, port, take_number, number);
    }
    return more >= 0;
}

/* An answer may be lost when the kernel has no memory; the next one must not be taken for it. */
gboolean
akin_nft_generation_read(AkinNftGeneration *generation, guint32 *number, GError **error)
{
    for (guint i = 0; i < ATTEMPTS; i++) {
        if (ask(generation, number))
            return TRUE;
        int code = errno;
        forget_answers(generation);
        errno = code;
    }
    g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                "cannot ask the kernel's packet filter: %s", g_strerror(errno));
    return FALSE;
}
