/* SPDX-License-Identifier: EUPL-1.2 */
/* Files that survive power loss, and sealed memory that is passed between roles. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The whole file, NUL-terminated behind its length; larger than max is ERR_DATA.  "-" is standard
 * input. */
bool file_read(struct arena *arena, const char *path, size_t max, char **bytes_r, size_t *n_r,
               struct err *err_r);

/* All or nothing and durable: temporary file beside it, fsync, rename, fsync of the directory. */
bool file_write_durable(const char *path, const void *bytes, size_t n, mode_t mode,
                        struct err *err_r);

/* The directory and its missing parents, mode for the new ones. */
bool file_make_directory(const char *path, mode_t mode, struct err *err_r);

bool file_write_all(int fd, const void *bytes, size_t n, struct err *err_r);

/*
 * Anonymous memory as a descriptor (memfd_create(2)): written once, sealed against writing, growing
 * and shrinking, then passed on and mapped by others.
 */
bool memfd_new(const char *name, int *fd_r, struct err *err_r);
bool memfd_seal(int fd, struct err *err_r);
/* New and sealed with these bytes at once. */
bool memfd_from(const char *name, const void *bytes, size_t n, int *fd_r, struct err *err_r);

struct memfd_map {
    const char *bytes;
    size_t n;
};

/* Maps it for reading.  Checks first that it is sealed and not larger than max, since another
 * process made it.  An empty one gives bytes "" and n 0. */
bool memfd_map(int fd, size_t max, struct memfd_map *map_r, struct err *err_r);
void memfd_unmap(struct memfd_map *map);

#endif
