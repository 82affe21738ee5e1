/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy.h"

#include <string.h>

#include "names.h"
#include "samples.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_WORDS ((const char *const[]){NULL})

static guint
allowed(const AkinPolicy *policy, const char *name)
{
    const AkinServiceState *state = akin_policy_find_service(policy, name);
    g_assert_nonnull(state);
    return state->allowed;
}

static void
add_own(AkinPolicy *policy, const char *name)
{
    g_autoptr(AkinService) service = akin_service_new(name, NULL, "tcp:8000", "tcp:8000", NULL);
    g_autoptr(GError) error = NULL;
    akin_policy_add_service(policy, service, &error);
    g_assert_no_error(error);
}

static void
test_default(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_assert_true(policy->firewall);
    g_assert_false(policy->panic);
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_AUTO);
    g_assert_true(policy->machines_reach_host);
    g_assert_cmpuint(policy->trusted->len, ==, 0);
    g_assert_cmpuint(policy->forwards->len, ==, 0);
    g_assert_cmpuint(policy->patterns->len, ==, 3);
    g_assert_cmpstr(policy->patterns->pdata[0], ==, "akin*");
    g_assert_cmpstr(policy->patterns->pdata[1], ==, "vboxnet*");
    g_assert_cmpstr(policy->patterns->pdata[2], ==, "vmnet*");
    g_assert_cmpuint(policy->services->len, ==, akin_catalogue()->len);
    for (guint i = 0; i < policy->services->len; i++) {
        const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, i);
        g_assert_cmpuint(state->allowed, ==, state->service->defaults);
        g_assert_false(state->decided);
    }
}

