/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "neighbours-listing.h"
#include "samples.h"

/* What others' rules and switches are judged to do: listings as nft gives them, and odd ones. */

#define HEAD "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\", \"json_schema_version\": 1}}"
#define TAIL "]}"
#define CHAIN(family, table, name)                                                                 \
    ", {\"chain\": {\"family\": \"" family "\", \"table\": \"" table "\", \"name\": \"" name       \
    "\", \"handle\": 2}}"
#define BASE(family, table, name, type, hook, policy)                                              \
    ", {\"chain\": {\"family\": \"" family "\", \"table\": \"" table "\", \"name\": \"" name       \
    "\", \"handle\": 1, \"type\": \"" type "\", \"hook\": \"" hook                                 \
    "\", \"prio\": 0, \"policy\": \"" policy "\"}}"
#define FILTER(family, table, name, hook, policy) BASE(family, table, name, "filter", hook, policy)
#define RULE(family, table, chain, expressions)                                                    \
    ", {\"rule\": {\"family\": \"" family "\", \"table\": \"" table "\", \"chain\": \"" chain      \
    "\", \"handle\": 7, \"expr\": [" expressions "]}}"
#define MATCH(op, key, right)                                                                      \
    "{\"match\": {\"op\": \"" op "\", \"left\": {\"meta\": {\"key\": \"" key                       \
    "\"}}, \"right\": " right "}}, "
#define COUNTED "{\"counter\": {\"packets\": 0, \"bytes\": 0}}, "
#define ACCEPT "{\"accept\": null}"
#define XT(name) "{\"xt\": {\"type\": \"match\", \"name\": \"" name "\"}}, "
#define CONNTRACK XT("conntrack")

#define OURS                                                                                       \
    FILTER("inet", "akin", "input", "input", "drop")                                               \
    FILTER("inet", "akin", "output", "output", "drop")                                             \
    FILTER("inet", "akin", "forward", "forward", "drop")
#define DOCKER                                                                                     \
    FILTER("ip", "filter", "FORWARD", "forward", "drop")                                           \
    CHAIN("ip", "filter", "DOCKER") CHAIN("ip", "filter", "DOCKER-USER")
#define UFW                                                                                        \
    FILTER("ip", "filter", "INPUT", "input", "drop")                                               \
    FILTER("ip", "filter", "OUTPUT", "output", "accept")                                           \
    FILTER("ip", "filter", "FORWARD", "forward", "drop")                                           \
    CHAIN("ip", "filter", "ufw-before-input") CHAIN("ip", "filter", "ufw-user-forward")
#define UFW6                                                                                       \
    FILTER("ip6", "filter", "FORWARD", "forward", "drop")                                          \
    CHAIN("ip6", "filter", "ufw6-user-forward")
#define FIREWALLD                                                                                  \
    FILTER("inet", "firewalld", "filter_PREROUTING", "prerouting", "accept")                       \
    FILTER("inet", "firewalld", "filter_INPUT", "input", "accept")                                 \
    FILTER("inet", "firewalld", "filter_FORWARD", "forward", "accept")                             \
    FILTER("inet", "firewalld", "filter_OUTPUT", "output", "accept")                               \
    CHAIN("inet", "firewalld", "filter_FORWARD_ZONES")
#define KILL_SWITCH FILTER("inet", "vpn", "out", "output", "drop")
#define OWN FILTER("inet", "own", "fwd", "forward", "drop")

#define FROM(name) MATCH("==", "iifname", "\"" name "\"") COUNTED ACCEPT
#define CT_STATE(op, states)                                                                       \
    "{\"match\": {\"op\": \"" op                                                                   \
    "\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": " states "}}, "
#define ESTABLISHED CT_STATE("in", "[\"established\", \"related\"]")
#define ANSWERS ESTABLISHED COUNTED ACCEPT
#define ANSWERS_BY_SET CT_STATE("==", "{\"set\": [\"established\", \"related\"]}") ACCEPT
#define ANSWERS_BY_MAP                                                                             \
    "{\"vmap\": {\"key\": {\"ct\": {\"key\": \"state\"}}, \"data\": {\"set\": [[\"invalid\", "     \
    "{\"drop\": null}], [\"established\", {\"accept\": null}]]}}}"
