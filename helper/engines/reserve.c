/* SPDX-License-Identifier: BSD-2-Clause */
#include "reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include "error.h"

/* One socket, and /etc/protocols with what it takes to find it; twice that. */
#define SIZE 6

struct _AkinReserve {
    int held[SIZE]; /* -1: not there */
};

void
akin_reserve_take_back(AkinReserve *reserve)
{
    for (guint i = 0; i < SIZE; i++) {
        if (reserve->held[i] < 0)
            reserve->held[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

static void
let_go(AkinReserve *reserve)
{
    for (guint i = 0; i < SIZE; i++) {
        if (reserve->held[i] >= 0)
            close(reserve->held[i]);
        reserve->held[i] = -1;
    }
}

AkinReserve *
akin_reserve_new(void)
{
    AkinReserve *reserve = g_new(AkinReserve, 1);
    for (guint i = 0; i < SIZE; i++)
        reserve->held[i] = -1;
    akin_reserve_take_back(reserve);
    return reserve;
}

void
akin_reserve_free(AkinReserve *reserve)
{
    let_go(reserve);
    g_free(reserve);
}

gboolean
akin_reserve_release(AkinReserve *reserve, GError **error)
{
    akin_reserve_take_back(reserve); /* what was lacking the last time */
    for (guint i = 0; i < SIZE; i++) {
        if (reserve->held[i] < 0) {
            g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED,
                        "no file descriptors are left to load rules with; raise the helper's "
                        "limit (LimitNOFILE)");
            return FALSE;
        }
    }
    let_go(reserve);
    return TRUE;
}
