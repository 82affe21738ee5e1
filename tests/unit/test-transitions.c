/* SPDX-License-Identifier: BSD-2-Clause */
#include "transitions.h"

#include <string.h>

#include "names.h"
#include "samples.h"

#define LAPTOP "[interface eth0]\naddresses=203.0.113.5/24\ndefaults=ipv4 100\n"

static void
collect(const char *what, const char *old, const char *new_, const char *sentence,
        gpointer user_data)
{
    g_ptr_array_add(user_data, g_strdup_printf("%s: %s -> %s: %s", what, old, new_, sentence));
}

/* What is told of the change from one case to another, a line each. */
static char *
told(const char *before, const char *after)
{
    g_autoptr(AkinPolicy) old_policy = NULL, new_policy = NULL;
    g_autoptr(AkinSituation) old_situation = NULL, new_situation = NULL;
    sample_parse_case(before, &old_policy, &old_situation);
    sample_parse_case(after, &new_policy, &new_situation);
    const AkinState old_state = {old_policy, old_situation, TRUE, FALSE};
    const AkinState new_state = {new_policy, new_situation, TRUE, FALSE};
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    akin_transitions_visit(&old_state, &new_state, collect, lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **) lines->pdata);
}

static void
check(const char *before, const char *after, const char *wanted)
{
    g_autofree char *lines = told(before, after);
    g_assert_cmpstr(lines, ==, wanted);
}

static void
test_nic(void)
{
    check("[firewall]\n", LAPTOP, "active nic: none -> eth0: active nic changed from none to eth0");
    check(LAPTOP, "[interface wlan0]\ndefaults=ipv4 600\n",
          "active nic: eth0 -> wlan0: active nic changed from eth0 to wlan0");
    check(LAPTOP, "[firewall]\n", "active nic: eth0 -> none: active nic changed from eth0 to none");
    check(LAPTOP, LAPTOP "[interface wlan0]\ndefaults=ipv4 600\n", "");
    /* A name that is a word of ours is still a name. */
    check(LAPTOP, "[interface on]\ndefaults=ipv4 600\n",
          "active nic: eth0 -> on: active nic changed from eth0 to on");
}

static void
test_switches(void)
{
    check("[firewall]\n", "[firewall]\nenabled=false\n", "firewall: on -> off: disabled firewall");
    check("[firewall]\nenabled=false\n", "[firewall]\n", "firewall: off -> on: enabled firewall");
    check("[firewall]\n", "[firewall]\npanic=true\n", "panic: off -> on: enabled panic");
    check("[nat]\n", "[nat]\nmachines-reach-host=false\n",
          "machines' access to this computer: on -> off: "
          "disabled machines' access to this computer");
}

static void
test_nat(void)
{
    check("[nat]\n", "[nat]\nmode=on\n",
          "nat mode: auto -> on: nat mode changed from auto to on\nnat: off -> on: enabled nat");
    check("[nat]\nmode=on\n", "[nat]\nmode=off\n",
          "nat mode: on -> off: nat mode changed from on to off\nnat: on -> off: disabled nat");
    check("[nat]\nmode=off\n", "[nat]\n",
          "nat mode: off -> auto: nat mode changed from off to auto");
    check("[nat]\n", "[interface vboxnet0]\naddresses=192.168.56.1/24\n",
          "nat: off -> on: enabled nat\n"
          "network vboxnet0: none -> 192.168.56.0/24: "
          "network vboxnet0 changed from none to 192.168.56.0/24");
}

static void
test_state(void)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case("[nat]\nmode=on\n", &policy, &situation);
    const AkinState stopped = {policy, situation, FALSE, FALSE};
    const AkinState running = {policy, situation, TRUE, TRUE};
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    akin_transitions_visit(&stopped, &running, collect, lines);
    g_assert_cmpuint(lines->len, ==, 3);
    g_assert_cmpstr(lines->pdata[0], ==, "enforcement: off -> on: enabled enforcement");
    g_assert_cmpstr(lines->pdata[1], ==, "nat: off -> on: enabled nat");
    g_assert_cmpstr(lines->pdata[2], ==, "ip forwarding: off -> on: enabled ip forwarding");
}

