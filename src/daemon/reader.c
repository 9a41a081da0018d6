/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reader: a zygote that has opened all that parsers need, locks itself, and forks a child for
 * each job.  A child has one socket, to the zygote: it sees the mail it is given and can answer for
 * no other.  "head" requests in a row share one child, a "content" request gets a fresh one.
 */
#include "base/file.h"
#include "daemon/anchors.h"
#include "daemon/monotonic.h"
#include "daemon/reader_job.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEADS_PER_CHILD 32
#define HEADS_MS 5000 /* then a fresh child: a slow mail takes no time from those behind it */

struct zygote {
    const struct anchors *anchors;
    int clerk;      /* -1: none */
    int next_clerk; /* came during a job; -1: none */
    bool leave;     /* time to go */
    /* the child at work, that has only read heads so far */
    pid_t child; /* 0: none */
    int job;     /* the socket to it */
    int heads;
    int64_t began_ms;
};

/* ---- in a child ------------------------------------------------------------------------------ */

/* How it is to be read, by whose authorities. */
static struct reader_order order_of(const struct anchors *anchors,
                                    const struct wire_packet *request)
{
    if (request->type == WIRE_READ_HEAD)
        return (struct reader_order){.depth = MAIL_HEAD};
    return (struct reader_order){
        .depth = MAIL_CONTENT,
        .authorities = anchors_find(anchors, request->as.read_content.body),
        .arrived = (int64_t)request->as.read_content.arrived,
    };
}

static void answer(int zygote, const struct anchors *anchors, const struct wire_packet *request)
{
    struct reader_order order = order_of(anchors, request);
    struct err err, ignored;
    struct wire_packet packet = {.type = WIRE_READING};
    if (!reader_job(request->fd, &order, &packet.fd, &err))
        packet =
            (struct wire_packet){.type = WIRE_UNREADABLE, .fd = -1, .as.unreadable.why = err.text};
    wire_send(zygote, &packet, 0, &ignored);
    wire_close_fd(packet.fd);
}

static bool serve_one(int zygote, const struct anchors *anchors)
{
    struct err err;
    struct wire_packet request;
    struct arena *arena = arena_new();
    bool ok = wire_receive(zygote, arena, 0, &request, &err) == WIRE_OK;
    if (ok) {
        answer(zygote, anchors, &request);
        close(request.fd);
    }
    arena_free(arena);
    return ok;
}

static _Noreturn void job(int zygote, const struct anchors *anchors)
{
    struct err err;
    /* the zygote watches over its time; when the zygote is gone, nobody does */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        panic("reader: a job cannot be bound to its parent");
    if (!sandbox_limit_job(&err) || !sandbox_enter(SANDBOX_READER_JOB, &err))
        fatal(&err);
    while (serve_one(zygote, anchors))
        ;
    _exit(0);
}

/* ---- in the zygote: children ----------------------------------------------------------------- */

static void begin_child(struct zygote *z)
{
    struct err err;
    int pair[2];
    if (!wire_pair(pair, &err))
        panic("reader: %s", err.text);
    z->child = fork();
    if (z->child == 0) {
        close(pair[0]);
        wire_close_fd(z->clerk);
        wire_close_fd(z->next_clerk);
        close(ROLE_SUPERVISOR_FD);
        job(pair[1], z->anchors);
    }
    if (z->child < 0)
        panic("reader: no process can be made");
    close(pair[1]);
    z->job = pair[0];
    z->heads = 0;
    z->began_ms = monotonic_milliseconds();
}

