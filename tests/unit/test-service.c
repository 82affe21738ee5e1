/* SPDX-License-Identifier: BSD-2-Clause */
#include "service.h"

#include <string.h>

#include "names.h"
#include "samples.h"

static AkinService *
make(const char *name, const char *title)
{
    g_autoptr(GError) error = NULL;
    AkinService *service = akin_service_new(name, title, "tcp:8000", "", &error);
    g_assert_no_error(error);
    return service;
}

static void
refuse(const char *name, const char *title, const char *out, const char *in)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AkinService) service = akin_service_new(name, title, out, in, &error);
    if (service)
        g_error("service ‘%s’ ‘%s’ ‘%s’ ‘%s’ was taken", name, title, out, in);
    assert_refused(&error, AKIN_ERROR_INVALID_ARGUMENT);
}

/* --- One service ------------------------------------------------------------------------------ */

static void
test_equal(void)
{
    static const char *const others[][4] = {
        {"mine", "Title", "tcp:1", ""},      {"yours", "Title", "tcp:1", "udp:2"},
        {"mine", "Other", "tcp:1", "udp:2"}, {"mine", "Title", "tcp:2", "udp:2"},
        {"mine", "Title", "tcp:1", "udp:3"}, {"mine", "Title", "udp:2", "tcp:1"},
    };
    g_autoptr(AkinService) mine = akin_service_new("mine", "Title", "tcp:1", "udp:2", NULL);
    g_autoptr(AkinService) same = akin_service_new("mine", "Title", "tcp:1", "udp:2", NULL);
    g_assert_true(akin_service_equal(mine, mine));
    g_assert_true(akin_service_equal(mine, same));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(AkinService) other =
            akin_service_new(others[i][0], others[i][1], others[i][2], others[i][3], NULL);
        g_assert_false(akin_service_equal(mine, other));
        g_assert_false(akin_service_equal(other, mine));
    }
}

