/* SPDX-License-Identifier: BSD-2-Clause */
#include "samples.h"

#include <string.h>

#include "names.h"
#include "policy-file.h"

#define DEFAULT_SEED 2009

GRand *
sample_rand(void)
{
    const char *chosen = g_getenv("AKIN_TEST_SEED");
    guint32 seed = chosen ? (guint32) g_ascii_strtoull(chosen, NULL, 10) : DEFAULT_SEED;
    g_test_message("random input from AKIN_TEST_SEED=%u", seed);
    return g_rand_new_with_seed(seed);
}

static gboolean
toss(GRand *rand)
{
    return g_rand_boolean(rand);
}

static const char *
pick(GRand *rand, const char *const *words, guint count)
{
    return words[g_rand_int_range(rand, 0, count)];
}

char *
sample_text(GRand *rand, const char *characters, guint size)
{
    guint length = g_rand_int_range(rand, 0, size);
    glong choice = g_utf8_strlen(characters, -1);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < length; i++) {
        const char *at =
            g_utf8_offset_to_pointer(characters, g_rand_int_range(rand, 0, (gint32) choice));
        g_string_append_unichar(text, g_utf8_get_char(at));
    }
    return g_string_free(text, FALSE);
}

/* Few of the ports are far apart: services that overlap and touch are what there is to test. */
static guint
sample_port(GRand *rand)
{
    switch (g_rand_int_range(rand, 0, 8)) {
    case 0: return 1;
    case 1: return 65535;
    case 2: return g_rand_int_range(rand, 1, 65536);
    default: return g_rand_int_range(rand, 75, 100);
    }
}

char *
sample_ports(GRand *rand)
{
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(AkinPortRange));
    guint count = g_rand_int_range(rand, 0, 6);
    for (guint i = 0; i < count; i++) {
        AkinPortRange range = {g_rand_int_range(rand, 0, AKIN_PROTOCOL_PING + 1), 0, 0};
        if (akin_protocol_has_ports(range.protocol)) {
            guint a = sample_port(rand), b = toss(rand) ? a : sample_port(rand);
            range.first = MIN(a, b);
            range.last = MAX(a, b);
        }
        g_array_append_val(ports, range);
    }
    akin_ports_normalise(ports);
    return akin_ports_format(ports);
}

/* --- Policies --------------------------------------------------------------------------------- */

static void
add_own_services(GRand *rand, AkinPolicy *policy)
{
    guint count = g_rand_int_range(rand, 0, 6);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = sample_text(rand, "abz019-", 32);
        g_autofree char *title =
            sample_text(rand, "ab \\;=#[]{}\"'`$(|)&<>%*,.:!?/@éßЖ中日本語한שע🐧", 201);
        g_autofree char *out = sample_ports(rand);
        g_autofree char *in = sample_ports(rand);
        g_autoptr(AkinService) service =
            akin_service_new(name, *title ? title : NULL, out, in, NULL);
        if (service)
            akin_policy_add_service(policy, service, NULL);
    }
}

static void
toggle_services(GRand *rand, AkinPolicy *policy)
{
    guint count = g_rand_int_range(rand, 0, 2 * policy->services->len);
    for (guint i = 0; i < count; i++) {
        guint index = g_rand_int_range(rand, 0, policy->services->len);
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, index);
        const char *const names[] = {state->service->name, NULL};
        guint directions = g_rand_int_range(rand, 0, 4);
        akin_policy_set_services(policy, names, directions, toss(rand), NULL);
    }
}

/* Networks inside one another on purpose. */
static char *
sample_prefix(GRand *rand)
{
    AkinPrefix address = {0};
    static const char *const near[] = {"203.0.113.7", "203.0.113.9",    "198.51.100.255",
                                       "10.0.0.0",    "2001:db8:1::ff", "2001:db8::1",
                                       "fd00:56::"};
    akin_address_parse(pick(rand, near, G_N_ELEMENTS(near)), &address, NULL);
    if (toss(rand)) {
        guint8 length = g_rand_int_range(rand, 1, akin_family_bits(address.family) + 1);
        address = akin_prefix_network(&address, length);
    }
    return akin_prefix_format(&address);
}

static void
trust_some(GRand *rand, AkinPolicy *policy)
{
    guint count = g_rand_int_range(rand, 0, 6);
    for (guint i = 0; i < count; i++) {
        g_autofree char *prefix = sample_prefix(rand);
        const char *const addresses[] = {prefix, NULL};
        akin_policy_trust(policy, addresses, NULL);
    }
}

