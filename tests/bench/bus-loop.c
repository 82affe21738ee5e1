/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <gio/gio.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"

/*
 * D-Bus calls over one kept connection.
 *
 *     bus-loop [OPTION...] SOCKET PATH INTERFACE METHOD ARGUMENTS [METHOD ARGUMENTS...]
 *
 *     --bus NAME    talk to NAME behind a message bus; otherwise, to a peer
 *     --kernel      a call is done once the kernel has committed new rules, not once it is answered
 *     --gdbus       call through GDBus, as programs do
 *
 * ARGUMENTS are GVariant text. Without --gdbus the client does as little as one can, so that what
 * is timed is the other side: the messages are made beforehand, and one thread writes and reads.
 */

/* Nobody answers with more. */
#define ANSWER_MAX (1024 * 1024)

typedef struct {
    const char *bus_name, *socket_path, *object_path, *interface;
    gboolean kernel, gdbus;
} Options;

typedef struct {
    const char *method;
    GVariant *arguments;
    guchar *blob;
    gsize length;
} Call;

typedef struct {
    const Options *options;
    int fd, kernel; /* kernel -1: not listened to */
    guint32 serial;
    GDBusConnection *connection;
    Call *calls;
} Client;

/* --- The bare connection ---------------------------------------------------------------------- */

static void
write_all(int fd, const void *bytes, gsize length)
{
    for (gsize done = 0; done < length;) {
        gssize written = send(fd, (const char *) bytes + done, length - done, MSG_NOSIGNAL);
        if (written <= 0)
            die("cannot write: %s", g_strerror(errno));
        done += written;
    }
}

static void
read_all(int fd, void *bytes, gsize length)
{
    for (gsize done = 0; done < length;) {
        gssize got = read(fd, (char *) bytes + done, length - done);
        if (got <= 0)
            die("cannot read: %s", got ? g_strerror(errno) : "the other side hung up");
        done += got;
    }
}

static int
open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) != 0)
        die("%s: %s", path, g_strerror(errno));
    return fd;
}

/* EXTERNAL, with the user's number in hexadecimal digits of its decimal ones. */
static void
authenticate(int fd)
{
    char letter = '\0';
    g_autofree char *uid = g_strdup_printf("%u", (unsigned) getuid());
    g_autoptr(GString) line = g_string_new("AUTH EXTERNAL ");
    for (char *digit = uid; *digit; digit++)
        g_string_append_printf(line, "%02x", *digit);
    g_string_append(line, "\r\n");
    write_all(fd, "", 1);
    write_all(fd, line->str, line->len);
    g_string_truncate(line, 0);
    while (letter != '\n') {
        read_all(fd, &letter, 1);
        g_string_append_c(line, letter);
    }
    if (!g_str_has_prefix(line->str, "OK "))
        die("not let in: %s", line->str);
    write_all(fd, "BEGIN\r\n", strlen("BEGIN\r\n"));
}

/* The next message; its length is returned. */
static gsize
read_message(int fd, guchar *buffer)
{
    g_autoptr(GError) error = NULL;
    read_all(fd, buffer, 16);
    gssize length = g_dbus_message_bytes_needed(buffer, 16, &error);
    if (length < 0 || length > ANSWER_MAX)
        die("no message: %s", error ? error->message : "too long");
    read_all(fd, buffer + 16, length - 16);
    return length;
}

/* --- The kernel's word ------------------------------------------------------------------------ */

