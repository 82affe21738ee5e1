/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "target.h"

/*
 * A target without libFuzzer: takes the inputs of a folder, which are those it was started from and
 * those that once found something, as test cases.
 */

static void
run_input(gconstpointer path)
{
    g_autofree char *data = NULL;
    gsize size;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    LLVMFuzzerTestOneInput((const uint8_t *) data, size);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GDir) folder = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    if (!folder)
        g_error("the folder with the inputs is the only argument");
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *test = g_strconcat("/", name, NULL);
        char *path = g_build_filename(argv[1], name, NULL);
        g_ptr_array_add(paths, path);
        g_test_add_data_func(test, path, run_input);
    }
    g_assert_cmpuint(paths->len, >, 0);
    return g_test_run();
}
