/* SPDX-License-Identifier: BSD-2-Clause */
#include "commands.h"
#include "output.h"
#include "status.h"

static void
add(GVariantBuilder *builder, gboolean holds, const char *name, const char *sentence)
{
    if (holds)
        g_variant_builder_add(builder, "(ss)", name, sentence);
}

/* What the helper does not warn of, since somebody has asked for it. */
static void
add_wanted(GVariantBuilder *builder, const AkinSnapshot *snapshot)
{
    gboolean enforcing = snapshot->enforcing;
    gboolean machines = g_variant_n_children(snapshot->networks) > 0;
    add(builder, !enforcing, "stopped",
        "akin is stopped: it protects nothing, and machines have no NAT; start it with: akinctl "
        "start");
    add(builder, enforcing && snapshot->panic, "panic",
        "everything to and from outside is blocked; end that with: akinctl panic off");
    add(builder, enforcing && machines && g_str_equal(snapshot->nat_mode, "off"), "nat-off",
        "NAT is off: machines reach nothing outside, and no forward works; turn it on with: "
        "akinctl nat auto");
    add(builder, enforcing && snapshot->active_nic[0] == '\0', "not-connected",
        "this computer has no way to outside: no network card has a default route");
}

/* First what was asked for, then the helper's warnings. */
static GVariant *
list_findings(const AkinSnapshot *snapshot)
{
    GVariantBuilder builder;
    GVariantIter iter;
    const char *name, *sentence;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ss)"));
    add_wanted(&builder, snapshot);
    g_variant_iter_init(&iter, snapshot->warnings);
    while (g_variant_iter_next(&iter, "(&s&s)", &name, &sentence))
        g_variant_builder_add(&builder, "(ss)", name, sentence);
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static gboolean
print_text(GVariant *findings, GVariant *notes, GError **error)
{
    g_autofree char *text = ctl_warnings_format(findings, notes);
    gboolean none = g_variant_n_children(findings) == 0;
    return (!none || ctl_print_line("Nothing stands in the way", error)) && ctl_print(text, error);
}

static gboolean
print_json(GVariant *findings, GVariant *notes, GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_warnings_json(builder, findings, notes);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}

static gboolean
print_findings(Ctl *ctl, GError **error)
{
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autoptr(GVariant) findings = list_findings(snapshot);
    ctl->found = g_variant_n_children(findings) > 0;
    return (ctl->json ? print_json : print_text)(findings, snapshot->notes, error);
}

gboolean
ctl_doctor(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    g_autoptr(GVariant) examined = ctl_ask(ctl, "Examine", NULL, error);
    return examined && print_findings(ctl, error);
}

gboolean
ctl_doctor_mend(Ctl *ctl, char **args, GError **error)
{
    return ctl_change(ctl, "Mend", g_variant_new("(s)", args[0]), error) &&
           print_findings(ctl, error);
}
