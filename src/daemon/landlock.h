/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which files a role with network may touch (landlock(7)): what it needs to find a server and to
 * log in, and nothing of the registry.  Comes on top of seccomp, where the kernel has it; must be
 * entered before it.
 */
#ifndef DAEMON_LANDLOCK_H
#define DAEMON_LANDLOCK_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

struct landlock_paths {
    struct texts read;  /* directories, all beneath them; those that do not exist are left out */
    struct texts write; /* likewise, for everything but running programs */
};

/* The directory of a file may be read: a secret that is replaced by a new file is still found. NULL
 * does nothing. */
void landlock_add_file(struct landlock_paths *paths, struct arena *arena, const char *file);

/* What every role with network reads: resolver, certificates, libraries, credentials. */
void landlock_add_system(struct landlock_paths *paths, struct arena *arena);

/* For this process, for good.  A kernel without Landlock is logged and no failure. */
bool landlock_enter(const struct landlock_paths *paths, struct err *err_r);

#endif
