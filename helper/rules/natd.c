/* SPDX-License-Identifier: BSD-2-Clause */
#include "natd.h"

#include "ipfw-writer.h"

static void
nat_instance_free(gpointer data)
{
    AkinNatInstance *instance = data;
    g_free(instance->interface);
    g_free(instance->natd);
    g_free(instance->kernel);
    g_free(instance);
}

/* One for each forward: " redirect_port tcp 192.168.56.101:80 81". */
static char *
format_forwards(const AkinIpfwWriter *writer, const char *before, const char *after)
{
    GString *text = g_string_new(NULL);
    const AkinForwardFacts *facts;
    for (guint i = 0; (facts = akin_ipfw_next_forward(writer, &i));)
        g_string_append_printf(text, "%sredirect_port %s %s:%u %u%s", before, facts->protocol,
                               facts->address, facts->forward->target_port, facts->forward->port,
                               after);
    return g_string_free(text, FALSE);
}

/*
 * natd: "dynamic" follows the interface's address, "use_sockets" keeps it off the ports of this
 * computer's own programs, and a delay at the end would hold back the next one. "deny_incoming":
 * else a new natd, which knows no connection yet, takes what comes from outside first for this
 * computer's own, and the machine whose connection it is gets another port, and is reset. ICMP
 * errors are not lost by it, since natd gets copies of them. kernel: never deny_in, which drops
 * those that belong to no link; it keeps its links anyway.
 */
GPtrArray *
akin_nat_instances(const AkinPolicy *policy, const AkinSituation *situation)
{
    GPtrArray *instances = g_ptr_array_new_with_free_func(nat_instance_free);
    g_autoptr(AkinRuleFacts) facts = akin_rule_facts_new(policy, situation);
    const AkinIpfwWriter writer = {.facts = facts};
    g_autofree char *lines = format_forwards(&writer, "", "\n");
    g_autofree char *words = format_forwards(&writer, " ", "");
    const AkinOutsideFacts *outside;
    for (guint i = 0; (outside = akin_ipfw_next_nat(&writer, &i));) {
        AkinNatInstance *instance = g_new0(AkinNatInstance, 1);
        instance->interface = g_strdup(outside->name);
        instance->port = outside->port;
        instance->natd =
            g_strdup_printf("interface %s\nport %u\ndynamic yes\nsame_ports yes\nuse_sockets yes\n"
                            "deny_incoming yes\nexit_delay 0\n%s",
                            outside->name, outside->port, lines);
        instance->kernel = g_strdup_printf("nat %u config if %s same_ports%s", outside->port,
                                           outside->name, words);
        g_ptr_array_add(instances, instance);
    }
    return instances;
}
