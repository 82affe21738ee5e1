/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy-file.h"

#include <string.h>

#include "names.h"
#include "samples.h"

/* Remarks of a text that must be valid, joined by newlines. */
static char *
remarks_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(AkinPolicy) policy = akin_policy_parse(text, strlen(text), remarks, &error);
    g_assert_no_error(error);
    g_assert_nonnull(policy);
    g_ptr_array_add(remarks, NULL);
    return g_strjoinv("\n", (char **) remarks->pdata);
}

/* The text is refused, and the message begins as said. */
static void
refuse_bytes(const char *text, gsize length, const char *begins)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinPolicy) policy = akin_policy_parse(text, length, NULL, &error);
    if (policy)
        g_error("taken:\n%s", text);
    if (!g_str_has_prefix(error->message, begins))
        g_error("‘%s’ does not begin with ‘%s’, for:\n%s", error->message, begins, text);
    assert_refused(&error, AKIN_ERROR_POLICY_BROKEN);
}

static void
refuse(const char *text, const char *begins)
{
    refuse_bytes(text, strlen(text), begins);
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
test_switches(void)
{
    g_autoptr(AkinPolicy) policy = sample_parse_policy(
        "[firewall]\nenabled=false\npanic=true\n"
        "trusted-pingers=203.0.113.7; 2001:db8::/32;\n"
        "[nat]\nmode=off\nnat-engine=kernel\nmachines-reach-host=false\nnetworks=br0;tap*\n");
    g_assert_false(policy->firewall);
    g_assert_true(policy->panic);
    g_assert_cmpuint(policy->trusted->len, ==, 2);
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_OFF);
    g_assert_cmpint(policy->nat_engine, ==, AKIN_NAT_ENGINE_KERNEL);
    g_assert_false(policy->machines_reach_host);
    g_assert_cmpuint(policy->patterns->len, ==, 2);
    g_assert_cmpstr(policy->patterns->pdata[1], ==, "tap*");
}

static void
test_absent(void)
{
    static const char *const texts[] = {"[firewall]\n", "# nothing\n", "\n", "[nat]\n[services]",
                                        "[forwards]\n\n[firewall]\n   \n"};
    g_autoptr(AkinPolicy) wanted = akin_policy_new_default();
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(AkinPolicy) policy = sample_parse_policy(texts[i]);
        assert_same_policy(policy, wanted);
    }
}

static void
test_empty_values(void)
{
    g_autoptr(AkinPolicy) policy = sample_parse_policy("[firewall]\ntrusted-pingers=\n"
                                                       "[forwards]\ntcp/80=\n");
    g_assert_cmpuint(policy->trusted->len, ==, 0);
    g_assert_cmpuint(policy->forwards->len, ==, 0);
}

