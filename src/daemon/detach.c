/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/detach.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_FD 10 /* those below are given to roles */

/* In the process that was started. */
static _Noreturn void wait_for_daemon(pid_t daemon, int told)
{
    char byte;
    int status;
    ssize_t n;
    do
        n = read(told, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        _exit(0);
    while (waitpid(daemon, &status, 0) < 0)
        if (errno != EINTR)
            _exit(70);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 70);
}

bool detach_begin(struct detached *detached_r, struct err *err_r)
{
    int told[2];
    if (pipe2(told, O_CLOEXEC) != 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make a pipe");
    pid_t daemon = fork();
    if (daemon < 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot start a process");
    if (daemon > 0) {
        close(told[1]);
        wait_for_daemon(daemon, told[0]);
    }
    setsid();
    close(told[0]);
    *detached_r = (struct detached){.told = fcntl(told[1], F_DUPFD_CLOEXEC, FIRST_FD),
                                    .terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, FIRST_FD)};
    close(told[1]);
    return true;
}

bool detach_log_again(struct err *err_r)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (log < 0 || connect(log, (const struct sockaddr *)&address, sizeof address) != 0) {
        err_set_errno(err_r, ERR_UNAVAILABLE, "cannot log to /dev/log; start syslog, or use -f");
        if (log >= 0)
            close(log);
        return false;
    }
    bool ok = dup2(log, STDERR_FILENO) == STDERR_FILENO;
    close(log);
    return ok || err_set_errno(err_r, ERR_UNAVAILABLE, "cannot log to /dev/log");
}

bool detach_log(struct detached *detached, struct err *err_r)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        chdir("/") != 0)
        return err_set_errno(err_r, ERR_UNAVAILABLE, "cannot use /dev/null");
    close(null);
    if (!detach_log_again(err_r))
        return false;
    log_also_to(detached->terminal);
    return true;
}

void detach_end(struct detached *detached)
{
    if (detached->terminal < 0)
        return;
    /* where nobody waits any more, nobody is told */
    if (write(detached->told, "", 1) < 0)
        log_event(LOG_DEBUG, "detached", NULL);
    log_also_to(-1);
    close(detached->told);
    close(detached->terminal);
    detached->terminal = -1;
}
