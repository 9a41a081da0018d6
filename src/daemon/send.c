/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Send: hands in what the clerk gives, one after the other, over links that stay open.  It decides
 * nothing: what came of it goes back to the clerk.  The supervisor's socket cancels any wait.
 */
#include "base/file.h"
#include "daemon/kept_secret.h"
#include "daemon/landlock.h"
#include "daemon/monotonic.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "smtp/transport.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)
#define LONGEST_MS 3600000 /* for one answer: all timeouts of RFC 5321 together are shorter */
#define LINGER_MS 10000    /* a link that is not used so long is closed */

struct line {
    struct transport *transport; /* NULL until used */
    struct kept_secret secret;
};

struct send {
    const struct conf *conf;
    int supervisor;        /* what the ear passes on: readable cancels any wait */
    int ear;               /* its end of that */
    _Atomic int64_t since; /* when the answer at hand was begun, milliseconds; 0: none is */
    int clerk;             /* -1: none */
    int next_clerk;        /* came in the middle of something else; -1: none */
    bool leave;            /* time to go */
    uint64_t last_ticket;
    struct line *lines; /* one a body */
    bool some_open;
};

/* ---- what the supervisor says ---------------------------------------------------------------- */

static bool is_answer(const struct wire_packet *packet, uint64_t ticket)
{
    return (packet->type == WIRE_SECRET && packet->as.secret.ticket == ticket) ||
           (packet->type == WIRE_SECRET_DENIED && packet->as.secret_denied.ticket == ticket);
}

/* What is not the answer that is waited for. */
static void note(struct send *s, const struct wire_packet *packet)
{
    if (packet->type == WIRE_PEER) {
        wire_close_fd(s->next_clerk);
        s->next_clerk = packet->fd;
        return;
    }
    wire_close_fd(packet->fd);
    /* an answer that comes too late is nobody's */
    s->leave = s->leave || !(packet->type == WIRE_SECRET || packet->type == WIRE_SECRET_DENIED);
}

static bool hear_answer(struct send *s, uint64_t ticket, struct arena *arena,
                        struct wire_packet *answer_r)
{
    int64_t until = monotonic_milliseconds() + KEPT_SECRET_SECONDS * 1000;
    struct err err;
    while (!s->leave) {
        struct pollfd fds = {s->supervisor, POLLIN, 0};
        int64_t left = until - monotonic_milliseconds();
        if (left <= 0 || poll(&fds, 1, (int)left) == 0)
            return false;
        if (wire_receive(s->supervisor, arena, 0, answer_r, &err) != WIRE_OK)
            s->leave = true;
        else if (is_answer(answer_r, ticket))
            return true;
        else
            note(s, answer_r);
    }
    return false;
}

static bool ask_supervisor(void *context, struct wire_packet *question, struct arena *arena,
                           struct wire_packet *answer_r)
{
    struct send *s = context;
    question->as.secret_wanted.ticket = ++s->last_ticket;
    role_tell_supervisor(question);
    return hear_answer(s, s->last_ticket, arena, answer_r);
}

/* ---- the ear -----------------------------------------------------------------------------------
 * A thread that hears the supervisor, since handing in an answer may take long, and being asked
 * whether we live must not cancel it.
 */

static bool goes_round(const struct send *s)
{
    int64_t since = s->since;
    return since == 0 || monotonic_milliseconds() - since < LONGEST_MS;
}

static bool hear_one(struct send *s)
{
    struct err err;
    struct wire_packet packet;
    struct arena *arena = arena_new();
    bool ok = wire_receive(ROLE_SUPERVISOR_FD, arena, 0, &packet, &err) == WIRE_OK;
    if (ok && packet.type == WIRE_PING) {
        if (goes_round(s))
            role_pong(packet.as.ping.number);
    } else if (ok) {
        ok = wire_send(s->ear, &packet, 0, &err) == WIRE_OK;
        wire_close_fd(packet.fd);
    }
    arena_free(arena);
    return ok;
}

