/* SPDX-License-Identifier: BSD-2-Clause */
#include "ports.h"

#include <string.h>

#include "samples.h"

static char *
canonical(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ports = akin_ports_parse(text, &error);
    g_assert_no_error(error);
    return akin_ports_format(ports);
}

static void
refuse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ports = akin_ports_parse(text, &error);
    if (ports)
        g_error("‘%s’ was taken", text);
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

static void
test_grammar(void)
{
    static const char *const good[][2] = {
        {"", ""},
        {"tcp:80", "tcp:80"},
        {"tcp:1", "tcp:1"},
        {"tcp:65535", "tcp:65535"},
        {"tcp:1-65535", "tcp:1-65535"},
        {"tcp:80,8080,6881-6999;udp:53;esp;ping", "tcp:80,6881-6999,8080;udp:53;esp;ping"},
        {"ping;udp:53;tcp:80", "tcp:80;udp:53;ping"},
        {"tcp:8080,80", "tcp:80,8080"},
        {"tcp:80;tcp:443", "tcp:80,443"},
        {"tcp:80,80,80", "tcp:80"},
        {"tcp:80-90,85-100", "tcp:80-100"},
        {"tcp:80,81,82", "tcp:80-82"},
        {"tcp:80-80", "tcp:80"},
        {" tcp : 80 , 90 - 91 ;  udp:53; ping ", "tcp:80,90-91;udp:53;ping"},
        {"tcp:1-10,3-4", "tcp:1-10"},
        {"tcp:65534,65535", "tcp:65534-65535"},
        {"udp:65535;tcp:1", "tcp:1;udp:65535"},
        {"esp;esp;ping;esp", "esp;ping"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *text = canonical(good[i][0]);
        g_assert_cmpstr(text, ==, good[i][1]);
    }
}

static void
test_refused(void)
{
    static const char *const wrong[] = {"80",
                                        "tcp",
                                        "tcp:",
                                        "udp",
                                        ":80",
                                        ":",
                                        ";",
                                        ",",
                                        "tcp:80;",
                                        ";tcp:80",
                                        "tcp:80,",
                                        "tcp:,80",
                                        "tcp:80,,81",
                                        "tcp:80;;udp:53",
                                        "tcp:0",
                                        "tcp:65536",
                                        "tcp:70000",
                                        "tcp:-1",
                                        "tcp:0-10",
                                        "tcp:10-0",
                                        "tcp:80-",
                                        "tcp:-80",
                                        "tcp:80--90",
                                        "tcp:80-90-100",
                                        "tcp:90-80",
                                        "tcp:99999999999999999999",
                                        "tcp:18446744073709551617",
                                        "tcp:4294967376",
                                        "tcp:http",
                                        "http",
                                        "sctp:80",
                                        "icmp",
                                        "TCP:80",
                                        "Tcp:80",
                                        "esp:80",
                                        "ping:1",
                                        "esp:",
                                        "tcp/80",
                                        "tcp:80/udp",
                                        "tcp:80 udp:53",
                                        "tcp=80",
                                        "tcp:80:90",
                                        "tcp:*",
                                        "tcp:0x50",
                                        "tcp:8e1",
                                        "tcp:80.5",
                                        "tcp:+80",
                                        "tcp:$PORT",
                                        "tcp:80}; drop",
                                        "tcp:\"80\"",
                                        "tcp:80'"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i]);
}

static void
test_blanks(void)
{
    static const char *const wrong[] = {
        " ",           "\t",       "\n",       ";",        "tcp:80; ",
        "tcp:80, ,81", "tcp:8 0",  "t cp:80",  "tcp:80\n", "tcp:80\r\n",
        "tcp:8\n0",    "\vtcp:80", "tcp:80\f", "tcp:\t80", "tcp:80;\tudp:53"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i]);
}

static void
test_leading_zeros(void)
{
    static const char *const wrong[] = {"tcp:080",    "tcp:0080",
                                        "tcp:00",     "tcp:010-20",
                                        "tcp:10-020", "tcp:000000000000000000000000000080"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i]);
}

static void
test_unicode(void)
{
    /* Digits and letters that only look right, blanks that cannot be seen, bytes that are no text.
     */
    static const char *const wrong[] = {
        "tcp:８０",     "tcp:٨٠",       "ｔcp:80",      "tсp:80",       "tcp：80", "tcp:80–90",
        "tcp:80\u00a0", "\ufefftcp:80", "tcp:8\u200b0", "tcp:\xff\xfe", "\x80",    "tcp:80\xc3"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i]);
}

/* Text ends at a NUL: what stands behind is never read. */
static void
test_nul(void)
{
    char *at_end = g_strdup("tcp:80");
    g_autofree char *text = canonical(at_end);
    g_assert_cmpstr(text, ==, "tcp:80");
    g_free(at_end);

    static const char hidden[] = "tcp:80\0;udp:1-65535";
    g_autofree char *visible = canonical(hidden);
    g_assert_cmpstr(visible, ==, "tcp:80");
    refuse("tcp:\0"
           "80");
}

