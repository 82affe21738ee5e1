/* SPDX-License-Identifier: BSD-2-Clause */
#include "forward.h"

#include <string.h>

#include "commands.h"
#include "output.h"
#include "text.h"
#include "words.h"

gboolean
ctl_forward_next(GVariantIter *forwards, CtlForward *forward)
{
    return g_variant_iter_next(forwards, "(&sq&sq&sb)", &forward->protocol, &forward->port,
                               &forward->address, &forward->target_port, &forward->from,
                               &forward->works);
}

static const char *
who(const char *from)
{
    return strcmp(from, "loopback") == 0 ? "this computer only" : from;
}

char *
ctl_forward_sentence(const CtlForward *forward)
{
    return g_strdup_printf("%s %u → %s port %u, from %s%s", forward->protocol, forward->port,
                           forward->address, forward->target_port, who(forward->from),
                           forward->works ? "" : " (does not work now)");
}

void
ctl_forwards_json(JsonBuilder *builder, GVariant *forwards)
{
    CtlForward forward;
    GVariantIter iter;
    json_builder_set_member_name(builder, "forwards");
    json_builder_begin_array(builder);
    g_variant_iter_init(&iter, forwards);
    while (ctl_forward_next(&iter, &forward)) {
        json_builder_begin_object(builder);
        ctl_json_string(builder, "protocol", forward.protocol);
        ctl_json_int(builder, "port", forward.port);
        ctl_json_string(builder, "address", forward.address);
        ctl_json_int(builder, "target_port", forward.target_port);
        ctl_json_string(builder, "from", forward.from);
        ctl_json_boolean(builder, "works", forward.works);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static gboolean
print_json(GVariant *forwards, GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ctl_forwards_json(builder, forwards);
    json_builder_end_object(builder);
    return ctl_print_json(builder, error);
}

/* All forwards of this protocol and port: one for IPv4, one for IPv6. */
static gboolean
print_forwards_of(const Ctl *ctl, AkinSnapshot *snapshot, const char *protocol, guint16 port,
                  GError **error)
{
    CtlForward forward;
    GVariantIter iter;
    g_variant_iter_init(&iter, snapshot->forwards);
    while (ctl_forward_next(&iter, &forward)) {
        if (forward.port != port || strcmp(forward.protocol, protocol) != 0)
            continue;
        /* Why none works after a stop is said behind it. */
        forward.works = forward.works || !snapshot->enforcing;
        g_autofree char *sentence = ctl_forward_sentence(&forward);
        if (!ctl_print_state(ctl, snapshot, sentence, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
ctl_forward_add(Ctl *ctl, char **args, GError **error)
{
    guint16 port, target_port;
    g_autofree char *address = NULL;
    if (!ctl_parse_port(args[1], &port, error))
        return FALSE;
    target_port = port;
    if (!ctl_split_target(args[2], &address, &target_port, error))
        return FALSE;
    GVariant *forward = g_variant_new("(sqsqs)", args[0], port, address, target_port,
                                      ctl->from ? ctl->from : "anyone");
    if (!ctl_change(ctl, "AddForward", forward, error))
        return FALSE;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    return ctl->json ? print_json(snapshot->forwards, error)
                     : print_forwards_of(ctl, snapshot, args[0], port, error);
}

gboolean
ctl_forward_remove(Ctl *ctl, char **args, GError **error)
{
    guint16 port;
    if (!ctl_parse_port(args[1], &port, error) ||
        !ctl_change(ctl, "RemoveForward", g_variant_new("(sqs)", args[0], port, ""), error))
        return FALSE;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    if (ctl->json)
        return print_json(snapshot->forwards, error);
    g_autofree char *sentence = g_strdup_printf("%s %u: no longer forwarded", args[0], port);
    return ctl_print_state(ctl, snapshot, sentence, error);
}

gboolean
ctl_forward_list(Ctl *ctl, char **args, GError **error)
{
    (void) args;
    g_autoptr(AkinSnapshot) snapshot = ctl_snapshot(ctl, error);
    if (!snapshot)
        return FALSE;
    if (ctl->json)
        return print_json(snapshot->forwards, error);
    if (g_variant_n_children(snapshot->forwards) == 0)
        return ctl_print_line("No port is forwarded", error);
    const char *const header[] = {"PROTOCOL", "PORT", "MACHINE", "PORT", "FROM", "WORKS"};
    CtlTable *table = ctl_table_new(G_N_ELEMENTS(header));
    ctl_table_add(table, header);
    CtlForward forward;
    GVariantIter iter;
    g_variant_iter_init(&iter, snapshot->forwards);
    while (ctl_forward_next(&iter, &forward)) {
        g_autofree char *port = g_strdup_printf("%u", forward.port);
        g_autofree char *target = g_strdup_printf("%u", forward.target_port);
        const char *const cells[] = {forward.protocol, port,         forward.address,
                                     target,           forward.from, forward.works ? "yes" : "no"};
        ctl_table_add(table, cells);
    }
    g_autofree char *text = ctl_table_end(table);
    return ctl_print(text, error);
}
