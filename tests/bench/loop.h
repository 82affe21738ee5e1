/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What the timed programs have in common: they prepare a list of steps, then do what standard input
 * says. "COUNT [PAUSE]" does COUNT steps, from the first one on and over again, PAUSE microseconds
 * after one another, and prints one line: how long each took, in microseconds. So contestants can
 * take turns, each with everything it keeps open kept open.
 */

/*
 * When it was done, by now_us(); it may find out later than it was. Ends the program when the step
 * fails: a failure must not count as fast.
 */
typedef double (*Step)(unsigned number, void *user_data);

/* Says "ready" once it listens; returns at the end of standard input. */
void loop(unsigned steps, Step step, void *user_data);

/*
 * As above, for steps that hold a connection on which more arrives than was asked for: whenever fd
 * can be read while no step is under way, readable is called.
 */
void
loop_reading(unsigned steps, Step step, int fd, void (*readable)(void *user_data), void *user_data);

/* Prints the message and ends the program. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* The text of a file, to be freed; ends the program when there is none. */
char *read_text(const char *path);

/* A clock in microseconds. */
double now_us(void);
