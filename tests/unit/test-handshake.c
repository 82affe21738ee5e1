/* SPDX-License-Identifier: BSD-2-Clause */
#include "handshake.h"

#include <string.h>

#define GUID "0123456789abcdef0123456789abcdef"
#define OK "OK " GUID "\r\n"
#define REJECTED "REJECTED EXTERNAL\r\n"
#define ERROR "ERROR\r\n"

typedef struct {
    const char *line, *answer;
    AkinProgress progress;
} Step;

static void
converse(uid_t uid, const Step *steps, guint count)
{
    AkinHandshake handshake = {.uid = uid};
    for (guint i = 0; i < count; i++) {
        g_autoptr(GString) answer = g_string_new(NULL);
        AkinProgress progress = akin_handshake_line(&handshake, steps[i].line, GUID, answer);
        g_assert_cmpstr(answer->str, ==, steps[i].answer);
        g_assert_cmpint(progress, ==, steps[i].progress);
    }
}

/* g_dbus_connection_new_for_address(): asks for the mechanisms first. */
static void
test_glib(void)
{
    static const Step steps[] = {
        {"AUTH", REJECTED, AKIN_HANDSHAKE_GOES_ON},
        {"AUTH EXTERNAL 31303030", OK, AKIN_HANDSHAKE_GOES_ON},
        {"NEGOTIATE_UNIX_FD", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(1000, steps, G_N_ELEMENTS(steps));
}

static void
test_libdbus(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL 30", OK, AKIN_HANDSHAKE_GOES_ON},
        {"NEGOTIATE_UNIX_FD", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(0, steps, G_N_ELEMENTS(steps));
}

/* systemd's: all in one go, the identity left to the kernel. */
static void
test_sd_bus(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL", "DATA\r\n", AKIN_HANDSHAKE_GOES_ON},
        {"DATA", OK, AKIN_HANDSHAKE_GOES_ON},
        {"NEGOTIATE_UNIX_FD", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(65534, steps, G_N_ELEMENTS(steps));
}

static void
test_data_identity(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL", "DATA\r\n", AKIN_HANDSHAKE_GOES_ON},
        {"DATA 31303030", OK, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(1000, steps, G_N_ELEMENTS(steps));
}

/* Whoever claims to be somebody else is refused, and may then tell the truth. */
static void
test_wrong_uid(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL 30", REJECTED, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_FAILED},
    };
    converse(1000, steps, G_N_ELEMENTS(steps));
    static const Step data[] = {
        {"AUTH EXTERNAL", "DATA\r\n", AKIN_HANDSHAKE_GOES_ON},
        {"DATA 30", REJECTED, AKIN_HANDSHAKE_GOES_ON},
        {"DATA 31303030", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"AUTH EXTERNAL 31303030", OK, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(1000, data, G_N_ELEMENTS(data));
}

static void
test_odd_identities(void)
{
    static const char *const wrong[] = {
        "3130303",    "313030300", "1000", "31 30 30 30", "313030",    "2b31303030", "30783365",
        "3130303030", "zz",        "0",    "31303030 ",   " 31303030", "root"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *line = g_strconcat("AUTH EXTERNAL ", wrong[i], NULL);
        const Step steps[] = {{line, REJECTED, AKIN_HANDSHAKE_GOES_ON}};
        converse(1000, steps, 1);
    }
}

static void
test_other_mechanisms(void)
{
    static const char *const lines[] = {
        "AUTH ANONYMOUS",          "AUTH ANONYMOUS 616b696e", "AUTH DBUS_COOKIE_SHA1 726f6f74",
        "AUTH KERBEROS_V4",        "AUTH external 31303030",  "AUTH EXTERNALX",
        "AUTH EXTERNALX 31303030", "AUTH  EXTERNAL 31303030", "AUTH "};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        const Step steps[] = {{lines[i], REJECTED, AKIN_HANDSHAKE_GOES_ON}};
        converse(1000, steps, 1);
    }
}

static void
test_garbage(void)
{
    static const char *const lines[] = {"",
                                        " ",
                                        "GET / HTTP/1.1",
                                        "auth EXTERNAL 31303030",
                                        "AUTHEXTERNAL",
                                        "DATA",
                                        "DATA 31303030",
                                        "BEGIN now",
                                        "begin",
                                        "OK",
                                        "\x01\xff\xfe",
                                        "l\1\1",
                                        "NEGOTIATE_UNIX_FD"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        const Step steps[] = {{lines[i], ERROR, AKIN_HANDSHAKE_GOES_ON}};
        converse(1000, steps, 1);
    }
}

/* The specification: whoever begins without a right to is hung up on. */
static void
test_begin_too_early(void)
{
    static const Step at_once[] = {{"BEGIN", "", AKIN_HANDSHAKE_FAILED}};
    converse(0, at_once, G_N_ELEMENTS(at_once));
    static const Step before_data[] = {
        {"AUTH EXTERNAL", "DATA\r\n", AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_FAILED},
    };
    converse(0, before_data, G_N_ELEMENTS(before_data));
}

static void
test_second_auth(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL 31303030", OK, AKIN_HANDSHAKE_GOES_ON},
        {"AUTH EXTERNAL 30", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"DATA 30", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(1000, steps, G_N_ELEMENTS(steps));
}

static void
test_cancel(void)
{
    static const Step steps[] = {
        {"AUTH EXTERNAL 31303030", OK, AKIN_HANDSHAKE_GOES_ON},
        {"CANCEL", REJECTED, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_FAILED},
    };
    converse(1000, steps, G_N_ELEMENTS(steps));
    static const Step with_error[] = {
        {"AUTH EXTERNAL", "DATA\r\n", AKIN_HANDSHAKE_GOES_ON},
        {"ERROR \"what?\"", REJECTED, AKIN_HANDSHAKE_GOES_ON},
        {"DATA", ERROR, AKIN_HANDSHAKE_GOES_ON},
        {"AUTH EXTERNAL ", OK, AKIN_HANDSHAKE_GOES_ON},
        {"BEGIN", "", AKIN_HANDSHAKE_DONE},
    };
    converse(1000, with_error, G_N_ELEMENTS(with_error));
}

static void
test_too_many_lines(void)
{
    AkinHandshake handshake = {.uid = 1000};
    for (guint i = 0; i < AKIN_HANDSHAKE_LINES_MAX; i++) {
        g_autoptr(GString) answer = g_string_new(NULL);
        g_assert_cmpint(akin_handshake_line(&handshake, "AUTH", GUID, answer), ==,
                        AKIN_HANDSHAKE_GOES_ON);
    }
    g_autoptr(GString) answer = g_string_new(NULL);
    g_assert_cmpint(akin_handshake_line(&handshake, "AUTH EXTERNAL 31303030", GUID, answer), ==,
                    AKIN_HANDSHAKE_FAILED);
    g_assert_cmpstr(answer->str, ==, "");
}

/* By no row of lines does anyone begin who has not shown the right identity since the last CANCEL.
 */
static void
test_no_other_way(void)
{
    static const char *const lines[] = {
        "AUTH",          "AUTH EXTERNAL", "AUTH EXTERNAL 30",  "DATA 30",
        "CANCEL",        "ERROR",         "NEGOTIATE_UNIX_FD", "x",
        "AUTH ANONYMOUS"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(2009);
    for (guint round = 0; round < 20000; round++) {
        AkinHandshake handshake = {.uid = 1000};
        for (guint i = 0; i + 1 < AKIN_HANDSHAKE_LINES_MAX; i++) {
            g_autoptr(GString) answer = g_string_new(NULL);
            const char *line = lines[g_rand_int_range(rand, 0, G_N_ELEMENTS(lines))];
            akin_handshake_line(&handshake, line, GUID, answer);
            g_assert_null(strstr(answer->str, "OK"));
        }
        g_autoptr(GString) answer = g_string_new(NULL);
        g_assert_cmpint(akin_handshake_line(&handshake, "BEGIN", GUID, answer), !=,
                        AKIN_HANDSHAKE_DONE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/handshake/glib", test_glib);
    g_test_add_func("/handshake/libdbus", test_libdbus);
    g_test_add_func("/handshake/sd-bus", test_sd_bus);
    g_test_add_func("/handshake/data-identity", test_data_identity);
    g_test_add_func("/handshake/wrong-uid", test_wrong_uid);
    g_test_add_func("/handshake/odd-identities", test_odd_identities);
    g_test_add_func("/handshake/other-mechanisms", test_other_mechanisms);
    g_test_add_func("/handshake/garbage", test_garbage);
    g_test_add_func("/handshake/begin-too-early", test_begin_too_early);
    g_test_add_func("/handshake/second-auth", test_second_auth);
    g_test_add_func("/handshake/cancel", test_cancel);
    g_test_add_func("/handshake/too-many-lines", test_too_many_lines);
    g_test_add_func("/handshake/no-other-way", test_no_other_way);
    return g_test_run();
}