static void
test_services(void)
{
    g_autoptr(AkinPolicy) policy =
        sample_parse_policy("[services]\nhttp=none\ndns=out;in\nssh=out\nvnc = in ; \nmine=in\n"
                            "[service mine]\ntitle=Мой сервер\nin=tcp:8000-8010;udp:9\n"
                            "[service yours]\nout=esp\n");
    static const struct {
        const char *name;
        guint allowed;
        gboolean decided;
    } rows[] = {{"http", 0, TRUE},
                {"dns", AKIN_OUTGOING | AKIN_INCOMING, TRUE},
                {"ssh", AKIN_OUTGOING, TRUE},
                {"vnc", AKIN_INCOMING, TRUE},
                {"mine", AKIN_INCOMING, TRUE},
                {"yours", 0, TRUE},
                {"https", AKIN_OUTGOING, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AkinServiceState *state = akin_policy_find_service(policy, rows[i].name);
        g_assert_nonnull(state);
        g_assert_cmpuint(state->allowed, ==, rows[i].allowed);
        g_assert_cmpint(state->decided, ==, rows[i].decided);
    }
    const AkinService *mine = akin_policy_find_service(policy, "mine")->service;
    g_assert_cmpstr(mine->title, ==, "Мой сервер");
    g_autofree char *in = akin_ports_format(mine->in);
    g_assert_cmpstr(in, ==, "tcp:8000-8010;udp:9");
    g_assert_cmpstr(akin_policy_find_service(policy, "yours")->service->title, ==, "yours");
}

static void
test_forwards(void)
{
    g_autoptr(AkinPolicy) policy =
        sample_parse_policy("[forwards]\n"
                            "tcp/80=192.168.56.101:8080\n"
                            "tcp/81=[fd00:56::101]:81 from 2001:db8::/32\n"
                            "tcp/82=192.168.56.101:82 from loopback; [fd00:56::101]:8282\n"
                            "# tcp/80=192.168.56.101:80\n"
                            "udp/53 = 192.168.56.101:53 from 203.0.113.0/24 ;\n"
                            "udp/54=fd00:56::101:54\n");
    const AkinForward wanted[] = {
        sample_forward("tcp", 80, "192.168.56.101", 8080, "anyone"),
        sample_forward("tcp", 81, "fd00:56::101", 81, "2001:db8::/32"),
        sample_forward("tcp", 82, "192.168.56.101", 82, "loopback"),
        sample_forward("tcp", 82, "fd00:56::101", 8282, "anyone"),
        sample_forward("udp", 53, "192.168.56.101", 53, "203.0.113.0/24"),
        sample_forward("udp", 54, "fd00:56::101", 54, "anyone"),
    };
    g_assert_cmpuint(policy->forwards->len, ==, G_N_ELEMENTS(wanted));
    g_autoptr(AkinPolicy) other = akin_policy_new_default();
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        akin_policy_add_forward(other, &wanted[i], NULL);
    assert_same_policy(policy, other);
}

/* --- Errors ----------------------------------------------------------------------------------- */

static void
test_lines(void)
{
    static const char *const wrong[][2] = {
        {"nonsense\n", "line 1: "},
        {"key=value\n", "line 1: "},
        {"\n\n# x\nkey=value\n[firewall]\n", "line 4: "},
        {"[firewall\n", "line 1: "},
        {"[firewall]]\n", "line 1: "},
        {"[fire[wall]\n", "line 1: "},
        {"[]\n", "line 1: "},
        {"[firewall] # comment\n", "line 1: "},
        {"[firewall]\n=true\n", "line 2: "},
        {"[firewall]\nenabled\n", "line 2: "},
        {"[firewall]\nenabled true\n", "line 2: "},
        {"[firewall]\nena]bled=true\n", "line 2: "},
        {"[firewall]\nena[bled=true\n", "line 2: "},
        {"[firewall]\n; enabled=true\n[\n", "line 3: "},
        {"[firewall]\nenabled=\n", "line 2: "},
        {"[firewall]\nenabled=yes\n", "line 2: "},
        {"[firewall]\nenabled=True\n", "line 2: "},
        {"[firewall]\nenabled=1\n", "line 2: "},
        {"[firewall]\n\n# panic=true\n  panic = maybe\n", "line 4: "},
        {"[firewall]\nenabled=true\npanic=true\ntrusted-pingers=203.0.113.7;router\n", "line 4: "},
        {"[firewall]\ntrusted-pingers=0.0.0.0/0\n", "line 2: "},
        {"[firewall]\ntrusted-pingers=10.0.0.0/\\n8\n", "line 2: "},
        {"[nat]\nmode=always\n", "line 2: "},
        {"[nat]\nmode=\n", "line 2: "},
        {"[firewall]\nmode=on\n[nat]\nmode=x\n", "line 4: "},
        {"[nat]\nmachines-reach-host=no\n", "line 2: "},
        {"[nat]\nmode=auto\nnat-engine=Natd\n", "line 3: "},
        {"[firewall]\nuntil-started=shut\n", "line 2: "},
        {"[nat]\nnetworks=\n", "line 2: "},
        {"[nat]\nnetworks=*\n", "line 2: "},
        {"[nat]\nnetworks=vm net\n", "line 2: "},
        {"[services]\nno-such=out\n", "line 2: "},
        {"[services]\nhttp=out\nHTTP=out\n", "line 3: "},
        {"[services]\nhttp=\n", "line 2: "},
        {"[services]\nhttp=both\n", "line 2: "},
        {"[services]\nhttp=out;none\n", "line 2: "},
        {"[services]\nhttp=none;out\n", "line 2: "},
        {"[services]\nhttp=out in\n", "line 2: "},
        {"[services]\nchromecast=in\n", "line 2: "},
        {"[services]\nhttp=out\\q\n", "line 2: "},
        {"[service web]\nout=tcp:0\n", "line 1: "},
        {"\n[service Web]\nout=tcp:80\n", "line 2: "},
        {"[service ]\nout=tcp:80\n", "line 1: "},
        {"[service  web]\nout=tcp:80\n", "line 1: "},
        {"[service http]\nout=tcp:80\n", "line 1: "},
        {"[service web]\n", "line 1: "},
        {"[service web]\ntitle=x\n", "line 1: "},
        {"[service web]\ntitle=a\\nb\nout=tcp:80\n", "line 1: "},
        {"[service web]\ntitle=a\\qb\\\nout=tcp:80\n", "line 2: "},
        {"[service web]\ntitle=a\\\nout=tcp:80\n", "line 2: "},
        {"[service web]\ntitle=a\\qb\nout=tcp:80\n", "line 2: "},
        {"[service web]\ntitle=a\\é\nout=tcp:80\n", "line 2: "},
        {"[service web]\nin=tcp:81\nout=tcp:80\\q\n", "line 3: "},
        {"[forwards]\ntcp/80=192.168.56.101\n", "line 2: "},
        {"[forwards]\ntcp=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\ntcp/0=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\ntcp/080=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\ntcp/80/81=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\nesp/1=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\n/80=192.168.56.101:80\n", "line 2: "},
        {"[forwards]\ntcp/80=192.168.56.101:\n", "line 2: "},
        {"[forwards]\ntcp/80=:80\n", "line 2: "},
        {"[forwards]\ntcp/80=[]:80\n", "line 2: "},
        {"[forwards]\ntcp/80=[:80\n", "line 2: "},
        {"[forwards]\ntcp/80=]:80\n", "line 2: "},
        {"[forwards]\ntcp/80=[192.168.56.101:80\n", "line 2: "},
        {"[forwards]\ntcp/80=192.168.56.101:80 from\n", "line 2: "},
        {"[forwards]\ntcp/80=192.168.56.101:80 from nobody\n", "line 2: "},
        {"[forwards]\ntcp/80=192.168.56.101:80 from 2001:db8::/32\n", "line 2: "},
        {"[forwards]\ntcp/80= from loopback\n", "line 2: "},
        {"[forwards]\ntcp/80=127.0.0.1:80\n", "line 2: "},
        {"[forwards]\ntcp/81=192.168.56.1:1\ntcp/80=192.168.56.1:1;192.168.56.2:1\n", "line 3: "},
        {"[forwards]\ntcp/80=192.168.56.101:80\ntcp/80=[fd00:56::101]:80\n", "line 3: "},
        {"[forwards]\ntcp/80=192.168.56.101:80\n[nat]\n[forwards]\n\n tcp/80 =[fd00::1]:80\n",
         "line 6: "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i][0], wrong[i][1]);
}

/* The last one counts for GKeyFile, so it is the one to name. */
static void
test_repeated(void)
{
    refuse("[firewall]\nenabled=true\npanic=true\nenabled=perhaps\n", "line 4: ");
    refuse("[firewall]\nenabled=true\n[nat]\nmode=on\n[firewall]\nenabled=perhaps\n", "line 6: ");

    g_autoptr(AkinPolicy) policy =
        sample_parse_policy("[firewall]\nenabled=true\n[nat]\nmode=off\n[firewall]\nenabled=false\n"
                            "panic=true\npanic=false\n[nat]\nmode=on\n");
    g_assert_false(policy->firewall);
    g_assert_false(policy->panic);
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_ON);
}

