/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "registry_fault.h"

#include "base/err.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct fault fault;

/* AddressSanitizer keeps 256 MB of freed memory by itself, and each fork(2) copies the page tables
 * of all that: half the time of a sweep. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16";
}

void fault_arm(enum fault_kind kind, int at, int error)
{
    fault = (struct fault){.kind = kind, .at = at, .error = error};
}

void fault_disarm(void)
{
    fault.kind = FAULT_NONE;
}

bool fault_has_killed(pid_t child, const char *when)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: the process ended with status %x", when, status);
    return false;
}

/* Memory that can still be sealed; files of tmpfs(5) are born with F_SEAL_SEAL. */
static bool is_memory(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & F_SEAL_SEAL) == 0;
}

/* Counts a step; true where it must fail.  *torn_r: after half of it. */
static bool step_fails(bool *torn_r)
{
    fault.steps++;
    fault.synced = false;
    bool now = fault.kind == FAULT_EVER ? fault.steps >= fault.at : fault.steps == fault.at;
    *torn_r = false;
    if (fault.kind == FAULT_NONE || !now)
        return false;
    fault.hit = true;
    if (fault.kind == FAULT_KILL)
        raise(SIGKILL);
    *torn_r = fault.kind == FAULT_TORN;
    errno = fault.error;
    return true;
}

static bool plain_step_fails(void)
{
    bool torn;

    if (!step_fails(&torn))
        return false;
    if (torn)
        raise(SIGKILL);
    return true;
}

/* ---- the table of system calls ---- */

static struct sys_calls real;

static ssize_t failing_write(int fd, const void *bytes, size_t n)
{
    bool torn;

    if (is_memory(fd) || !step_fails(&torn))
        return real.write(fd, bytes, n);
    if (torn && real.write(fd, bytes, n / 2) >= 0)
        raise(SIGKILL);
    errno = fault.error;
    return -1;
}

static int failing_open(const char *path, int flags, mode_t mode)
{
    if ((flags & O_CREAT) != 0 && plain_step_fails())
        return -1;
    return real.open(path, flags, mode);
}

static int failing_rename(const char *from, const char *to)
{
    return plain_step_fails() ? -1 : real.rename(from, to);
}

/* A process that is killed leaves the kernel's pages to the disk, so that nothing is really
 * synced here; that it is asked for is a step. */
int fsync(int fd)
{
    (void)fd;
    if (plain_step_fails())
        return -1;
    fault.synced = true;
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* ---- SQLite's ---- */

static ssize_t (*sqlite_pwrite)(int fd, const void *bytes, size_t n, off_t at);
static int (*sqlite_open)(const char *path, int flags, int mode);
static int (*sqlite_ftruncate)(int fd, off_t length);
static int (*sqlite_unlink)(const char *path);

static ssize_t failing_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    bool torn;

    if (!step_fails(&torn))
        return sqlite_pwrite(fd, bytes, n, at);
    if (torn && sqlite_pwrite(fd, bytes, n / 2, at) >= 0)
        raise(SIGKILL);
    errno = fault.error;
    return -1;
}

static int failing_sqlite_open(const char *path, int flags, int mode)
{
    if ((flags & O_CREAT) != 0 && plain_step_fails())
        return -1;
    return sqlite_open(path, flags, mode);
}

static int failing_ftruncate(int fd, off_t length)
{
    return plain_step_fails() ? -1 : sqlite_ftruncate(fd, length);
}

static int failing_unlink(const char *path)
{
    return plain_step_fails() ? -1 : sqlite_unlink(path);
}

/* SQLite takes and gives all of them as one type, to be cast to the call's own. */
#define TAKE_OVER(vfs, name, pointer, function)                                               \
    do {                                                                                      \
        pointer = (__typeof__(pointer))(vfs)->xGetSystemCall((vfs), name);                    \
        if (pointer == NULL ||                                                                \
            (vfs)->xSetSystemCall((vfs), name, (sqlite3_syscall_ptr)(function)) != SQLITE_OK) \
            panic("SQLite has no system call \"%s\"", name);                                  \
    } while (0)

void fault_install(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    real = sys;
    sys.open = failing_open;
    sys.write = failing_write;
    sys.rename = failing_rename;
    sys.fsync = fsync;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-function-type"
    TAKE_OVER(vfs, "pwrite64", sqlite_pwrite, failing_pwrite);
    TAKE_OVER(vfs, "open", sqlite_open, failing_sqlite_open);
    TAKE_OVER(vfs, "ftruncate", sqlite_ftruncate, failing_ftruncate);
    TAKE_OVER(vfs, "unlink", sqlite_unlink, failing_unlink);
#pragma GCC diagnostic pop
}