#define TO(name) MATCH("==", "oifname", "\"" name "\"") COUNTED ACCEPT
#define IN(name) MATCH("==", "iifname", "\"" name "\"")
#define OUT(name) MATCH("==", "oifname", "\"" name "\"")
#define PAYLOAD(protocol, field, right)                                                            \
    "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"" protocol              \
    "\", \"field\": \"" field "\"}}, \"right\": " right "}}, "
#define SUBNET(address, length) "{\"prefix\": {\"addr\": \"" address "\", \"len\": " length "}}"
#define SOURCE(right) PAYLOAD("ip", "saddr", right)
#define DESTINATION(right) PAYLOAD("ip", "daddr", right)
#define PORT(right) PAYLOAD("tcp", "dport", right)
#define DNAT                                                                                       \
    "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"status\"}}, \"right\": "          \
    "\"dnat\"}}, "
#define OWN_RULE(expressions) RULE("inet", "own", "fwd", expressions)
#define BOTH_WAYS OWN_RULE(ANSWERS) OWN_RULE(FROM("vboxnet0"))
#define GOTO(name, zone)                                                                           \
    MATCH("==", "iifname", "\"" name "\"") "{\"goto\": {\"target\": \"" zone "\"}}"

#define NETWORKS                                                                                   \
    "[interface en0]\naddresses=203.0.113.5/24\ndefaults=ipv4 100\n"                               \
    "[interface en1]\naddresses=198.51.100.5/24\ndefaults=ipv4 200\n"                              \
    "[interface vboxnet0]\naddresses=192.168.56.1/24\n"
#define SECOND "[interface vboxnet1]\naddresses=192.168.57.1/24; fd00:57::1/64\n"
#define FORWARDED "[forwards]\ntcp/80=192.168.56.101:80\n"
#define FORWARDED6 "[forwards]\ntcp/80=[fd00:57::101]:80\n"
#define ROUTER "[situation]\nroutes4=true\n"
#define NAT_OFF "[nat]\nmode=off\n"

typedef struct {
    const char *chains, *rules, *more; /* of a case */
    const char *findings;              /* their names, those of notes in brackets */
    gboolean filtered, strict;
} Row;