/* GKeyFile would pass over a key for another language, and with it over what the user said. */
static void
test_translated_keys(void)
{
    static const char text[] = "[firewall]\nenabled=true\nenabled[C]=false\nenabled[de]=false\n";
    refuse("[services]\nhttp=out\nhttp[de]=none\n", "line 3: ");
    refuse("[services]\nhttp[C]=none\n", "line 2: ");
    g_autofree char *remarks = remarks_of(text);
    g_assert_cmpstr(remarks, ==,
                    "line 3: unknown key ‘enabled[C]’ is ignored\n"
                    "line 4: unknown key ‘enabled[de]’ is ignored");
    g_autoptr(AkinPolicy) policy = sample_parse_policy(text);
    g_assert_true(policy->firewall);
    g_autofree char *written = akin_policy_format(policy, text);
    g_assert_nonnull(strstr(written, "enabled[de]=false\n"));
}

static void
test_no_text(void)
{
    refuse("", "the file is empty");
    refuse_bytes("[firewall]\n\0", 12, "the file is not text");
    refuse_bytes("\0[firewall]\n", 12, "the file is not text");
    refuse("[firewall]\n# \xff\n", "the file is not text");
    refuse("[firewall]\n# \xed\xa0\x80\n", "the file is not text");
    refuse("[firewall]\n# cut \xe4\xb8", "the file is not text");
}

static void
test_size(void)
{
    g_autoptr(GString) text = g_string_new("[firewall]\nenabled=false\n");
    while (text->len < AKIN_POLICY_FILE_MAX)
        g_string_append_c(text, text->len % 100 ? '#' : '\n');
    g_autoptr(AkinPolicy) policy = sample_parse_policy(text->str);
    g_assert_false(policy->firewall);
    g_string_append_c(text, '#');
    g_assert_cmpuint(text->len, ==, AKIN_POLICY_FILE_MAX + 1);
    refuse(text->str, "the file is larger than 1 MiB");
}

