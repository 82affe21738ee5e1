/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tool.h"

/*
 * What FreeBSD's rc.conf(5) starts besides akin. names: variables such as "pf_enable", ended by
 * NULL. FALSE with AKIN_ERROR_NOT_SUPPORTED when one of them is switched on: two firewalls do not
 * get along. Where there is no sysrc(8), or it fails, nothing is known and nothing refused.
 */
gboolean akin_rc_conf_refuse(const AkinTools *tools, const char *const *names, GError **error);
