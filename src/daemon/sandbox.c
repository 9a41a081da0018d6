/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

/*
 * The policy: sets of system calls, and which role has which.  Opening is split by purpose:
 * READ_FILES allows openat() only without write flags.  SOCKETS_* allow socket() only for the
 * families named.
 */
enum {
    SET_BASE = 1 << 0,        /* memory, time, descriptors it has, talking to peers */
    SET_THREADS = 1 << 1,     /* making threads */
    SET_FORK = 1 << 2,        /* making and reaping processes */
    SET_READ_FILES = 1 << 3,  /* opening files for reading */
    SET_WRITE_FILES = 1 << 4, /* opening for writing, renaming, syncing */
    SET_NETWORK = 1 << 5,     /* TCP, and UDP for the resolver */
    SET_CONTROL = 1 << 6,     /* listening on a unix socket */
};

static const int policy[] = {
    [SANDBOX_CLERK] = SET_BASE | SET_READ_FILES | SET_WRITE_FILES | SET_CONTROL,
    [SANDBOX_WATCH] = SET_BASE | SET_THREADS | SET_READ_FILES | SET_NETWORK,
    [SANDBOX_WATCH_FOLDERS] =
        SET_BASE | SET_THREADS | SET_READ_FILES | SET_WRITE_FILES | SET_NETWORK,
    [SANDBOX_READER] = SET_BASE | SET_FORK,
    [SANDBOX_READER_JOB] = SET_BASE,
    [SANDBOX_SEND] = SET_BASE | SET_THREADS | SET_READ_FILES | SET_NETWORK,
    [SANDBOX_SEND_FOLDERS] =
        SET_BASE | SET_THREADS | SET_READ_FILES | SET_WRITE_FILES | SET_NETWORK,
};

#define CALL(name) SCMP_SYS(name)

/* laid out by hand, to be seen at one glance */
/* clang-format off */
static const int base_calls[] = {
    CALL(read), CALL(readv), CALL(pread64), CALL(write), CALL(writev), CALL(close), CALL(lseek),
    CALL(fstat), CALL(newfstatat), CALL(fcntl), CALL(dup), CALL(ftruncate), CALL(brk), CALL(mmap),
    CALL(munmap), CALL(mremap), CALL(madvise), CALL(mprotect), CALL(memfd_create), CALL(sendmsg),
    CALL(recvmsg), CALL(sendto), CALL(recvfrom), CALL(shutdown), CALL(poll), CALL(ppoll),
    CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait), CALL(epoll_pwait), CALL(eventfd2),
    CALL(pipe2), CALL(timerfd_create), CALL(timerfd_settime), CALL(clock_gettime),
    CALL(clock_nanosleep), CALL(clock_getres), CALL(gettimeofday), CALL(time), CALL(nanosleep),
    CALL(getrandom), CALL(futex), CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
    CALL(sigaltstack), CALL(getpid), CALL(gettid), CALL(tgkill), CALL(getuid), CALL(geteuid),
    CALL(getgid), CALL(getegid), CALL(sched_yield), CALL(sched_getaffinity),
    CALL(restart_syscall), CALL(exit), CALL(exit_group), CALL(rseq), CALL(set_robust_list),
    CALL(prlimit64), CALL(prctl), CALL(seccomp), CALL(sysinfo), CALL(uname), CALL(getrusage),
};
static const int thread_calls[] = {
    CALL(clone),
};
static const int fork_calls[] = {
    CALL(clone), CALL(fork), CALL(vfork), CALL(wait4), CALL(waitid), CALL(kill), CALL(pidfd_open),
};
static const int read_file_calls[] = {
    CALL(access), CALL(faccessat), CALL(faccessat2), CALL(stat), CALL(lstat), CALL(readlink),
    CALL(getdents64), CALL(getcwd), CALL(fstatfs), CALL(statx), CALL(statfs), CALL(readlinkat),
};
static const int write_file_calls[] = {
    CALL(openat), CALL(open), CALL(rename), CALL(renameat), CALL(renameat2), CALL(unlink),
    CALL(unlinkat), CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(fsync), CALL(fdatasync),
    CALL(flock), CALL(pwrite64), CALL(pwritev), CALL(fallocate), CALL(fchmod), CALL(chmod),
    CALL(fchmodat), CALL(fchown), CALL(chown), CALL(umask), CALL(link), CALL(linkat),
    CALL(utimensat), CALL(inotify_init1), CALL(inotify_add_watch), CALL(inotify_rm_watch),
    CALL(preadv),
};
static const int network_calls[] = {
    CALL(connect), CALL(bind), CALL(getsockname), CALL(getpeername), CALL(setsockopt),
    CALL(getsockopt), CALL(sendmmsg), CALL(recvmmsg), CALL(ioctl),
};
static const int control_calls[] = {
    CALL(bind), CALL(listen), CALL(accept4), CALL(accept), CALL(getsockopt), CALL(setsockopt),
    CALL(getsockname), CALL(getpeername),
};
/* clang-format on */

