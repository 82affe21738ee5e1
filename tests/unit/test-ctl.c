/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <string.h>

#include "catalogue.h"
#include "client-error.h"
#include "command.h"
#include "error.h"
#include "forward.h"
#include "options.h"
#include "status.h"
#include "text.h"
#include "words.h"

/* --- words ---------------------------------------------------------------------------------- */

static void
check_target(const char *text, const char *address, guint port)
{
    g_autofree char *found = NULL;
    guint16 found_port = 80;
    g_autoptr(GError) error = NULL;
    gboolean split = ctl_split_target(text, &found, &found_port, &error);
    g_assert_no_error(error);
    g_assert_true(split);
    g_assert_cmpstr(found, ==, address);
    g_assert_cmpuint(found_port, ==, port);
}

static void
test_split_target(void)
{
    check_target("192.168.56.101", "192.168.56.101", 80);
    check_target("192.168.56.101:8080", "192.168.56.101", 8080);
    check_target("fd00::5", "fd00::5", 80);
    check_target("::1", "::1", 80);
    check_target("[fd00::5]", "fd00::5", 80);
    check_target("[fd00::5]:1", "fd00::5", 1);
    check_target("[fd00::5]:65535", "fd00::5", 65535);
    /* What is no address, is the helper's to refuse. */
    check_target("", "", 80);
    check_target("[]", "", 80);
    check_target("vm", "vm", 80);
}

static void
test_split_target_refused(void)
{
    const char *const wrong[] = {"10.0.0.1:",      "10.0.0.1:0",    "10.0.0.1:65536",
                                 "10.0.0.1: 80",   "10.0.0.1:http", ":",
                                 "[fd00::5",       "[fd00::5]80",   "[fd00::5]:",
                                 "[fd00::5]:080",  "[fd00::5]:-1",  "[",
                                 "10.0.0.1:80\n1", "10.0.0.1:+80",  "[fd00::5]:99999999999999999"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *address = NULL;
        guint16 port = 80;
        g_autoptr(GError) error = NULL;
        g_assert_false(ctl_split_target(wrong[i], &address, &port, &error));
        g_assert_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT);
        g_assert_null(strpbrk(error->message, "\n\033"));
        g_assert_null(address);
    }
}

static void
test_distance(void)
{
    g_assert_cmpuint(ctl_distance("", ""), ==, 0);
    g_assert_cmpuint(ctl_distance("allow", "allow"), ==, 0);
    g_assert_cmpuint(ctl_distance("alow", "allow"), ==, 1);
    g_assert_cmpuint(ctl_distance("statsu", "status"), ==, 1);
    g_assert_cmpuint(ctl_distance("", "nat"), ==, 3);
    g_assert_cmpuint(ctl_distance("deny", "allow"), ==, 5);
    g_autofree char *endless = g_strnfill(1000, 'x');
    g_assert_cmpuint(ctl_distance(endless, "nat"), ==, 1000);
}

/* --- text ----------------------------------------------------------------------------------- */

static void
check_clean(const char *raw, const char *expected)
{
    g_autofree char *clean = ctl_clean(raw);
    g_assert_cmpstr(clean, ==, expected);
}

static void
test_clean(void)
{
    check_clean("Über 安全 · →", "Über 安全 · →");
    check_clean("a\nb\r\tc", "a b  c");
    check_clean("\033[31mred\033[0m", " [31mred [0m");
    check_clean("\302\233"
                "2J",
                " 2J");                               /* CSI as one character of C1 */
    check_clean("a\342\200\256txt.exe", "a txt.exe"); /* right-to-left override */
    check_clean("a\342\200\250b", "a b");             /* line separator */
    check_clean("a\377b", "a\357\277\275b");          /* no UTF-8 */
    check_clean("\177", " ");

    g_autofree char *lines = ctl_clean_lines("a\n\tb\033\n");
    g_assert_cmpstr(lines, ==, "a\n\tb \n");
    g_autofree char *endless = g_strnfill(1000, 'x');
    g_autofree char *excerpt = ctl_excerpt(endless);
    g_assert_cmpuint(strlen(excerpt), <, 64);
}

