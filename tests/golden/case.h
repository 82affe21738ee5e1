/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"
#include "situation.h"

/*
 * A case: a policy and a situation in one keyfile, the same for the compilers of all engines. The
 * policy's groups are those of akin.conf(5), and what is absent has its default. The situation's:
 *
 *   [situation]
 *   awake=true                 (default)
 *   routes4=false              (default; routes6, ftp-helper likewise)
 *   [interface eth0]           the kernel's name
 *   up=true                    (default)
 *   loopback=false             (default)
 *   addresses=203.0.113.5/24; 2001:db8::5/64
 *   defaults=ipv4 100; ipv6 1024; ipv4/1 50      family, "/1" for half a default route, metric
 *
 * A policy's key that akin does not know, or a situation's, is an error here.
 */
gboolean
akin_case_parse(const char *text, AkinPolicy **policy, AkinSituation **situation, GError **error);

/* The same, from a file NAME.case. */
gboolean
akin_case_load(const char *path, AkinPolicy **policy, AkinSituation **situation, GError **error);

/* The names of the cases in a folder, sorted, without ".case". Never NULL; g_strfreev. */
char **akin_case_names(const char *folder);

/*
 * An interface for a situation, from words as in a case: NULL addresses or defaults for none.
 * A word that is wrong is a bug of the test, and ends it.
 */
AkinInterface *akin_case_interface(const char *name, const char *addresses, const char *defaults);
