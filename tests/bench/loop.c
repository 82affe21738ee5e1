/* SPDX-License-Identifier: BSD-2-Clause */
#include "loop.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* More than any section asks for in one go. */
#define COUNT_MAX 100000

void
die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

double
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

char *
read_text(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (!file || getdelim(&text, &size, '\0', file) < 0)
        die("%s: cannot be read", path);
    fclose(file);
    return text;
}

static void
run_steps(const char *line, unsigned steps, Step step, void *user_data)
{
    static double took[COUNT_MAX];
    unsigned count = 0, pause = 0;
    if (sscanf(line, "%u %u", &count, &pause) < 1 || count > COUNT_MAX)
        die("not a count: %s", line);
    for (unsigned i = 0; i < count; i++) {
        double begin = now_us();
        took[i] = step(i % steps, user_data) - begin;
        if (pause)
            usleep(pause);
    }
    for (unsigned i = 0; i < count; i++)
        printf("%.2f ", took[i]);
    putchar('\n');
    fflush(stdout);
}

void
loop_reading(unsigned steps, Step step, int fd, void (*readable)(void *user_data), void *user_data)
{
    struct pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
    char line[64];
    setbuf(stdin, NULL); /* or a line would wait there unseen */
    puts("ready");
    fflush(stdout);
    while (poll(waiting, 2, -1) > 0) {
        if (waiting[1].revents)
            readable(user_data);
        if (!waiting[0].revents)
            continue;
        if (!fgets(line, sizeof line, stdin))
            return;
        run_steps(line, steps, step, user_data);
    }
}

void
loop(unsigned steps, Step step, void *user_data)
{
    loop_reading(steps, step, -1, NULL, user_data);
}
