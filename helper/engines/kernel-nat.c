/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel-nat.h"

#include "natd.h"
#include "record.h"

#define RECORD_NAME "kernel-nat"
#define GROUP "instances" /* of the record: number=true */

struct _AkinKernelNat {
    const AkinTools *tools;
    AkinRecord *record;
    GHashTable *words; /* number, text -> what it was settled with */
    gboolean unsure;   /* the kernel may hold something else */
};

AkinKernelNat *
akin_kernel_nat_new(const AkinTools *tools, const char *state_dir)
{
    AkinKernelNat *nat = g_new0(AkinKernelNat, 1);
    nat->tools = tools;
    nat->record = akin_record_new(state_dir, RECORD_NAME);
    nat->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return nat;
}

void
akin_kernel_nat_free(AkinKernelNat *nat)
{
    akin_record_free(nat->record);
    g_hash_table_unref(nat->words);
    g_free(nat);
}

static gboolean
configure(const AkinKernelNat *nat, const char *words, GError **error)
{
    g_autofree char *command = g_strconcat("ipfw -q ", words, NULL);
    g_auto(GStrv) argv = g_strsplit(command, " ", -1);
    return akin_tool_run(nat->tools, (const char *const *) argv, NULL, NULL, NULL, error);
}

static gboolean
note(AkinKernelNat *nat, const GPtrArray *instances, GError **error)
{
    gboolean news = FALSE;
    for (guint i = 0; i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        g_autofree char *number = g_strdup_printf("%u", instance->port);
        GKeyFile *keys = akin_record_keys(nat->record);
        news = news || !g_key_file_has_key(keys, GROUP, number, NULL);
        g_key_file_set_boolean(keys, GROUP, number, TRUE);
    }
    return akin_record_save(nat->record, news, error);
}

static const char *
known_words(const AkinKernelNat *nat, const AkinNatInstance *instance)
{
    g_autofree char *number = g_strdup_printf("%u", instance->port);
    return g_hash_table_lookup(nat->words, number);
}

/*
 * As far as it goes: the error that led here is the one to be told. What is new stays, and stays
 * noted: no rule sends anything to it.
 */
static void
go_back(AkinKernelNat *nat, const GPtrArray *instances, guint count)
{
    for (guint i = 0; i < count; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        const char *before = known_words(nat, instance);
        if (before && !g_str_equal(before, instance->kernel) && !configure(nat, before, NULL))
            nat->unsure = TRUE;
    }
}

void
akin_kernel_nat_take_back(AkinKernelNat *nat, const GPtrArray *instances)
{
    go_back(nat, instances, instances->len);
}

gboolean
akin_kernel_nat_prepare(AkinKernelNat *nat, const GPtrArray *instances, GError **error)
{
    if (!note(nat, instances, error))
        return FALSE;
    for (guint i = 0; i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        gboolean same = g_strcmp0(known_words(nat, instance), instance->kernel) == 0;
        if ((same && !nat->unsure) || configure(nat, instance->kernel, error))
            continue;
        go_back(nat, instances, i + 1);
        return FALSE;
    }
    return TRUE;
}

gboolean
akin_kernel_nat_has_any(const AkinKernelNat *nat)
{
    g_auto(GStrv) numbers = g_key_file_get_keys(akin_record_keys(nat->record), GROUP, NULL, NULL);
    return numbers && numbers[0];
}

static gboolean
is_wanted(const GPtrArray *instances, const char *number)
{
    for (guint i = 0; instances && i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        g_autofree char *wanted = g_strdup_printf("%u", instance->port);
        if (g_str_equal(wanted, number))
            return TRUE;
    }
    return FALSE;
}

/* One that cannot be deleted stays noted, and is deleted the next time. */
static gboolean
delete_others(AkinKernelNat *nat, const GPtrArray *instances)
{
    GKeyFile *keys = akin_record_keys(nat->record);
    g_auto(GStrv) numbers = g_key_file_get_keys(keys, GROUP, NULL, NULL);
    gboolean news = FALSE;
    for (guint i = 0; numbers && numbers[i]; i++) {
        g_autoptr(GError) error = NULL;
        if (is_wanted(instances, numbers[i]))
            continue;
        g_hash_table_remove(nat->words, numbers[i]);
        if (!akin_tool_call(nat->tools, &error, "ipfw", "-q", "nat", numbers[i], "delete", NULL)) {
            g_message("%s", error->message);
            continue;
        }
        g_key_file_remove_key(keys, GROUP, numbers[i], NULL);
        news = TRUE;
    }
    return news;
}

void
akin_kernel_nat_settle(AkinKernelNat *nat, const GPtrArray *instances)
{
    for (guint i = 0; instances && i < instances->len; i++) {
        const AkinNatInstance *instance = instances->pdata[i];
        g_hash_table_insert(nat->words, g_strdup_printf("%u", instance->port),
                            g_strdup(instance->kernel));
    }
    nat->unsure = FALSE;
    akin_record_save(nat->record, delete_others(nat, instances), NULL);
}

void
akin_kernel_nat_forget(AkinKernelNat *nat)
{
    nat->unsure = TRUE;
}
