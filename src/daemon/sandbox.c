/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The policy: sets of system calls, and which role has which.  A call whose arguments matter is
 * allowed by a row of narrow_calls instead: READ_FILES opens only without write flags, FORK makes
 * no namespaces, a role without CODE maps nothing that can be executed.
 */
enum {
    SET_BASE = 1 << 0,        /* memory, time, descriptors it has, talking to peers */
    SET_THREADS = 1 << 1,     /* making threads */
    SET_FORK = 1 << 2,        /* making and reaping processes, which lock themselves further */
    SET_READ_FILES = 1 << 3,  /* opening files for reading */
    SET_WRITE_FILES = 1 << 4, /* opening for writing, renaming, syncing */
    SET_NETWORK = 1 << 5,     /* TCP, and UDP for the resolver; no unix sockets */
    SET_CONTROL = 1 << 6,     /* listening on a unix socket */
    SET_CODE = 1 << 7,        /* mapping code: the resolver's modules, character sets */
};

#define CLIENT (SET_BASE | SET_CODE | SET_THREADS | SET_READ_FILES | SET_NETWORK)

static const int policy[] = {
    [SANDBOX_CLERK] = SET_BASE | SET_CODE | SET_READ_FILES | SET_WRITE_FILES | SET_CONTROL,
    [SANDBOX_WATCH] = CLIENT,
    [SANDBOX_WATCH_FOLDERS] = CLIENT | SET_WRITE_FILES,
    [SANDBOX_READER] = SET_BASE | SET_FORK,
    [SANDBOX_READER_JOB] = SET_BASE,
    [SANDBOX_SEND] = CLIENT,
    [SANDBOX_SEND_FOLDERS] = CLIENT | SET_WRITE_FILES,
};

#define CALL(name) SCMP_SYS(name)

/* laid out by hand, to be seen at one glance */
/* clang-format off */
static const int base_calls[] = {
    CALL(read), CALL(readv), CALL(pread64), CALL(write), CALL(writev), CALL(close), CALL(lseek),
    CALL(fstat), CALL(newfstatat), CALL(dup), CALL(ftruncate), CALL(brk), CALL(munmap),
    CALL(mremap), CALL(madvise), CALL(memfd_create), CALL(sendmsg), CALL(recvmsg), CALL(sendto),
    CALL(recvfrom), CALL(shutdown), CALL(poll), CALL(ppoll), CALL(epoll_create1),
    CALL(epoll_ctl), CALL(epoll_wait), CALL(epoll_pwait), CALL(eventfd2), CALL(pipe2),
    CALL(timerfd_create), CALL(timerfd_settime), CALL(clock_gettime), CALL(clock_nanosleep),
    CALL(clock_getres), CALL(gettimeofday), CALL(time), CALL(nanosleep), CALL(getrandom),
    CALL(futex), CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
    CALL(sigaltstack), CALL(getpid), CALL(getppid), CALL(gettid), CALL(getuid), CALL(geteuid),
    CALL(getgid), CALL(getegid), CALL(sched_yield), CALL(sched_getaffinity),
    CALL(restart_syscall), CALL(exit), CALL(exit_group), CALL(rseq), CALL(set_robust_list),
    CALL(sysinfo), CALL(uname), CALL(getrusage),
};
static const int fork_calls[] = {
    CALL(fork), CALL(wait4), CALL(waitid), CALL(kill), CALL(socketpair), CALL(prctl), CALL(seccomp),
    CALL(tgkill),
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
    CALL(getsockopt), CALL(sendmmsg), CALL(recvmmsg),
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
    SET(SET_FORK, fork_calls),
    SET(SET_READ_FILES, read_file_calls),
    SET(SET_WRITE_FILES, write_file_calls),
    SET(SET_NETWORK, network_calls),
    SET(SET_CONTROL, control_calls),
};

/* ---- calls that are allowed with some arguments only ----------------------------------------- */

#define NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
     CLONE_NEWCGROUP)
#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define SOCKET_TYPE 0xf /* what is above are flags */

/* clang-format off */
/* of an int the upper half of the register says nothing */
#define IS(argument, value) {argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, value}
#define BITS(argument, mask, value) {argument, SCMP_CMP_MASKED_EQ, mask, value}
/* clang-format on */
#define ALLOW(set, unless, name, count, ...)            \
    {                                                   \
        SCMP_ACT_ALLOW, set, unless, CALL(name), count, \
        {                                               \
            __VA_ARGS__                                 \
        }                                               \
    }
#define FAIL(error, set, unless, name, count, ...)             \
    {                                                          \
        SCMP_ACT_ERRNO(error), set, unless, CALL(name), count, \
        {                                                      \
            __VA_ARGS__                                        \
        }                                                      \
    }

