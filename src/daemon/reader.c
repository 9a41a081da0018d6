/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reader: a zygote that has opened all that parsers need, locks itself, and forks a child for
 * each job.  A child takes its requests from the clerk's socket itself, so the zygote touches no
 * byte of a mail: "head" requests in a row share one child, a "content" request gets a fresh one.
 * A child that dies has taken exactly one request without answering, the oldest that is unanswered;
 * the clerk knows which.
 */
#include "base/file.h"
#include "daemon/reader_job.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEADS_PER_CHILD 32
#define HEADS_SECONDS 5 /* then a fresh child: a slow mail takes no time from those behind it */

/* ---- in a child --------------------------------------------------------------------------------
 */

static void answer(int clerk, const struct wire_packet *request)
{
    bool head = request->type == WIRE_READ_HEAD;
    uint64_t ticket = head ? request->as.read_head.ticket : request->as.read_content.ticket;
    struct err err, ignored;
    struct wire_packet packet = {.type = WIRE_READING, .as.reading.ticket = ticket};
    if (!reader_job(request->fd, head ? MAIL_HEAD : MAIL_CONTENT, &packet.fd, &err))
        packet = (struct wire_packet){.type = WIRE_UNREADABLE,
                                      .fd = -1,
                                      .as.unreadable = {.ticket = ticket, .why = err.text}};
    wire_send(clerk, &packet, 0, &ignored);
    if (packet.fd >= 0)
        close(packet.fd);
}

/* The type of the next request without taking it, or -1. */
static int next_type(int clerk)
{
    unsigned char start[2];
    ssize_t n = recv(clerk, start, sizeof start, MSG_PEEK | MSG_DONTWAIT);
    return n == sizeof start ? start[1] : -1;
}

static time_t monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static bool serve_one(int clerk)
{
    struct err err;
    struct wire_packet request;
    struct arena *arena = arena_new();
    bool ok = wire_receive(clerk, arena, MSG_DONTWAIT, &request, &err) == WIRE_OK &&
              (request.type == WIRE_READ_HEAD || request.type == WIRE_READ_CONTENT);
    if (ok) {
        answer(clerk, &request);
        close(request.fd);
        ok = request.type == WIRE_READ_HEAD;
    }
    arena_free(arena);
    return ok;
}

static _Noreturn void job(int clerk)
{
    struct err err;
    /* the zygote watches over its time; when the zygote is gone, nobody does */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        panic("reader: a job cannot be bound to its parent");
    if (!sandbox_limit_job(&err) || !sandbox_enter(SANDBOX_READER_JOB, &err))
        fatal(&err);
    int served = 0;
    time_t end = monotonic() + HEADS_SECONDS;
    while (serve_one(clerk) && ++served < HEADS_PER_CHILD && monotonic() < end &&
           next_type(clerk) == WIRE_READ_HEAD)
        ;
    _exit(0);
}

/* ---- in the zygote ------------------------------------------------------------------------------
 */

static void report_death(int clerk, int status)
{
    struct err err;
    int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    struct wire_packet packet = {
        .type = WIRE_DIED, .fd = -1, .as.died.signal = (uint64_t)signal_number};
    log_event(LOG_WARN, "reader-job-died", "signal", log_int(signal_number), "exit",
              log_int(WIFEXITED(status) ? WEXITSTATUS(status) : 0), NULL);
    wire_send(clerk, &packet, 0, &err);
}

struct zygote {
    int clerk;      /* -1: none */
    int next_clerk; /* came during a job; -1: none */
    bool leave;     /* time to go */
};

static void obey(struct zygote *z)
{
    struct err err;
    struct wire_packet packet;
    struct arena *arena = arena_new();
    if (wire_receive(ROLE_SUPERVISOR_FD, arena, 0, &packet, &err) != WIRE_OK) {
        z->leave = true;
    } else if (packet.type == WIRE_PING) {
        role_pong(packet.as.ping.number);
    } else if (packet.type == WIRE_PEER) {
        if (z->next_clerk >= 0)
            close(z->next_clerk);
        z->next_clerk = packet.fd;
    } else {
        z->leave = true;
    }
    arena_free(arena);
}

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Until the child ends; it is killed when its time is up, it reads for a clerk that is gone, or the
 * supervisor wants to end. */
static void wait_for(struct zygote *z, pid_t child, int pidfd)
{
    struct pollfd fds[2] = {{pidfd, POLLIN, 0}, {ROLE_SUPERVISOR_FD, POLLIN, 0}};
    int64_t until = milliseconds() + SANDBOX_JOB_SECONDS * 1000, left;
    while (!z->leave && z->next_clerk < 0 && (left = until - milliseconds()) > 0) {
        if (poll(fds, 2, (int)left) <= 0)
            continue;
        if (fds[0].revents)
            break;
        obey(z);
    }
    if (!fds[0].revents)
        kill(child, SIGKILL);
    int status;
    if (waitpid(child, &status, 0) == child && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        report_death(z->clerk, status);
}

static void run_job(struct zygote *z)
{
    pid_t child = fork();
    if (child == 0)
        job(z->clerk);
    if (child < 0)
        panic("reader: no process can be made");
    int pidfd = pidfd_open(child, 0);
    if (pidfd < 0)
        panic("reader: no descriptor for a process");
    wait_for(z, child, pidfd);
    close(pidfd);
}

static void change_clerk(struct zygote *z)
{
    if (z->next_clerk < 0)
        return;
    if (z->clerk >= 0)
        close(z->clerk);
    z->clerk = z->next_clerk;
    z->next_clerk = -1;
}

static void serve(struct zygote *z)
{
    while (!z->leave) {
        struct pollfd fds[2] = {{ROLE_SUPERVISOR_FD, POLLIN, 0}, {z->clerk, POLLIN, 0}};
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents) {
            obey(z);
        } else if (fds[1].revents & POLLIN && next_type(z->clerk) >= 0) {
            run_job(z);
        } else if (fds[1].revents) { /* the clerk is gone; a new one comes through the supervisor */
            close(z->clerk);
            z->clerk = -1;
        }
        change_clerk(z);
    }
}

int reader_main(const struct role_start *start)
{
    struct err err;
    struct zygote z = {.clerk = -1, .next_clerk = -1};
    (void)start;
    reader_preload();
    if (!sandbox_enter(SANDBOX_READER, &err))
        fatal(&err);
    role_say_ready();
    serve(&z);
    return 0;
}