static void
test_networks(void)
{
    check("[nat]\nmode=on\n[interface vboxnet0]\naddresses=192.168.56.1/24\n",
          "[nat]\nmode=on\n[interface vboxnet0]\naddresses=192.168.56.1/24; fd00:56::1/64\n",
          "network vboxnet0: 192.168.56.0/24 -> 192.168.56.0/24 fd00:56::/64: "
          "network vboxnet0 changed from 192.168.56.0/24 to 192.168.56.0/24 fd00:56::/64");
    check("[nat]\nmode=on\n[interface br0]\naddresses=192.168.56.1/24\n",
          "[nat]\nmode=on\nnetworks=br0\n[interface br0]\naddresses=192.168.56.1/24\n",
          "network br0: none -> 192.168.56.0/24: "
          "network br0 changed from none to 192.168.56.0/24\n"
          "patterns of networks: akin* vboxnet* vmnet* -> br0: "
          "patterns of networks changed from akin* vboxnet* vmnet* to br0");
    check("[nat]\nnetworks=on\n", "[nat]\nnetworks=br0\n",
          "patterns of networks: on -> br0: patterns of networks changed from on to br0");
}

static void
test_forwards(void)
{
    check("[forwards]\n", "[forwards]\ntcp/80=192.168.56.101:8080; [fd00:56::101]:80\n",
          "forward of tcp port 80: none -> 192.168.56.101 port 8080 for anyone: "
          "forward of tcp port 80 changed from none to 192.168.56.101 port 8080 for anyone\n"
          "forward of tcp port 80 (IPv6): none -> fd00:56::101 port 80 for anyone: "
          "forward of tcp port 80 (IPv6) changed from none to fd00:56::101 port 80 for anyone");
    check("[forwards]\ntcp/80=192.168.56.101:80\n",
          "[forwards]\ntcp/80=192.168.56.101:80 from loopback\n",
          "forward of tcp port 80: 192.168.56.101 port 80 for anyone -> "
          "192.168.56.101 port 80 for loopback: forward of tcp port 80 changed from "
          "192.168.56.101 port 80 for anyone to 192.168.56.101 port 80 for loopback");
}

static void
test_trusted(void)
{
    check("[firewall]\ntrusted-pingers=203.0.113.7\n",
          "[firewall]\ntrusted-pingers=2001:db8::/32\n",
          "ping from 2001:db8::/32: off -> on: enabled ping from 2001:db8::/32\n"
          "ping from 203.0.113.7: on -> off: disabled ping from 203.0.113.7");
}

static void
test_services(void)
{
    check("[services]\n", "[services]\nhttp=in\n",
          "service http outgoing: on -> off: disabled service http outgoing\n"
          "service http incoming: off -> on: enabled service http incoming");
    check("[services]\n", "[service mine]\nout=tcp:9\n[services]\nmine=out\n",
          "service mine: none -> outgoing tcp:9: added service mine\n"
          "service mine outgoing: off -> on: enabled service mine outgoing");
    check("[service mine]\nout=tcp:9\n[services]\nmine=out\n", "[services]\n",
          "service mine: outgoing tcp:9 -> none: removed service mine\n"
          "service mine outgoing: on -> off: disabled service mine outgoing");
    /* Said so, but nothing is different. */
    check("[services]\n", "[services]\nhttp=out\n", "");
}

static void
test_service_definition(void)
{
    check("[service mine]\nout=tcp:9\n[services]\nmine=out\n",
          "[service mine]\nout=tcp:9,10\nin=udp:9\n[services]\nmine=out\n",
          "service mine: outgoing tcp:9 -> outgoing tcp:9-10, incoming udp:9: "
          "service mine changed from outgoing tcp:9 to outgoing tcp:9-10, incoming udp:9");
    check("[service mine]\nin=tcp:9\n[services]\nmine=in\n",
          "[service mine]\nout=tcp:9\n[services]\nmine=none\n",
          "service mine: incoming tcp:9 -> outgoing tcp:9: "
          "service mine changed from incoming tcp:9 to outgoing tcp:9\n"
          "service mine incoming: on -> off: disabled service mine incoming");
    check("[service mine]\ntitle=Old\nin=tcp:9\n", "[service mine]\ntitle=New\nin=tcp:9\n",
          "title of service mine: Old -> New: title of service mine changed from Old to New");
    /* Written anew, and the same. */
    check("[service mine]\nin=tcp:9\n", "[service mine]\ntitle=mine\nin=tcp:9\n", "");
}

