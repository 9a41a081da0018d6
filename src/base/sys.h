/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table of system calls whose failure must be survived.  The durable paths of the program
 * (files, sealed memory) call these through the table, so that a test can make the n-th call fail,
 * once or from then on, and see that the answer is right or the declared error.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <sys/types.h>

struct sys_calls {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*write)(int fd, const void *bytes, size_t n);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*ftruncate)(int fd, off_t length);
};

extern struct sys_calls sys;

#endif
