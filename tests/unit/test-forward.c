/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "samples.h"

static void
refuse(const char *protocol, guint port, const char *address, guint target_port, const char *from)
{
    AkinForward forward;
    g_autoptr(GError) error = NULL;
    g_assert_false(
        akin_forward_parse(&forward, protocol, port, address, target_port, from, &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

static void
test_parse(void)
{
    AkinForward forward = sample_forward("tcp", 80, "192.168.56.101", 8080, "anyone");
    g_assert_cmpint(forward.protocol, ==, AKIN_PROTOCOL_TCP);
    g_assert_cmpuint(forward.port, ==, 80);
    g_assert_cmpuint(forward.target_port, ==, 8080);
    g_assert_cmpint(forward.from, ==, AKIN_FROM_ANYONE);
    g_assert_cmpint(forward.address.family, ==, AKIN_IPV4);
    g_assert_cmpuint(forward.address.length, ==, 32);

    forward = sample_forward("udp", 1, "fd00:56::101", 65535, "2001:db8::/32");
    g_assert_cmpint(forward.protocol, ==, AKIN_PROTOCOL_UDP);
    g_assert_cmpint(forward.from, ==, AKIN_FROM_NETWORK);
    g_assert_cmpint(forward.network.family, ==, AKIN_IPV6);
}

static void
test_format_from(void)
{
    static const char *const froms[] = {"anyone", "loopback", "203.0.113.0/24", "203.0.113.9",
                                        "0.0.0.0/1"};
    for (guint i = 0; i < G_N_ELEMENTS(froms); i++) {
        AkinForward forward = sample_forward("tcp", 80, "192.168.56.101", 80, froms[i]);
        g_autofree char *text = akin_forward_format_from(&forward);
        g_assert_cmpstr(text, ==, froms[i]);
    }
    AkinForward everybody = sample_forward("tcp", 80, "fd00:56::101", 80, "::/0");
    AkinForward anyone = sample_forward("tcp", 80, "fd00:56::101", 80, "anyone");
    g_assert_cmpmem(&everybody, sizeof everybody, &anyone, sizeof anyone);
}

static void
test_protocols(void)
{
    static const char *const wrong[] = {"", "esp", "ping", "icmp", "TCP", "tcp ", "tcp\n", "sctp"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i], 80, "192.168.56.101", 80, "anyone");
}

static void
test_ports(void)
{
    static const guint wrong[] = {0, 65536, 70000, G_MAXUINT};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        refuse("tcp", wrong[i], "192.168.56.101", 80, "anyone");
        refuse("tcp", 80, "192.168.56.101", wrong[i], "anyone");
    }
    sample_forward("tcp", 1, "192.168.56.101", 65535, "anyone");
    sample_forward("tcp", 65535, "192.168.56.101", 1, "anyone");
}

/* Nobody may lead a port to loopback, to everybody or to nobody. */
static void
test_addresses(void)
{
    static const char *const wrong[] = {"",
                                        "vm",
                                        "192.168.56",
                                        "192.168.56.0/24",
                                        "127.0.0.1",
                                        "127.8.8.8",
                                        "0.0.0.0",
                                        "0.1.2.3",
                                        "224.0.0.1",
                                        "255.255.255.255",
                                        "169.254.1.1",
                                        "::",
                                        "::1",
                                        "ff02::1",
                                        "fe80::1",
                                        "::ffff:192.168.56.101",
                                        "::ffff:127.0.0.1",
                                        "fe80::1%vboxnet0",
                                        "192.168.56.101 "};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse("tcp", 80, wrong[i], 80, "anyone");
}

static void
test_from_refused(void)
{
    static const char *const wrong[] = {
        "",    "Anyone",         "everyone", "loopback ", "lo", "203.0.113.1/24", "2001:db8::/32",
        "::1", "203.0.113.0/33", "anyone\n"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse("tcp", 80, "192.168.56.101", 80, wrong[i]);
    refuse("tcp", 80, "fd00:56::101", 80, "203.0.113.0/24");
}

static guint
count_forwards(const AkinPolicy *policy)
{
    return policy->forwards->len;
}

static void
test_add(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    const AkinForward forwards[] = {
        sample_forward("udp", 53, "192.168.56.101", 53, "anyone"),
        sample_forward("tcp", 80, "fd00:56::101", 80, "anyone"),
        sample_forward("tcp", 443, "192.168.56.101", 443, "anyone"),
        sample_forward("tcp", 80, "192.168.56.101", 80, "anyone"),
        sample_forward("udp", 80, "192.168.56.101", 80, "anyone"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(forwards); i++)
        g_assert_true(akin_policy_add_forward(policy, &forwards[i], NULL));
    g_assert_cmpuint(count_forwards(policy), ==, G_N_ELEMENTS(forwards));

    static const struct {
        AkinProtocol protocol;
        guint port;
        AkinFamily family;
    } order[] = {{AKIN_PROTOCOL_TCP, 80, AKIN_IPV4},
                 {AKIN_PROTOCOL_TCP, 80, AKIN_IPV6},
                 {AKIN_PROTOCOL_TCP, 443, AKIN_IPV4},
                 {AKIN_PROTOCOL_UDP, 53, AKIN_IPV4},
                 {AKIN_PROTOCOL_UDP, 80, AKIN_IPV4}};
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        g_assert_cmpint(forward->protocol, ==, order[i].protocol);
        g_assert_cmpuint(forward->port, ==, order[i].port);
        g_assert_cmpint(forward->address.family, ==, order[i].family);
    }
}

/* The port is what counts, not where it leads or for whom. */
static void
test_add_again(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    AkinForward first = sample_forward("tcp", 80, "192.168.56.101", 80, "anyone");
    g_assert_true(akin_policy_add_forward(policy, &first, NULL));
    const AkinForward same[] = {
        first,
        sample_forward("tcp", 80, "192.168.56.102", 80, "anyone"),
        sample_forward("tcp", 80, "192.168.56.101", 81, "loopback"),
        sample_forward("tcp", 80, "192.168.56.101", 80, "203.0.113.0/24"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_add_forward(policy, &same[i], &error));
        g_assert_nonnull(strstr(error->message, "192.168.56.101"));
        assert_refused(&error, AKIN_ERROR_EXISTS);
    }
    g_assert_cmpuint(count_forwards(policy), ==, 1);
}

static void
test_remove(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    const AkinForward forwards[] = {
        sample_forward("tcp", 80, "192.168.56.101", 80, "anyone"),
        sample_forward("tcp", 80, "fd00:56::101", 80, "anyone"),
        sample_forward("udp", 80, "192.168.56.101", 80, "anyone"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(forwards); i++)
        akin_policy_add_forward(policy, &forwards[i], NULL);

    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_remove_forward(policy, AKIN_PROTOCOL_TCP, 81, NULL, &error));
    assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    g_assert_cmpuint(count_forwards(policy), ==, 3);

    g_assert_true(akin_policy_remove_forward(policy, AKIN_PROTOCOL_TCP, 80, NULL, NULL));
    g_assert_cmpuint(count_forwards(policy), ==, 1);
    g_assert_cmpint(g_array_index(policy->forwards, AkinForward, 0).protocol, ==,
                    AKIN_PROTOCOL_UDP);
    g_assert_false(akin_policy_remove_forward(policy, AKIN_PROTOCOL_TCP, 80, NULL, NULL));
}

#define TCP AKIN_PROTOCOL_TCP

/* Two of tcp port 80, one for each family, and one of tcp port 443. */
static AkinPolicy *
policy_with_three(void)
{
    AkinPolicy *policy = akin_policy_new_default();
    const AkinForward forwards[] = {
        sample_forward("tcp", 80, "192.168.56.101", 80, "anyone"),
        sample_forward("tcp", 80, "fd00:56::101", 80, "anyone"),
        sample_forward("tcp", 443, "192.168.56.101", 443, "anyone"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(forwards); i++)
        g_assert_true(akin_policy_add_forward(policy, &forwards[i], NULL));
    return policy;
}

static AkinForward *
find(const AkinPolicy *policy, guint16 port, const char *address, GError **error)
{
    AkinPrefix prefix;
    g_assert_true(akin_address_parse(address, &prefix, NULL));
    return akin_policy_find_forward(policy, TCP, port, &prefix, error);
}

static void
test_find(void)
{
    g_autoptr(AkinPolicy) policy = policy_with_three();
    g_assert_cmpint(find(policy, 80, "192.168.56.101", NULL)->address.family, ==, AKIN_IPV4);
    g_assert_cmpint(find(policy, 80, "fd00:56::101", NULL)->address.family, ==, AKIN_IPV6);
    g_assert_nonnull(akin_policy_find_forward(policy, TCP, 443, NULL, NULL));
    const struct {
        guint16 port;
        const char *address;
    } wrong[] = {{80, "192.168.56.102"}, {81, "192.168.56.101"}, {443, "fd00:56::101"}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(find(policy, wrong[i].port, wrong[i].address, &error));
        assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    }
}

static void
test_remove_one_family(void)
{
    g_autoptr(AkinPolicy) policy = policy_with_three();
    g_autoptr(GError) error = NULL;
    AkinPrefix six = find(policy, 80, "fd00:56::101", NULL)->address;
    g_assert_true(akin_policy_remove_forward(policy, TCP, 80, &six, NULL));
    g_assert_cmpuint(count_forwards(policy), ==, 2);
    g_assert_nonnull(find(policy, 80, "192.168.56.101", NULL));
    g_assert_false(akin_policy_remove_forward(policy, TCP, 80, &six, &error));
    assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    g_assert_cmpuint(count_forwards(policy), ==, 2);
}

static gboolean
replace(AkinPolicy *policy, guint16 port, const char *address, AkinForward forward, GError **error)
{
    return akin_policy_replace_forward(policy, find(policy, port, address, NULL), &forward, error);
}

/* Where it leads, for whom, its own port, and its family; and the order of all of them. */
static void
test_replace(void)
{
    g_autoptr(AkinPolicy) policy = policy_with_three();
    g_assert_true(replace(policy, 80, "192.168.56.101",
                          sample_forward("tcp", 80, "192.168.56.101", 8080, "loopback"), NULL));
    const AkinForward *same = find(policy, 80, "192.168.56.101", NULL);
    g_assert_cmpuint(same->target_port, ==, 8080);
    g_assert_cmpint(same->from, ==, AKIN_FROM_LOOPBACK);

    g_assert_true(replace(policy, 80, "192.168.56.101",
                          sample_forward("tcp", 8081, "192.168.56.102", 80, "anyone"), NULL));
    g_assert_true(replace(policy, 443, "192.168.56.101",
                          sample_forward("tcp", 443, "fd00:56::101", 443, "anyone"), NULL));
    static const struct {
        guint16 port;
        AkinFamily family;
    } order[] = {{80, AKIN_IPV6}, {443, AKIN_IPV6}, {8081, AKIN_IPV4}};
    g_assert_cmpuint(count_forwards(policy), ==, G_N_ELEMENTS(order));
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        const AkinForward *forward = &g_array_index(policy->forwards, AkinForward, i);
        g_assert_cmpuint(forward->port, ==, order[i].port);
        g_assert_cmpint(forward->address.family, ==, order[i].family);
    }
}

/* The port of another forward, that of the same port and the other family too. */
static void
test_replace_refused(void)
{
    g_autoptr(AkinPolicy) policy = policy_with_three();
    g_autoptr(AkinPolicy) before = akin_policy_copy(policy);
    const AkinForward taken[] = {
        sample_forward("tcp", 443, "192.168.56.102", 80, "anyone"),
        sample_forward("tcp", 80, "fd00:56::102", 80, "anyone"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(taken); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(replace(policy, 80, "192.168.56.101", taken[i], &error));
        assert_refused(&error, AKIN_ERROR_EXISTS);
        assert_same_policy(policy, before);
    }
}

static void
test_bound(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    for (guint port = 1; port <= AKIN_FORWARDS_MAX; port++) {
        AkinForward forward = sample_forward("tcp", port, "192.168.56.101", port, "anyone");
        g_assert_true(akin_policy_add_forward(policy, &forward, NULL));
    }
    AkinForward one_more = sample_forward("udp", 1, "192.168.56.101", 1, "anyone");
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_add_forward(policy, &one_more, &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    g_assert_cmpuint(count_forwards(policy), ==, AKIN_FORWARDS_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/parse", test_parse);
    g_test_add_func("/forward/format-from", test_format_from);
    g_test_add_func("/forward/protocols", test_protocols);
    g_test_add_func("/forward/ports", test_ports);
    g_test_add_func("/forward/addresses", test_addresses);
    g_test_add_func("/forward/from-refused", test_from_refused);
    g_test_add_func("/forward/add", test_add);
    g_test_add_func("/forward/add-again", test_add_again);
    g_test_add_func("/forward/remove", test_remove);
    g_test_add_func("/forward/find", test_find);
    g_test_add_func("/forward/remove-one-family", test_remove_one_family);
    g_test_add_func("/forward/replace", test_replace);
    g_test_add_func("/forward/replace-refused", test_replace_refused);
    g_test_add_func("/forward/bound", test_bound);
    return g_test_run();
}
