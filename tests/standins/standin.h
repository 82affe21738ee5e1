/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>

/*
 * Test doubles of the programs that akin runs on FreeBSD and macOS. The kernel that they play is a
 * folder "kernel" beside the program. Each call is a line of its file "log" and one step, and goes
 * wrong when the file "faults" has a line "STEP KIND" or "PROGRAM KIND":
 *
 *   fail      does nothing and says so       silent    does nothing and does not say so
 *   late      does it and then fails         rubbish   says what nobody understands
 *   hang      does not end                   die       is killed
 *   half      does half of it and fails, where that can be
 */

/* A file of the kernel; "" where there is none. */
char *standin_read(const char *name);
void standin_write(const char *name, const char *text);
void standin_append(const char *name, const char *text);
gboolean standin_has(const char *name);
void standin_delete(const char *name);
char *standin_path(const char *name);

/* Standard input to its end. */
char *standin_input(void);

/* Says why on standard error and ends. */
void standin_fail(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;

/* This call is to be done by half. */
extern gboolean standin_half;

/* The lines of a text, without the empty ones. */
GStrv standin_lines(const char *text);

/* The programs: argv[0] is the first word behind the program's name. */
void standin_ipfw(char **argv);
void standin_natd(char **argv);
void standin_pfctl(char **argv);