/* clang-format off */
static const Row rows[] = {
    {OURS, "", ROUTER, "", TRUE, FALSE},
    {OURS DOCKER, "", ROUTER, "docker", FALSE, FALSE},
    {OURS DOCKER, "", ROUTER NAT_OFF, "", FALSE, FALSE},
    {OURS DOCKER, "", ROUTER, "docker bridge-filtered", TRUE, FALSE},
    /* Both ways are needed; other interfaces, other chains and other targets are none. */
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0")), ROUTER, "docker", FALSE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0"))
        RULE("ip", "filter", "DOCKER-USER", MATCH("==", "oifname", "\"vboxnet*\"") CONNTRACK COUNTED ACCEPT),
        ROUTER, "", TRUE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER",
        MATCH("==", "iifname", "{\"set\": [\"en0\", \"vboxnet0\"]}") ACCEPT)
        RULE("ip", "filter", "FORWARD", TO("vboxnet0")), ROUTER, "", FALSE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0")) RULE("ip", "filter", "DOCKER-USER",
        TO("vboxnet0")), ROUTER SECOND, "docker", FALSE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet1")) RULE("ip", "filter", "DOCKER-USER",
        TO("vboxnet0")), ROUTER, "docker", FALSE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", MATCH("!=", "iifname", "\"vboxnet0\"") ACCEPT)
        RULE("ip", "filter", "DOCKER-USER", TO("vboxnet0")), ROUTER, "docker", FALSE, FALSE},
    {OURS DOCKER, RULE("ip6", "filter", "DOCKER-USER", FROM("vboxnet0")) RULE("ip6", "filter", "DOCKER-USER",
        TO("vboxnet0")), ROUTER, "docker", FALSE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", GOTO("vboxnet0", "elsewhere"))
        RULE("ip", "filter", "DOCKER-USER", TO("vboxnet0")), ROUTER, "docker", FALSE, FALSE},
    {OURS CHAIN("ip", "filter", "DOCKER") CHAIN("ip", "filter", "LIBVIRT_FWI"), "", "", "libvirt docker", FALSE, FALSE},
    {OURS CHAIN("ip", "docker-bridges", "x") CHAIN("ip", "libvirt_network", "x"), "", "", "libvirt docker", FALSE, FALSE},
    {OURS CHAIN("ip", "filter", "DOCKER") CHAIN("ip", "filter", "LIBVIRT_FWI"), "", ROUTER, "", FALSE, FALSE},
    {OURS UFW, "", ROUTER, "ufw", FALSE, FALSE},
    {OURS UFW, RULE("ip", "filter", "ufw-user-forward", FROM("vboxnet0")), ROUTER, "(ufw)", TRUE, FALSE},
    {OURS UFW DOCKER, "", ROUTER, "docker (ufw)", FALSE, FALSE},
    {OURS UFW6, "", ROUTER, "", FALSE, FALSE},
    {OURS UFW6, "", ROUTER SECOND, "ufw", FALSE, FALSE},
    {OURS UFW6, RULE("ip6", "filter", "ufw6-user-forward", FROM("vboxnet1")), ROUTER SECOND, "", FALSE, FALSE},
    {OURS UFW6, RULE("ip6", "filter", "ufw6-user-forward", FROM("vboxnet1")), ROUTER SECOND FORWARDED, "", FALSE, FALSE},
    {OURS UFW6, RULE("ip6", "filter", "ufw6-user-forward", FROM("vboxnet1")), ROUTER SECOND FORWARDED6, "ufw", FALSE, FALSE},
    {OURS FIREWALLD, "", ROUTER, "firewalld", FALSE, FALSE},
    {OURS FIREWALLD, RULE("inet", "firewalld", "filter_FORWARD_ZONES", GOTO("vboxnet0", "filter_FWD_trusted")),
        ROUTER FORWARDED, "(firewalld)", TRUE, FALSE},
    {OURS KILL_SWITCH, "", ROUTER, "output-dropped", FALSE, FALSE},
    {OURS BASE("inet", "vpn", "out", "nat", "output", "drop"), "", ROUTER, "", FALSE, FALSE},
    {OURS FILTER("bridge", "vpn", "out", "forward", "drop"), "", ROUTER, "", TRUE, FALSE},
    {OURS OWN, "", ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    /* Answers have to come back, too: by a rule for all, or one for the network. */
    {OURS OWN, RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS_BY_MAP) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS_BY_SET) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", CONNTRACK COUNTED ACCEPT) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", TO("vboxnet0")) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER FORWARDED, "", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", CT_STATE("!=", "\"established\"") ACCEPT) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", CT_STATE("in", "\"new\"") ACCEPT) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", MATCH("==", "mark", "7") ANSWERS) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER, "forward-dropped", FALSE, FALSE},
    /* What a forward brings is new; a network without one needs no way in. */
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS) RULE("inet", "own", "fwd", FROM("vboxnet*")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS) RULE("inet", "own", "fwd", FROM("vboxnet*"))
        RULE("inet", "own", "fwd", TO("vboxnet0")), ROUTER SECOND FORWARDED, "", FALSE, FALSE},
    /* What passes within a bridge comes from it and goes to it: a way out or a way in lets it through. */
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0")), ROUTER, "docker", TRUE, FALSE},
    {OURS UFW, RULE("ip", "filter", "ufw-user-forward", FROM("vboxnet0")), ROUTER FORWARDED, "ufw", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS) RULE("inet", "own", "fwd", FROM("vboxnet0")), ROUTER FORWARDED,
        "forward-dropped", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS) RULE("inet", "own", "fwd", TO("vboxnet0")), ROUTER, "forward-dropped", TRUE, FALSE},
    {OURS OWN, RULE("inet", "own", "fwd", ANSWERS), ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS FILTER("inet", "own", "in", "input", "drop"), "", ROUTER, "(input-dropped)", FALSE, FALSE},
    /* A rule lets through what it says: answers bring no forward, and new connections no answers. */
    {OURS OWN, OWN_RULE(OUT("vboxnet0") ANSWERS) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") ANSWERS) OWN_RULE(FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") CONNTRACK ACCEPT) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") ANSWERS) OWN_RULE(ANSWERS), ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") CONNTRACK ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") CT_STATE("in", "\"new\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") CT_STATE("in", "[\"established\", \"new\"]") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") CT_STATE("in", "\"new\"") ACCEPT) OWN_RULE(FROM("vboxnet0")), ROUTER, "forward-dropped", TRUE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") CT_STATE("!=", "\"invalid\"") ACCEPT) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") CT_STATE("!", "[\"invalid\", \"new\"]") ACCEPT) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", TRUE, FALSE},
    {OURS OWN, OWN_RULE(OUT("vboxnet0") ANSWERS_BY_MAP) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    /* A rule that matches something else lets not all through; a comment is nothing. */
    {OURS OWN, OWN_RULE(MATCH("==", "mark", "7") FROM("vboxnet0")) OWN_RULE(ANSWERS), ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") PORT("443") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") XT("tcp") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") XT("mark") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") XT("comment") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") "{\"xt\": {\"type\": \"target\", \"name\": \"MARK\"}}, " ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") "{\"limit\": {\"rate\": 10, \"per\": \"second\"}}, " ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") "null, " ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") MATCH("==", "oifname", "7") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") MATCH("==", "nfproto", "\"ipv4\"") "{\"log\": null}, " ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", "{\"xt\": null}, " ACCEPT) RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    /* The other interface has to be the one that it is about: the active NIC. */
    {OURS OWN, OWN_RULE(IN("vboxnet0") TO("docker0")) OWN_RULE(ANSWERS), ROUTER, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") TO("en0")) OWN_RULE(ANSWERS), ROUTER, "bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") TO("en1")) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") MATCH("!=", "oifname", "\"docker0\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") MATCH("!=", "oifname", "\"@some\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") MATCH("!=", "oifname", "\"vboxnet0\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "bridge-filtered", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") TO("vboxnet0")) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("en0") TO("vboxnet0")) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("docker0") TO("vboxnet0")) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("en0") CONNTRACK TO("vboxnet0")) OWN_RULE(FROM("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(MATCH("==", "iif", "\"vboxnet0\"") ACCEPT) OWN_RULE(MATCH("==", "oif", "\"vboxnet0\"") ACCEPT), ROUTER FORWARDED, "", TRUE, FALSE},
    /* Addresses count where they are the network's own, and a rule for everything is one for it. */
    {OURS OWN, OWN_RULE(SOURCE(SUBNET("192.168.56.0", "24")) ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") SOURCE("{\"set\": [\"10.0.0.1\", " SUBNET("192.168.0.0", "16") "]}") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") SOURCE("\"192.168.56.101\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") SOURCE("\"@some\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(IN("vboxnet0") DESTINATION("\"203.0.113.9\"") ACCEPT) OWN_RULE(ANSWERS), ROUTER, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(SOURCE(SUBNET("192.168.56.0", "24")) ACCEPT) OWN_RULE(ANSWERS), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, OWN_RULE(DESTINATION(SUBNET("192.168.56.0", "24")) CONNTRACK TO("vboxnet0")) OWN_RULE(FROM("vboxnet0")), ROUTER, "", TRUE, FALSE},
    {OURS DOCKER, RULE("ip", "filter", "DOCKER-USER", COUNTED ACCEPT), ROUTER FORWARDED, "", TRUE, FALSE},
    {OURS OWN, OWN_RULE(XT("physdev") ACCEPT), ROUTER, "forward-dropped", TRUE, FALSE},
    /* A forward needs a way in to its machine and port alone. */
    {OURS OWN, BOTH_WAYS OWN_RULE(DESTINATION("\"192.168.56.101\"") PORT("80") ACCEPT), ROUTER FORWARDED, "", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(DESTINATION("\"192.168.56.102\"") PORT("80") ACCEPT), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(PORT("{\"set\": [22, {\"range\": [79, 81]}]}") TO("vboxnet0")), ROUTER FORWARDED, "", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(PORT("{\"set\": [22, {\"range\": [81, 90]}]}") TO("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(PORT("80") TO("vboxnet0")), ROUTER FORWARDED "tcp/81=192.168.56.101:81\n", "forward-dropped", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(XT("tcp") CONNTRACK TO("vboxnet0")), ROUTER FORWARDED, "", FALSE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(DNAT ACCEPT), ROUTER FORWARDED, "", FALSE, FALSE},
    {OURS OWN, OWN_RULE(DNAT ACCEPT), ROUTER FORWARDED, "forward-dropped bridge-filtered", TRUE, FALSE},
    {OURS OWN, BOTH_WAYS OWN_RULE(SOURCE("\"203.0.113.9\"") TO("vboxnet0")), ROUTER FORWARDED, "forward-dropped", FALSE, FALSE},
    {OURS, "", ROUTER, "rp-filter", FALSE, TRUE},
};
/* clang-format on */

/* What is said of what is missing, and that nothing is advised which has been done. */
#define OTHERS " forwarded packets that have no rule of their own, so "
#define OWN_DROPS "chain ‘fwd’ of table inet ‘own’ drops" OTHERS
#define DOCKER_DROPS "Docker's rules drop" OTHERS
#define UFW_DROPS "ufw drops" OTHERS
#define DOCKER_OUT(tool, name) "sudo " tool " -I DOCKER-USER -i " name " -j ACCEPT"
#define DOCKER_IN(tool, name) "sudo " tool " -I DOCKER-USER -o " name " -j ACCEPT"
#define DOCKER_END " (akin goes on to decide what passes)"
#define LIST " (see sudo nft list ruleset)"
#define NOT_OUT(name) "machines of " name " may not get out; let them: "
#define NO_ANSWERS(name) "machines of " name " may get no answers; let them: "
#define NO_FORWARDS(name) "forwards to machines of " name " may not work; let them: "
#define USER_RULE(expressions) RULE("ip", "filter", "DOCKER-USER", expressions)
#define UFW_RULE(expressions) RULE("ip", "filter", "ufw-user-forward", expressions)

/* clang-format off */
static const struct {
    const char *chains, *rules, *more, *sentence;
} advised[] = {
    {OURS OWN, "", ROUTER, OWN_DROPS NOT_OUT("vboxnet0") "there, accept what comes from vboxnet0, and what goes to vboxnet0" LIST},
    {OURS OWN, OWN_RULE(ANSWERS), ROUTER, OWN_DROPS NOT_OUT("vboxnet0") "there, accept what comes from vboxnet0" LIST},
    {OURS OWN, OWN_RULE(FROM("vboxnet0")), ROUTER, OWN_DROPS NO_ANSWERS("vboxnet0") "there, accept what goes to vboxnet0" LIST},
    {OURS OWN, BOTH_WAYS, ROUTER FORWARDED, OWN_DROPS NO_FORWARDS("vboxnet0") "there, accept what goes to vboxnet0" LIST},
    {OURS DOCKER, "", ROUTER, DOCKER_DROPS NOT_OUT("vboxnet0")
        DOCKER_OUT("iptables", "vboxnet0") ", and " DOCKER_IN("iptables", "vboxnet0") DOCKER_END},
    {OURS DOCKER, USER_RULE(TO("vboxnet0")), ROUTER, DOCKER_DROPS NOT_OUT("vboxnet0") DOCKER_OUT("iptables", "vboxnet0") DOCKER_END},
    {OURS DOCKER, USER_RULE(FROM("vboxnet0")), ROUTER FORWARDED,
        DOCKER_DROPS NO_ANSWERS("vboxnet0") DOCKER_IN("iptables", "vboxnet0") DOCKER_END},
    {OURS DOCKER, USER_RULE(FROM("vboxnet0")) USER_RULE(CONNTRACK ACCEPT), ROUTER FORWARDED,
        DOCKER_DROPS NO_FORWARDS("vboxnet0") DOCKER_IN("iptables", "vboxnet0") DOCKER_END},
    {OURS UFW6 CHAIN("ip6", "filter", "DOCKER-USER"), "", ROUTER SECOND, DOCKER_DROPS NOT_OUT("vboxnet1")
        DOCKER_OUT("ip6tables", "vboxnet1") DOCKER_END},
    {OURS UFW, "", ROUTER, UFW_DROPS NOT_OUT("vboxnet0") "sudo ufw route allow in on vboxnet0"},
    {OURS UFW, "", ROUTER FORWARDED, UFW_DROPS NOT_OUT("vboxnet0")
        "sudo ufw route allow in on vboxnet0, and sudo ufw route allow out on vboxnet0"},
    {OURS UFW, UFW_RULE(FROM("vboxnet0")), ROUTER FORWARDED, UFW_DROPS NO_FORWARDS("vboxnet0") "sudo ufw route allow out on vboxnet0"},
    {OURS FIREWALLD, "", ROUTER FORWARDED, "firewalld rejects" OTHERS NOT_OUT("vboxnet0")
        "sudo firewall-cmd --permanent --zone=trusted --add-interface=vboxnet0, then sudo firewall-cmd --reload"},
    /* Of several networks, those that have the same to be told; the others' turn comes then. */
    {OURS DOCKER, "", ROUTER SECOND, DOCKER_DROPS NOT_OUT("vboxnet0, vboxnet1")
        DOCKER_OUT("iptables", "vboxnet0") ", and " DOCKER_IN("iptables", "vboxnet0") DOCKER_END},
    {OURS DOCKER, USER_RULE(FROM("vboxnet0")) USER_RULE(TO("vboxnet1")), ROUTER SECOND, DOCKER_DROPS NOT_OUT("vboxnet1")
        DOCKER_OUT("iptables", "vboxnet1") DOCKER_END},
    {OURS UFW, UFW_RULE(FROM("vboxnet*")), ROUTER SECOND FORWARDED, UFW_DROPS NO_FORWARDS("vboxnet0") "sudo ufw route allow out on vboxnet0"},
};
/* clang-format on */

static AkinSurroundings *
see(const char *chains, const char *rules)
{
    g_autoptr(GError) error = NULL;
    AkinSurroundings *seen = akin_surroundings_new();
    g_autofree char *listed = g_strconcat(HEAD, chains, TAIL, NULL);
    g_autofree char *ruled = g_strconcat(HEAD, rules, TAIL, NULL);
    akin_chains_read(listed, seen->chains, &error);
    g_assert_no_error(error);
    akin_doors_read(ruled, seen->doors, &error);
    g_assert_no_error(error);
    return seen;
}

/* The names, in order; each sentence is one that a person can read. */
static char *
judge(const AkinSurroundings *seen, const char *more, char **first)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    g_autofree char *text = g_strconcat(more, NETWORKS, NULL);
    sample_parse_case(text, &policy, &situation);
    g_autoptr(GArray) findings = akin_neighbours_judge(seen, policy, situation, TRUE);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const AkinFinding *finding = &g_array_index(findings, AkinFinding, i);
        g_string_append_printf(names, finding->note ? "%s(%s)" : "%s%s", i > 0 ? " " : "",
                               finding->name);
        g_assert_true(g_utf8_validate(finding->sentence, -1, NULL));
        g_assert_null(strpbrk(finding->sentence, "\n\r\t\033"));
        g_assert_false(g_str_has_suffix(finding->sentence, "."));
        g_assert_cmpuint(strlen(finding->sentence), <, 320);
        g_assert_true(g_strv_contains(akin_finding_names, finding->name));
        if (i == 0 && first)
            *first = g_strdup(finding->sentence);
    }
    return g_string_free(names, FALSE);
}