static void
add_forwards(GRand *rand, AkinPolicy *policy)
{
    static const char *const machines[] = {"192.168.56.101", "192.168.56.2",   "10.7.0.9",
                                           "fd00:56::101",   "fd00:56::a:b:c", "203.0.113.77"};
    guint count = g_rand_int_range(rand, 0, 8);
    for (guint i = 0; i < count; i++) {
        g_autofree char *network = sample_prefix(rand);
        const char *from[] = {"anyone", "loopback", network};
        const char *machine = pick(rand, machines, G_N_ELEMENTS(machines));
        AkinForward forward;
        if (akin_forward_parse(&forward, toss(rand) ? "tcp" : "udp", sample_port(rand), machine,
                               sample_port(rand), pick(rand, from, 3), NULL))
            akin_policy_add_forward(policy, &forward, NULL);
    }
}

static void
choose_patterns(GRand *rand, AkinPolicy *policy)
{
    g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
    guint count = g_rand_int_range(rand, 1, 6);
    for (guint i = 0; i < count; i++) {
        g_autofree char *odd = sample_text(rand, "ab_.-9", 15);
        const char *words[] = {"vboxnet*", "vmnet*", "vm*", "br-lan", "akin0", odd};
        g_ptr_array_add(patterns, g_strconcat(pick(rand, words, G_N_ELEMENTS(words)),
                                              g_rand_int_range(rand, 0, 4) ? "" : "*", NULL));
    }
    g_ptr_array_add(patterns, NULL);
    akin_policy_set_patterns(policy, (const char *const *) patterns->pdata, NULL);
}

AkinPolicy *
sample_policy(GRand *rand)
{
    AkinPolicy *policy = akin_policy_new_default();
    policy->firewall = g_rand_int_range(rand, 0, 4) > 0;
    policy->panic = g_rand_int_range(rand, 0, 4) == 0;
    policy->nat = g_rand_int_range(rand, 0, 3);
    policy->nat_engine = g_rand_int_range(rand, 0, 2);
    policy->fail_closed = g_rand_boolean(rand);
    policy->machines_reach_host = toss(rand);
    if (toss(rand))
        choose_patterns(rand, policy);
    add_own_services(rand, policy);
    toggle_services(rand, policy);
    trust_some(rand, policy);
    add_forwards(rand, policy);
    return policy;
}

/* --- Situations ------------------------------------------------------------------------------- */

static void
add_addresses(GRand *rand, AkinInterface *interface)
{
    static const char *const addresses[] = {
        "192.168.56.1/24", "192.168.56.129/25", "10.7.0.1/16",    "169.254.3.4/16", "10.0.0.1/32",
        "fd00:56::1/64",   "fe80::1/64",        "fd00:57::1/128", "127.0.0.1/8",    "10.7.1.1/0"};
    guint count = g_rand_int_range(rand, 0, 4);
    for (guint i = 0; i < count; i++) {
        const char *word = pick(rand, addresses, G_N_ELEMENTS(addresses));
        g_autoptr(AkinInterface) one = akin_case_interface("x", word, NULL);
        g_array_append_vals(interface->addresses, one->addresses->data, 1);
    }
}

static void
add_defaults(GRand *rand, AkinInterface *interface)
{
    guint count = g_rand_int_range(rand, 0, 3);
    for (guint i = 0; i < count; i++) {
        AkinRoute route = {toss(rand) ? AKIN_IPV4 : AKIN_IPV6, g_rand_int_range(rand, 0, 3) * 100,
                           toss(rand)};
        g_array_append_val(interface->defaults, route);
    }
}

AkinSituation *
sample_situation(GRand *rand)
{
    /* In the order of strcmp, as the monitor sorts them. Kernels take all but '/' and blanks. */
    static const char *const names[] = {
        "\"",       "$(id)",  "*",      "akin\"0", "akin#",    "akin*",         "akin0",
        "akin\xff", "br-lan", "eth0",   "tun0",    "vboxnet0", "vboxnet0;drop", "vboxnet1",
        "vm",       "vmnet8", "vmnet}", "wlan0",   "{"};
    AkinSituation *situation = akin_situation_new();
    g_ptr_array_add(situation->interfaces, akin_case_interface("aa-lo", "127.0.0.1/8", NULL));
    ((AkinInterface *) situation->interfaces->pdata[0])->loopback = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (toss(rand))
            continue;
        AkinInterface *interface = akin_interface_new(names[i]);
        interface->up = g_rand_int_range(rand, 0, 4) > 0;
        add_addresses(rand, interface);
        add_defaults(rand, interface);
        g_ptr_array_add(situation->interfaces, interface);
    }
    situation->awake = toss(rand);
    situation->routes4 = toss(rand);
    situation->routes6 = toss(rand);
    situation->ftp_helper = toss(rand);
    return situation;
}

/* --- Texts ------------------------------------------------------------------------------------ */

