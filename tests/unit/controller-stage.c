/* SPDX-License-Identifier: BSD-2-Clause */
#include "controller-stage.h"

#include <string.h>

#include "samples.h"

/* --- The stage -------------------------------------------------------------------------------- */

static void
hear(const char *what, const char *old, const char *new_, const char *sentence, gpointer user_data)
{
    Stage *stage = user_data;
    (void) what;
    (void) old;
    (void) new_;
    g_string_append_printf(stage->told, "%s\n", sentence);
}

static const AkinControllerListener listener = {hear, NULL, NULL};

static void
note_warning(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    Stage *stage = user_data;
    (void) domain;
    (void) level;
    g_string_append_printf(stage->warned, "%s\n", message);
}

/* How many of them there are is the controller's affair: they are noted, and looked at at the end.
 */
static gboolean
is_fatal(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    (void) domain;
    (void) message;
    (void) user_data;
    return !(level & G_LOG_LEVEL_WARNING);
}

void
stage_make_controller(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    const PolicyPlaces *places = &stage->places;
    g_autofree char *lock = g_build_filename(places->folder, "lock", NULL);
    stage->kernel = fake_kernel_new(akin_lock_new(lock, &error));
    g_assert_no_error(error);
    stage->controller =
        akin_controller_new(&stage->kernel->parent, akin_forwarding_new(places->state),
                            akin_store_new(places->config, places->state));
    akin_controller_listen(stage->controller, &listener, stage);
    stage_start(stage);
    stage_see_interfaces(stage, 1);
    g_assert_true(stage_attempt_again(stage)); /* the look at what others do */
    g_string_truncate(stage->told, 0);
}

static void
set_up(Stage *stage, gconstpointer unused)
{
    (void) unused;
    policy_places_init(&stage->places, "controller");
    stage->told = g_string_new(NULL);
    stage->warned = g_string_new(NULL);
    stage->log_handler =
        g_log_set_handler("akin", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, note_warning, stage);
    g_test_log_set_fatal_handler(is_fatal, NULL);
    stage_make_controller(stage);
}

static void
tear_down(Stage *stage, gconstpointer unused)
{
    (void) unused;
    g_assert_cmpstr(stage->warned->str, ==, "");
    akin_controller_free(stage->controller);
    g_log_remove_handler("akin", stage->log_handler);
    policy_places_clear(&stage->places);
    g_string_free(stage->told, TRUE);
    g_string_free(stage->warned, TRUE);
}

void
stage_add(const char *name, StageTest test, guint index)
{
    g_autofree char *path = g_strconcat("/controller/", name, NULL);
    g_test_add(path, Stage, GUINT_TO_POINTER(index), set_up, test, tear_down);
}

/* --- What happens ----------------------------------------------------------------------------- */

GPtrArray *
stage_interfaces(guint count)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify) akin_interface_free);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("eth%u", i);
        g_ptr_array_add(list, akin_case_interface(name, NULL, NULL));
    }
    return list;
}

void
stage_see_interfaces(Stage *stage, guint count)
{
    akin_controller_interfaces_changed(stage->controller, stage_interfaces(count),
                                       "network changed");
}

gboolean
stage_attempt_again(const Stage *stage)
{
    GSource *source = g_main_context_find_source_by_user_data(NULL, stage->controller);
    if (!source)
        return FALSE;
    g_source_set_ready_time(source, 0);
    g_assert_true(g_main_context_iteration(NULL, FALSE));
    return TRUE;
}

void
stage_have_situation_refused(Stage *stage)
{
    stage->kernel->refuses = TRUE;
    stage_see_interfaces(stage, 2);
    stage_assert_logged(stage, "the kernel is out of memory");
    stage->kernel->refuses = FALSE;
}

void
stage_tamper(Stage *stage)
{
    stage->kernel->tampered = TRUE;
    akin_controller_tampered(stage->controller, AKIN_TAMPER_PERHAPS, "nft (process 3)");
}

void
stage_start(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_enforce(stage->controller, TRUE, "started", &error);
    g_assert_no_error(error);
}

void
stage_stop(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_enforce(stage->controller, FALSE, "stopped", &error);
    g_assert_no_error(error);
    g_assert_false(stage->kernel->holds);
}

void
stage_reload(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    akin_controller_reload(stage->controller, &error);
    g_assert_no_error(error);
}

gboolean
stage_turn_nat_on(Stage *stage, GError **error)
{
    AkinPolicy *policy = akin_policy_copy(akin_controller_state(stage->controller)->policy);
    policy->nat = AKIN_NAT_ON;
    return akin_controller_change(stage->controller, policy, "nat on", error);
}

void
stage_toggle(Stage *stage)
{
    g_autoptr(GError) error = NULL;
    stage_turn_nat_on(stage, &error);
    g_assert_no_error(error);
    g_assert_cmpint(stage->kernel->nat, ==, AKIN_NAT_ON);
}

/* --- What is asked ---------------------------------------------------------------------------- */

gboolean
stage_has_warning(const Stage *stage, const char *name)
{
    const GArray *list = akin_controller_warnings(stage->controller);
    for (guint i = 0; i < list->len; i++) {
        if (strcmp(g_array_index(list, AkinWarning, i).name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

void
stage_assert_interfaces(const Stage *stage, guint count, gboolean warned)
{
    const AkinState *state = akin_controller_state(stage->controller);
    g_assert_cmpuint(stage->kernel->interfaces, ==, count);
    g_assert_cmpuint(state->situation->interfaces->len, ==, count);
    g_assert_cmpint(stage_has_warning(stage, AKIN_WARNING_RULES), ==, warned);
}

void
stage_assert_catches_up(Stage *stage, guint count)
{
    while (stage_attempt_again(stage)) {
    }
    stage_assert_interfaces(stage, count, FINE);
    g_assert_false(stage->kernel->tampered);
}

void
stage_assert_logged(Stage *stage, const char *words)
{
    g_assert_nonnull(strstr(stage->warned->str, words));
    g_string_truncate(stage->warned, 0);
}