static void
test_rows(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        g_autoptr(AkinSurroundings) seen = see(row->chains, row->rules);
        seen->bridges_filtered = row->filtered;
        g_ptr_array_add(seen->bridges, g_strdup("vboxnet0"));
        if (row->strict)
            g_ptr_array_add(seen->strict, g_strdup("en1"));
        g_autofree char *names = judge(seen, row->more, NULL);
        if (strcmp(names, row->findings) != 0)
            g_error("row %u: ‘%s’ instead of ‘%s’", i, names, row->findings);
    }
}

/* Only the rules of these few chains are ever listed. */
static void
test_gates(void)
{
    g_autoptr(AkinSurroundings) seen =
        see(OURS UFW DOCKER FIREWALLD KILL_SWITCH CHAIN("ip", "other", "DOCKER-USER"), "");
    g_autoptr(GPtrArray) gates = akin_chains_list_gates(seen->chains);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < gates->len; i++) {
        const AkinChain *gate = gates->pdata[i];
        g_string_append_printf(names, "%s/%s ", gate->table, gate->name);
    }
    g_assert_cmpstr(names->str, ==,
                    "filter/FORWARD filter/ufw-user-forward filter/FORWARD filter/DOCKER-USER "
                    "firewalld/filter_FORWARD_ZONES ");
    g_string_free(names, TRUE);
}

