/* SPDX-License-Identifier: BSD-2-Clause */
#include "surroundings.h"

static void
chain_clear(gpointer data)
{
    AkinChain *chain = data;
    g_free(chain->family);
    g_free(chain->table);
    g_free(chain->name);
}

static void
end_clear(AkinDoorEnd *end)
{
    g_strfreev(end->names);
    g_clear_pointer(&end->addresses, g_array_unref);
}

void
akin_door_clear(AkinDoor *door)
{
    g_free(door->family);
    g_free(door->table);
    g_free(door->chain);
    end_clear(&door->from);
    end_clear(&door->to);
    g_clear_pointer(&door->ports, g_array_unref);
    g_free(door->target);
}

AkinSurroundings *
akin_surroundings_new(void)
{
    AkinSurroundings *seen = g_new0(AkinSurroundings, 1);
    seen->chains = g_array_new(FALSE, FALSE, sizeof(AkinChain));
    seen->doors = g_array_new(FALSE, FALSE, sizeof(AkinDoor));
    g_array_set_clear_func(seen->chains, chain_clear);
    g_array_set_clear_func(seen->doors, (GDestroyNotify) akin_door_clear);
    seen->strict = g_ptr_array_new_with_free_func(g_free);
    seen->bridges = g_ptr_array_new_with_free_func(g_free);
    return seen;
}

void
akin_surroundings_free(AkinSurroundings *seen)
{
    g_free(seen->unknown);
    g_array_unref(seen->chains);
    g_array_unref(seen->doors);
    g_ptr_array_unref(seen->strict);
    g_ptr_array_unref(seen->bridges);
    g_free(seen);
}
