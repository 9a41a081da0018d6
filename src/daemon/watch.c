/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The watch: every mailbox is parked (waiting in IDLE, as a descriptor in the event loop), due, in
 * a visit by one of a few workers, or backing off.  Visits to one server are capped below the
 * number of workers, so that a server that hangs leaves some for the others.
 */
#include "daemon/bridge.h"
#include "daemon/kept_secret.h"
#include "daemon/landlock.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "daemon/visit.h"
#include "imap/backoff.h"

#include <event2/event.h>
#include <libgen.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 4
#define VISITS_PER_SERVER (WORKERS - 1)
#define WORKER_STACK ((size_t)8 << 20) /* libetpan's parser recurses */

enum watched_state { PARKED, DUE, VISITING, RESTING };

struct watch;

struct watched {
    struct watch *watch;
    struct visit visit;
    struct visit_memory memory;
    struct kept_secret secret;
    enum watched_state state;
    bool again;           /* asked for during a visit */
    bool whole;           /* the next visit is to look into all its folders */
    uint64_t round_begun; /* the round asked for when its last visit began, and when it ended */
    uint64_t round_ended;
    bool failed;
    int failures;
    struct event *timer;    /* renewal, poll, or the end of a rest */
    struct event *readable; /* of the parked link, or NULL */
    struct visit_report report;
    TAILQ_ENTRY(watched) next; /* in due or in finished */
};

TAILQ_HEAD(watched_queue, watched);

struct watch {
    bool once;
    struct event_base *base;
    struct channel *supervisor;
    struct channel *clerk;
    struct bridge *bridge;
    struct bridge *to_supervisor; /* for secrets */
    int cancel;                   /* eventfd: readable ends every wait on the network */
    struct watched *all;
    size_t count;
    bool stopping;
    uint64_t round_told;

    /* shared with the workers */
    pthread_mutex_t lock;
    pthread_cond_t work;
    uint64_t round_asked; /* every mailbox is to be visited once more; the first round is asked */
    struct watched_queue due;
    struct watched_queue finished;
    bool workers_leave;
    int wake;
    struct event *woken;
    pthread_t workers[WORKERS];
};

/* ---- workers --------------------------------------------------------------------------------- */

static bool same_server(const struct watched *a, const struct watched *b)
{
    const char *host = a->visit.conf->server.host, *other = b->visit.conf->server.host;
    return host && other && strcmp(host, other) == 0;
}

static bool server_is_busy(const struct watch *w, const struct watched *candidate)
{
    int visits = 0;
    for (size_t i = 0; i < w->count; i++)
        visits += w->all[i].state == VISITING && same_server(&w->all[i], candidate);
    return visits >= VISITS_PER_SERVER;
}

static struct watched *take_due(struct watch *w)
{
    struct watched *watched;
    TAILQ_FOREACH(watched, &w->due, next)
    {
        if (!server_is_busy(w, watched)) {
            TAILQ_REMOVE(&w->due, watched, next);
            watched->state = VISITING;
            watched->round_begun = w->round_asked;
            watched->visit.whole = watched->whole;
            watched->whole = false;
            return watched;
        }
    }
    return NULL;
}

static void visit_one(struct watch *w, struct watched *watched)
{
    struct talk *talk = bridge_open(w->bridge);
    visit_run(&watched->visit, talk, &watched->report);
    bridge_close(talk);
}