static void
test_advice(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(advised); i++) {
        g_autoptr(AkinSurroundings) seen = see(advised[i].chains, advised[i].rules);
        g_autofree char *sentence = NULL;
        g_autofree char *names = judge(seen, advised[i].more, &sentence);
        g_assert_cmpstr(names, !=, "");
        g_assert_cmpstr(sentence, ==, advised[i].sentence);
    }
}

/* Each switch that has to be turned is named, and none that has not. */
static void
test_advice_of_bridges(void)
{
    static const char *const switches[] = {
        NULL, "sudo sysctl net.bridge.bridge-nf-call-iptables=0",
        "sudo sysctl net.bridge.bridge-nf-call-ip6tables=0",
        "sudo sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0"};
    for (guint filtered = 1; filtered < G_N_ELEMENTS(switches); filtered++) {
        g_autoptr(AkinSurroundings) seen = see(OURS OWN, "");
        seen->bridges_filtered = filtered;
        g_ptr_array_add(seen->bridges, g_strdup("vboxnet0"));
        g_autoptr(AkinPolicy) policy = NULL;
        g_autoptr(AkinSituation) situation = NULL;
        sample_parse_case(ROUTER NETWORKS, &policy, &situation);
        g_autoptr(GArray) findings = akin_neighbours_judge(seen, policy, situation, TRUE);
        const AkinFinding *last = &g_array_index(findings, AkinFinding, findings->len - 1);
        g_assert_cmpstr(last->name, ==, AKIN_FINDING_BRIDGE);
        g_assert_true(g_str_has_suffix(last->sentence, switches[filtered]));
    }
}

