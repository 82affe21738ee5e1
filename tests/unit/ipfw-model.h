/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "ipfw.h"
#include "packet.h"
#include "situation.h"

/*
 * As much of ipfw(8) as akin's rules use, with states and with an idealised natd or kernel nat:
 * what passes it is translated, and so are the answers. A word that it does not know ends the test.
 */
typedef struct _IpfwModel IpfwModel;

/* Takes the text of akin_ipfw_text, and what translates from akin_nat_instances. */
IpfwModel *
ipfw_model_new(const AkinPolicy *policy, const AkinSituation *situation, AkinIpfwNat nat);
void ipfw_model_free(IpfwModel *model);

/* "allow", "deny", "reset", "reset6", "unreach" or "unreach6"; the packet is as it was translated.
 */
const char *ipfw_model_judge(IpfwModel *model, Packet *packet);

/* The port of the natd that was last given a packet, 0 for none; forgets it. */
guint ipfw_model_take_natd(IpfwModel *model);
