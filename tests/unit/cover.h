/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "policy.h"

/* How often each port of tcp and of udp is allowed. */
typedef guint8 Cover[2][65536];

/* Once each: by the services that are allowed in this direction. */
void cover_by_services(const AkinPolicy *policy, guint direction, Cover cover);

/* One more for each port of a list: "80,6881-6999", with the dash of the rules' language. */
void cover_by_list(const char *list, char dash, AkinProtocol protocol, Cover cover);
