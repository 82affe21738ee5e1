/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "commands.h"
#include "output.h"
#include "status.h"

static char *
say_who(const AkinSnapshot *snapshot, gboolean anyone)
{
    g_autofree char *trusted = ctl_join(snapshot->trusted_pingers);
    if (anyone)
        return g_strdup("Anyone may ping this computer: ping is allowed incoming");
    if (trusted[0] == '\0')
        return g_strdup("Nobody may ping this computer");
    return g_strdup_printf("May ping this computer: %s", trusted);
}

gboolean
ctl_ping(Ctl *ctl, char **args, GError **error)
{
    const char *method = strcmp(args[0], "trust") == 0 ? "TrustPing" : "DistrustPing";
    if (!ctl_change(ctl, method, g_variant_new("(^as)", args + 1), error))
        return FALSE;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    g_autoptr(CtlCatalogue) catalogue = ctl_catalogue_ask(ctl, error);
    if (!catalogue)
        return FALSE;
    gboolean anyone = ctl_catalogue_lets_anyone_ping(catalogue);
    if (!ctl->json) {
        g_autofree char *sentence = say_who(snapshot, anyone);
        return ctl_print_state(ctl, snapshot, sentence, error);
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_json_boolean(builder, "anyone_may_ping", anyone);
    ctl_json_strings(builder, "trusted_pingers", snapshot->trusted_pingers);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}
