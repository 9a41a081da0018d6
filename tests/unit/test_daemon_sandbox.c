/* SPDX-License-Identifier: EUPL-1.2 */
/* What each role may ask of the kernel, tried for real: each case in a process of its own. */
#include "config.h"

#include "test.h"

#include "daemon/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each gives 0 where it was allowed, or the error. */

static int result(long value)
{
    return value < 0 ? errno : 0;
}

static int duplicate(void)
{
    return result(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
}

static int owner_of_descriptor(void)
{
    return result(fcntl(STDERR_FILENO, F_SETOWN, getppid()));
}

static int signal_of_descriptor(void)
{
    return result(fcntl(STDERR_FILENO, F_SETSIG, SIGKILL));
}

static int signal_to_parent(void)
{
    return result(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int signal_to_itself(void)
{
    return result(syscall(SYS_tgkill, getpid(), getpid(), 0));
}

static int limit_of_parent(void)
{
    struct rlimit limit;
    return result(prlimit(getppid(), RLIMIT_FSIZE, NULL, &limit));
}

static int own_limit(void)
{
    struct rlimit limit;
    return result(getrlimit(RLIMIT_FSIZE, &limit));
}

static int map(int protection)
{
    void *p = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

static int memory(void)
{
    return map(PROT_READ | PROT_WRITE);
}

static int code(void)
{
    return map(PROT_READ | PROT_EXEC);
}

static int open_to_read(void)
{
    return result(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
}

static int open_to_write(void)
{
    return result(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int open_a_socket(int family, int type, int protocol)
{
    return result(socket(family, type | SOCK_CLOEXEC, protocol));
}

static int tcp(void)
{
    return open_a_socket(AF_INET, SOCK_STREAM, 0);
}

static int raw_ip(void)
{
    return open_a_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int unix_socket(void)
{
    return open_a_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int addresses(void)
{
    return open_a_socket(AF_NETLINK, SOCK_RAW, 0);
}

static int firewall(void)
{
    return open_a_socket(AF_NETLINK, SOCK_RAW, 12); /* NETLINK_NETFILTER */
}

static int process(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return result(pid);
}

static int namespace(void)
{
    return result(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

static int parent_number(void)
{
    return result(getppid());
}

static int dumpable(void)
{
    return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

#define KILLED (-1)

static const struct {
    const char *name;
    enum sandbox sandbox;
    int (*act)(void);
    int wanted; /* 0, an error, or KILLED */
} cases[] = {
    {"a job duplicates", SANDBOX_READER_JOB, duplicate, 0},
    {"a job has memory", SANDBOX_READER_JOB, memory, 0},
    {"a job makes no code", SANDBOX_READER_JOB, code, KILLED},
    {"a job aborts itself", SANDBOX_READER_JOB, signal_to_itself, 0},
    {"a job signals nobody", SANDBOX_READER_JOB, signal_to_parent, KILLED},
    {"a job owns no descriptor", SANDBOX_READER_JOB, owner_of_descriptor, KILLED},
    {"a job sets no signal", SANDBOX_READER_JOB, signal_of_descriptor, KILLED},
    {"a job sees its limits", SANDBOX_READER_JOB, own_limit, 0},
    {"a job limits nobody", SANDBOX_READER_JOB, limit_of_parent, KILLED},
    {"a job opens nothing", SANDBOX_READER_JOB, open_to_read, EACCES},
    {"a job has no network", SANDBOX_READER_JOB, tcp, KILLED},
    {"a job makes no process", SANDBOX_READER_JOB, process, KILLED},
    {"a job has no prctl", SANDBOX_READER_JOB, dumpable, EPERM},
    {"the reader forks", SANDBOX_READER, process, 0},
    {"the reader makes no namespace", SANDBOX_READER, namespace, KILLED},
    {"the reader makes no code", SANDBOX_READER, code, KILLED},
    {"the reader opens nothing", SANDBOX_READER, open_to_read, EACCES},
    {"the clerk writes", SANDBOX_CLERK, open_to_write, 0},
    {"the clerk knows the supervisor", SANDBOX_CLERK, parent_number, 0},
    {"the clerk listens to antragctl", SANDBOX_CLERK, unix_socket, 0},
    {"the clerk has no network", SANDBOX_CLERK, tcp, KILLED},
    {"the clerk makes no process", SANDBOX_CLERK, process, KILLED},
    {"the watch has TCP", SANDBOX_WATCH, tcp, 0},
    {"the watch has no raw IP", SANDBOX_WATCH, raw_ip, KILLED},
    {"the watch has no unix socket", SANDBOX_WATCH, unix_socket, EAFNOSUPPORT},
    {"the watch sees addresses", SANDBOX_WATCH, addresses, 0},
    {"the watch sees no firewall", SANDBOX_WATCH, firewall, KILLED},
    {"the watch reads", SANDBOX_WATCH, open_to_read, 0},
    {"the watch writes nothing", SANDBOX_WATCH, open_to_write, KILLED},
    {"the watch of folders writes", SANDBOX_WATCH_FOLDERS, open_to_write, 0},
    {"the watch makes no process", SANDBOX_WATCH, process, KILLED},
    {"the watch signals nobody", SANDBOX_WATCH, signal_to_parent, KILLED},
    {"send has TCP", SANDBOX_SEND, tcp, 0},
    {"send writes nothing", SANDBOX_SEND, open_to_write, KILLED},
    {"send makes no process", SANDBOX_SEND, process, KILLED},
};

#define NO_SANDBOX 255

static _Noreturn void act(size_t i)
{
    struct err err;
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    _exit(sandbox_enter(cases[i].sandbox, &err) ? cases[i].act() : NO_SANDBOX);
}

static int outcome(size_t i)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        act(i);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return KILLED;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_policy(void **state)
{
    size_t wrong = 0;
    (void)state;
#ifdef WITHOUT_SANDBOX
    print_message("SKIPPED: a build with sanitizers has no sandbox\n");
    skip();
#endif
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int got = outcome(i);
        if (got != cases[i].wanted)
            print_message("%s: wanted %d, got %d\n", cases[i].name, cases[i].wanted, got);
        wrong += got != cases[i].wanted;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_policy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
