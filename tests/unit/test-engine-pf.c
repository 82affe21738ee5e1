/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine-pf.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pf.h"
#include "samples.h"
#include "world.h"

#define DEADLINE_MS 5000
/* Long enough for what does not hang, on a busy computer too. */
#define HANG_DEADLINE_MS 2000

/* Cases (case.h). */
#define OLD                                                                                        \
    "[interface em0]\naddresses=198.51.100.2/24\ndefaults=ipv4 0\n"                                \
    "[interface vboxnet0]\naddresses=192.168.56.1/24\n"
#define NEW OLD "[services]\nhttp=none\n"
#define PANIC OLD "[firewall]\npanic=true\n"

#define MAIN_FREEBSD                                                                               \
    "scrub in all fragment reassemble\nanchor \"akin\" all\n"                                      \
    "nat-anchor \"akin\" all\nrdr-anchor \"akin\" all\n"
#define MAIN_MACOS                                                                                 \
    "scrub-anchor \"com.apple/*\" all fragment reassemble\nanchor \"com.apple/*\" all\n"           \
    "nat-anchor \"com.apple/*\" all\nrdr-anchor \"com.apple/*\" all\n"

typedef struct {
    World *world;
    const AkinPfKind *kind;
    AkinEngine *engine;
} Pf;

/* --- The stage -------------------------------------------------------------------------------- */

static gboolean
try_to_start(Pf *pf, guint deadline_ms, GError **error)
{
    pf->engine =
        akin_engine_pf_new(pf->kind, world_tools(pf->world, deadline_ms), pf->world->state, error);
    return pf->engine != NULL;
}

static void
start(Pf *pf, guint deadline_ms)
{
    g_autoptr(GError) error = NULL;
    gboolean started = try_to_start(pf, deadline_ms, &error);
    g_assert_no_error(error);
    g_assert_true(started);
}

static void
kill_engine(Pf *pf)
{
    g_clear_pointer(&pf->engine, akin_engine_free);
}

/* pf is disabled. */
static void
init(Pf *pf, const AkinPfKind *kind, guint deadline_ms)
{
    gboolean macos = kind == &akin_pf_macos;
    *pf = (Pf){world_new(), kind, NULL};
    world_write(pf->world, "pf-main", macos ? MAIN_MACOS : MAIN_FREEBSD);
    world_write(pf->world, "pf-enabled", "0");
    if (macos) {
        world_write(pf->world, "pf-macos", "");
        world_write(pf->world, "modules/pf", "");
    }
    start(pf, deadline_ms);
}

static void
assert_file(const Pf *pf, const char *name, const char *wanted)
{
    g_autofree char *text = world_read(pf->world, name);
    g_assert_cmpstr(text, ==, wanted);
}

static void
remove_all(Pf *pf)
{
    g_autoptr(GError) error = NULL;
    gboolean removed = pf->engine->class->remove(pf->engine, &error);
    g_assert_no_error(error);
    g_assert_true(removed);
    assert_file(pf, "pf-anchor", "");
}

/* Ends with pf as it was: disabled, and nobody has a token. */
static void
clear(Pf *pf)
{
    world_set_faults(pf->world, "");
    remove_all(pf);
    assert_file(pf, "pf-enabled", "0");
    assert_file(pf, "pf-tokens", "");
    kill_engine(pf);
    world_free(pf->world);
}

static gboolean
try_to_apply(Pf *pf, const char *text, gboolean *loaded, GError **error)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    sample_parse_case(text, &policy, &situation);
    return pf->engine->class->apply(pf->engine, policy, situation, loaded, error);
}

