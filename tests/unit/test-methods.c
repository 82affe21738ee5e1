/* SPDX-License-Identifier: BSD-2-Clause */
#include "methods.h"

#include <string.h>

#include "akin-helper1.h"

/* Not a method of the controller's: calls.c answers it. */
#define ABOUT_THE_CALLER "MayControl"

/* What is not named here needs the right to change things: a new method as long as nobody decides.
 */
static const struct {
    const char *name;
    AkinRight right;
} free_to_call[] = {
    {"CountConnections", AKIN_RIGHT_READ_LOG},
    {"Examine", AKIN_RIGHT_LOOK},
    {"Explain", AKIN_RIGHT_LOOK},
    {"GetRules", AKIN_RIGHT_LOOK},
    {"ListMachines", AKIN_RIGHT_LOOK},
    {"ListServices", AKIN_RIGHT_LOOK},
};

static AkinRight
wanted_right(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(free_to_call); i++) {
        if (strcmp(free_to_call[i].name, name) == 0)
            return free_to_call[i].right;
    }
    return AKIN_RIGHT_CONTROL;
}

static void
test_every_method_needs_its_right(void)
{
    const GDBusInterfaceInfo *info = akin_helper1_interface_info();
    guint count = 0;
    for (; info->methods[count]; count++) {
        const char *name = info->methods[count]->name;
        const AkinMethod *method = akin_method_find(name);
        if (strcmp(name, ABOUT_THE_CALLER) == 0) {
            g_assert_null(method);
            continue;
        }
        g_assert_nonnull(method);
        g_assert_cmpstr(method->name, ==, name);
        g_assert_cmpint(method->right, ==, wanted_right(name));
    }
    g_assert_cmpuint(count, >, G_N_ELEMENTS(free_to_call));
}

static void
test_no_such_method(void)
{
    g_assert_null(akin_method_find(""));
    g_assert_null(akin_method_find("start"));
    g_assert_null(akin_method_find("Start "));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/methods/every-method-needs-its-right", test_every_method_needs_its_right);
    g_test_add_func("/methods/no-such-method", test_no_such_method);
    return g_test_run();
}
