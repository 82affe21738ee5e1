/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "akin-helper1.h"
#include "fake-kernel.h"
#include "methods.h"
#include "policy-file.h"
#include "rules.h"
#include "target.h"
#include "temporary-folder.h"

/*
 * Any calls of any methods, with any arguments of the right types, which is what GDBus lets
 * through: a line a call, the method and its arguments between tabs. The kernel takes everything.
 * What is in force at the end is a policy that can be read again, and makes rules.
 */

/* The next word of a line, valid UTF-8 as on any bus; "" at its end. */
static char *
take_word(char **line)
{
    char *word = strsep(line, "\t");
    return g_utf8_make_valid(word ? word : "", -1);
}

static GVariant *
take_strings(char **line)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    while (*line) {
        g_autofree char *word = take_word(line);
        g_variant_builder_add(&builder, "s", word);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
take_argument(char **line, const char *signature)
{
    if (strcmp(signature, "as") == 0)
        return take_strings(line);
    g_autofree char *word = take_word(line);
    guint64 number = g_ascii_strtoull(word, NULL, 10);
    switch (*signature) {
    case 's': return g_variant_new_string(word);
    case 'b': return g_variant_new_boolean(number & 1);
    case 'q': return g_variant_new_uint16((guint16) number);
    case 'u': return g_variant_new_uint32((guint32) number);
    default: g_error("no words for an argument of type %s", signature);
    }
}

static GVariant *
take_arguments(char **line, const GDBusMethodInfo *info)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_TUPLE);
    for (guint i = 0; info->in_args && info->in_args[i]; i++)
        g_variant_builder_add_value(&builder, take_argument(line, info->in_args[i]->signature));
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static void
check_answer(const GDBusMethodInfo *info, GVariant *answer, const GError *error)
{
    g_autoptr(GVariant) sunk = answer ? g_variant_ref_sink(answer) : NULL;
    gboolean answers = info->out_args && info->out_args[0];
    g_assert(!error || !answer);
    g_assert(!error || (*error->message && g_utf8_validate(error->message, -1, NULL)));
    g_assert(error || answers == (sunk != NULL));
}

static void
call(AkinController *controller, char *line)
{
    g_autofree char *name = take_word(&line);
    const GDBusMethodInfo *info =
        g_dbus_interface_info_lookup_method(akin_helper1_interface_info(), name);
    const AkinMethod *method = akin_method_find(name);
    /* These ask the computer that this runs on. */
    if (!info || !method || strcmp(name, "AddForward") == 0 ||
        strcmp(name, "ReplaceForward") == 0 || strcmp(name, "ListMachines") == 0)
        return;
    g_autoptr(GVariant) arguments = take_arguments(&line, info);
    g_autoptr(GError) error = NULL;
    GVariant *answer = method->run(controller, arguments, &error);
    check_answer(info, answer, error);
}

static void
check_policy(const AkinPolicy *policy)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinSituation) situation = akin_situation_new();
    g_autofree char *text = akin_policy_format(policy, NULL);
    g_autoptr(AkinPolicy) again = akin_policy_parse(text, strlen(text), NULL, &error);
    g_assert_no_error(error);
    g_autofree char *rules = akin_rules_text("nftables", again, situation, &error);
    g_assert_no_error(error);
    g_assert(*rules);
}

/* What a call warns of is part of the game. */
static GLogWriterOutput
say_nothing(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer user_data)
{
    (void) user_data;
    return level & G_LOG_FLAG_FATAL ? g_log_writer_default(level, fields, count, NULL)
                                    : G_LOG_WRITER_HANDLED;
}

static void
run_calls(const char *folder, char *text)
{
    g_autofree char *config = g_build_filename(folder, "akin.conf", NULL);
    g_autofree char *last_good = g_build_filename(folder, "last-good.conf", NULL);
    FakeKernel *kernel = fake_kernel_new(NULL);
    g_autoptr(AkinController) controller = akin_controller_new(
        &kernel->parent, akin_forwarding_new(folder), akin_store_new(config, folder));
    for (char *line = text; line;) {
        char *next = line;
        call(controller, strsep(&next, "\n"));
        line = next;
    }
    check_policy(akin_controller_state(controller)->policy);
    g_unlink(config);
    g_unlink(last_good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gboolean quiet;
    g_autofree char *text = g_strndup((const char *) data, size);
    char *folder = temporary_folder_new("fuzz");
    if (!quiet)
        g_log_set_writer_func(say_nothing, NULL, NULL);
    quiet = TRUE;
    run_calls(folder, text);
    temporary_folder_remove(folder);
    return 0;
}
