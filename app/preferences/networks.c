/* SPDX-License-Identifier: BSD-2-Clause */
#include "networks.h"

#include <glib/gi18n.h>

#include "build.h"

/* All that is shown, as one value to compare. */
static GVariant *
state_of(const AkinFacts *facts, gboolean may_change)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a(ssas)"));
    for (guint i = 0; i < facts->machines->len; i++) {
        const AkinMachine *machine = g_ptr_array_index(facts->machines, i);
        g_variant_builder_add(&list, "(ss^as)", machine->network, machine->hardware,
                              machine->addresses);
    }
    return g_variant_new("(b@a(sbas)a(ssas))", may_change, facts->snapshot->networks, &list);
}

static void
add_machine(GtkContainer *card, const AkinMachine *machine, gboolean may_change)
{
    g_autofree char *addresses = g_strjoinv(", ", machine->addresses);
    g_autofree char *name = g_strdup_printf(_("Forward a port to %s"), machine->addresses[0]);
    GtkWidget *row = akin_build_row(addresses, machine->hardware);
    gtk_container_add(card, row);
    if (!may_change)
        return;
    GtkWidget *button = gtk_button_new_with_label(_("Forward a port…"));
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), "win.add-forward");
    gtk_actionable_set_action_target(GTK_ACTIONABLE(button), "s", machine->addresses[0]);
    akin_build_name(button, name);
    akin_build_row_append(row, button);
}

static GtkWidget *
add_card(GtkContainer *box, const char *name, const char *about)
{
    GtkWidget *card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *row = akin_build_row(name, about);
    akin_build_add_class(card, "akin-card");
    gtk_container_add(GTK_CONTAINER(card), row);
    gtk_container_add(box, card);
    gtk_widget_show(card);
    return row;
}

static void
add_network(GtkContainer *box, const AkinFacts *facts, const char *name, gboolean up,
            GVariant *subnets, gboolean may_change)
{
    g_autofree char *list = akin_build_list(subnets);
    GtkWidget *row = add_card(box, name, *list ? list : _("No subnet"));
    GtkContainer *card = GTK_CONTAINER(gtk_widget_get_parent(row));
    guint count = 0;
    for (guint i = 0; i < facts->machines->len; i++) {
        const AkinMachine *machine = g_ptr_array_index(facts->machines, i);
        if (!g_str_equal(machine->network, name))
            continue;
        if (count++ < AKIN_BUILD_MOST_ROWS)
            add_machine(card, machine, may_change);
    }
    akin_build_add_more(card, count);
    g_autofree char *seen =
        g_strdup_printf(g_dngettext(NULL, "%u machine seen", "%u machines seen", count), count);
    akin_build_row_append_badge(row, !up ? _("down") : count ? seen : _("up"));
}

void
akin_networks_show(GtkContainer *box, const AkinFacts *facts, gboolean may_change)
{
    gsize count = g_variant_n_children(facts->snapshot->networks);
    if (!akin_build_begin(box, state_of(facts, may_change)))
        return;
    for (gsize i = 0; i < MIN(count, AKIN_BUILD_MOST_ROWS); i++) {
        const char *name;
        gboolean up;
        g_autoptr(GVariant) subnets = NULL;
        g_variant_get_child(facts->snapshot->networks, i, "(&sb@as)", &name, &up, &subnets);
        add_network(box, facts, name, up, subnets, may_change);
    }
    akin_build_add_more(box, count);
    if (count == 0)
        add_card(box, _("No VM network is there"),
                 _("Start a machine on a host-only network such as vboxnet0, and it shows up "
                   "here."));
}