#define SET(bit, calls)                             \
    {                                               \
        bit, calls, sizeof(calls) / sizeof *(calls) \
    }

static const struct {
    int bit;
    const int *calls;
    size_t count;
} sets[] = {
    SET(SET_BASE, base_calls),
    SET(SET_THREADS, thread_calls),
    SET(SET_FORK, fork_calls),
    SET(SET_READ_FILES, read_file_calls),
    SET(SET_WRITE_FILES, write_file_calls),
    SET(SET_NETWORK, network_calls),
    SET(SET_CONTROL, control_calls),
};

static const int network_families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
static const int control_families[] = {AF_UNIX};

/* ---- putting it into force ------------------------------------------------------------------- */

static int allow_families(scmp_filter_ctx filter, const int *families, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                   SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
    return failed;
}

static int allow_opening_for_reading(scmp_filter_ctx filter)
{
    const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY)) |
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
}

static int add_rules(scmp_filter_ctx filter, int allowed)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        for (size_t k = 0; (allowed & sets[i].bit) && k < sets[i].count; k++)
            failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, sets[i].calls[k], 0);
    if ((allowed & SET_READ_FILES) && !(allowed & SET_WRITE_FILES))
        failed |= allow_opening_for_reading(filter);
    if (allowed & SET_NETWORK)
        failed |= allow_families(filter, network_families,
                                 sizeof network_families / sizeof *network_families);
    if (allowed & SET_CONTROL)
        failed |= allow_families(filter, control_families, 1);
    /* glibc falls back to clone(), whose flags a filter can see */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return failed;
}

bool sandbox_enter(enum sandbox sandbox, struct err *err_r)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return err_set(err_r, ERR_UNAVAILABLE, "sandbox: seccomp cannot be set up");
    int failed = add_rules(filter, policy[sandbox]);
#ifndef WITHOUT_SANDBOX
    if (!failed)
        failed = seccomp_load(filter);
#endif
    seccomp_release(filter);
    return !failed || err_set(err_r, ERR_UNAVAILABLE,
                              "sandbox: the kernel refuses the seccomp filter; antragd does not "
                              "run without one");
}

static bool limit(int resource, rlim_t value, struct err *err_r)
{
    struct rlimit both = {value, value};
    return setrlimit(resource, &both) == 0 ||
           err_set_errno(err_r, ERR_UNAVAILABLE, "sandbox: cannot set limit %d", resource);
}

bool sandbox_limit_job(struct err *err_r)
{
#ifndef WITHOUT_SANDBOX
    /* address space excludes AddressSanitizer, which is one more reason for two builds */
    if (!limit(RLIMIT_AS, (rlim_t)512 << 20, err_r))
        return false;
#endif
    return limit(RLIMIT_CPU, 20, err_r) && limit(RLIMIT_CORE, 0, err_r) &&
           limit(RLIMIT_NOFILE, 64, err_r);
}
