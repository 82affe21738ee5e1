/* SPDX-License-Identifier: BSD-2-Clause */
#include "scene.h"

#include <glib/gstdio.h>

#include "names.h"
#include "temporary-folder.h"

void
world_add_service(World *world, const char *name, guint allowed, const char *out, const char *in)
{
    AkinServiceInfo *service = g_new0(AkinServiceInfo, 1);
    service->name = g_strdup(name);
    service->title = g_strdup_printf("Title of %s", name);
    service->group = g_strdup("web");
    service->about = g_strdup("");
    service->out_ports = g_strdup(out);
    service->in_ports = g_strdup(in);
    service->allowed = allowed;
    g_ptr_array_add(world->facts.services, service);
}

static GVariant *
parse(const char *type, const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, &error);
    g_assert_no_error(error);
    return value;
}

void
world_replace(GVariant **field, const char *type, const char *text)
{
    g_variant_unref(*field);
    *field = parse(type, text);
}

World *
world_new(void)
{
    World *world = g_new0(World, 1);
    AkinSnapshot *snapshot = g_new0(AkinSnapshot, 1);
    snapshot->enforcing = snapshot->firewall = snapshot->machines_reach_host = TRUE;
    snapshot->engine = g_strdup("nftables");
    snapshot->nat_mode = g_strdup("auto");
    snapshot->active_nic = g_strdup("en0");
    snapshot->uplinks = parse("a(sas)", "[('en0', ['198.51.100.2/24'])]");
    snapshot->network_patterns = parse("as", "['vboxnet*']");
    snapshot->networks = parse("a(sbas)", "[]");
    snapshot->trusted_pingers = parse("as", "[]");
    snapshot->forwards = parse("a(sqsqsb)", "[]");
    snapshot->warnings = parse("a(ss)", "[]");
    snapshot->notes = parse("a(ss)", "[]");
    world->snapshot = snapshot;
    world->facts = (AkinFacts){.state = AKIN_CLIENT_READY, .sentence = "", .snapshot = snapshot};
    world->facts.may_control = AKIN_MAY_CONTROL_YES;
    world->facts.services = g_ptr_array_new_with_free_func((GDestroyNotify) akin_service_info_free);
    world->facts.machines = g_ptr_array_new_with_free_func((GDestroyNotify) akin_machine_free);
    world_add_service(world, "http", AKIN_OUTGOING, "tcp:80", "tcp:80");
    world_add_service(world, "ssh", AKIN_OUTGOING | AKIN_INCOMING, "tcp:22", "tcp:22");
    world_add_service(world, "nfs", 0, "", "tcp:2049");
    return world;
}

void
world_free(World *world)
{
    akin_snapshot_free(world->snapshot);
    g_ptr_array_unref(world->facts.services);
    g_ptr_array_unref(world->facts.machines);
    g_free(world);
}

void
world_run_nat(World *world)
{
    world->snapshot->nat_active = TRUE;
    world_replace(&world->snapshot->networks, "a(sbas)",
                  "[('vboxnet0', true, ['192.168.56.0/24']), ('vboxnet1', false, [])]");
}

void
world_lose_helper(World *world, AkinClientState state, const char *sentence)
{
    world->facts.state = state;
    world->facts.sentence = sentence;
    if (state != AKIN_CLIENT_NOT_ANSWERING)
        world->facts.snapshot = NULL;
}

char *
settings_folder_new(void)
{
    return temporary_folder_new("settings");
}

void
settings_folder_remove(const char *folder)
{
    g_autofree char *dir = g_build_filename(folder, "akin", NULL);
    g_autofree char *file = g_build_filename(dir, "app.conf", NULL);
    g_unlink(file);
    g_rmdir(dir);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}