static gboolean
apply(Pf *pf, const char *text)
{
    gboolean loaded = FALSE;
    g_autoptr(GError) error = NULL;
    gboolean done = try_to_apply(pf, text, &loaded, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    return loaded;
}

static gboolean
is_intact(Pf *pf)
{
    gboolean intact = FALSE;
    g_autoptr(GError) error = NULL;
    pf->engine->class->check(pf->engine, &intact, &error);
    g_assert_no_error(error);
    return intact;
}

/* text NULL: nothing. */
static void
assert_in_force(const Pf *pf, const char *text)
{
    g_autoptr(AkinPolicy) policy = NULL;
    g_autoptr(AkinSituation) situation = NULL;
    g_autofree char *wanted = NULL;
    if (text) {
        sample_parse_case(text, &policy, &situation);
        wanted = akin_pf_text(policy, situation);
    }
    g_autofree char *in_force = world_read(pf->world, "in-force");
    /* The last rule is the engine's signature. */
    char *signature = strstr(in_force, "block drop all label \"akin-");
    g_assert_true((signature != NULL) == (text != NULL));
    if (signature)
        *signature = '\0';
    g_assert_cmpstr(in_force, ==, wanted ? wanted : "");
}

/* --- When all goes well ----------------------------------------------------------------------- */

static void
check_life(const AkinPfKind *kind)
{
    Pf pf;
    init(&pf, kind, DEADLINE_MS);
    g_assert_true(is_intact(&pf));
    g_assert_true(apply(&pf, OLD));
    assert_in_force(&pf, OLD);
    g_assert_true(is_intact(&pf));
    g_assert_false(apply(&pf, OLD));
    g_assert_true(apply(&pf, NEW));
    assert_in_force(&pf, NEW);
    assert_file(&pf, "pf-killed", "");
    clear(&pf);
}

static void
test_freebsd(void)
{
    check_life(&akin_pf_freebsd);
}

static void
test_macos(void)
{
    check_life(&akin_pf_macos);
}

/* Checked before it is loaded, enabled before it is loaded: the load is the last step. */
static void
test_order(void)
{
    static const char *const steps[] = {"pfctl -q -n -a akin -N -R -T load -f -\n", "pfctl -e\n",
                                        "pfctl -q -a akin -N -R -T load -f -\n"};
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    apply(&pf, OLD);
    g_autofree char *log = world_read(pf.world, "log");
    const char *at = log;
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        at = strstr(at, steps[i]);
        g_assert_nonnull(at);
    }
    clear(&pf);
}

static void
test_panic(void)
{
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    apply(&pf, OLD);
    apply(&pf, PANIC);
    assert_in_force(&pf, PANIC);
    assert_file(&pf, "pf-killed", "akin\n");
    clear(&pf);
}

/* Somebody else had enabled pf, or has taken a token: it stays enabled. */
static void
test_enabled_by_others(void)
{
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    world_write(pf.world, "pf-enabled", "1");
    apply(&pf, OLD);
    remove_all(&pf);
    assert_file(&pf, "pf-enabled", "1");
    world_write(pf.world, "pf-enabled", "0");
    clear(&pf);

    init(&pf, &akin_pf_macos, DEADLINE_MS);
    world_write(pf.world, "pf-enabled", "1");
    world_write(pf.world, "pf-tokens", "7\n");
    apply(&pf, OLD);
    remove_all(&pf);
    assert_file(&pf, "pf-enabled", "1");
    assert_file(&pf, "pf-tokens", "7\n");
    world_write(pf.world, "pf-enabled", "0");
    world_write(pf.world, "pf-tokens", "");
    clear(&pf);
}

/* --- The main ruleset ------------------------------------------------------------------------- */

static void
test_not_called(void)
{
    static const char *const mains[] = {
        "",
        "pass all\n",
        "anchor \"akin\" all\n",
        "anchor \"akin\" all\nnat-anchor \"akin\" all\n",
        "anchor \"other\" all\nnat-anchor \"akin\" all\nrdr-anchor \"akin\" all\n",
        "pass out quick all flags S/SA keep state\n" MAIN_FREEBSD,
        "\001\377\n",
    };
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    kill_engine(&pf);
    for (guint i = 0; i < G_N_ELEMENTS(mains); i++) {
        GError *error = NULL;
        world_write(pf.world, "pf-main", mains[i]);
        g_assert_false(try_to_start(&pf, DEADLINE_MS, &error));
        /* What works with pf_enable=NO as well. */
        g_assert_nonnull(strstr(error->message, "‘pfctl -f /etc/pf.conf’"));
        assert_refused(&error, AKIN_ERROR_NOT_SUPPORTED);
    }
    world_write(pf.world, "pf-main", MAIN_FREEBSD);
    start(&pf, DEADLINE_MS);
    clear(&pf);
}

