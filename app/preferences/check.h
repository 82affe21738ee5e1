/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

/*
 * What a person types, checked while typing: NULL when the helper will take it, else a sentence
 * that says how to write it, translated, to be freed. The helper has the last word. Spaces around
 * a word do not count; what is sent is akin_check_strip() of it.
 */
typedef char *(*AkinCheck)(const char *text);

/* PORTS of akinctl(1), such as "tcp:80,8080-8090;udp:53"; the empty text is right. */
char *akin_check_ports(const char *text);
char *akin_check_port(const char *text);
/* The name of a service, its title. */
char *akin_check_name(const char *text);
char *akin_check_title(const char *text);
/* A machine's address; an address or a network; those whom one may trust. */
char *akin_check_machine(const char *text);
char *akin_check_network(const char *text);
char *akin_check_trusted(const char *text);
/* A pattern of interface names, such as "vboxnet*". */
char *akin_check_pattern(const char *text);

/* The network of this length, at most that of an address, that an address is in. */
GInetAddressMask *akin_check_mask(GInetAddress *address, guint length);

/* Without the spaces that people like: all of them, or those at the ends. */
char *akin_check_strip(const char *text);
char *akin_check_trim(const char *text);

/* A name for a service of this title: "my-game" for "My Game!". May be empty. */
char *akin_check_suggest_name(const char *title);