static void *work(void *context)
{
    struct watch *w = context;
    const uint64_t one = 1;
    pthread_mutex_lock(&w->lock);
    while (!w->workers_leave) {
        struct watched *watched = take_due(w);
        if (!watched) {
            pthread_cond_wait(&w->work, &w->lock);
            continue;
        }
        pthread_mutex_unlock(&w->lock);
        visit_one(w, watched);
        pthread_mutex_lock(&w->lock);
        TAILQ_INSERT_TAIL(&w->finished, watched, next);
        if (write(w->wake, &one, sizeof one) < 0)
            panic("watch: the loop cannot be woken");
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- secrets --------------------------------------------------------------------------------- */

/* In a worker: the loop carries question and answer. */
static bool ask_supervisor(void *context, struct wire_packet *question, struct arena *arena,
                           struct wire_packet *answer_r)
{
    struct watch *w = context;
    struct talk *talk = bridge_open(w->to_supervisor);
    question->as.secret_wanted.ticket = talk_ticket(talk);
    talk_say(talk, question);
    bool heard = talk_hear(talk, arena, KEPT_SECRET_SECONDS, answer_r);
    bridge_close(talk);
    return heard;
}

/* ---- states ---------------------------------------------------------------------------------- */

static void say_health(const struct watched *watched, const char *state, const char *text,
                       int retry_in)
{
    channel_send(watched->watch->clerk,
                 &(struct wire_packet){.type = WIRE_HEALTH,
                                       .fd = -1,
                                       .as.health = {.body = watched->visit.body->id,
                                                     .mailbox = watched->visit.conf->name,
                                                     .state = state,
                                                     .text = text,
                                                     .retry_in = (uint64_t)retry_in}});
}

/* The workers count the visits to a server by it. */
static void set_state(struct watched *watched, enum watched_state state)
{
    pthread_mutex_lock(&watched->watch->lock);
    watched->state = state;
    pthread_mutex_unlock(&watched->watch->lock);
}

static void unpark(struct watched *watched)
{
    if (watched->readable)
        event_free(watched->readable);
    watched->readable = NULL;
    event_del(watched->timer);
}

static void make_due(struct watched *watched)
{
    struct watch *w = watched->watch;
    if (w->stopping || !w->clerk)
        return;
    pthread_mutex_lock(&w->lock);
    if (watched->state == VISITING) {
        watched->again = true;
    } else if (watched->state != DUE) {
        unpark(watched);
        watched->state = DUE;
        TAILQ_INSERT_TAIL(&w->due, watched, next);
        pthread_cond_signal(&w->work);
    }
    pthread_mutex_unlock(&w->lock);
}

static void make_whole_due(struct watched *watched)
{
    pthread_mutex_lock(&watched->watch->lock);
    watched->whole = true;
    pthread_mutex_unlock(&watched->watch->lock);
    make_due(watched);
}

static void make_all_due(struct watch *w)
{
    for (size_t i = 0; i < w->count; i++)
        make_whole_due(&w->all[i]);
}

static void ask_round(struct watch *w, uint64_t round)
{
    pthread_mutex_lock(&w->lock);
    if (round > w->round_asked)
        w->round_asked = round;
    pthread_mutex_unlock(&w->lock);
    make_all_due(w);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    make_whole_due(context);
}

static bool is_resting(struct watched *watched)
{
    pthread_mutex_lock(&watched->watch->lock);
    bool rests = watched->state == RESTING;
    pthread_mutex_unlock(&watched->watch->lock);
    return rests;
}

/* One that rests is not disturbed: the clerk is asked at the next visit anyhow. */
static void stir(struct watch *w, const struct wire_stir *wish)
{
    for (size_t i = 0; i < w->count; i++) {
        struct watched *watched = &w->all[i];
        if (strcmp(watched->visit.body->id, wish->body) == 0 &&
            strcmp(watched->visit.conf->name, wish->mailbox) == 0 && !is_resting(watched))
            make_due(watched);
    }
}

static void on_stirred(evutil_socket_t fd, short what, void *context)
{
    struct watched *watched = context;
    (void)fd, (void)what;
    if (!mailbox_stir(watched->visit.mailbox))
        return;
    if (!watched->watch->clerk)
        event_del(watched->readable); /* a dead link stays readable; due when there is a clerk */
    make_due(watched);
}

static void wait_seconds(struct watched *watched, int seconds)
{
    evtimer_add(watched->timer, &(struct timeval){.tv_sec = seconds});
}

/* What is not as it should be, though it was visited. */
static const char *park_note(const struct visit_report *report)
{
    if (report->set_aside)
        return "mails that cannot be fetched are set aside";
    return report->no_junk ? "its junk-folder cannot be looked into" : "";
}

static void park(struct watched *watched)
{
    const struct visit_report *report = &watched->report;
    set_state(watched, PARKED);
    watched->failures = 0;
    say_health(watched, report->park_fd >= 0 ? "idle" : "polled", park_note(report), 0);
    if (watched->watch->once)
        return;
    if (report->stirred || watched->again) {
        make_due(watched);
        return;
    }
    wait_seconds(watched,
                 report->park_fd >= 0 ? watched->visit.conf->renew : watched->visit.conf->poll);
    if (report->park_fd < 0)
        return;
    watched->readable =
        event_new(watched->watch->base, report->park_fd, EV_READ | EV_PERSIST, on_stirred, watched);
    if (!watched->readable || event_add(watched->readable, NULL) != 0)
        panic("watch: no event can be made");
}

static const char *result_to_text(enum mailbox_result result)
{
    static const char *const words[] = {
        [MAILBOX_OK] = "ok",     [MAILBOX_GONE] = "gone",     [MAILBOX_TOO_BIG] = "too-big",
        [MAILBOX_LOST] = "lost", [MAILBOX_DENIED] = "denied", [MAILBOX_REFUSED] = "refused",
    };
    return words[result];
}

static void rest(struct watched *watched)
{
    const struct visit_report *report = &watched->report;
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) < 0)
        random = (uint32_t)time(NULL);
    watched->failures = report->crashes ? report->crashes : watched->failures + 1;
    int seconds = backoff_seconds(report->why, watched->failures, report->suggested_wait, random);
    set_state(watched, RESTING);
    log_event(report->why == MAILBOX_LOST ? LOG_WARN : LOG_ERROR, "mailbox-failed", "body",
              watched->visit.body->id, "mailbox", watched->visit.conf->name, "why",
              result_to_text(report->why), "error", report->err.text, "failures",
              log_int(watched->failures), "retry_in", log_int(seconds), NULL);
    say_health(watched, result_to_text(report->why), report->err.text, seconds);
    if (!watched->watch->once)
        wait_seconds(watched, seconds);
}