/* A table or a card may be called anything, and none of it is to be typed. */
static void
test_odd_names(void)
{
    g_autoptr(AkinSurroundings) seen =
        see(FILTER("ip", "a\\nb\\u001b[31m", "$(reboot)", "forward", "drop"), "");
    g_autofree char *sentence = NULL;
    g_autofree char *names = judge(seen, ROUTER, &sentence);
    g_assert_cmpstr(names, ==, "forward-dropped");
    g_assert_nonnull(strstr(sentence, "‘$(reboot)’ of table ip ‘a b [31m’"));
    g_autoptr(AkinSurroundings) strict = see("", "");
    g_ptr_array_add(strict->strict, g_strdup("en;reboot"));
    g_autofree char *advice = NULL;
    g_autofree char *strict_names =
        judge(strict, "[interface en;reboot]\naddresses=192.0.2.9/24\ndefaults=ipv4 7\n", &advice);
    g_assert_cmpstr(strict_names, ==, "rp-filter");
    g_assert_nonnull(strstr(advice, "/CARD/"));
}

static void
test_malformed(void)
{
    static const char *const wrong[] = {
        "", "{", "[]", "null", "{}", "{\"nftables\": {}}", "{\"nftables\": null}", "table ip x {}"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(AkinSurroundings) seen = akin_surroundings_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_chains_read(wrong[i], seen->chains, &error));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        g_assert_false(akin_doors_read(wrong[i], seen->doors, &error));
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
        g_assert_cmpuint(seen->chains->len + seen->doors->len, ==, 0);
    }
}