static void
test_nat_modes(void)
{
    for (AkinNatMode mode = AKIN_NAT_AUTO; mode <= AKIN_NAT_OFF; mode++) {
        AkinNatMode again;
        g_assert_true(akin_nat_mode_parse(akin_nat_mode_name(mode), &again, NULL));
        g_assert_cmpint(again, ==, mode);
    }
    static const char *const wrong[] = {"", "Auto", "true", "on ", "1"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        AkinNatMode mode = AKIN_NAT_OFF;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_nat_mode_parse(wrong[i], &mode, &error));
        g_assert_cmpint(mode, ==, AKIN_NAT_OFF);
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_nat_engines(void)
{
    static const char *const wrong[] = {"", "Natd", "kernel ", "0"};
    for (AkinNatEngine engine = AKIN_NAT_ENGINE_NATD; engine <= AKIN_NAT_ENGINE_KERNEL; engine++) {
        AkinNatEngine again;
        g_assert_true(akin_nat_engine_parse(akin_nat_engine_name(engine), &again, NULL));
        g_assert_cmpint(again, ==, engine);
    }
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        AkinNatEngine engine = AKIN_NAT_ENGINE_KERNEL;
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_nat_engine_parse(wrong[i], &engine, &error));
        g_assert_cmpint(engine, ==, AKIN_NAT_ENGINE_KERNEL);
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_set_services(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_assert_true(akin_policy_set_services(policy, WORDS("http", "dns"), 0, FALSE, NULL));
    g_assert_cmpuint(allowed(policy, "http"), ==, 0);
    g_assert_cmpuint(allowed(policy, "dns"), ==, 0);
    g_assert_true(akin_policy_find_service(policy, "http")->decided);

    g_assert_true(akin_policy_set_services(policy, WORDS("http"), AKIN_INCOMING, TRUE, NULL));
    g_assert_cmpuint(allowed(policy, "http"), ==, AKIN_INCOMING);
    g_assert_true(akin_policy_set_services(policy, WORDS("http"), AKIN_OUTGOING, TRUE, NULL));
    g_assert_cmpuint(allowed(policy, "http"), ==, AKIN_INCOMING | AKIN_OUTGOING);
    g_assert_true(akin_policy_set_services(policy, WORDS("http"), AKIN_INCOMING, FALSE, NULL));
    g_assert_cmpuint(allowed(policy, "http"), ==, AKIN_OUTGOING);

    /* Every direction that it offers, and no other. */
    g_assert_true(akin_policy_set_services(policy, WORDS("chromecast"), 0, TRUE, NULL));
    g_assert_cmpuint(allowed(policy, "chromecast"), ==, AKIN_OUTGOING);
    g_assert_true(akin_policy_set_services(policy, WORDS("vnc", "vnc"), 0, TRUE, NULL));
    g_assert_cmpuint(allowed(policy, "vnc"), ==, AKIN_OUTGOING | AKIN_INCOMING);
}

static void
test_set_services_all_or_nothing(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autoptr(AkinPolicy) before = akin_policy_copy(policy);
    const struct {
        const char *const *names;
        guint directions;
        AkinError code;
    } wrong[] = {
        {WORDS("http", "no-such", "dns"), 0, AKIN_ERROR_NOT_FOUND},
        {WORDS("http", "chromecast"), AKIN_INCOMING, AKIN_ERROR_INVALID_ARGUMENT},
        {WORDS("http", "chromecast"), AKIN_INCOMING | AKIN_OUTGOING, AKIN_ERROR_INVALID_ARGUMENT},
        {WORDS("http"), 4, AKIN_ERROR_INVALID_ARGUMENT},
        {WORDS("http"), G_MAXUINT, AKIN_ERROR_INVALID_ARGUMENT},
        {NO_WORDS, 0, AKIN_ERROR_INVALID_ARGUMENT},
        {WORDS("http", ""), 0, AKIN_ERROR_NOT_FOUND},
        {WORDS("http", "HTTP"), 0, AKIN_ERROR_NOT_FOUND},
        {WORDS("http", "x\n\033[2J; drop \"quoted\" \xff"), 0, AKIN_ERROR_NOT_FOUND},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        for (guint allow = 0; allow < 2; allow++) {
            g_autoptr(GError) error = NULL;
            g_assert_false(akin_policy_set_services(policy, wrong[i].names, wrong[i].directions,
                                                    allow, &error));
            assert_refused(&error, wrong[i].code);
            assert_same_policy(policy, before);
        }
    }
}

static void
test_endless_name(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_autofree char *endless = g_strnfill(1000000, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_set_services(policy, WORDS(endless), 0, TRUE, &error));
    assert_refused(&error, AKIN_ERROR_NOT_FOUND);
}

static void
test_own_services(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    add_own(policy, "my-web");
    g_assert_cmpuint(allowed(policy, "my-web"), ==, 0);
    g_assert_true(akin_policy_find_service(policy, "my-web")->decided);

    static const char *const taken[] = {"my-web", "http"};
    for (guint i = 0; i < G_N_ELEMENTS(taken); i++) {
        g_autoptr(AkinService) again = akin_service_new(taken[i], NULL, "tcp:1", "", NULL);
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_add_service(policy, again, &error));
        assert_refused(&error, AKIN_ERROR_EXISTS);
    }

    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_remove_service(policy, "http", &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    g_assert_false(akin_policy_remove_service(policy, "no-such", &error));
    assert_refused(&error, AKIN_ERROR_NOT_FOUND);
    g_assert_true(akin_policy_remove_service(policy, "my-web", &error));
    g_assert_no_error(error);
    g_assert_null(akin_policy_find_service(policy, "my-web"));
}

static AkinService *
own_service(const char *name, const char *title, const char *out, const char *in)
{
    g_autoptr(GError) error = NULL;
    AkinService *service = akin_service_new(name, title, out, in, &error);
    g_assert_no_error(error);
    return service;
}

/* In its place, and allowed as before where it offers that still. */
static void
test_update_service(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    add_own(policy, "first");
    add_own(policy, "my-web");
    add_own(policy, "last");
    guint place = policy->services->len - 2;
    g_assert_true(akin_policy_set_services(policy, WORDS("my-web"), 0, TRUE, NULL));

    g_autoptr(AkinPolicy) before = akin_policy_copy(policy);
    g_autoptr(AkinService) other = own_service("my-web", "Mine", "tcp:81", "udp:81");
    g_assert_true(akin_policy_update_service(policy, other, NULL));
    const AkinServiceState *state = &g_array_index(policy->services, AkinServiceState, place);
    g_assert_true(state->service == other);
    g_assert_cmpuint(state->allowed, ==, AKIN_OUTGOING | AKIN_INCOMING);
    g_assert_true(state->decided);
    g_assert_cmpuint(policy->services->len, ==, before->services->len);

    g_autoptr(AkinService) narrow = own_service("my-web", NULL, "", "tcp:81");
    g_assert_true(akin_policy_update_service(policy, narrow, NULL));
    g_assert_cmpuint(allowed(policy, "my-web"), ==, AKIN_INCOMING);
    /* What it offers again is for the user to allow again. */
    g_assert_true(akin_policy_update_service(policy, other, NULL));
    g_assert_cmpuint(allowed(policy, "my-web"), ==, AKIN_INCOMING);
    /* A copy has what it was made from. */
    g_assert_cmpstr(akin_policy_find_service(before, "my-web")->service->title, ==, "my-web");
}

static void
test_update_service_refused(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    add_own(policy, "my-web");
    g_autoptr(AkinPolicy) before = akin_policy_copy(policy);
    static const struct {
        const char *name;
        AkinError code;
    } wrong[] = {{"http", AKIN_ERROR_INVALID_ARGUMENT}, {"no-such", AKIN_ERROR_NOT_FOUND}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(AkinService) service = own_service(wrong[i].name, NULL, "tcp:1", "");
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_update_service(policy, service, &error));
        assert_refused(&error, wrong[i].code);
        assert_same_policy(policy, before);
    }
}

