/* SPDX-License-Identifier: BSD-2-Clause */
#include "privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEPT CAP_NET_ADMIN

/* What may still be had: the kernel refuses those that it does not know. */
static void
bound(void)
{
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
        if (capability != KEPT)
            prctl(PR_CAPBSET_DROP, capability);
    }
}

/* What is had: no more than before, be it less than we would keep. */
static void
drop(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, sets) != 0)
        return;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        __u32 kept = i == CAP_TO_INDEX(KEPT) ? CAP_TO_MASK(KEPT) : 0;
        sets[i].permitted &= kept;
        sets[i].effective = sets[i].permitted;
        sets[i].inheritable = 0;
    }
    syscall(SYS_capset, &header, sets);
}

void
akin_privileges_drop(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    bound();
    drop();
}