static void *listen_always(void *context)
{
    struct send *s = context;
    while (hear_one(s))
        ;
    close(s->ear); /* which ends the rest */
    return NULL;
}

/* Before the sandbox, which allows no new pair. */
static bool make_ear(struct send *s, struct err *err_r)
{
    int pair[2];
    if (!wire_pair(pair, err_r))
        return false;
    s->supervisor = pair[0];
    s->ear = pair[1];
    return true;
}

static pthread_t open_ear(struct send *s)
{
    pthread_t ear;
    if (pthread_create(&ear, NULL, listen_always, s) != 0)
        panic("send: no thread can be made");
    return ear;
}

static void close_ear(struct send *s, pthread_t ear)
{
    shutdown(ROLE_SUPERVISOR_FD, SHUT_RD);
    pthread_join(ear, NULL);
    close(s->supervisor);
}

/* ---- links ----------------------------------------------------------------------------------- */

static struct transport *open_line(struct send *s, const struct conf_body *body, struct line *line)
{
    line->transport = transport_new(&body->submission, s->supervisor);
    line->secret =
        (struct kept_secret){.body = body->id, .mailbox = "", .ask = ask_supervisor, .role = s};
    kept_secret_init(&line->secret);
    transport_set_secrets(line->transport, &line->secret.source);
    return line->transport;
}

static struct transport *find_transport(struct send *s, const struct conf_body *body)
{
    struct line *line = &s->lines[body - s->conf->bodies];
    return line->transport ? line->transport : open_line(s, body, line);
}

static void close_transports(struct send *s)
{
    for (size_t i = 0; i < s->conf->body_count; i++)
        if (s->lines[i].transport)
            transport_close(s->lines[i].transport);
    s->some_open = false;
}

/* ---- one answer ------------------------------------------------------------------------------ */

struct asking {
    int clerk;
    uint64_t delivery;
};

/* From the clerk's word on, a lost link means that the answer may have arrived. */
static bool ask_clerk(void *context)
{
    const struct asking *asking = context;
    struct err err;
    struct wire_packet answer;
    struct arena *arena = arena_new();
    struct wire_packet question = {
        .type = WIRE_DATA_NEXT, .fd = -1, .as.data_next.delivery = asking->delivery};
    bool ok = wire_send(asking->clerk, &question, 0, &err) == WIRE_OK;
    /* nothing else can come: the clerk hands out one answer at a time */
    ok = ok && wire_receive(asking->clerk, arena, 0, &answer, &err) == WIRE_OK &&
         answer.type == WIRE_GO_AHEAD && answer.as.go_ahead.delivery == asking->delivery &&
         answer.as.go_ahead.granted;
    arena_free(arena);
    return ok;
}

static void transmit(struct send *s, const struct conf_body *body,
                     const struct wire_deliver *deliver, const struct memfd_map *map,
                     struct transport_result *result_r)
{
    struct asking asking = {s->clerk, deliver->delivery};
    struct transport_mail mail = {.envelope_from = deliver->envelope_from,
                                  .to = deliver->to,
                                  .envid = deliver->envid,
                                  .bytes = map->bytes,
                                  .size = map->n};
    s->some_open = true;
    transport_send(find_transport(s, body), &mail, ask_clerk, &asking, result_r);
}

/* Answers of a body that was taken out of the configuration wait; those of the others go on. */
static void body_is_gone(struct transport_result *result_r)
{
    result_r->outcome = TRANSPORT_DEFERRED;
    snprintf(
        result_r->text, sizeof result_r->text,
        "its body is not in the configuration; put it back and reload, so that it can be sent");
}

static void deliver(struct send *s, const struct wire_packet *packet)
{
    const struct wire_deliver *request = &packet->as.deliver;
    const struct conf_body *body = conf_find_body(s->conf, request->body);
    struct memfd_map map;
    struct err err;
    struct transport_result result = {.outcome = TRANSPORT_DOWN};
    if (!body) {
        body_is_gone(&result);
    } else if (memfd_map(packet->fd, ANSWER_MAX, &map, &err)) {
        transmit(s, body, request, &map, &result);
        memfd_unmap(&map);
    } else {
        memcpy(result.text, err.text, sizeof result.text - 1);
    }
    wire_send(s->clerk,
              &(struct wire_packet){.type = WIRE_DELIVERED,
                                    .fd = -1,
                                    .as.delivered = {.delivery = request->delivery,
                                                     .outcome = result.outcome,
                                                     .code = (uint64_t)result.code,
                                                     .text = result.text}},
              0, &err);
}