static void
test_own_services_bound(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    for (guint i = 0; i < AKIN_OWN_SERVICES_MAX; i++) {
        g_autofree char *name = g_strdup_printf("own-%u", i);
        add_own(policy, name);
    }
    g_autoptr(AkinService) one_more = akin_service_new("one-more", NULL, "tcp:1", "", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_add_service(policy, one_more, &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    g_assert_true(akin_policy_remove_service(policy, "own-7", NULL));
    g_assert_true(akin_policy_add_service(policy, one_more, NULL));
}

static char *
trusted_of(const AkinPolicy *policy)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < policy->trusted->len; i++) {
        g_autofree char *prefix =
            akin_prefix_format(&g_array_index(policy->trusted, AkinPrefix, i));
        g_string_append_printf(text, "%s%s", i ? " " : "", prefix);
    }
    return g_string_free(text, FALSE);
}

static void
test_trust(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_assert_true(akin_policy_trust(
        policy, WORDS("2001:db8::7", "203.0.113.7", "10.0.0.0/8", "203.0.113.7", "10.1.2.3"),
        NULL));
    g_assert_true(akin_policy_trust(policy, WORDS("10.0.0.0/8"), NULL));
    g_autofree char *all = trusted_of(policy);
    g_assert_cmpstr(all, ==, "10.0.0.0/8 10.1.2.3 203.0.113.7 2001:db8::7");
    g_assert_true(akin_policy_distrust(policy, WORDS("10.0.0.0/8", "2001:db8::7"), NULL));
    g_autofree char *rest = trusted_of(policy);
    g_assert_cmpstr(rest, ==, "10.1.2.3 203.0.113.7");
}