static void
test_names(void)
{
    static const char *const good[] = {
        "a", "0", "web", "my-web-8000", "a-", "9-9", "abcdefghijklmnopqrstuvwxyz01234"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(AkinService) service = make(good[i], NULL);
        g_assert_cmpstr(service->name, ==, good[i]);
        g_assert_cmpstr(service->title, ==, good[i]);
        g_assert_true(service->own);
    }
    static const char *const wrong[] = {
        "",         "-",     "-web",      "--out",
        "Web",      "WEB",   "my web",    "my_web",
        "web.8000", "web\n", "\nweb",     "web\t",
        "wéb",      "веб",   "web\"",     "web'",
        "web;",     "web}",  "web{",      "$(id)",
        "`id`",     "web|x", "web&",      "web>x",
        "../x",     "web/x", "a\\b",      "web#",
        "web*",     "\xff",  "web\u200b", "abcdefghijklmnopqrstuvwxyz012345"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse(wrong[i], "a title", "tcp:8000", "");
}

static void
test_titles(void)
{
    static const char *const good[] = {"x",
                                       "Entwickler-Server (Vite)",
                                       "Сервер разработки",
                                       "開発サーバー",
                                       "개발 서버",
                                       "خادم التطوير",
                                       "שרת פיתוח",
                                       "विकास सर्वर",
                                       "เซิร์ฟเวอร์",
                                       "🐧 penguins",
                                       "نرم‌افزار",
                                       "👩‍💻",
                                       "“quotes” 'and' \"more\"; $(id) {drop} # \\n %s",
                                       "[group]",
                                       "a=b"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(AkinService) service = make("web", good[i]);
        g_assert_cmpstr(service->title, ==, good[i]);
    }
}

static void
test_titles_refused(void)
{
    static const char *const wrong[] = {
        "",     "two\nlines",   "a\ttab",       "a\rb",    "bell\a", "\033[31mred",
        "\x7f", "\xc2\x85",     "\xc2\x9b[red", "\u2028",  "\u2029", "\u202eright to left",
        "\xff", "cut \xe4\xb8", "\xed\xa0\x80", "\xc0\x80"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        refuse("web", wrong[i], "tcp:8000", "");
}

/* The bound counts characters, not bytes. */
static void
test_title_length(void)
{
    static const char *const letters[] = {"x", "é", "中", "🐧"};
    for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
        g_autoptr(GString) title = g_string_new(NULL);
        for (guint k = 0; k < 200; k++)
            g_string_append(title, letters[i]);
        g_autoptr(AkinService) service = make("web", title->str);
        g_assert_cmpstr(service->title, ==, title->str);
        g_string_append(title, letters[i]);
        refuse("web", title->str, "tcp:8000", "");
    }
}

static void
test_ports(void)
{
    g_autoptr(AkinService) out = akin_service_new("a", NULL, "tcp:80", "", NULL);
    g_autoptr(AkinService) in = akin_service_new("a", NULL, "", "udp:53;ping", NULL);
    g_autoptr(AkinService) both = akin_service_new("a", NULL, "tcp:80", "tcp:81", NULL);
    g_assert_cmpuint(akin_service_offers(out), ==, AKIN_OUTGOING);
    g_assert_cmpuint(akin_service_offers(in), ==, AKIN_INCOMING);
    g_assert_cmpuint(akin_service_offers(both), ==, AKIN_OUTGOING | AKIN_INCOMING);
    g_assert_true(akin_ports_contain(akin_service_ports(both, AKIN_OUTGOING), 0, 80));
    g_assert_true(akin_ports_contain(akin_service_ports(both, AKIN_INCOMING), 0, 81));
    g_assert_cmpuint(akin_service_ports(out, AKIN_INCOMING)->len, ==, 0);
    refuse("a", NULL, "", "");
    refuse("a", NULL, "80", "");
    refuse("a", NULL, "tcp:80", "nonsense");
    refuse("a", NULL, "tcp:", "tcp:80");
}

/* --- The catalogue ---------------------------------------------------------------------------- */

static const AkinService *
find(const char *name)
{
    GPtrArray *catalogue = akin_catalogue();
    for (guint i = 0; i < catalogue->len; i++) {
        const AkinService *service = catalogue->pdata[i];
        if (strcmp(service->name, name) == 0)
            return service;
    }
    return NULL;
}

static const char *const services_of_2009[][2] = {
    {"http", "tcp:80,8080"},
    {"https", "tcp:443,8443;udp:443"},
    {"dns", "tcp:53;udp:53"},
    {"mail-fetch", "tcp:110,143,993,995"},
    {"mail-send", "tcp:25,465,587"},
    {"ssh", "tcp:22"},
    {"ftp", "tcp:21"},
    {"ntp", "tcp:123;udp:123"},
    {"ident", "tcp:113"},
    {"irc", "tcp:194,6667,6697"},
    {"windows-sharing", "tcp:137-139,445;udp:137-139,445"},
    {"openvpn", "tcp:1194;udp:1194"},
    {"nfs", "tcp:111,2049;udp:111,2049"},
    {"bittorrent", "tcp:6881-6999;udp:6881-6999"},
    {"ping", "ping"},
};

static void
test_catalogue_2009(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(services_of_2009); i++) {
        const AkinService *service = find(services_of_2009[i][0]);
        g_assert_nonnull(service);
        g_autofree char *out = akin_ports_format(service->out);
        g_assert_cmpstr(out, ==, services_of_2009[i][1]);
        g_assert_cmpuint(service->defaults & AKIN_OUTGOING, ==, AKIN_OUTGOING);
    }
}

/* Outgoing what was in 2009, incoming ssh: nothing else is open until the user says so. */
static void
test_catalogue_defaults(void)
{
    GPtrArray *catalogue = akin_catalogue();
    guint outgoing = 0;
    for (guint i = 0; i < catalogue->len; i++) {
        const AkinService *service = catalogue->pdata[i];
        g_assert_cmpuint(service->defaults & ~akin_service_offers(service), ==, 0);
        g_assert_cmpint((service->defaults & AKIN_INCOMING) != 0, ==,
                        strcmp(service->name, "ssh") == 0);
        outgoing += (service->defaults & AKIN_OUTGOING) != 0;
    }
    g_assert_cmpuint(outgoing, ==, G_N_ELEMENTS(services_of_2009));
}