/* ---- ends of visits -------------------------------------------------------------------------- */

/* Says so when the last mailbox of a round was visited. */
static void tell_round(struct watch *w)
{
    uint64_t failures = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (w->all[i].round_ended < w->round_asked)
            return;
        failures += w->all[i].failed;
    }
    if (w->round_told < w->round_asked)
        channel_send(w->clerk, &(struct wire_packet){.type = WIRE_ROUND,
                                                     .fd = -1,
                                                     .as.round = {w->round_asked, failures}});
    w->round_told = w->round_asked;
}

static void visited(struct watched *watched)
{
    struct watch *w = watched->watch;
    log_event(LOG_DEBUG, "visited", "body", watched->visit.body->id, "mailbox",
              watched->visit.conf->name, "fetched", log_int((int64_t)watched->report.fetched),
              NULL);
    if (watched->report.end != VISIT_DONE)
        mailbox_close(watched->visit.mailbox);
    if (watched->report.end == VISIT_CLERK_GONE) {
        set_state(watched, PARKED); /* due again when there is a clerk */
        make_due(watched);
        return;
    }
    watched->round_ended = watched->round_begun;
    watched->failed = watched->report.end == VISIT_FAILED || watched->report.left > 0;
    if (watched->report.end == VISIT_DONE)
        park(watched);
    else
        rest(watched);
    watched->again = false;
    tell_round(w);
}