/* ---- packets --------------------------------------------------------------------------------- */

static void drop_clerk(struct send *s)
{
    if (s->clerk >= 0)
        close(s->clerk);
    s->clerk = -1;
}

static void work_at(struct send *s, const struct wire_packet *packet)
{
    s->since = monotonic_milliseconds();
    deliver(s, packet);
    s->since = 0;
}

static void hear_clerk(struct send *s)
{
    struct err err;
    struct wire_packet packet;
    struct arena *arena = arena_new();
    enum wire_result result = wire_receive(s->clerk, arena, 0, &packet, &err);
    if (result == WIRE_OK && packet.type == WIRE_DELIVER)
        work_at(s, &packet);
    else
        drop_clerk(s);
    if (result == WIRE_OK && packet.fd >= 0)
        close(packet.fd);
    arena_free(arena);
}

static void hear_supervisor(struct send *s)
{
    struct err err;
    struct wire_packet packet;
    struct arena *arena = arena_new();
    if (wire_receive(s->supervisor, arena, 0, &packet, &err) == WIRE_OK)
        note(s, &packet);
    else
        s->leave = true;
    arena_free(arena);
}

static void change_clerk(struct send *s)
{
    if (s->next_clerk < 0)
        return;
    drop_clerk(s);
    s->clerk = s->next_clerk;
    s->next_clerk = -1;
}

static void serve(struct send *s)
{
    while (!s->leave) {
        struct pollfd fds[2] = {{s->supervisor, POLLIN, 0}, {s->clerk, POLLIN, 0}};
        int ready = poll(fds, 2, s->some_open ? LINGER_MS : -1);
        if (ready == 0)
            close_transports(s);
        if (ready <= 0)
            continue;
        if (fds[0].revents)
            hear_supervisor(s);
        else
            hear_clerk(s);
        change_clerk(s);
    }
}

static enum sandbox choose_sandbox(const struct conf *conf)
{
    for (size_t i = 0; i < conf->body_count; i++)
        if (conf->bodies[i].submission.directory)
            return SANDBOX_SEND_FOLDERS;
    return SANDBOX_SEND;
}

/* Servers' certificates and secrets, and submissions that are folders; nothing of the registry. */
static bool enter_landlock(const struct conf *conf, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct landlock_paths paths = {0};
    landlock_add_system(&paths, arena);
    for (size_t i = 0; i < conf->body_count; i++) {
        const struct conf_server *server = &conf->bodies[i].submission;
        landlock_add_file(&paths, arena, server->ca_file);
        landlock_add_file(&paths, arena, server->password_file);
        if (server->directory)
            texts_add(&paths.write, arena, server->directory);
    }
    bool ok = landlock_enter(&paths, err_r);
    arena_free(arena);
    return ok;
}

int send_main(const struct role_start *start)
{
    struct err err;
    struct send s = {.conf = start->conf, .clerk = -1, .next_clerk = -1};
    if (!make_ear(&s, &err) || !enter_landlock(start->conf, &err) ||
        !sandbox_enter(choose_sandbox(start->conf), &err))
        fatal(&err);
    pthread_t ear = open_ear(&s);
    s.lines = xcalloc(start->conf->body_count + 1, sizeof *s.lines);
    role_say_ready();
    serve(&s);
    close_transports(&s);
    close_ear(&s, ear);
    for (size_t i = 0; i < s.conf->body_count; i++) {
        transport_free(s.lines[i].transport);
        kept_secret_forget(&s.lines[i].secret);
    }
    free(s.lines);
    drop_clerk(&s);
    wire_close_fd(s.next_clerk);
    return 0;
}