/* The work and the log are bounded as well. */
static void
test_many_unknown_keys(void)
{
    g_autoptr(GString) text = g_string_new("[firewall]\n");
    for (guint i = 0; text->len < AKIN_POLICY_FILE_MAX - 20; i++)
        g_string_append_printf(text, "k%u=\n", i);
    g_autofree char *remarks = remarks_of(text->str);
    g_auto(GStrv) lines = g_strsplit(remarks, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, 1);
    g_assert_cmpuint(g_strv_length(lines), <, 50);
}

static void
test_many_of_each(void)
{
    g_autoptr(GString) trusted = g_string_new("[firewall]\ntrusted-pingers=");
    g_autoptr(GString) services = g_string_new(NULL);
    g_autoptr(GString) forwards = g_string_new("[forwards]\n");
    for (guint i = 1; i < 3000; i++) {
        g_string_append_printf(trusted, "10.0.%u.%u;", i >> 8, i & 255);
        g_string_append_printf(services, "[service s%u]\nout=tcp:1\n", i);
        g_string_append_printf(forwards, "tcp/%u=10.0.0.1:1\n", i);
    }
    refuse(trusted->str, "line 2: ");
    refuse(services->str, "line 4001: ");
    refuse(forwards->str, "line 1002: ");
}

static void
test_line_ends(void)
{
    g_autoptr(AkinPolicy) policy =
        sample_parse_policy("# edited elsewhere\r\n[firewall]\r\nenabled=false\r\n\r\n[nat]\r\n"
                            "mode=on\r\nnetworks=br0;tap*\r\n[forwards]\r\n"
                            "tcp/80=192.168.56.101:80\r\n");
    g_assert_false(policy->firewall);
    g_assert_cmpint(policy->nat, ==, AKIN_NAT_ON);
    g_assert_cmpstr(policy->patterns->pdata[1], ==, "tap*");
    g_assert_cmpuint(policy->forwards->len, ==, 1);
    refuse("[firewall]\r\nenabled=x\r\n", "line 2: ");
    refuse("[firewall]\renabled=true\r", "line 1: ");
    refuse("\ufeff[firewall]\nenabled=true\n", "line 1: ");

    g_autoptr(AkinPolicy) no_end = sample_parse_policy("[firewall]\nenabled=false");
    g_assert_false(no_end->firewall);
}

/* --- Remarks ---------------------------------------------------------------------------------- */

static void
test_remarks(void)
{
    g_autofree char *remarks = remarks_of("[firewall]\nenabled=true\ncolour=red\nmode=on\n"
                                          "[from the future]\nx=1\ny=2\n"
                                          "[service web]\nout=tcp:80\nicon=web\n"
                                          "[nat]\nenabled=true\n");
    g_auto(GStrv) lines = g_strsplit(remarks, "\n", -1);
    static const char *const wanted[] = {
        "line 3: unknown key ‘colour’ is ignored",
        "line 4: unknown key ‘mode’ is ignored",
        "line 5: unknown group ‘from the future’ is ignored",
        "line 10: unknown key ‘icon’ is ignored",
        "line 12: unknown key ‘enabled’ is ignored",
    };
    g_assert_cmpuint(g_strv_length(lines), ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        g_assert_true(g_strv_contains((const char *const *) lines, wanted[i]));
}

static void
test_no_remarks(void)
{
    g_autoptr(GRand) rand = sample_rand();
    for (guint i = 0; i < 100; i++) {
        g_autoptr(AkinPolicy) policy = sample_policy(rand);
        g_autofree char *text = akin_policy_format(policy, NULL);
        g_autofree char *remarks = remarks_of(text);
        g_assert_cmpstr(remarks, ==, "");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy-file/switches", test_switches);
    g_test_add_func("/policy-file/absent", test_absent);
    g_test_add_func("/policy-file/empty-values", test_empty_values);
    g_test_add_func("/policy-file/services", test_services);
    g_test_add_func("/policy-file/forwards", test_forwards);
    g_test_add_func("/policy-file/lines", test_lines);
    g_test_add_func("/policy-file/repeated", test_repeated);
    g_test_add_func("/policy-file/translated-keys", test_translated_keys);
    g_test_add_func("/policy-file/no-text", test_no_text);
    g_test_add_func("/policy-file/size", test_size);
    g_test_add_func("/policy-file/many-unknown-keys", test_many_unknown_keys);
    g_test_add_func("/policy-file/many-of-each", test_many_of_each);
    g_test_add_func("/policy-file/line-ends", test_line_ends);
    g_test_add_func("/policy-file/remarks", test_remarks);
    g_test_add_func("/policy-file/no-remarks", test_no_remarks);
    return g_test_run();
}