static void
test_catalogue_today(void)
{
    static const struct {
        const char *name;
        guint direction;
        AkinProtocol protocol;
        guint16 port;
    } wanted[] = {
        {"dns-over-tls", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 853},
        {"mdns", AKIN_INCOMING, AKIN_PROTOCOL_UDP, 5353},
        {"ipp", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 631},
        {"rdp", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 3389},
        {"vnc", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 5900},
        {"wireguard", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 51820},
        {"ipsec", AKIN_OUTGOING, AKIN_PROTOCOL_ESP, 0},
        {"ipsec", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 4500},
        {"git", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 9418},
        {"rsync", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 873},
        {"ldap", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 389},
        {"ldaps", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 636},
        {"mysql", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 3306},
        {"postgresql", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 5432},
        {"redis", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 6379},
        {"sip", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 5060},
        {"stun", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 3478},
        {"xmpp", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 5222},
        {"matrix", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 8448},
        {"syncthing", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 22000},
        {"kde-connect", AKIN_INCOMING, AKIN_PROTOCOL_UDP, 1716},
        {"airplay", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 7000},
        {"chromecast", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 8009},
        {"steam", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 27015},
        {"minecraft", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 25565},
        {"mail-send", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 25},
        {"mail-fetch", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 993},
        {"http", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 80},
        {"https", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 443},
        {"windows-sharing", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 445},
        {"nfs", AKIN_INCOMING, AKIN_PROTOCOL_TCP, 2049},
        {"dlna", AKIN_INCOMING, AKIN_PROTOCOL_UDP, 1900},
        {"snmp", AKIN_OUTGOING, AKIN_PROTOCOL_UDP, 161},
        {"whois", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 43},
        {"mqtt", AKIN_OUTGOING, AKIN_PROTOCOL_TCP, 1883},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const AkinService *service = find(wanted[i].name);
        if (!service)
            g_error("the catalogue has no %s", wanted[i].name);
        const GArray *ports = akin_service_ports(service, wanted[i].direction);
        g_assert_true(akin_ports_contain(ports, wanted[i].protocol, wanted[i].port));
    }
    g_assert_cmpuint(akin_catalogue()->len, >=, G_N_ELEMENTS(services_of_2009) + 30);
}

/* The promises that the head of catalogue.ini makes to translators and to the screen. */
static void
test_catalogue_words(void)
{
    static const char *const groups[] = {"web",       "mail",      "files",  "remote",
                                         "chat",      "games",     "media",  "network",
                                         "databases", "developer", "system", NULL};
    GPtrArray *catalogue = akin_catalogue();
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < catalogue->len; i++) {
        const AkinService *service = catalogue->pdata[i];
        g_assert_true(g_hash_table_add(names, service->name));
        g_assert_true(g_hash_table_add(titles, service->title));
        g_assert_true(g_strv_contains(groups, service->group));
        g_assert_cmpint(g_utf8_strlen(service->title, -1), <=, 40);
        g_assert_cmpint(g_utf8_strlen(service->about, -1), <=, 90);
        g_assert_cmpuint(strlen(service->about), >, 0);
        g_assert_false(service->own);
    }
}

static gpointer
read_in_thread(gpointer unused)
{
    (void) unused;
    return akin_catalogue();
}

static void
test_catalogue_any_thread(void)
{
    GThread *threads[8];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("reader", read_in_thread, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_true(g_thread_join(threads[i]) == akin_catalogue());
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service/equal", test_equal);
    g_test_add_func("/service/catalogue/any-thread", test_catalogue_any_thread);
    g_test_add_func("/service/catalogue/2009", test_catalogue_2009);
    g_test_add_func("/service/catalogue/defaults", test_catalogue_defaults);
    g_test_add_func("/service/catalogue/today", test_catalogue_today);
    g_test_add_func("/service/catalogue/words", test_catalogue_words);
    g_test_add_func("/service/names", test_names);
    g_test_add_func("/service/titles", test_titles);
    g_test_add_func("/service/titles-refused", test_titles_refused);
    g_test_add_func("/service/title-length", test_title_length);
    g_test_add_func("/service/ports", test_ports);
    return g_test_run();
}
