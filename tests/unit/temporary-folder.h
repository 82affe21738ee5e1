/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Folders for one case of a test, and files in them. What cannot be done ends the test. */

/* An empty one, /tmp/akin-NAME-..., for this user alone. */
char *temporary_folder_new(const char *name);

/* Takes out all that is in it, links themselves and not what they point to. */
void temporary_folder_empty(const char *folder);

/* Takes the text as well. It must be empty by then, so that nothing is left over unseen. */
void temporary_folder_remove(char *folder);

/* What is in it: nothing half written may be left over. 0 also where there is no such folder. */
guint count_files(const char *folder);

/* In place of what was there. */
void put_file(const char *path, const char *text, mode_t mode);

/* With its type; of a link itself. */
mode_t mode_of(const char *path);

/* text NULL: there is no such file. */
void assert_file(const char *path, const char *text);

/* Where a helper keeps its policy. Only etc is there at first: no policy file, and no state. */
typedef struct {
    char *folder, *etc, *config, *state, *last_good;
} PolicyPlaces;

void policy_places_init(PolicyPlaces *places, const char *name);

/* Whatever is in them by then. */
void policy_places_clear(PolicyPlaces *places);
