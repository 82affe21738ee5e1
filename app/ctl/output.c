/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

void
ctl_output_init(void)
{
    /* Opened for reading, so that writing to it fails as it would have. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void) !open("/dev/null", O_RDONLY);
    }
    /* GIO does so as soon as there is a socket; write errors are seen and told below. */
    signal(SIGPIPE, SIG_IGN);
}

gboolean
ctl_print(const char *text, GError **error)
{
    errno = 0;
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return TRUE;
    if (errno == EPIPE || errno == EBADF)
        g_set_error_literal(error, CTL_ERROR, CTL_ERROR_OUTPUT, "");
    else
        g_set_error(error, CTL_ERROR, CTL_ERROR_OUTPUT, "cannot write to standard output: %s",
                    g_strerror(errno));
    return FALSE;
}

gboolean
ctl_print_line(const char *text, GError **error)
{
    g_autofree char *clean = ctl_clean(text);
    g_autofree char *line = g_strconcat(clean, "\n", NULL);
    return ctl_print(line, error);
}

gboolean
ctl_print_state(const Ctl *ctl, const AkinSnapshot *snapshot, const char *text, GError **error)
{
    gboolean of_others = !ctl->trial && akin_warnings_have(snapshot->warnings, "trial");
    g_autofree char *line = g_strconcat(
        text, snapshot->enforcing ? "" : "; not in force until akinctl start",
        of_others ? "; on trial, since one is under way; to keep it: akinctl confirm" : NULL, NULL);
    return ctl_print_line(line, error);
}

gboolean
ctl_print_json(JsonBuilder *builder, GError **error)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    return ctl_print(line, error);
}

void
ctl_print_error(const GError *problem, gboolean json)
{
    if (problem->message[0] == '\0')
        return;
    g_autofree char *message = ctl_clean(problem->message);
    fprintf(stderr, "akinctl: %s\n", message);
    if (!json || g_error_matches(problem, CTL_ERROR, CTL_ERROR_OUTPUT))
        return;
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "error");
    json_builder_begin_object(builder);
    ctl_json_string(builder, "code", ctl_error_name(problem));
    ctl_json_string(builder, "message", message);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
    ctl_print_json(builder, NULL);
}

void
ctl_json_string(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, value);
}

void
ctl_json_boolean(JsonBuilder *builder, const char *name, gboolean value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void
ctl_json_int(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

void
ctl_json_strings(JsonBuilder *builder, const char *name, GVariant *strings)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    g_autofree const char **words = g_variant_get_strv(strings, NULL);
    for (gsize i = 0; words[i]; i++)
        json_builder_add_string_value(builder, words[i]);
    json_builder_end_array(builder);
}
