/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int sys_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

struct sys_calls sys = {
    .open = sys_open,
    .write = write,
    .fsync = fsync,
    .rename = rename,
    .ftruncate = ftruncate,
};
