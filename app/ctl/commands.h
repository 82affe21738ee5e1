/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ctl.h"

/* The commands: ask or change, then print, as text or JSON. args are counted already. */

gboolean ctl_status(Ctl *ctl, char **args, GError **error);
gboolean ctl_nic(Ctl *ctl, char **args, GError **error);
gboolean ctl_doctor(Ctl *ctl, char **args, GError **error);
gboolean ctl_doctor_mend(Ctl *ctl, char **args, GError **error);

gboolean ctl_start(Ctl *ctl, char **args, GError **error);
gboolean ctl_stop(Ctl *ctl, char **args, GError **error);
gboolean ctl_restart(Ctl *ctl, char **args, GError **error);
gboolean ctl_reload(Ctl *ctl, char **args, GError **error);
gboolean ctl_firewall(Ctl *ctl, char **args, GError **error);
gboolean ctl_nat(Ctl *ctl, char **args, GError **error);
gboolean ctl_panic(Ctl *ctl, char **args, GError **error);

gboolean ctl_network_patterns(Ctl *ctl, char **args, GError **error);
gboolean ctl_network_reach_host(Ctl *ctl, char **args, GError **error);

gboolean ctl_services(Ctl *ctl, char **args, GError **error);
gboolean ctl_allow(Ctl *ctl, char **args, GError **error);
gboolean ctl_deny(Ctl *ctl, char **args, GError **error);
gboolean ctl_service_add(Ctl *ctl, char **args, GError **error);
gboolean ctl_service_edit(Ctl *ctl, char **args, GError **error);
gboolean ctl_service_remove(Ctl *ctl, char **args, GError **error);

gboolean ctl_ping(Ctl *ctl, char **args, GError **error);

gboolean ctl_forward_add(Ctl *ctl, char **args, GError **error);
gboolean ctl_forward_remove(Ctl *ctl, char **args, GError **error);
gboolean ctl_forward_list(Ctl *ctl, char **args, GError **error);

gboolean ctl_rules(Ctl *ctl, char **args, GError **error);
gboolean ctl_confirm(Ctl *ctl, char **args, GError **error);
gboolean ctl_revert(Ctl *ctl, char **args, GError **error);
gboolean ctl_explain(Ctl *ctl, char **args, GError **error);
gboolean ctl_watch(Ctl *ctl, char **args, GError **error);