/* Gives the signal it ended with, were it not for ours; 0: none. */
static int end_child(struct zygote *z)
{
    int status = 0;
    if (z->child == 0)
        return 0;
    close(z->job);
    pid_t ended = waitpid(z->child, &status, WNOHANG);
    if (ended == 0) {
        kill(z->child, SIGKILL);
        waitpid(z->child, &status, 0);
    }
    z->child = 0;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Heads may share a child, for a while; whatever else is read is read in a fresh one. */
static void choose_child(struct zygote *z, enum wire_type type)
{
    bool keep = z->child != 0 && type == WIRE_READ_HEAD && z->heads < HEADS_PER_CHILD &&
                monotonic_milliseconds() - z->began_ms < HEADS_MS;
    if (keep)
        return;
    end_child(z);
    begin_child(z);
}

/* ---- in the zygote: one request -------------------------------------------------------------- */

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

/* True: the child has answered or ended.  False: its time is up, it reads for a clerk that is gone,
 * or the supervisor wants to end. */
static bool wait_for_child(struct zygote *z)
{
    struct pollfd fds[2] = {{z->job, POLLIN, 0}, {ROLE_SUPERVISOR_FD, POLLIN, 0}};
    int64_t until = monotonic_milliseconds() + SANDBOX_JOB_SECONDS * 1000, left;
    while (!z->leave && z->next_clerk < 0 && (left = until - monotonic_milliseconds()) > 0) {
        if (poll(fds, 2, (int)left) <= 0)
            continue;
        if (fds[0].revents)
            return true;
        obey(z);
    }
    return false;
}

static void report_death(struct zygote *z, uint64_t ticket)
{
    struct err err;
    int signal_number = end_child(z);
    struct wire_packet packet = {
        .type = WIRE_DIED, .fd = -1, .as.died = {ticket, (uint64_t)signal_number}};
    log_event(LOG_WARN, "reader-job-died", "signal", log_int(signal_number), NULL);
    wire_send(z->clerk, &packet, 0, &err);
}

/* What a child says holds for the request it was given, whatever ticket it names. */
static bool forward(struct zygote *z, struct wire_packet *packet, uint64_t ticket)
{
    struct err err;
    if (packet->type == WIRE_READING)
        packet->as.reading.ticket = ticket;
    else if (packet->type == WIRE_UNREADABLE)
        packet->as.unreadable.ticket = ticket;
    else
        return false;
    wire_send(z->clerk, packet, 0, &err);
    return true;
}

static bool take_answer(struct zygote *z, struct arena *arena, uint64_t ticket)
{
    struct err err;
    struct wire_packet packet;
    if (!wait_for_child(z) || wire_receive(z->job, arena, 0, &packet, &err) != WIRE_OK)
        return false;
    bool ok = forward(z, &packet, ticket);
    wire_close_fd(packet.fd);
    return ok;
}

static void run_job(struct zygote *z, const struct wire_packet *request, struct arena *arena)
{
    bool head = request->type == WIRE_READ_HEAD;
    uint64_t ticket = head ? request->as.read_head.ticket : request->as.read_content.ticket;
    struct err err;
    choose_child(z, request->type);
    z->heads++;
    if (wire_send(z->job, request, 0, &err) != WIRE_OK || !take_answer(z, arena, ticket))
        report_death(z, ticket);
    else if (!head)
        end_child(z);
}

/* ---- in the zygote: life --------------------------------------------------------------------- */

static void change_clerk(struct zygote *z)
{
    if (z->next_clerk < 0)
        return;
    if (z->clerk >= 0)
        close(z->clerk);
    z->clerk = z->next_clerk;
    z->next_clerk = -1;
}

static void hear_clerk(struct zygote *z)
{
    struct err err;
    struct wire_packet request;
    struct arena *arena = arena_new();
    enum wire_result result = wire_receive(z->clerk, arena, MSG_DONTWAIT, &request, &err);
    if (result == WIRE_OK) {
        run_job(z, &request, arena);
        wire_close_fd(request.fd);
    } else if (result != WIRE_LATER) { /* a new clerk comes through the supervisor */
        close(z->clerk);
        z->clerk = -1;
    }
    arena_free(arena);
}

/* When no request waits, the child has done its work. */
static bool nothing_waits(const struct zygote *z)
{
    struct pollfd fds[2] = {{ROLE_SUPERVISOR_FD, POLLIN, 0}, {z->clerk, POLLIN, 0}};
    return poll(fds, 2, 0) == 0;
}

static void serve(struct zygote *z)
{
    while (!z->leave) {
        struct pollfd fds[2] = {{ROLE_SUPERVISOR_FD, POLLIN, 0}, {z->clerk, POLLIN, 0}};
        if (nothing_waits(z))
            end_child(z);
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents)
            obey(z);
        else if (fds[1].revents)
            hear_clerk(z);
        change_clerk(z);
    }
    end_child(z);
}

int reader_main(const struct role_start *start)
{
    struct err err;
    struct anchors *anchors = anchors_new(start->conf);
    struct zygote z = {.anchors = anchors, .clerk = -1, .next_clerk = -1};
    if (!reader_prepare(start->conf->ocr, &err))
        fatal(&err);
    if (!sandbox_enter(SANDBOX_READER, &err))
        fatal(&err);
    role_say_ready();
    serve(&z);
    anchors_free(anchors);
    return 0;
}
