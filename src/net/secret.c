/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/secret.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMAND_MS 30000
#define SECRET_MAX 16384 /* bytes; tokens of large tenants have 4,000 */
#define COMPLAINT_MAX 4096
#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct output {
    int fd; /* -1: at its end */
    size_t n, max;
    bool too_much; /* what is more is read and dropped, so that the program does not wait */
    char *bytes;   /* max + 1 */
};

struct running {
    const struct texts *argv;
    pid_t pid;
    int pidfd;
    struct output secret, complaint;
};

static const struct texts *command_of(const struct conf_server *server)
{
    return server->auth == CONF_AUTH_PLAIN ? &server->password_command : &server->token_command;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* ---- the program ----------------------------------------------------------------------------- */

/* It ends with us, and leads a group of its own, which can be ended whole. */
static _Noreturn void become_command(const struct texts *command, int out, int error)
{
    static char path[] = PATH;
    char *environment[] = {path, NULL};
    char **argv = xcalloc(command->n + 1, sizeof *argv);
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    for (size_t i = 0; i < command->n; i++)
        argv[i] = xstrdup(command->v[i]);
    int null = open("/dev/null", O_RDONLY);
    if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(error, STDERR_FILENO) < 0)
        _exit(71);
    close_range(3, ~0U, 0);
    execvpe(argv[0], argv, environment);
    dprintf(STDERR_FILENO, "%s cannot be executed: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static bool make_pipe(int fds_r[2], struct err *err_r)
{
    return pipe2(fds_r, O_CLOEXEC) == 0 ||
           err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make a pipe");
}

static struct output new_output(struct arena *arena, int fd, size_t max)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return (struct output){.fd = fd, .max = max, .bytes = arena_alloc(arena, max + 1)};
}

static bool launch(struct arena *arena, struct running *running, struct err *err_r)
{
    int out[2], error[2];
    if (!make_pipe(out, err_r))
        return false;
    if (!make_pipe(error, err_r)) {
        close(out[0]);
        close(out[1]);
        return false;
    }
    running->pid = fork();
    if (running->pid == 0)
        become_command(running->argv, out[1], error[1]);
    close(out[1]);
    close(error[1]);
    running->secret = new_output(arena, out[0], SECRET_MAX);
    running->complaint = new_output(arena, error[0], COMPLAINT_MAX);
    running->pidfd = running->pid > 0 ? pidfd_open(running->pid, 0) : -1;
    if (running->pidfd >= 0)
        return true;
    err_set_errno(err_r, ERR_TRY_AGAIN, "cannot start %s", running->argv->v[0]);
    return false;
}

/* ---- what it says ---------------------------------------------------------------------------- */

static void shut(struct output *output)
{
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
}

static void take(struct output *output)
{
    char spill[512];
    while (output->fd >= 0) {
        bool full = output->n == output->max;
        ssize_t n = read(output->fd, full ? spill : output->bytes + output->n,
                         full ? sizeof spill : output->max - output->n);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            shut(output);
        else if (full)
            output->too_much = true;
        else
            output->n += (size_t)n;
    }
    explicit_bzero(spill, sizeof spill);
}

/* Until it has ended; what its own children still hold open does not count.  False: out of time. */
static bool listen_to(struct running *running)
{
    int64_t until = now_ms() + COMMAND_MS;
    for (;;) {
        struct pollfd fds[] = {{running->pidfd, POLLIN, 0},
                               {running->secret.fd, POLLIN, 0},
                               {running->complaint.fd, POLLIN, 0}};
        int64_t left = until - now_ms();
        if (left <= 0)
            return false;
        poll(fds, 3, (int)left);
        take(&running->secret);
        take(&running->complaint);
        if (fds[0].revents)
            return true;
    }
}

/* Gives the last line. */
static const char *log_complaint(struct arena *arena, struct running *running)
{
    char *rest = running->complaint.bytes, *line;
    const char *last = "";
    rest[running->complaint.n] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL)
        if (*line != '\0') {
            last = line;
            log_failure("secret-command", arena_printf(arena, "%s: %s", running->argv->v[0], line));
        }
    return last;
}

static bool one_line(struct output *output)
{
    char *s = output->bytes;
    s[output->n] = '\0';
    if (output->n > 0 && s[output->n - 1] == '\n')
        s[--output->n] = '\0';
    if (output->n > 0 && s[output->n - 1] == '\r')
        s[--output->n] = '\0';
    return output->n > 0 && !output->too_much && strlen(s) == output->n && !text_has_control(s);
}

static bool judge(struct arena *arena, struct running *running, bool in_time, int status,
                  struct err *err_r)
{
    const char *program = running->argv->v[0], *last = log_complaint(arena, running);
    const char *before = *last != '\0' ? ": " : "";
    if (!in_time)
        return err_set(err_r, ERR_UNAVAILABLE, "%s gave no secret within %d seconds%s%.200s",
                       program, COMMAND_MS / 1000, before, last);
    if (WIFSIGNALED(status))
        return err_set(err_r, ERR_UNAVAILABLE, "%s was ended by signal %d%s%.200s", program,
                       WTERMSIG(status), before, last);
    if (WEXITSTATUS(status) != 0)
        return err_set(err_r, ERR_UNAVAILABLE, "%s ended with %d%s%.200s", program,
                       WEXITSTATUS(status), before, last);
    return one_line(&running->secret) ||
           err_set(err_r, ERR_DATA, "%s must print the secret as its only line, and prints %s",
                   program, running->secret.n == 0 ? "nothing" : "something else");
}

static bool run(struct arena *arena, struct running *running, struct err *err_r)
{
    int status = 0;
    if (!launch(arena, running, err_r))
        return false;
    bool in_time = listen_to(running);
    kill(-running->pid, SIGKILL); /* it has ended, or will now, with all it started */
    if (!in_time)
        kill(running->pid, SIGKILL); /* where it left its group */
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return judge(arena, running, in_time, status, err_r);
}

bool secret_run_command(const struct conf_server *server, struct arena *arena, char **secret_r,
                        struct err *err_r)
{
    struct running running = {
        .argv = command_of(server), .pidfd = -1, .secret.fd = -1, .complaint.fd = -1};
    if (running.argv->n == 0)
        return err_set(err_r, ERR_CONFIG, "%s has no command for its secret",
                       server->host != NULL ? server->host : "the server");
    bool ok = run(arena, &running, err_r);
    shut(&running.secret);
    shut(&running.complaint);
    if (running.pidfd >= 0)
        close(running.pidfd);
    if (!ok && running.secret.bytes != NULL)
        explicit_bzero(running.secret.bytes, SECRET_MAX);
    *secret_r = running.secret.bytes;
    return ok;
}

bool secret_get(const struct conf_server *server, const struct secret_source *source, bool anew,
                struct arena *arena, char **secret_r, bool *fresh_r, struct err *err_r)
{
    *fresh_r = false;
    if (command_of(server)->n == 0)
        return conf_read_secret(server, arena, secret_r, err_r);
    if (source != NULL)
        return source->get(source->context, anew, arena, secret_r, fresh_r, err_r);
    *fresh_r = true;
    return secret_run_command(server, arena, secret_r, err_r);
}