/* What is not known is passed over, and takes nothing else with it. */
static void
test_strange(void)
{
    static const char strange[] =
        ", null, 7, [], {}, {\"chain\": null}, {\"chain\": []}, {\"chain\": {}}, {\"rule\": {}}, "
        "{\"chain\": {\"family\": 7, \"table\": null, \"name\": [], \"hook\": {}}}, "
        "{\"rule\": {\"expr\": {}}}, {\"rule\": {\"expr\": [null, 7, [], {}]}}, "
        "{\"rule\": {\"expr\": [{\"match\": 7}, {\"accept\": null}]}}, "
        "{\"rule\": {\"expr\": [" MATCH("==", "iifname", "7") MATCH("==", "iifname", "{}")
            MATCH("==", "oifname", "{\"set\": [7, null, {}]}") MATCH("==", "oifname", "null") ACCEPT
        "]}}, {\"rule\": {\"expr\": [" FROM("x") ", {\"goto\": 7}]}}";
    g_autofree char *chains = g_strconcat(strange, DOCKER, NULL);
    g_autofree char *rules =
        g_strconcat(strange, RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0")), NULL);
    g_autoptr(AkinSurroundings) seen = see(chains, rules);
    g_assert_cmpuint(seen->chains->len, ==, 3);
    g_assert_cmpuint(seen->doors->len, ==, 2);
    g_autofree char *names = judge(seen, ROUTER, NULL);
    g_assert_cmpstr(names, ==, "docker");
}

static void
test_too_long(void)
{
    g_autoptr(AkinSurroundings) seen = akin_surroundings_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *blanks = g_strnfill(AKIN_LISTING_MAX, ' ');
    g_autofree char *json = g_strconcat(HEAD DOCKER, blanks, TAIL, NULL);
    g_assert_false(akin_chains_read(json, seen->chains, &error));
    seen->unknown = g_strdup(error->message);
    assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    g_autofree char *names = judge(seen, ROUTER, NULL);
    g_assert_cmpstr(names, ==, "neighbours-unknown");
}

/* A listing that ends anywhere or holds other letters is read or refused, without a crash. */
static void
test_damaged(void)
{
    static const char whole[] =
        HEAD OURS UFW DOCKER FIREWALLD OWN RULE("ip", "filter", "DOCKER-USER", FROM("vboxnet0"))
            OWN_RULE(ANSWERS_BY_MAP) OWN_RULE(DNAT CONNTRACK SOURCE(SUBNET("192.168.56.0", "24"))
                                                  DESTINATION("{\"set\": [\"203.0.113.9\"]}")
                                                      PORT("{\"set\": [22, {\"range\": [79, 81]}]}")
                                                          TO("vboxnet0")) TAIL;
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 3000; i++) {
        g_autofree char *json = g_strdup(whole);
        gint32 at = g_rand_int_range(rand, 0, (gint32) strlen(whole));
        json[at] = i % 3 == 0 ? '\0' : "[]{}\",:0-9e.nulltrue"[g_rand_int_range(rand, 0, 20)];
        g_autoptr(AkinSurroundings) seen = akin_surroundings_new();
        akin_chains_read(json, seen->chains, NULL);
        akin_doors_read(json, seen->doors, NULL);
        g_autofree char *names = judge(seen, FORWARDED SECOND, NULL);
        g_assert_null(strstr(names, AKIN_FINDING_UNKNOWN));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/neighbours/rows", test_rows);
    g_test_add_func("/neighbours/gates", test_gates);
    g_test_add_func("/neighbours/advice", test_advice);
    g_test_add_func("/neighbours/advice-of-bridges", test_advice_of_bridges);
    g_test_add_func("/neighbours/odd-names", test_odd_names);
    g_test_add_func("/neighbours/malformed", test_malformed);
    g_test_add_func("/neighbours/strange", test_strange);
    g_test_add_func("/neighbours/too-long", test_too_long);
    g_test_add_func("/neighbours/damaged", test_damaged);
    return g_test_run();
}
