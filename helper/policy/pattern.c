/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "error.h"
#include "policy.h"
#include "shown.h"

/* IFNAMSIZ less the terminating NUL, on every system. */
#define INTERFACE_NAME_MAX 15

gboolean
akin_pattern_matches(const char *pattern, const char *interface)
{
    gsize length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, interface, length - 1) == 0;
    return strcmp(pattern, interface) == 0;
}

gboolean
akin_pattern_check(const char *pattern, GError **error)
{
    gsize length = strspn(pattern, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_.-");
    gboolean star = pattern[length] == '*';
    if (length == 0 || pattern[length + star] != '\0' || length + star > INTERFACE_NAME_MAX) {
        g_autofree char *shown = akin_shown(pattern);
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ is not a pattern of interface names; write it like vboxnet0 or vboxnet*",
                    shown);
        return FALSE;
    }
    if (akin_pattern_matches(pattern, "lo") || akin_pattern_matches(pattern, "lo0")) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "‘%s’ takes in the loopback interface; make it longer", pattern);
        return FALSE;
    }
    return TRUE;
}

gboolean
akin_name_is_plain(const char *interface)
{
    return !strchr(interface, '*') && akin_pattern_check(interface, NULL);
}

/* Every name that matches inner matches outer as well. */
static gboolean
covers(const char *outer, const char *inner)
{
    return strcmp(outer, inner) != 0 && akin_pattern_matches(outer, inner);
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

gboolean
akin_policy_set_patterns(AkinPolicy *policy, const char *const *patterns, GError **error)
{
    guint count = g_strv_length((char **) patterns);
    if (count == 0 || count > AKIN_PATTERNS_MAX) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "give 1 to %d patterns, such as vboxnet*", AKIN_PATTERNS_MAX);
        return FALSE;
    }
    for (guint i = 0; i < count; i++) {
        if (!akin_pattern_check(patterns[i], error))
            return FALSE;
    }

    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < count; i++) {
        gboolean covered = g_strv_contains(patterns + i + 1, patterns[i]);
        for (guint k = 0; k < count && !covered; k++)
            covered = covers(patterns[k], patterns[i]);
        if (!covered)
            g_ptr_array_add(kept, g_strdup(patterns[i]));
    }
    g_ptr_array_sort(kept, compare_strings);
    g_ptr_array_unref(policy->patterns);
    policy->patterns = g_steal_pointer(&kept);
    return TRUE;
}