static void
test_table(void)
{
    g_assert_cmpuint(ctl_width("abc"), ==, 3);
    g_assert_cmpuint(ctl_width("über"), ==, 4);
    g_assert_cmpuint(ctl_width("u\314\210ber"), ==, 4); /* u and a combining diaeresis */
    g_assert_cmpuint(ctl_width("安全"), ==, 4);

    const char *const rows[][3] = {
        {"N", "T", "X"},
        {"安全", "1", "x"},
        {"über", "", ""},
        {"a\nb", "forty characters and more do not widen a column", "x"}};
    CtlTable *table = ctl_table_new(3);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        ctl_table_add(table, rows[i]);
    ctl_table_add_line(table, "a heading that widens nothing");
    g_autofree char *text = ctl_table_end(table);
    g_assert_cmpstr(text, ==,
                    "N     T  X\n"
                    "安全  1  x\n"
                    "über\n"
                    "a b   forty characters and more do not widen a column  x\n"
                    "a heading that widens nothing\n");
}

/* --- commands and options ------------------------------------------------------------------- */

static void
test_table_of_commands(void)
{
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        g_assert_nonnull(command->run);
        g_assert_cmpuint(command->min, <=, command->max);
        g_assert_cmpstr(command->help, !=, "");
        g_assert_true(command->min > 0 || !g_ascii_islower(command->usage[0]));
        g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
        guint used = 0;
        g_assert_true(ctl_command_find(words, &used, NULL) == command);
        g_assert_cmpuint(used, ==, g_strv_length(words));
    }
}

static void
check_unknown(const char *line, const char *expected)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint used;
    g_autoptr(GError) error = NULL;
    g_assert_null(ctl_command_find(words, &used, &error));
    g_assert_error(error, CTL_ERROR, CTL_ERROR_USAGE);
    if (!strstr(error->message, expected))
        g_error("%s: “%s” does not say “%s”", line, error->message, expected);
}

static void
test_unknown_command(void)
{
    check_unknown("firewal on", "did you mean firewall?");
    check_unknown("forwad add", "did you mean forward?");
    check_unknown("net", "did you mean nat?");
    check_unknown("xyzzy", "see akinctl help");
    check_unknown("forward", "add, remove, list");
    check_unknown("service ad", "add, edit, remove");
    check_unknown("--out allow", "unknown option");
}

static int
check_words(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint used = 0;
    g_autoptr(GError) error = NULL;
    const CtlCommand *command = ctl_command_find(words, &used, &error);
    g_assert_no_error(error);
    if (ctl_command_check(command, words + used, &error))
        return CTL_DONE;
    g_assert_null(strchr(error->message, '\n'));
    return ctl_exit_code(error);
}