static char *
many_ports(guint count, const char *separator)
{
    GString *text = g_string_new("tcp:2");
    for (guint i = 1; i < count; i++)
        g_string_append_printf(text, "%s%u", separator, 2 * i + 2);
    return g_string_free(text, FALSE);
}

static void
test_bound(void)
{
    g_autofree char *most = many_ports(AKIN_PORTS_MAX, ",");
    g_autoptr(GArray) ports = akin_ports_parse(most, NULL);
    g_assert_nonnull(ports);
    g_assert_cmpuint(ports->len, ==, AKIN_PORTS_MAX);

    g_autofree char *most_parts = many_ports(AKIN_PORTS_MAX, ";tcp:");
    g_autofree char *text = canonical(most_parts);
    g_assert_cmpstr(text, ==, most);

    g_autofree char *too_many = many_ports(AKIN_PORTS_MAX + 1, ",");
    refuse(too_many);
    g_autofree char *too_many_parts = many_ports(AKIN_PORTS_MAX + 1, ";tcp:");
    refuse(too_many_parts);
    g_autofree char *endless = g_strnfill(1000000, ';');
    refuse(endless);
    g_autofree char *digits = g_strnfill(1000000, '1');
    refuse(digits);
}

static void
test_backwards(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(akin_ports_parse("tcp:90-80", &error));
    g_assert_nonnull(strstr(error->message, "80-90"));
}

static void
test_one_port(void)
{
    guint16 port;
    g_assert_true(akin_port_parse("1", &port, NULL));
    g_assert_cmpuint(port, ==, 1);
    g_assert_true(akin_port_parse("65535", &port, NULL));
    g_assert_cmpuint(port, ==, 65535);
    static const char *const wrong[] = {"", "0", "65536", "-1", "+1", " 1", "1 ", "01", "1-2", "x"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(akin_port_parse(wrong[i], &port, &error));
        assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_protocols(void)
{
    for (AkinProtocol i = AKIN_PROTOCOL_TCP; i <= AKIN_PROTOCOL_PING; i++) {
        AkinProtocol again;
        g_assert_true(akin_protocol_parse(akin_protocol_name(i), &again, NULL));
        g_assert_cmpint(again, ==, i);
        g_assert_cmpint(akin_protocol_has_ports(i), ==, i <= AKIN_PROTOCOL_UDP);
    }
}

/* What is written is read again, and says the same of every port. */
static void
test_round_trip(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 3000; i++) {
        g_autofree char *text = sample_ports(rand);
        g_autofree char *again = canonical(text);
        g_assert_cmpstr(text, ==, again);
    }
}

/* Merging is judged port by port against the ranges as they were given. */
static void
test_normalise(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint round = 0; round < 1000; round++) {
        gboolean wanted[2][40] = {0};
        g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(AkinPortRange));
        guint count = g_rand_int_range(rand, 0, 12);
        for (guint i = 0; i < count; i++) {
            guint first = g_rand_int_range(rand, 1, 39);
            guint last = g_rand_int_range(rand, first, MIN(first + 6, 39));
            AkinPortRange range = {g_rand_int_range(rand, 0, 2), first, last};
            g_array_append_val(ports, range);
            for (guint port = first; port <= last; port++)
                wanted[range.protocol][port] = TRUE;
        }
        akin_ports_normalise(ports);
        for (guint protocol = 0; protocol < 2; protocol++) {
            for (guint port = 0; port < 40; port++)
                g_assert_cmpint(akin_ports_contain(ports, protocol, port), ==,
                                wanted[protocol][port]);
        }
        for (guint i = 1; i < ports->len; i++) {
            const AkinPortRange *range = &g_array_index(ports, AkinPortRange, i);
            g_assert_true(range[-1].protocol < range->protocol ||
                          range[-1].last + 1 < range->first);
        }
    }
}

/* Nothing that is accepted can be written in another way than ours. */
static void
test_garbage(void)
{
    g_autoptr(GRand) rand = sample_rand();
    guint accepted = 0;
    for (guint i = 0; i < 30000; i++) {
        g_autofree char *text = sample_text(rand, "tcpudesing:;,-0189 \n", 12);
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) ports = akin_ports_parse(text, &error);
        if (!ports) {
            assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
            continue;
        }
        g_autofree char *written = akin_ports_format(ports);
        g_autofree char *again = canonical(written);
        g_assert_cmpstr(written, ==, again);
        accepted++;
    }
    g_assert_cmpuint(accepted, >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ports/grammar", test_grammar);
    g_test_add_func("/ports/refused", test_refused);
    g_test_add_func("/ports/blanks", test_blanks);
    g_test_add_func("/ports/leading-zeros", test_leading_zeros);
    g_test_add_func("/ports/unicode", test_unicode);
    g_test_add_func("/ports/nul", test_nul);
    g_test_add_func("/ports/bound", test_bound);
    g_test_add_func("/ports/backwards", test_backwards);
    g_test_add_func("/ports/one-port", test_one_port);
    g_test_add_func("/ports/protocols", test_protocols);
    g_test_add_func("/ports/round-trip", test_round_trip);
    g_test_add_func("/ports/normalise", test_normalise);
    g_test_add_func("/ports/garbage", test_garbage);
    return g_test_run();
}