static char *
changed_services(const AkinPolicy *before, const AkinPolicy *after)
{
    g_autoptr(GPtrArray) names = akin_transitions_services(before, after);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **) names->pdata);
}

static void
test_changed_services(void)
{
    g_autoptr(AkinPolicy) before = sample_parse_policy("[service a]\nout=tcp:1\n[services]\na=out\n"
                                                       "[service b]\nout=tcp:2\n");
    g_autoptr(AkinPolicy) after = sample_parse_policy("[service b]\nout=tcp:2\n"
                                                      "[service c]\nin=tcp:3\n"
                                                      "[services]\nssh=none\n");
    g_autofree char *none = changed_services(before, before);
    g_assert_cmpstr(none, ==, "");
    g_autofree char *names = changed_services(before, after);
    g_auto(GStrv) words = g_strsplit(names, " ", -1);
    g_assert_true(g_strv_contains((const char *const *) words, "ssh"));
    g_assert_true(g_strv_contains((const char *const *) words, "a"));
    g_assert_true(g_strv_contains((const char *const *) words, "c"));
    g_assert_false(g_strv_contains((const char *const *) words, "b"));
    g_assert_false(g_strv_contains((const char *const *) words, "http"));
}

/* Of a large change the rest is told as one. */
static void
test_many(void)
{
    g_autoptr(GString) trusted = g_string_new("[firewall]\ntrusted-pingers=");
    for (guint count = 1; count <= AKIN_TRANSITIONS_MAX + 2; count++) {
        g_string_append_printf(trusted, "10.0.0.%u;", count);
        g_autofree char *after = g_strconcat(trusted->str, "\n", NULL);
        g_autofree char *text = told("[firewall]\n", after);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        const char *last = lines[g_strv_length(lines) - 1];
        g_assert_cmpuint(g_strv_length(lines), ==, MIN(count, AKIN_TRANSITIONS_MAX + 1));
        if (count == AKIN_TRANSITIONS_MAX + 1)
            g_assert_cmpstr(last, ==, "more settings: none -> 1: changed 1 more setting");
        else if (count > AKIN_TRANSITIONS_MAX)
            g_assert_cmpstr(last, ==, "more settings: none -> 2: changed 2 more settings");
        else
            g_assert_true(g_str_has_prefix(last, "ping from 10.0.0."));
    }
}

static void
count_visit(const char *what, const char *old, const char *new_, const char *sentence,
            gpointer user_data)
{
    g_assert_cmpstr(old, !=, new_);
    g_assert_cmpuint(strlen(what), >, 0);
    g_assert_cmpuint(strlen(sentence), >, 0);
    g_assert_null(strchr(sentence, '\n'));
    ++*(guint *) user_data;
}

/* Nothing is told of what stays; the way back tells as much as the way there. */
static void
test_property(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 200; i++) {
        g_autoptr(AkinPolicy) a = sample_policy(rand), b = sample_policy(rand);
        g_autoptr(AkinPolicy) copy = akin_policy_copy(a);
        g_autoptr(AkinSituation) here = sample_situation(rand), there = sample_situation(rand);
        const AkinState x = {a, here, TRUE, FALSE}, same = {copy, here, TRUE, FALSE};
        const AkinState y = {b, there, g_rand_boolean(rand), g_rand_boolean(rand)};
        guint none = 0, forth = 0, back = 0;
        akin_transitions_visit(&x, &same, count_visit, &none);
        akin_transitions_visit(&x, &y, count_visit, &forth);
        akin_transitions_visit(&y, &x, count_visit, &back);
        g_assert_cmpuint(none, ==, 0);
        g_assert_cmpuint(forth, ==, back);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transitions/nic", test_nic);
    g_test_add_func("/transitions/switches", test_switches);
    g_test_add_func("/transitions/nat", test_nat);
    g_test_add_func("/transitions/state", test_state);
    g_test_add_func("/transitions/networks", test_networks);
    g_test_add_func("/transitions/forwards", test_forwards);
    g_test_add_func("/transitions/trusted", test_trusted);
    g_test_add_func("/transitions/services", test_services);
    g_test_add_func("/transitions/service-definition", test_service_definition);
    g_test_add_func("/transitions/changed-services", test_changed_services);
    g_test_add_func("/transitions/many", test_many);
    g_test_add_func("/transitions/property", test_property);
    return g_test_run();
}