static int
listen_to_kernel(void)
{
    struct sockaddr_nl all = {.nl_family = AF_NETLINK};
    int group = NFNLGRP_NFTABLES, room = 4 * 1024 * 1024;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
    if (fd < 0 || bind(fd, (struct sockaddr *) &all, sizeof all) != 0 ||
        setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
        die("cannot listen to the kernel: %s", g_strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    return fd;
}

/* TRUE once a commit was among what the kernel has said since it was last asked. */
static gboolean
kernel_committed(int fd)
{
    static guchar buffer[1024 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
    gboolean committed = FALSE;
    gssize got;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        unsigned left = got;
        for (struct nlmsghdr *said = (void *) buffer; NLMSG_OK(said, left);
             said = NLMSG_NEXT(said, left))
            committed |= said->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN);
    }
    return committed;
}

/* When the kernel committed, or 0 when an answer came before that. */
static double
await_commit(const Client *client)
{
    struct pollfd waiting[] = {{client->kernel, POLLIN, 0}, {client->fd, POLLIN, 0}};
    double committed = 0;
    while (!committed && poll(waiting, 2, -1) > 0) {
        double now = now_us();
        if (waiting[0].revents && kernel_committed(client->kernel))
            committed = now;
        else if (waiting[1].revents)
            return 0;
    }
    return committed;
}

/* --- Calls over the bare connection ----------------------------------------------------------- */

/* Only one call is under way, so whatever is no signal is its answer. */
static double
call_bare(Client *client, Call *call)
{
    static guchar buffer[ANSWER_MAX];
    gsize length;
    double committed = 0;
    guint32 serial = GUINT32_TO_LE(++client->serial);
    memcpy(call->blob + 8, &serial, sizeof serial);
    write_all(client->fd, call->blob, call->length);
    if (client->kernel >= 0)
        committed = await_commit(client);
    do {
        length = read_message(client->fd, buffer);
    } while (buffer[1] == G_DBUS_MESSAGE_TYPE_SIGNAL);
    if (buffer[1] == G_DBUS_MESSAGE_TYPE_METHOD_RETURN) {
        if (client->kernel >= 0 && !committed)
            die("%s: the kernel committed nothing before the answer", call->method);
        return committed ? committed : now_us();
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusMessage) answer =
        g_dbus_message_new_from_blob(buffer, length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
    g_dbus_message_to_gerror(answer, &error);
    die("%s: %s", call->method, error->message);
}

/* Signals, which everybody gets. */
static void
readable(void *user_data)
{
    static guchar buffer[ANSWER_MAX];
    read_message(((Client *) user_data)->fd, buffer);
}

static void
make_blob(Call *call, const char *name, const char *path, const char *interface)
{
    g_autoptr(GDBusMessage) message =
        g_dbus_message_new_method_call(name, path, interface, call->method);
    g_autoptr(GError) error = NULL;
    if (call->arguments)
        g_dbus_message_set_body(message, call->arguments);
    g_dbus_message_set_byte_order(message, G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN);
    g_dbus_message_set_serial(message, 1);
    call->blob =
        g_dbus_message_to_blob(message, &call->length, G_DBUS_CAPABILITY_FLAGS_NONE, &error);
    if (!call->blob)
        die("%s: %s", call->method, error->message);
}

static void
greet_bus(Client *client)
{
    Call hello = {.method = "Hello"};
    make_blob(&hello, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
    call_bare(client, &hello);
    g_free(hello.blob);
}

/* --- Through GDBus ---------------------------------------------------------------------------- */

static GDBusConnection *
connect_gdbus(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *address = g_strconcat("unix:path=", options->socket_path, NULL);
    GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT;
    if (options->bus_name)
        flags |= G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(address, flags, NULL, NULL, &error);
    if (!connection)
        die("%s", error->message);
    return connection;
}

static double
call_gdbus(Client *client, const Call *call)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = g_dbus_connection_call_sync(
        client->connection, client->options->bus_name, client->options->object_path,
        client->options->interface, call->method, call->arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
        NULL, &error);
    if (!answer)
        die("%s: %s", call->method, error->message);
    return now_us();
}

/* --- Both ------------------------------------------------------------------------------------- */

static double
step(unsigned number, void *user_data)
{
    Client *client = user_data;
    Call *call = &client->calls[number];
    if (client->kernel >= 0)
        kernel_committed(client->kernel); /* what was said before */
    return client->connection ? call_gdbus(client, call) : call_bare(client, call);
}

static Call *
make_calls(const Options *options, char **words, int count)
{
    Call *calls = g_new0(Call, count / 2);
    for (int i = 0; i < count / 2; i++) {
        g_autoptr(GError) error = NULL;
        GVariant *arguments = g_variant_parse(NULL, words[2 * i + 1], NULL, NULL, &error);
        if (!arguments)
            die("%s: %s", words[2 * i + 1], error->message);
        calls[i] = (Call){.method = words[2 * i], .arguments = g_variant_ref_sink(arguments)};
        make_blob(&calls[i], options->bus_name, options->object_path, options->interface);
    }
    return calls;
}

int
main(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"gdbus", 0, 0, G_OPTION_ARG_NONE, &options.gdbus, "Call through GDBus", NULL},
        {"kernel", 0, 0, G_OPTION_ARG_NONE, &options.kernel, "Until the kernel has it", NULL},
        {"bus", 0, 0, G_OPTION_ARG_STRING, &options.bus_name, "A name on a message bus", "NAME"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("SOCKET PATH INTERFACE METHOD ARGUMENTS...");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 6 || argc % 2)
        die("%s", error ? error->message : "usage: see --help");
    options.socket_path = argv[1];
    options.object_path = argv[2];
    options.interface = argv[3];

    Client client = {&options, -1, -1, 0, NULL, make_calls(&options, argv + 4, argc - 4)};
    if (options.gdbus) {
        client.connection = connect_gdbus(&options);
    } else {
        client.fd = open_socket(options.socket_path);
        authenticate(client.fd);
        if (options.bus_name)
            greet_bus(&client);
        if (options.kernel)
            client.kernel = listen_to_kernel();
    }
    loop_reading((argc - 4) / 2, step, client.fd, readable, &client);
    return EXIT_SUCCESS;
}
