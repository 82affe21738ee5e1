/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dial.h"
#include "fake-helper.h"

/* What a socket may say to us before it has proved to speak our protocol. */

typedef struct {
    Fake *fake; /* its folder alone */
    char *path;
    int listening, fd;
    guint source, reading;
    const char *says; /* to whoever connects, before it has heard a word */
    gboolean endless; /* and again and again */
    GString *heard;
    gboolean left;
} Mouth;

static void
talk(Mouth *mouth)
{
    gssize count;
    do
        count = send(mouth->fd, mouth->says, strlen(mouth->says), MSG_NOSIGNAL | MSG_DONTWAIT);
    while (mouth->endless && count > 0);
}

static gboolean
on_heard(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    Mouth *mouth = data;
    char words[256];
    gssize count = recv(mouth->fd, words, sizeof words, MSG_DONTWAIT);
    (void) channel, (void) condition;
    for (gssize i = 0; i < count; i++)
        g_string_append_c(mouth->heard, words[i] ? words[i] : '0');
    if (mouth->endless)
        talk(mouth);
    if (count > 0 || (count < 0 && errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    mouth->left = TRUE;
    mouth->reading = 0;
    return G_SOURCE_REMOVE;
}

/* To one caller alone: others wait in the queue. */
static gboolean
on_caller(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    Mouth *mouth = data;
    (void) channel, (void) condition;
    mouth->source = 0;
    mouth->fd = accept(mouth->listening, NULL, NULL);
    talk(mouth);
    g_autoptr(GIOChannel) caller = g_io_channel_unix_new(mouth->fd);
    mouth->reading = g_io_add_watch(caller, G_IO_IN | G_IO_HUP, on_heard, mouth);
    return G_SOURCE_REMOVE;
}

static Mouth *
mouth_new(const char *says, gboolean endless)
{
    Mouth *mouth = g_new0(Mouth, 1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mouth->fake = fake_new();
    mouth->path = g_build_filename(mouth->fake->folder, "s", NULL);
    mouth->says = says;
    mouth->endless = endless;
    mouth->heard = g_string_new(NULL);
    mouth->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    mouth->fd = -1;
    g_strlcpy(address.sun_path, mouth->path, sizeof address.sun_path);
    g_assert_cmpint(bind(mouth->listening, (struct sockaddr *) &address, sizeof address), ==, 0);
    g_assert_cmpint(listen(mouth->listening, 8), ==, 0);
    g_autoptr(GIOChannel) channel = g_io_channel_unix_new(mouth->listening);
    mouth->source = g_io_add_watch(channel, G_IO_IN, on_caller, mouth);
    return mouth;
}

static void
mouth_free(Mouth *mouth)
{
    g_clear_handle_id(&mouth->source, g_source_remove);
    g_clear_handle_id(&mouth->reading, g_source_remove);
    close(mouth->listening);
    close(mouth->fd);
    g_unlink(mouth->path);
    g_free(mouth->path);
    g_string_free(mouth->heard, TRUE);
    fake_free(mouth->fake);
    g_free(mouth);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mouth, mouth_free)

static char *
identity_new(void)
{
    GString *line = g_string_new("0AUTH EXTERNAL ");
    g_autofree char *decimal = g_strdup_printf("%u", (unsigned) geteuid());
    for (const char *digit = decimal; *digit; digit++)
        g_string_append_printf(line, "3%c", *digit);
    g_string_append(line, "\r\n");
    return g_string_free(line, FALSE);
}

/* Said at once: long before the helper would be held to be silent. We leave, and say no more. */
static void
is_no_helper(const char *says, gboolean endless)
{
    g_autoptr(Mouth) mouth = mouth_new(says, endless);
    g_autofree char *identity = identity_new();
    g_autoptr(AkinClient) client = akin_client_new(mouth->path);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 2000));
    g_assert_true(WAIT(mouth->left, 2000));
    g_assert_cmpstr(mouth->heard->str, ==, identity);
}

static void
test_noise(void)
{
    is_no_helper("HTTP/1.0 418 I am a teapot\r\n\r\n", FALSE);
    is_no_helper("\n", FALSE);
}

/* EXTERNAL is all we would prove; nothing else is tried. */
static void
test_rejected(void)
{
    is_no_helper("REJECTED DBUS_COOKIE_SHA1 ANONYMOUS EXTERNAL\r\n", FALSE);
}

static void
test_endless_line(void)
{
    is_no_helper("OK AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", TRUE);
}

/* Whoever goes on before we begin does not speak D-Bus. */
static void
test_more_than_welcome(void)
{
    is_no_helper("OK 0123456789abcdef0123456789abcdef\r\nl", FALSE);
}

static void
set_not_blocking(int fd)
{
    g_assert_true(g_unix_set_fd_nonblocking(fd, TRUE, NULL));
}

/* Comes and goes until there is no room; the reason. */
static int
fill_queue(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int reason = 0;
    while (reason == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        set_not_blocking(fd);
        reason = connect(fd, (struct sockaddr *) &address, sizeof address) == 0 ? 0 : errno;
        close(fd);
    }
    return reason;
}

static void
empty_queue(int listening)
{
    set_not_blocking(listening);
    for (int fd; (fd = accept(listening, NULL, NULL)) >= 0;)
        close(fd);
}

/* A queue that is full for a moment is waited for, and the main loop goes on meanwhile. */
static void
test_full_queue(void)
{
    g_autoptr(Mouth) mouth = mouth_new("\n", FALSE);
    g_clear_handle_id(&mouth->source, g_source_remove);
    if (fill_queue(mouth->path) != EAGAIN) {
        g_test_skip("here a full queue looks like none");
        return;
    }
    g_autoptr(AkinClient) client = akin_client_new(mouth->path);
    g_assert_false(WAIT(!is(client, AKIN_CLIENT_CONNECTING), 300));
    empty_queue(mouth->listening);
    g_assert_true(WAIT((mouth->fd = accept(mouth->listening, NULL, NULL)) >= 0, 2000));
    talk(mouth);
    g_assert_true(WAIT(is(client, AKIN_CLIENT_INCOMPATIBLE), 2000));
}

static void
test_trusted(void)
{
    g_assert_true(akin_owner_is_trusted(0, 1000));
    g_assert_true(akin_owner_is_trusted(0, 0));
    g_assert_true(akin_owner_is_trusted(1000, 1000));
    g_assert_false(akin_owner_is_trusted(1000, 0));
    g_assert_false(akin_owner_is_trusted(1001, 1000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dial/noise", test_noise);
    g_test_add_func("/dial/rejected", test_rejected);
    g_test_add_func("/dial/endless-line", test_endless_line);
    g_test_add_func("/dial/more-than-welcome", test_more_than_welcome);
    g_test_add_func("/dial/full-queue", test_full_queue);
    g_test_add_func("/dial/trusted", test_trusted);
    return g_test_run();
}