static void on_woken(evutil_socket_t fd, short what, void *context)
{
    struct watch *w = context;
    struct watched_queue finished = TAILQ_HEAD_INITIALIZER(finished);
    struct watched *watched;
    uint64_t count;
    (void)what;
    if (read((int)fd, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&w->lock);
    TAILQ_CONCAT(&finished, &w->finished, next);
    pthread_mutex_unlock(&w->lock);
    while ((watched = TAILQ_FIRST(&finished))) {
        TAILQ_REMOVE(&finished, watched, next);
        visited(watched);
    }
    /* only now, when the states say so, a server is less busy */
    pthread_mutex_lock(&w->lock);
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
}

/* ---- packets --------------------------------------------------------------------------------- */

static void on_clerk_packet(void *context, const struct wire_packet *packet)
{
    struct watch *w = context;
    if (packet->type == WIRE_WANTED)
        bridge_deliver(w->bridge, packet->as.wanted.visit, packet);
    else if (packet->type == WIRE_BEGIN)
        bridge_deliver(w->bridge, packet->as.begin.visit, packet);
    else if (packet->type == WIRE_SETTLED)
        bridge_deliver(w->bridge, packet->as.settled.visit, packet);
    else if (packet->type == WIRE_JUDGED)
        bridge_deliver(w->bridge, packet->as.judged.visit, packet);
    else if (packet->type == WIRE_COPY)
        bridge_deliver(w->bridge, packet->as.copy.visit, packet);
    else if (packet->type == WIRE_NO_COPY)
        bridge_deliver(w->bridge, packet->as.no_copy.visit, packet);
    else if (packet->type == WIRE_VISIT)
        ask_round(w, packet->as.visit.round);
    else if (packet->type == WIRE_STIR)
        stir(w, &packet->as.stir);
    else
        panic("watch: the clerk said %s", wire_type_to_text(packet->type));
}

static void on_clerk_closed(void *context)
{
    struct watch *w = context;
    bridge_attach(w->bridge, NULL);
    channel_free(w->clerk);
    w->clerk = NULL;
}

static void meet_clerk(struct watch *w, int socket)
{
    if (w->clerk)
        on_clerk_closed(w);
    w->clerk = channel_new(w->base, socket,
                           &(struct channel_handler){on_clerk_packet, on_clerk_closed, w});
    bridge_attach(w->bridge, w->clerk);
    w->round_told = 0;
    ask_round(w, 1);
}

static void leave(struct watch *w)
{
    w->stopping = true;
    event_base_loopbreak(w->base);
}

static void on_supervisor_packet(void *context, const struct wire_packet *packet)
{
    struct watch *w = context;
    if (packet->type == WIRE_PING)
        channel_send(w->supervisor,
                     &(struct wire_packet){
                         .type = WIRE_PONG, .fd = -1, .as.pong.number = packet->as.ping.number});
    else if (packet->type == WIRE_SECRET)
        bridge_deliver(w->to_supervisor, packet->as.secret.ticket, packet);
    else if (packet->type == WIRE_SECRET_DENIED)
        bridge_deliver(w->to_supervisor, packet->as.secret_denied.ticket, packet);
    else if (packet->type == WIRE_PEER)
        meet_clerk(w, packet->fd);
    else if (packet->type == WIRE_VISIT)
        make_all_due(w);
    else
        leave(w);
}

static void on_supervisor_closed(void *context)
{
    leave(context);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void add_mailbox(struct watch *w, const struct conf_body *body,
                        const struct conf_mailbox *mailbox)
{
    struct watched *watched = &w->all[w->count++];
    watched->watch = w;
    watched->state = PARKED;
    watched->visit = (struct visit){.body = body,
                                    .conf = mailbox,
                                    .mailbox = mailbox_new(mailbox, w->cancel),
                                    .memory = &watched->memory,
                                    .park = !w->once};
    watched->secret = (struct kept_secret){
        .body = body->id, .mailbox = mailbox->name, .ask = ask_supervisor, .role = w};
    kept_secret_init(&watched->secret);
    mailbox_set_secrets(watched->visit.mailbox, &watched->secret.source);
    watched->timer = evtimer_new(w->base, on_timer, watched);
}

static size_t count_mailboxes(const struct conf *conf)
{
    size_t count = 0;
    for (size_t i = 0; i < conf->body_count; i++)
        count += conf->bodies[i].mailbox_count;
    return count;
}

static void add_mailboxes(struct watch *w, const struct conf *conf)
{
    w->all = xcalloc(count_mailboxes(conf) + 1, sizeof *w->all);
    for (size_t i = 0; i < conf->body_count; i++)
        for (size_t k = 0; k < conf->bodies[i].mailbox_count; k++)
            add_mailbox(w, &conf->bodies[i], &conf->bodies[i].mailboxes[k]);
}

static enum sandbox choose_sandbox(const struct conf *conf)
{
    for (size_t i = 0; i < conf->body_count; i++)
        for (size_t k = 0; k < conf->bodies[i].mailbox_count; k++)
            if (conf->bodies[i].mailboxes[k].server.directory)
                return SANDBOX_WATCH_FOLDERS;
    return SANDBOX_WATCH;
}

/* Servers' certificates and secrets, and mailboxes that are folders (their done-folders lie beside
 * them); nothing of the registry. */
static bool enter_landlock(const struct conf *conf, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct landlock_paths paths = {0};
    landlock_add_system(&paths, arena);
    for (size_t i = 0; i < conf->body_count; i++)
        for (size_t k = 0; k < conf->bodies[i].mailbox_count; k++) {
            const struct conf_server *server = &conf->bodies[i].mailboxes[k].server;
            landlock_add_file(&paths, arena, server->ca_file);
            landlock_add_file(&paths, arena, server->password_file);
            if (server->directory)
                texts_add(&paths.write, arena, dirname(arena_strdup(arena, server->directory)));
        }
    bool ok = landlock_enter(&paths, err_r);
    arena_free(arena);
    return ok;
}

static void start_workers(struct watch *w)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&w->workers[i], &attributes, work, w) != 0)
            panic("watch: no thread can be made");
    pthread_attr_destroy(&attributes);
}