/* For the roles that have one of the first sets and none of the second. */
static const struct {
    uint32_t action;
    int set;
    int unless;
    int call;
    unsigned count;
    struct scmp_arg_cmp conditions[2];
} narrow_calls[] = {
    /* F_SETOWN and F_SETSIG, which are not here, kill other processes of the same user */
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_DUPFD)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_DUPFD_CLOEXEC)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_GETFD)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_SETFD)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_GETFL)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_SETFL)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_ADD_SEALS)),
    ALLOW(SET_BASE, 0, fcntl, 1, IS(1, F_GET_SEALS)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_GETLK)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_SETLK)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_SETLKW)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_OFD_GETLK)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_OFD_SETLK)),
    ALLOW(SET_WRITE_FILES, 0, fcntl, 1, IS(1, F_OFD_SETLKW)),
    /* limits of its own, never of another process */
    ALLOW(SET_BASE, 0, prlimit64, 1, IS(0, 0)),
    /* names of threads are the only use that is left, and nobody needs them */
    FAIL(EPERM, SET_BASE, SET_FORK, prctl, 0),
    ALLOW(SET_CODE, 0, mmap, 0),
    ALLOW(SET_CODE, 0, mprotect, 0),
    ALLOW(SET_BASE, SET_CODE, mmap, 1, BITS(2, PROT_EXEC, 0)),
    ALLOW(SET_BASE, SET_CODE, mprotect, 1, BITS(2, PROT_EXEC, 0)),
    ALLOW(SET_THREADS, 0, clone, 1, BITS(0, CLONE_THREAD | NAMESPACES, CLONE_THREAD)),
    ALLOW(SET_FORK, 0, clone, 1, BITS(0, NAMESPACES, 0)),
    ALLOW(SET_READ_FILES, SET_WRITE_FILES, openat, 1, BITS(2, WRITING, O_RDONLY)),
    ALLOW(SET_READ_FILES, SET_WRITE_FILES, open, 1, BITS(1, WRITING, O_RDONLY)),
    ALLOW(SET_NETWORK, 0, socket, 2, IS(0, AF_INET), BITS(1, SOCKET_TYPE, SOCK_STREAM)),
    ALLOW(SET_NETWORK, 0, socket, 2, IS(0, AF_INET), BITS(1, SOCKET_TYPE, SOCK_DGRAM)),
    ALLOW(SET_NETWORK, 0, socket, 2, IS(0, AF_INET6), BITS(1, SOCKET_TYPE, SOCK_STREAM)),
    ALLOW(SET_NETWORK, 0, socket, 2, IS(0, AF_INET6), BITS(1, SOCKET_TYPE, SOCK_DGRAM)),
    /* the resolver asks the kernel which addresses this machine has */
    ALLOW(SET_NETWORK, 0, socket, 2, IS(0, AF_NETLINK), IS(2, NETLINK_ROUTE)),
    /* the resolver tries nscd and systemd-resolved and does without them; whoever takes the role
     * over reaches neither the control socket nor another service */
    FAIL(EAFNOSUPPORT, SET_NETWORK, 0, socket, 1, IS(0, AF_UNIX)),
    ALLOW(SET_NETWORK | SET_CONTROL, 0, ioctl, 1, IS(1, FIONREAD)),
    ALLOW(SET_NETWORK, 0, ioctl, 1, IS(1, FIONBIO)),
    ALLOW(SET_NETWORK, 0, ioctl, 1, IS(1, SIOCGIFINDEX)),
    FAIL(ENOTTY, SET_NETWORK, 0, ioctl, 1, IS(1, TCGETS)),
    ALLOW(SET_CONTROL, 0, socket, 2, IS(0, AF_UNIX), BITS(1, SOCKET_TYPE, SOCK_STREAM)),
    /* a mail may name a charset that is not loaded, and glibc then looks for its converter: the
     * reader goes on without it */
    FAIL(EACCES, SET_BASE, SET_READ_FILES | SET_WRITE_FILES, openat, 0),
    /* glibc falls back to clone(), whose flags a filter can see */
    FAIL(ENOSYS, SET_BASE, 0, clone3, 0),
};

/* ---- putting it into force ------------------------------------------------------------------- */

static int add_narrow_rules(scmp_filter_ctx filter, int allowed)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof narrow_calls / sizeof *narrow_calls; i++)
        if ((allowed & narrow_calls[i].set) && !(allowed & narrow_calls[i].unless))
            failed |= seccomp_rule_add_array(filter, narrow_calls[i].action, narrow_calls[i].call,
                                             narrow_calls[i].count, narrow_calls[i].conditions);
    return failed;
}

static int add_rules(scmp_filter_ctx filter, int allowed)
{
    int failed = add_narrow_rules(filter, allowed);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        for (size_t k = 0; (allowed & sets[i].bit) && k < sets[i].count; k++)
            failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, sets[i].calls[k], 0);
    /* abort(); a child of the zygote, whose filter comes on top, is held to its own number */
    if (!(allowed & SET_FORK))
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                   SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid()));
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
    /* the size of files is that of the memory in its descriptors */
    return limit(RLIMIT_CPU, 20, err_r) && limit(RLIMIT_CORE, 0, err_r) &&
           limit(RLIMIT_FSIZE, (rlim_t)64 << 20, err_r) && limit(RLIMIT_NOFILE, 64, err_r);
}