static void
test_other_firewalls(void)
{
    static const char *const names[] = {"rc/firewall_enable", "rc/ipfilter_enable"};
    static const char *const ends[] = {"‘service ipfw onestop’", "‘service ipfilter onestop’"};
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    kill_engine(&pf);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        GError *error = NULL;
        world_write(pf.world, names[i], "YES");
        g_assert_false(try_to_start(&pf, DEADLINE_MS, &error));
        g_assert_nonnull(strstr(error->message, ends[i]));
        assert_refused(&error, AKIN_ERROR_NOT_SUPPORTED);
        world_write(pf.world, names[i], "NO");
    }
    world_write(pf.world, "rc/pf_enable", "YES");
    start(&pf, DEADLINE_MS);
    clear(&pf);
}

/* Replaced by another program, as vmnet is reported to do. */
static void
test_tampered(void)
{
    static const char *const files[][2] = {
        {"pf-anchor", ""}, {"pf-anchor", "pass quick all\n"}, {"pf-enabled", "0"}};
    const AkinPfKind *const kinds[] = {&akin_pf_freebsd, &akin_pf_macos};
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        Pf pf;
        init(&pf, kinds[k], DEADLINE_MS);
        for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
            apply(&pf, OLD);
            world_write(pf.world, files[i][0], files[i][1]);
            /* Disabling takes all tokens. */
            if (g_str_equal(files[i][0], "pf-enabled"))
                world_write(pf.world, "pf-tokens", "");
            g_assert_false(is_intact(&pf));
            pf.engine->class->forget(pf.engine);
            g_assert_true(apply(&pf, OLD));
            g_assert_true(is_intact(&pf));
            assert_in_force(&pf, OLD);
        }
        clear(&pf);
    }
}

/* Nobody has told: the next change of anything finds out. */
static void
test_mended_by_apply(void)
{
    Pf pf;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    apply(&pf, OLD);
    world_write(pf.world, "pf-anchor", "");
    g_assert_true(apply(&pf, OLD));
    assert_in_force(&pf, OLD);
    g_assert_false(apply(&pf, OLD));
    clear(&pf);
}

static void
test_call_lost(void)
{
    Pf pf;
    gboolean loaded;
    GError *error = NULL;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    apply(&pf, OLD);
    world_write(pf.world, "pf-main", "pass all\n");
    g_assert_false(is_intact(&pf));
    pf.engine->class->forget(pf.engine);
    g_assert_false(try_to_apply(&pf, OLD, &loaded, &error));
    assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    world_write(pf.world, "pf-main", MAIN_FREEBSD);
    apply(&pf, OLD);
    g_assert_true(is_intact(&pf));
    clear(&pf);
}

/* --- When a step fails ------------------------------------------------------------------------ */

/* before NULL: nothing is in force yet. */
static void
check_fault(const AkinPfKind *kind, const char *before, const char *after, guint step,
            const char *fault_kind)
{
    Pf pf;
    gboolean loaded;
    g_autoptr(GError) error = NULL;
    init(&pf, kind, g_str_equal(fault_kind, "hang") ? HANG_DEADLINE_MS : DEADLINE_MS);
    if (before)
        apply(&pf, before);
    g_autofree char *fault = g_strdup_printf("%u %s", world_steps(pf.world) + step, fault_kind);
    world_set_faults(pf.world, fault);
    gboolean done = try_to_apply(&pf, after, &loaded, &error);
    world_set_faults(pf.world, "");
    g_assert_true(done == (error == NULL));
    assert_in_force(&pf, done ? after : before);
    if (error)
        assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
    apply(&pf, after);
    assert_in_force(&pf, after);
    pf.engine->class->forget(pf.engine);
    apply(&pf, after);
    g_assert_true(is_intact(&pf));
    clear(&pf);
}

static void
check_faults(const AkinPfKind *kind, const char *before, const char *after,
             const char *const *fault_kinds)
{
    Pf pf;
    init(&pf, kind, DEADLINE_MS);
    if (before)
        apply(&pf, before);
    guint first = world_steps(pf.world);
    apply(&pf, after);
    guint steps = world_steps(pf.world) - first;
    clear(&pf);
    g_assert_cmpuint(steps, >=, 5);
    for (guint step = 1; step <= steps; step++) {
        for (guint i = 0; fault_kinds[i]; i++) {
            g_test_message("step %u of %u: %s", step, steps, fault_kinds[i]);
            check_fault(kind, before, after, step, fault_kinds[i]);
        }
    }
}