AkinPolicy *
sample_parse_policy(const char *text)
{
    g_autoptr(GError) error = NULL;
    AkinPolicy *policy = akin_policy_parse(text, strlen(text), NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(policy);
    return policy;
}

void
sample_parse_case(const char *text, AkinPolicy **policy, AkinSituation **situation)
{
    g_autoptr(GError) error = NULL;
    gboolean parsed = akin_case_parse(text, policy, situation, &error);
    g_assert_no_error(error);
    g_assert_true(parsed);
}

AkinForward
sample_forward(const char *protocol, guint port, const char *address, guint target_port,
               const char *from)
{
    AkinForward forward;
    g_autoptr(GError) error = NULL;
    gboolean parsed =
        akin_forward_parse(&forward, protocol, port, address, target_port, from, &error);
    g_assert_no_error(error);
    g_assert_true(parsed);
    return forward;
}

/* --- Assertions ------------------------------------------------------------------------------- */

static void
assert_same_services(const AkinPolicy *a, const AkinPolicy *b)
{
    g_assert_cmpuint(a->services->len, ==, b->services->len);
    for (guint i = 0; i < a->services->len; i++) {
        const AkinServiceState *x = &g_array_index(a->services, AkinServiceState, i);
        const AkinServiceState *y = &g_array_index(b->services, AkinServiceState, i);
        g_autofree char *out = akin_ports_format(x->service->out);
        g_autofree char *other_out = akin_ports_format(y->service->out);
        g_autofree char *in = akin_ports_format(x->service->in);
        g_autofree char *other_in = akin_ports_format(y->service->in);
        g_assert_cmpstr(x->service->name, ==, y->service->name);
        g_assert_cmpstr(x->service->title, ==, y->service->title);
        g_assert_cmpstr(out, ==, other_out);
        g_assert_cmpstr(in, ==, other_in);
        g_assert_cmpint(x->service->own, ==, y->service->own);
        g_assert_cmpuint(x->allowed, ==, y->allowed);
        g_assert_cmpint(x->decided, ==, y->decided);
    }
}

static void
assert_same_forwards(const AkinPolicy *a, const AkinPolicy *b)
{
    g_assert_cmpuint(a->forwards->len, ==, b->forwards->len);
    for (guint i = 0; i < a->forwards->len; i++) {
        const AkinForward *x = &g_array_index(a->forwards, AkinForward, i);
        const AkinForward *y = &g_array_index(b->forwards, AkinForward, i);
        g_assert_cmpint(x->protocol, ==, y->protocol);
        g_assert_cmpuint(x->port, ==, y->port);
        g_assert_true(akin_prefix_equal(&x->address, &y->address));
        g_assert_cmpuint(x->target_port, ==, y->target_port);
        g_assert_cmpint(x->from, ==, y->from);
        g_assert_true(x->from != AKIN_FROM_NETWORK || akin_prefix_equal(&x->network, &y->network));
    }
}

void
assert_same_policy(const AkinPolicy *a, const AkinPolicy *b)
{
    g_assert_cmpint(a->firewall, ==, b->firewall);
    g_assert_cmpint(a->panic, ==, b->panic);
    g_assert_cmpint(a->nat, ==, b->nat);
    g_assert_cmpint(a->nat_engine, ==, b->nat_engine);
    g_assert_cmpint(a->fail_closed, ==, b->fail_closed);
    g_assert_cmpint(a->machines_reach_host, ==, b->machines_reach_host);
    g_assert_cmpuint(a->patterns->len, ==, b->patterns->len);
    for (guint i = 0; i < a->patterns->len; i++)
        g_assert_cmpstr(a->patterns->pdata[i], ==, b->patterns->pdata[i]);
    g_assert_cmpuint(a->trusted->len, ==, b->trusted->len);
    for (guint i = 0; i < a->trusted->len; i++)
        g_assert_true(akin_prefix_equal(&g_array_index(a->trusted, AkinPrefix, i),
                                        &g_array_index(b->trusted, AkinPrefix, i)));
    assert_same_services(a, b);
    assert_same_forwards(a, b);
}

void
assert_refused(GError **error, AkinError code)
{
    g_assert_error(*error, AKIN_ERROR, (gint) code);
    const char *message = (*error)->message;
    g_assert_true(g_utf8_validate(message, -1, NULL));
    g_assert_cmpuint(strlen(message), >, 10);
    g_assert_cmpuint(strlen(message), <, 500);
    g_assert_false(g_str_has_suffix(message, "."));
    for (const char *c = message; *c; c = g_utf8_next_char(c))
        g_assert_true(g_unichar_isprint(g_utf8_get_char(c)));
    g_clear_error(error);
}