static void
test_trust_all_or_nothing(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    akin_policy_trust(policy, WORDS("203.0.113.7"), NULL);
    static const char *const wrong[] = {"",
                                        "router",
                                        "0.0.0.0/0",
                                        "::/0",
                                        "127.0.0.1",
                                        "::1",
                                        "224.0.0.1",
                                        "0.0.0.0",
                                        "::",
                                        "255.255.255.255",
                                        "203.0.113.7/24",
                                        "::ffff:203.0.113.7",
                                        "1.2.3.4\n5",
                                        "1.2.3.4/\n8"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_trust(policy, WORDS("198.51.100.1", wrong[i]), &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
        g_autofree char *after = trusted_of(policy);
        g_assert_cmpstr(after, ==, "203.0.113.7");
    }
    static const char *const unknown[] = {"203.0.113.8", "203.0.113.0/24", "203.0.113.7"};
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_policy_distrust(policy, WORDS("203.0.113.7", unknown[i]), &error));
        assert_refused(&error, AKIN_ERROR_NOT_FOUND);
        g_autofree char *after = trusted_of(policy);
        g_assert_cmpstr(after, ==, "203.0.113.7");
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_distrust(policy, WORDS("x\ny"), &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

static GStrv
many_addresses(guint count)
{
    GStrvBuilder *builder = g_strv_builder_new();
    for (guint i = 0; i < count; i++) {
        g_autofree char *address = g_strdup_printf("10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        g_strv_builder_add(builder, address);
    }
    GStrv addresses = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return addresses;
}

/* The bound also bounds the work: what a client sends may be endless. */
static void
test_trust_bound(void)
{
    g_autoptr(AkinPolicy) policy = akin_policy_new_default();
    g_auto(GStrv) most = many_addresses(AKIN_TRUSTED_MAX);
    g_auto(GStrv) endless = many_addresses(500000);
    g_autoptr(GError) error = NULL;
    g_assert_false(akin_policy_trust(policy, (const char *const *) endless, &error));
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    g_assert_cmpuint(policy->trusted->len, ==, 0);
    g_assert_true(akin_policy_trust(policy, (const char *const *) most, NULL));
    g_assert_cmpuint(policy->trusted->len, ==, AKIN_TRUSTED_MAX);
    g_assert_true(akin_policy_trust(policy, (const char *const *) most, NULL));
    g_assert_false(akin_policy_trust(policy, WORDS("203.0.113.7"), NULL));
}

/* A copy equals what it was made from, and neither sees what is done to the other. */
static void
test_copy(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 100; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autoptr(AkinPolicy) copy = akin_policy_copy(policy);
        g_autoptr(AkinPolicy) untouched = akin_policy_copy(policy);
        assert_same_policy(policy, copy);

        g_autoptr(AkinService) own = akin_service_new("changed", NULL, "tcp:1", "tcp:1", NULL);
        AkinForward forward = sample_forward("tcp", 60000, "192.168.56.9", 1, "anyone");
        copy->firewall = !copy->firewall;
        copy->panic = !copy->panic;
        copy->machines_reach_host = !copy->machines_reach_host;
        g_assert_true(akin_policy_set_services(copy, WORDS("ssh", "http"), 0, FALSE, NULL));
        g_assert_true(akin_policy_add_service(copy, own, NULL));
        g_assert_true(akin_policy_trust(copy, WORDS("192.0.2.9"), NULL));
        g_assert_true(akin_policy_set_patterns(copy, WORDS("changed*"), NULL));
        g_assert_true(akin_policy_add_forward(copy, &forward, NULL));
        assert_same_policy(policy, untouched);

        g_clear_pointer(&policy, akin_policy_free);
        g_assert_nonnull(akin_policy_find_service(copy, "changed"));
        g_assert_cmpstr(copy->patterns->pdata[0], ==, "changed*");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy/default", test_default);
    g_test_add_func("/policy/nat-modes", test_nat_modes);
    g_test_add_func("/policy/nat-engines", test_nat_engines);
    g_test_add_func("/policy/set-services", test_set_services);
    g_test_add_func("/policy/set-services-all-or-nothing", test_set_services_all_or_nothing);
    g_test_add_func("/policy/endless-name", test_endless_name);
    g_test_add_func("/policy/own-services", test_own_services);
    g_test_add_func("/policy/update-service", test_update_service);
    g_test_add_func("/policy/update-service-refused", test_update_service_refused);
    g_test_add_func("/policy/own-services-bound", test_own_services_bound);
    g_test_add_func("/policy/trust", test_trust);
    g_test_add_func("/policy/trust-all-or-nothing", test_trust_all_or_nothing);
    g_test_add_func("/policy/trust-bound", test_trust_bound);
    g_test_add_func("/policy/copy", test_copy);
    return g_test_run();
}
