/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

/*
 * Traffic that is measured. One process holds both ends, each in its own network namespace, so that
 * no switching between processes is in the numbers, only the way that packets take.
 *
 *     traffic connect SERVER CLIENT ADDRESS PORT SECONDS      connections made and cut, a second
 *     traffic latency SERVER CLIENT ADDRESS PORT SECONDS      a byte to and fro, median of
 * microseconds traffic flood CLIENT ADDRESS FIRST LAST SECONDS         datagrams sent, a second, as
 * fast as they go
 *
 * SERVER and CLIENT are paths of network namespaces.
 */

#define BATCH 64
#define TIMES_MAX 1000000

/* How long a connection may hang before the measurement fails. */
#define PATIENCE_SECONDS 5

static void
enter(const char *namespace_path)
{
    int fd = open(namespace_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
        die("%s: %s", namespace_path, strerror(errno));
    close(fd);
}

static struct sockaddr_in
address_of(const char *address, const char *port)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    if (inet_pton(AF_INET, address, &place.sin_addr) != 1)
        die("%s: no IPv4 address", address);
    return place;
}

static void
set(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) != 0)
        die("cannot set up a socket: %s", strerror(errno));
}

static int
serve(const char *namespace_path, const char *port)
{
    struct timeval patience = {PATIENCE_SECONDS, 0};
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    enter(namespace_path);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (bind(fd, (struct sockaddr *) &any, sizeof any) != 0 || listen(fd, 128) != 0)
        die("port %s: %s", port, strerror(errno));
    return fd;
}

static int
connect_to(const struct sockaddr_in *place)
{
    struct timeval patience = {PATIENCE_SECONDS, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *) place, sizeof *place) != 0)
        die("cannot connect: %s", strerror(errno));
    return fd;
}

static int
accept_one(int server)
{
    int fd = accept(server, NULL, NULL);
    if (fd < 0)
        die("nobody arrived: %s", strerror(errno));
    return fd;
}

/* Cut rather than closed: no port stays occupied, so the next round finds all of them. */
static void
cut(int fd)
{
    struct linger at_once = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void
measure_connect(int server, const struct sockaddr_in *place, double seconds)
{
    double begin = now_us(), end = begin + seconds * 1e6;
    unsigned long count = 0;
    while (now_us() < end) {
        int near = connect_to(place);
        int distant = accept_one(server);
        cut(near);
        close(distant);
        count++;
    }
    printf("%.1f\n", count / ((now_us() - begin) / 1e6));
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static void
measure_latency(int server, const struct sockaddr_in *place, double seconds)
{
    static double took[TIMES_MAX];
    double end = now_us() + seconds * 1e6;
    unsigned count = 0;
    int near = connect_to(place), distant = accept_one(server);
    char byte = 'x';
    set(near, IPPROTO_TCP, TCP_NODELAY, 1);
    set(distant, IPPROTO_TCP, TCP_NODELAY, 1);
    for (double now = now_us(); now < end && count < TIMES_MAX; count++) {
        if (write(near, &byte, 1) != 1 || read(distant, &byte, 1) != 1 ||
            write(distant, &byte, 1) != 1 || read(near, &byte, 1) != 1)
            die("the connection broke: %s", strerror(errno));
        double then = now_us();
        took[count] = then - now;
        now = then;
    }
    qsort(took, count, sizeof took[0], compare);
    printf("%.3f\n", took[count / 2]);
}

static void
measure_flood(const char *address, int first, int last, double seconds)
{
    static char payload[18] = "akin";
    struct sockaddr_in places[BATCH];
    struct iovec part = {payload, sizeof payload};
    struct mmsghdr batch[BATCH] = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < BATCH; i++) {
        places[i] = address_of(address, "0");
        batch[i].msg_hdr = (struct msghdr){&places[i], sizeof places[i], &part, 1, NULL, 0, 0};
    }
    unsigned long sent = 0;
    double begin = now_us(), end = begin + seconds * 1e6;
    for (int port = first; now_us() < end;) {
        for (int i = 0; i < BATCH; i++, port = port < last ? port + 1 : first)
            places[i].sin_port = htons(port);
        int done = sendmmsg(fd, batch, BATCH, 0);
        if (done < 0)
            die("cannot send: %s", strerror(errno));
        sent += done;
    }
    printf("%.1f\n", sent / ((now_us() - begin) / 1e6));
}

int
main(int argc, char **argv)
{
    if (argc != 7)
        die("usage: traffic connect|latency SERVER CLIENT ADDRESS PORT SECONDS, or\n"
            "       traffic flood CLIENT ADDRESS FIRST LAST SECONDS");
    if (strcmp(argv[1], "flood") == 0) {
        enter(argv[2]);
        measure_flood(argv[3], atoi(argv[4]), atoi(argv[5]), atof(argv[6]));
        return EXIT_SUCCESS;
    }
    int server = serve(argv[2], argv[5]);
    struct sockaddr_in place = address_of(argv[4], argv[5]);
    enter(argv[3]);
    if (strcmp(argv[1], "connect") == 0)
        measure_connect(server, &place, atof(argv[6]));
    else
        measure_latency(server, &place, atof(argv[6]));
    return EXIT_SUCCESS;
}