static void
test_check(void)
{
    g_assert_cmpint(check_words("status"), ==, CTL_DONE);
    g_assert_cmpint(check_words("status now"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("firewall"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("firewall off"), ==, CTL_DONE);
    g_assert_cmpint(check_words("firewall auto"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("firewall on|off"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("nat auto"), ==, CTL_DONE);
    g_assert_cmpint(check_words("allow"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("allow a b c d e f"), ==, CTL_DONE);
    g_assert_cmpint(check_words("ping trust"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("forward add tcp 80"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("forward add sctp 80 10.0.0.1"), ==, CTL_USAGE);
    g_assert_cmpint(check_words("network patterns list"), ==, CTL_DONE);
}

/* What is left of a line after the options of akinctl and those of the command. */
static char *
parse_line(Ctl *ctl, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint used;
    if (!ctl_options_parse(ctl, &words, error))
        return NULL;
    const CtlCommand *command = ctl_command_find(words + 1, &used, error);
    if (!command)
        return NULL;
    g_auto(GStrv) rest = g_strdupv(words + used);
    if (!ctl_options_parse_command(ctl, command, &rest, error))
        return NULL;
    return g_strjoinv(" ", rest + 1);
}

static void
check_line(Ctl *ctl, const char *line, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *rest = parse_line(ctl, line, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(rest, ==, expected);
}

static void
test_options(void)
{
    g_autoptr(Ctl) before = ctl_new();
    check_line(before, "akinctl --json --socket /a allow http --out", "http");
    g_assert_true(before->json && before->out && !before->in);
    g_assert_cmpstr(before->socket_path, ==, "/a");

    g_autoptr(Ctl) after = ctl_new();
    check_line(after, "akinctl service add x --out tcp:80 --in=udp:53 --title Ü --socket=/b --json",
               "x");
    g_assert_true(after->json);
    g_assert_cmpstr(after->socket_path, ==, "/b");
    g_assert_cmpstr(after->out_ports, ==, "tcp:80");
    g_assert_cmpstr(after->in_ports, ==, "udp:53");
    g_assert_cmpstr(after->title, ==, "Ü");

    g_autoptr(Ctl) end = ctl_new();
    check_line(end, "akinctl allow -- --odd", "--odd");
    check_line(end, "akinctl allow -- http", "http");
}

static void
test_options_refused(void)
{
    const char *const wrong[] = {"akinctl status --out",    "akinctl status --bogus",
                                 "akinctl --bogus status",  "akinctl service add x --out",
                                 "akinctl status --socket", "akinctl --socket= status",
                                 "akinctl allow \377",      "akinctl service add x --title \377"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Ctl) ctl = ctl_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *rest = parse_line(ctl, wrong[i], &error);
        g_assert_null(rest);
        g_assert_error(error, CTL_ERROR, CTL_ERROR_USAGE);
    }
}

static void
test_exit_codes(void)
{
    const struct {
        GQuark domain;
        int code;
        int exit;
        const char *name;
    } cases[] = {
        {CTL_ERROR, CTL_ERROR_USAGE, 2, "Usage"},
        {CTL_ERROR, CTL_ERROR_OUTPUT, 1, "Failed"},
        {AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER, 3, "NoHelper"},
        {AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER, 3, "NoAnswer"},
        {AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE, 3, "WrongHelper"},
        {AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED, 4, "NotAllowed"},
        {AKIN_ERROR, AKIN_ERROR_IN_USE, 1, "InUse"},
        {G_IO_ERROR, G_IO_ERROR_FAILED, 1, "Failed"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new(cases[i].domain, cases[i].code, "x");
        g_assert_cmpint(ctl_exit_code(error), ==, cases[i].exit);
        g_assert_cmpstr(ctl_error_name(error), ==, cases[i].name);
    }
}

/* An error as GDBus gives it to a client. */
static void
test_remote_error(void)
{
    GError *raw = g_dbus_error_new_for_dbus_error("org.akin.Error.NotAllowed", "use sudo");
    g_autoptr(GError) error = akin_client_error_from_call(raw);
    g_assert_error(error, AKIN_ERROR, AKIN_ERROR_NOT_ALLOWED);
    g_assert_cmpstr(error->message, ==, "use sudo");

    g_autoptr(GError) late = akin_client_error_from_call(
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Timeout was reached"));
    g_assert_error(late, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_ANSWER);
    g_autoptr(GError) gone = akin_client_error_from_call(
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed"));
    g_assert_error(gone, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_NO_HELPER);
}

/* --- what the helper says ------------------------------------------------------------------- */

/* changes, in GVariant's notation, come before the properties of a quiet helper. */
static AkinSnapshot *
make_snapshot(const char *changes)
{
    static const char quiet[] =
        "'Enforcing': <true>, 'Firewall': <true>, 'Panic': <false>, 'NatActive': <false>,"
        "'MachinesReachHost': <true>, 'Engine': <'nftables'>, 'NatMode': <'auto'>,"
        "'ActiveNic': <'en0'>, 'Uplinks': <[('en0', ['192.0.2.2/24'])]>,"
        "'NetworkPatterns': <['vboxnet*']>, 'Networks': <@a(sbas) []>,"
        "'TrustedPingers': <@as []>, 'Forwards': <@a(sqsqsb) []>, 'Warnings': <@a(ss) []>,"
        "'Notes': <@a(ss) []>";
    g_autofree char *text = g_strdup_printf("{%s%s%s}", changes, changes[0] ? ", " : "", quiet);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) properties =
        g_variant_parse(G_VARIANT_TYPE("a{sv}"), text, NULL, NULL, &error);
    g_assert_no_error(error);
    AkinSnapshot *snapshot = akin_snapshot_new(properties, &error);
    g_assert_no_error(error);
    return snapshot;
}

static void
test_headline(void)
{
    const struct {
        const char *changes, *headline;
    } cases[] = {
        {"", "Firewall on · en0"},
        {"'ActiveNic': <''>", "Firewall on · not connected"},
        {"'NatActive': <true>, 'Networks': <[('vboxnet0', true, ['10.0.0.0/24'])]>",
         "Firewall on · NAT for 1 network · en0"},
        {"'NatActive': <true>, 'Networks': <[('a', true, ['10.0.0.0/24']), ('b', true, []), "
         "('c', false, [])]>",
         "Firewall on · NAT for 2 networks · en0"},
        {"'NatActive': <true>, 'NatMode': <'on'>", "Firewall on · NAT on · en0"},
        {"'NatMode': <'off'>, 'Networks': <[('a', true, ['10.0.0.0/24'])]>",
         "Firewall on · NAT off · en0"},
        {"'Firewall': <false>", "Firewall off: everything gets in · en0"},
        {"'Firewall': <false>, 'Panic': <true>", "Everything blocked"},
        {"'Enforcing': <false>, 'Panic': <true>", "Stopped: akin protects nothing"},
        {"'Warnings': <[('docker', 'Docker blocks your VMs')]>",
         "Firewall on · en0 · 1 thing to look at"},
        {"'Warnings': <[('a', ''), ('b', '')]>", "Firewall on · en0 · 2 things to look at"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(AkinSnapshot) snapshot = make_snapshot(cases[i].changes);
        g_autofree char *headline = akin_snapshot_headline(snapshot);
        g_assert_cmpstr(headline, ==, cases[i].headline);
    }
}

static void
test_snapshot_refused(void)
{
    const char *const wrong[] = {"{}", "{'Enforcing': <'yes'>}"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GVariant) properties =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, wrong[i], NULL, NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_null(akin_snapshot_new(properties, &error));
        g_assert_error(error, AKIN_CLIENT_ERROR, AKIN_CLIENT_ERROR_INCOMPATIBLE);
    }
}

static void
test_status(void)
{
    g_autoptr(AkinSnapshot) snapshot =
        make_snapshot("'NatActive': <true>, 'Networks': <[('vboxnet0', true, ['10.0.0.0/24'])]>,"
                      "'Forwards': <[('tcp', @q 80, '10.0.0.5', @q 8080, 'loopback', false)]>,"
                      "'Warnings': <[('x', 'first\\nsecond')]>");
    g_autofree char *text = ctl_status_format(snapshot, TRUE);
    g_assert_cmpstr(
        text, ==,
        "Firewall on · NAT for 1 network · en0 · 1 thing to look at\n\n"
        "Enforcing    yes\n"
        "Firewall     on\n"
        "NAT          auto, active\n"
        "Panic        off\n"
        "Active NIC   en0\n"
        "Uplinks      en0  192.0.2.2/24\n"
        "VM networks  vboxnet0  up  10.0.0.0/24\n"
        "Machines     may use this computer's services\n"
        "Forwards     tcp 80 → 10.0.0.5 port 8080, from this computer only (does not work now)\n"
        "Ping from    anyone\n"
        "Engine       nftables\n\n"
        "! first second\n");
}

static CtlCatalogue *
make_catalogue(void)
{
    g_autoptr(GVariant) services =
        g_variant_parse(G_VARIANT_TYPE("a(ssssssub)"),
                        "[('http', 'Web', 'web', '', 'tcp:80,8080', 'tcp:80', 1, false),"
                        " ('ping', 'Ping', 'network', '', 'ping', 'ping', 2, false),"
                        " ('mine', 'A\\nB', 'own', '', '', 'udp:5', 0, true)]",
                        NULL, NULL, NULL);
    g_autoptr(GVariant) counts = g_variant_parse(
        G_VARIANT_TYPE("a(stt)"), "[('http', 7, 5), ('gone', 1, 1)]", NULL, NULL, NULL);
    return ctl_catalogue_new(services, counts);
}

static void
test_catalogue(void)
{
    g_autoptr(CtlCatalogue) catalogue = make_catalogue();
    g_autofree char *text = ctl_catalogue_format(catalogue);
    g_assert_cmpstr(text, ==,
                    "NAME    OUT  IN   CONNECTIONS  PORTS                  TITLE\n"
                    "web\n"
                    "  http  on   off           12  tcp:80,8080 in tcp:80  Web\n"
                    "network\n"
                    "  ping  off  on             0  ping                   Ping\n"
                    "own\n"
                    "  mine  -    off            0  udp:5                  A B\n");
    g_assert_true(ctl_catalogue_lets_anyone_ping(catalogue));
    g_assert_null(ctl_catalogue_find(catalogue, "gone"));
    g_autofree char *http = ctl_service_sentence(ctl_catalogue_find(catalogue, "http"));
    g_assert_cmpstr(http, ==, "http: outgoing on, incoming off");
    g_autofree char *mine = ctl_service_sentence(ctl_catalogue_find(catalogue, "mine"));
    g_assert_cmpstr(mine, ==, "mine: incoming off");
}

static void
test_usage(void)
{
    g_autofree char *all = ctl_usage();
    for (const CtlCommand *command = ctl_commands; command->name; command++) {
        g_assert_nonnull(strstr(all, command->name));
        g_autofree char *one = ctl_usage_of(command->name);
        g_assert_nonnull(strstr(one, command->help));
    }
    g_autofree char *group = ctl_usage_of("forward");
    g_assert_nonnull(strstr(group, "forward add"));
    g_assert_nonnull(strstr(group, "forward list"));
    g_autofree char *none = ctl_usage_of("forwar");
    g_assert_cmpstr(none, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl/words/split-target", test_split_target);
    g_test_add_func("/ctl/words/split-target-refused", test_split_target_refused);
    g_test_add_func("/ctl/words/distance", test_distance);
    g_test_add_func("/ctl/text/clean", test_clean);
    g_test_add_func("/ctl/text/table", test_table);
    g_test_add_func("/ctl/command/table", test_table_of_commands);
    g_test_add_func("/ctl/command/unknown", test_unknown_command);
    g_test_add_func("/ctl/command/check", test_check);
    g_test_add_func("/ctl/command/usage", test_usage);
    g_test_add_func("/ctl/options/parse", test_options);
    g_test_add_func("/ctl/options/refused", test_options_refused);
    g_test_add_func("/ctl/errors/exit-codes", test_exit_codes);
    g_test_add_func("/ctl/errors/remote", test_remote_error);
    g_test_add_func("/client/headline", test_headline);
    g_test_add_func("/client/snapshot-refused", test_snapshot_refused);
    g_test_add_func("/ctl/status", test_status);
    g_test_add_func("/ctl/catalogue", test_catalogue);
    return g_test_run();
}