static void set_up(struct watch *w, const struct role_start *start)
{
    w->once = start->once;
    w->base = event_base_new();
    w->bridge = bridge_new(w->base);
    w->to_supervisor = bridge_new(w->base);
    w->cancel = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    w->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (w->cancel < 0 || w->wake < 0)
        panic("watch: no descriptors");
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    TAILQ_INIT(&w->due);
    TAILQ_INIT(&w->finished);
    w->woken = event_new(w->base, w->wake, EV_READ | EV_PERSIST, on_woken, w);
    event_add(w->woken, NULL);
    w->supervisor =
        channel_new(w->base, ROLE_SUPERVISOR_FD,
                    &(struct channel_handler){on_supervisor_packet, on_supervisor_closed, w});
    bridge_attach(w->to_supervisor, w->supervisor);
    add_mailboxes(w, start->conf);
}

/* Parked links get their LOGOUT; visits in the middle are cancelled (what they did not finish is
 * found again by the next start). */
static void close_all(struct watch *w)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&w->lock);
    w->workers_leave = true;
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].state == PARKED)
            mailbox_close(w->all[i].visit.mailbox);
    if (write(w->cancel, &one, sizeof one) < 0)
        panic("watch: nothing can be cancelled");
    bridge_attach(w->bridge, NULL);
    bridge_attach(w->to_supervisor, NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(w->workers[i], NULL);
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].state == VISITING) /* else this would look like a crash */
            say_health(&w->all[i], "stopped", "", 0);
}

static void release(struct watch *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->all[i].readable)
            event_free(w->all[i].readable);
        event_free(w->all[i].timer);
        mailbox_free(w->all[i].visit.mailbox);
        visit_forget(&w->all[i].memory);
        kept_secret_forget(&w->all[i].secret);
    }
    channel_free(w->clerk);
    channel_free(w->supervisor);
    bridge_free(w->bridge);
    bridge_free(w->to_supervisor);
    event_free(w->woken);
    event_base_free(w->base);
    close(w->cancel);
    close(w->wake);
    free(w->all);
}

int watch_main(const struct role_start *start)
{
    struct err err;
    struct watch w = {0};
    if (!enter_landlock(start->conf, &err) || !sandbox_enter(choose_sandbox(start->conf), &err))
        fatal(&err);
    set_up(&w, start);
    start_workers(&w);
    role_say_ready();
    event_base_dispatch(w.base);
    close_all(&w);
    release(&w);
    return 0;
}
