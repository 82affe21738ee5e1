/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "akin-helper1.h"
#include "snapshot.h"

/* akinctl's exit codes; scripts build on them. */
enum { CTL_DONE = 0, CTL_FAILED = 1, CTL_USAGE = 2, CTL_NO_HELPER = 3, CTL_NOT_ALLOWED = 4 };

/* The words of the command line are wrong; found before the helper is asked. */
#define CTL_ERROR (ctl_error_quark())
typedef enum { CTL_ERROR_USAGE, CTL_ERROR_OUTPUT } CtlError;
GQuark ctl_error_quark(void);

int ctl_exit_code(const GError *error);

/* A stable name of the error for scripts: "NotAllowed", "NoHelper", "Usage", ... A constant. */
const char *ctl_error_name(const GError *error);

/* See trial.h. */
typedef struct CtlTrial CtlTrial;

/* One run of akinctl: its options, and the helper once it was needed. */
typedef struct {
    char *socket_path;
    gboolean json, help, version;
    int confirm;     /* seconds; 0: without a trial */
    CtlTrial *trial; /* of what this run changes; NULL: none */
    gboolean found;  /* something that needs a look: CTL_FAILED without a word more */
    /* Options of single commands; all texts are valid UTF-8 or NULL. */
    gboolean out, in;
    char *out_ports, *in_ports, *title, *from, *engine;
    AkinHelper1 *helper;
} Ctl;

Ctl *ctl_new(void);
void ctl_free(Ctl *ctl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ctl, ctl_free)

/* These connect first when there is no connection yet. See call.h. */
gboolean ctl_connect(Ctl *ctl, GError **error);
GVariant *ctl_ask(Ctl *ctl, const char *method, GVariant *args, GError **error);
gboolean ctl_change(Ctl *ctl, const char *method, GVariant *args, GError **error);
AkinSnapshot *ctl_snapshot(Ctl *ctl, GError **error);

/* All of akinctl but main(): runs one command line, prints, returns the exit code. */
int ctl_run(int argc, char **argv);
