/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake-kernel.h"

#include "error.h"
#include "forwarding.h"

/* --- The engine ------------------------------------------------------------------------------- */

static gboolean
refused(const FakeKernel *kernel, GError **error)
{
    if (kernel->refuses)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "the kernel is out of memory");
    return kernel->refuses;
}

/* As a real engine: what was not changed is not loaded again, unless the engine was told to forget.
 */
static gboolean
kernel_apply(AkinEngine *engine, const AkinPolicy *policy, const AkinSituation *situation,
             gboolean *loaded, GError **error)
{
    FakeKernel *kernel = (FakeKernel *) engine;
    if (refused(kernel, error))
        return FALSE;
    guint interfaces = situation->interfaces->len, forwards = policy->forwards->len;
    *loaded = !kernel->holds || kernel->forgotten || kernel->interfaces != interfaces ||
              kernel->forwards != forwards || kernel->nat != policy->nat;
    kernel->tampered = kernel->tampered && !kernel->forgotten;
    kernel->forgotten = FALSE;
    kernel->holds = TRUE;
    kernel->interfaces = interfaces;
    kernel->forwards = forwards;
    kernel->nat = policy->nat;
    kernel->loads += *loaded;
    if (kernel->meanwhile)
        kernel->meanwhile(kernel->meanwhile_data);
    kernel->meanwhile = NULL;
    return TRUE;
}

static gboolean
kernel_remove(AkinEngine *engine, GError **error)
{
    FakeKernel *kernel = (FakeKernel *) engine;
    if (refused(kernel, error))
        return FALSE;
    kernel->holds = FALSE;
    kernel->tampered = FALSE;
    return TRUE;
}

static void
kernel_forget(AkinEngine *engine)
{
    ((FakeKernel *) engine)->forgotten = TRUE;
}

static gboolean
kernel_check(AkinEngine *engine, gboolean *intact, GError **error)
{
    FakeKernel *kernel = (FakeKernel *) engine;
    if (kernel->check_fails) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "the kernel does not answer");
        return FALSE;
    }
    *intact = !kernel->tampered;
    return TRUE;
}

static gboolean
kernel_list(AkinEngine *engine, const char *command, const char **json, GError **error)
{
    (void) command;
    *json = "{\"nftables\": []}";
    if (((FakeKernel *) engine)->list_fails)
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_ENGINE_FAILED, "nobody says");
    return !((FakeKernel *) engine)->list_fails;
}

static gboolean
kernel_count(AkinEngine *engine, GArray **out, GArray **in, GError **error)
{
    (void) engine;
    (void) error;
    *out = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    *in = g_array_new(FALSE, FALSE, sizeof(AkinCellCount));
    return TRUE;
}

static void
kernel_describe(AkinEngine *engine, AkinSituation *situation)
{
    FakeKernel *kernel = (FakeKernel *) engine;
    if (kernel->describes)
        kernel->describes(situation);
}

static void
kernel_free(AkinEngine *engine)
{
    g_free(engine);
}

static const AkinEngineClass kernel_class = {
    .name = "fake",
    .apply = kernel_apply,
    .remove = kernel_remove,
    .forget = kernel_forget,
    .check = kernel_check,
    .list = kernel_list,
    .count = kernel_count,
    .describe = kernel_describe,
    .free = kernel_free,
};

FakeKernel *
fake_kernel_new(AkinLock *lock)
{
    FakeKernel *kernel = g_new0(FakeKernel, 1);
    kernel->parent.class = &kernel_class;
    kernel->parent.lock = lock;
    return kernel;
}

/* --- In place of forwarding.h ----------------------------------------------------------------- */

struct _AkinForwarding {
    gboolean on;
};

AkinForwarding *
akin_forwarding_new(const char *state_dir)
{
    (void) state_dir;
    return g_new0(AkinForwarding, 1);
}

void
akin_forwarding_free(AkinForwarding *forwarding)
{
    g_free(forwarding);
}

void
akin_forwarding_describe(AkinForwarding *forwarding, AkinSituation *situation)
{
    (void) forwarding;
    (void) situation;
}

gboolean
akin_forwarding_apply(AkinForwarding *forwarding, const AkinPolicy *policy,
                      const AkinSituation *situation, gboolean enforcing, GError **error)
{
    (void) situation;
    (void) error;
    forwarding->on = enforcing && policy->nat == AKIN_NAT_ON;
    return TRUE;
}

void
akin_forwarding_loosen(AkinForwarding *forwarding)
{
    (void) forwarding;
}

gboolean
akin_forwarding_is_on(const AkinForwarding *forwarding)
{
    return forwarding->on;
}
