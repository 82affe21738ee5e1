/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/*
 * Who is at the other end of a Unix socket: as it was when the peer connected, from the kernel and
 * not from the peer's words. Rights go by uid; pid and start_time are for polkit alone, which asks
 * the person in front of that process. 0 where they are not known. account is for fairness alone:
 * the uid, until somebody asks akin_rights_account.
 */
typedef struct {
    uid_t uid, account;
    pid_t pid;
    guint64 start_time; /* of the process: proc(5), field 22 */
} AkinCredentials;

/* One file per operating system. AKIN_ERROR_NOT_ALLOWED. */
gboolean akin_credentials_read(GSocket *socket, AkinCredentials *who, GError **error);

/*
 * Whether the process that connected still runs: another one may have its number by now, or hold
 * its socket. FALSE where that cannot be known. On Linux alone.
 */
gboolean akin_credentials_process_runs(const AkinCredentials *who);