static void
test_faults(void)
{
    static const char *const kinds[] = {"fail", "rubbish", NULL};
    static const char *const fail[] = {"fail", NULL};
    check_faults(&akin_pf_freebsd, OLD, NEW, kinds);
    check_faults(&akin_pf_freebsd, OLD, PANIC, fail);
    check_faults(&akin_pf_macos, OLD, NEW, fail);
}

/* The load itself. */
static void
test_faults_of_the_load(void)
{
    Pf pf;
    guint step = 1;
    init(&pf, &akin_pf_freebsd, DEADLINE_MS);
    apply(&pf, OLD);
    world_write(pf.world, "log", "");
    apply(&pf, NEW);
    g_autofree char *log = world_read(pf.world, "log");
    g_auto(GStrv) calls = g_strsplit(log, "\n", -1);
    while (!g_str_equal(calls[step - 1], "pfctl -q -a akin -N -R -T load -f -"))
        step++;
    clear(&pf);
    check_fault(&akin_pf_freebsd, OLD, NEW, step, "hang");
    check_fault(&akin_pf_freebsd, OLD, NEW, step, "half");
    check_fault(&akin_pf_freebsd, OLD, NEW, step, "die");
}

static void
test_faults_at_first(void)
{
    static const char *const kinds[] = {"fail", NULL};
    check_faults(&akin_pf_freebsd, NULL, NEW, kinds);
    check_faults(&akin_pf_macos, NULL, NEW, kinds);
}

static void
test_faults_of_remove(void)
{
    static const char *const kinds[] = {"fail", "late", "die"};
    for (guint step = 1; step <= 5; step++) {
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            Pf pf;
            g_autoptr(GError) error = NULL;
            init(&pf, &akin_pf_freebsd, DEADLINE_MS);
            apply(&pf, OLD);
            g_autofree char *fault =
                g_strdup_printf("%u %s", world_steps(pf.world) + step, kinds[i]);
            world_set_faults(pf.world, fault);
            g_assert_false(pf.engine->class->remove(pf.engine, &error));
            assert_refused(&error, AKIN_ERROR_ENGINE_FAILED);
            clear(&pf);
        }
    }
}

/* --- After a helper that was killed ----------------------------------------------------------- */

static void
test_taken_over(void)
{
    const AkinPfKind *const kinds[] = {&akin_pf_freebsd, &akin_pf_macos};
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        Pf pf;
        init(&pf, kinds[k], DEADLINE_MS);
        apply(&pf, OLD);
        kill_engine(&pf);
        assert_in_force(&pf, OLD);
        start(&pf, DEADLINE_MS);
        g_assert_true(apply(&pf, NEW));
        assert_in_force(&pf, NEW);
        kill_engine(&pf);
        start(&pf, DEADLINE_MS);
        clear(&pf);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine-pf/freebsd", test_freebsd);
    g_test_add_func("/engine-pf/macos", test_macos);
    g_test_add_func("/engine-pf/order", test_order);
    g_test_add_func("/engine-pf/panic", test_panic);
    g_test_add_func("/engine-pf/enabled-by-others", test_enabled_by_others);
    g_test_add_func("/engine-pf/not-called", test_not_called);
    g_test_add_func("/engine-pf/other-firewalls", test_other_firewalls);
    g_test_add_func("/engine-pf/tampered", test_tampered);
    g_test_add_func("/engine-pf/mended-by-apply", test_mended_by_apply);
    g_test_add_func("/engine-pf/call-lost", test_call_lost);
    g_test_add_func("/engine-pf/faults", test_faults);
    g_test_add_func("/engine-pf/faults-of-the-load", test_faults_of_the_load);
    g_test_add_func("/engine-pf/faults-at-first", test_faults_at_first);
    g_test_add_func("/engine-pf/faults-of-remove", test_faults_of_remove);
    g_test_add_func("/engine-pf/taken-over", test_taken_over);
    return g_test_run();
}
