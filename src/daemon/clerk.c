/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The clerk: the only writer of the registry, and who decides.  One thread, an event loop; no
 * network. This file joins its parts: intake (clerk_intake.c), outbox (clerk_outbox.c), control
 * socket (control.c).
 */
#include "daemon/clerk_p.h"

#include "base/text.h"
#include "daemon/sandbox.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define FINISH_SECONDS 5 /* for an answer under way; the supervisor kills after nine */
#define RETRY_SECONDS_MAX (366 * 86400) /* more is nonsense */

int64_t clerk_now(void)
{
    return (int64_t)time(NULL);
}

const char *clerk_fresh_token(struct arena *arena)
{
    unsigned char bytes[32];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        panic("clerk: no random bytes");
    return text_hex(arena, bytes, sizeof bytes);
}

static bool is_something_left(struct clerk *clerk)
{
    int64_t next;
    struct err err;
    struct arena *arena = arena_new();
    bool left = clerk->round_failed || filing_is_left(clerk) ||
                !registry_next_due(clerk->registry, arena, &(struct texts){0}, &next, &err) ||
                next != MOMENT_NONE;
    arena_free(arena);
    return left;
}

/* What arrived in this run belongs to a book that is due in it. */
static void make_books_once(struct clerk *clerk)
{
    if (clerk->settled)
        return;
    clerk->settled = true;
    book_run(clerk);
    outbox_run(clerk);
}

/* --once ends when every mailbox was visited, every mail is settled and nothing more can be sent
 * now. */
void clerk_finish_if_done(struct clerk *clerk)
{
    if (!clerk->once || clerk->round_ended == 0 || !intake_is_empty(clerk))
        return;
    make_books_once(clerk);
    if (!clerk->outbox.quiet || filing_needs_round(clerk))
        return;
    uint64_t code = is_something_left(clerk) ? EX_TEMPFAIL : EX_OK;
    channel_send(
        clerk->supervisor,
        &(struct wire_packet){.type = WIRE_FINISHED, .fd = -1, .as.finished.exit_code = code});
    clerk->once = false; /* said once */
}

uint64_t clerk_ask_round(struct clerk *clerk)
{
    clerk->round++;
    channel_send(
        clerk->peers[ROLE_WATCH],
        &(struct wire_packet){.type = WIRE_VISIT, .fd = -1, .as.visit.round = clerk->round});
    return clerk->round;
}

/* ---- health of mailboxes --------------------------------------------------------------------- */

static void make_health(struct clerk *clerk, struct arena *arena)
{
    const struct conf *conf = clerk->conf;
    size_t count = 0;
    for (size_t i = 0; i < conf->body_count; i++)
        count += conf->bodies[i].mailbox_count;
    clerk->health = arena_array(arena, count + 1, sizeof *clerk->health);
    for (size_t i = 0; i < conf->body_count; i++)
        for (size_t k = 0; k < conf->bodies[i].mailbox_count; k++)
            clerk->health[clerk->health_count++] =
                (struct health){.body = conf->bodies[i].id,
                                .mailbox = conf->bodies[i].mailboxes[k].name,
                                .state = "not visited yet",
                                .since = clerk_now(),
                                .retry_at = MOMENT_NONE};
}

/* What fits, cut at a character. */
static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);
    while (!text_is_utf8(from, n))
        n--;
    memcpy(to, from, n);
    to[n] = '\0';
}

static struct health *find_health(struct clerk *clerk, const char *body, const char *mailbox)
{
    for (size_t i = 0; i < clerk->health_count; i++)
        if (strcmp(clerk->health[i].body, body) == 0 &&
            strcmp(clerk->health[i].mailbox, mailbox) == 0)
            return &clerk->health[i];
    log_event(LOG_ERROR, "wire", "error", "the watch names an unknown mailbox", NULL);
    return NULL;
}

/* The end of a visit, or of the rest that one owed. */
static void note_health(struct clerk *clerk, const struct wire_health *news)
{
    struct health *health = find_health(clerk, news->body, news->mailbox);
    if (!health)
        return;
    if (health->visiting)
        health->crashes = 0;
    health->visiting = false;
    if (strcmp(health->state, news->state) != 0)
        health->since = clerk_now();
    copy_text(health->state, sizeof health->state, news->state);
    copy_text(health->text, sizeof health->text, news->text);
    health->retry_at = news->retry_in > 0 && news->retry_in <= RETRY_SECONDS_MAX
                           ? clerk_now() + (int64_t)news->retry_in
                           : MOMENT_NONE;
}

/* A server can crash the watch.  The mailbox that was in visit then rests, so that the others are
 * visited. */
static void allow_visit(struct clerk *clerk, const struct wire_visiting *visiting)
{
    struct health *health = find_health(clerk, visiting->body, visiting->mailbox);
    struct wire_packet packet = {.type = WIRE_BEGIN, .fd = -1, .as.begin.visit = visiting->visit};
    if (health && health->owes_rest)
        packet.as.begin.crashes = (uint64_t)health->crashes;
    else if (health)
        health->visiting = true;
    if (health)
        health->owes_rest = false;
    channel_send(clerk->peers[ROLE_WATCH], &packet);
}

static void count_crashes(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->health_count; i++) {
        struct health *health = &clerk->health[i];
        if (!health->visiting)
            continue;
        health->visiting = false;
        health->owes_rest = true;
        health->crashes++;
        log_event(LOG_ERROR, "watch-crashed", "body", health->body, "mailbox", health->mailbox,
                  "times", log_int(health->crashes), "text",
                  "the watch has died in a visit to it; it is left alone for a while", NULL);
    }
}

/* ---- peers ----------------------------------------------------------------------------------- */

struct peer {
    struct clerk *clerk;
    enum role role;
};

static void watch_packet(struct clerk *clerk, const struct wire_packet *packet)
{
    if (packet->type == WIRE_HEALTH) {
        note_health(clerk, &packet->as.health);
    } else if (packet->type == WIRE_VISITING) {
        allow_visit(clerk, &packet->as.visiting);
    } else if (packet->type == WIRE_ROUND) {
        clerk->round_ended = packet->as.round.number;
        clerk->round_failed = packet->as.round.failures > 0;
        control_round_ended(clerk);
        book_run(clerk);
        outbox_run(clerk);
        clerk_finish_if_done(clerk);
    } else if (packet->type == WIRE_COPY_WANTED || packet->type == WIRE_FILED) {
        filing_watch_packet(clerk, packet);
    } else {
        intake_watch_packet(clerk, packet);
    }
}

static void watch_gone(struct clerk *clerk)
{
    count_crashes(clerk);
    filing_watch_gone(clerk);
    intake_watch_gone(clerk);
}

/* A new watch counts its rounds from one, so an unanswered wish is repeated. */
static void watch_back(struct clerk *clerk)
{
    clerk->round_ended = 0;
    if (clerk->round > 1)
        channel_send(
            clerk->peers[ROLE_WATCH],
            &(struct wire_packet){.type = WIRE_VISIT, .fd = -1, .as.visit.round = clerk->round});
}

static const struct {
    void (*packet)(struct clerk *clerk, const struct wire_packet *packet);
    void (*gone)(struct clerk *clerk);
    void (*back)(struct clerk *clerk); /* NULL: nothing to do */
} peer_rows[ROLE_COUNT] = {
    [ROLE_WATCH] = {watch_packet, watch_gone, watch_back},
    [ROLE_READER] = {intake_reader_packet, NULL, intake_reader_back},
    [ROLE_SEND] = {outbox_send_packet, outbox_send_gone, outbox_run},
};

static void on_peer_packet(void *context, const struct wire_packet *packet)
{
    struct peer *peer = context;
    peer_rows[peer->role].packet(peer->clerk, packet);
}

static void on_peer_closed(void *context)
{
    struct peer *peer = context;
    struct clerk *clerk = peer->clerk;
    /* it waits for a clerk that comes through the supervisor, and so would its work */
    if (channel_is_broken(clerk->peers[peer->role]))
        channel_send(
            clerk->supervisor,
            &(struct wire_packet){.type = WIRE_DISTRUST, .fd = -1, .as.distrust.role = peer->role});
    channel_free(clerk->peers[peer->role]);
    clerk->peers[peer->role] = NULL;
    if (peer_rows[peer->role].gone)
        peer_rows[peer->role].gone(clerk);
}

static struct peer peers[ROLE_COUNT]; /* one clerk a process */

static void meet(struct clerk *clerk, const struct wire_packet *packet)
{
    uint64_t role = packet->as.peer.role;
    if (role >= ROLE_COUNT || !peer_rows[role].packet)
        panic("clerk: no peer of role %d", (int)role);
    peers[role] = (struct peer){clerk, (enum role)role};
    if (clerk->peers[role])
        on_peer_closed(&peers[role]);
    clerk->peers[role] =
        channel_new(clerk->base, packet->fd,
                    &(struct channel_handler){on_peer_packet, on_peer_closed, &peers[role]});
    if (peer_rows[role].back)
        peer_rows[role].back(clerk);
}

/* For who looks at the service: "2 of 3 mailboxes watched; ...". */
static const char *status_text(const struct clerk *clerk, struct arena *arena)
{
    size_t watched = 0;
    for (size_t i = 0; i < clerk->health_count; i++)
        watched += strcmp(clerk->health[i].state, "idle") == 0 ||
                   strcmp(clerk->health[i].state, "polled") == 0;
    return arena_printf(arena, "%zu of %zu mailboxes watched; %zu mails being read; %s", watched,
                        clerk->health_count, intake_count(clerk), outbox_status(clerk));
}

static void pong(struct clerk *clerk, uint64_t number)
{
    struct arena *arena = arena_new();
    struct wire_packet packet = {
        .type = WIRE_PONG,
        .fd = -1,
        .as.pong = {.number = number, .status = status_text(clerk, arena)}};
    channel_send(clerk->supervisor, &packet);
    arena_free(arena);
}

/* An answer cut off after its data would perhaps arrive, and be sent once more. */
static void stop(struct clerk *clerk)
{
    clerk->stopping = true;
    if (outbox_is_sending(clerk))
        event_base_loopexit(clerk->base, &(struct timeval){.tv_sec = FINISH_SECONDS});
    else
        event_base_loopbreak(clerk->base);
}

static void on_supervisor_packet(void *context, const struct wire_packet *packet)
{
    struct clerk *clerk = context;
    if (packet->type == WIRE_PING)
        pong(clerk, packet->as.ping.number);
    else if (packet->type == WIRE_PEER)
        meet(clerk, packet);
    else
        stop(clerk);
}

static void on_supervisor_closed(void *context)
{
    struct clerk *clerk = context;
    event_base_loopbreak(clerk->base);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool open_registry(struct clerk *clerk, struct err *err_r)
{
    const struct conf *conf = clerk->conf;
    if (conf->body_count > 0 && !zone_set(conf->bodies[0].time_zone, err_r))
        return false;
    return sandbox_enter(SANDBOX_CLERK, err_r) &&
           registry_open(conf->state_directory, REGISTRY_WRITE, &clerk->registry, err_r) &&
           registry_recover_attempts(clerk->registry, clerk_now(), err_r) &&
           chores_open(clerk, err_r) && control_open(clerk, err_r);
}

static void close_all(struct clerk *clerk)
{
    control_close(clerk);
    intake_close(clerk);
    outbox_close(clerk);
    filing_close(clerk);
    chores_close(clerk);
    for (int role = 0; role < ROLE_COUNT; role++)
        channel_free(clerk->peers[role]);
    channel_free(clerk->supervisor);
    event_base_free(clerk->base);
    registry_close(clerk->registry);
}

int clerk_main(const struct role_start *start)
{
    struct err err;
    struct clerk clerk = {
        .conf = start->conf, .once = start->once, .round = 1, .base = event_base_new()};
    struct arena *arena = arena_new();
    if (!open_registry(&clerk, &err))
        fatal(&err);
    make_health(&clerk, arena);
    intake_open(&clerk);
    outbox_open(&clerk);
    filing_open(&clerk);
    clerk.supervisor =
        channel_new(clerk.base, ROLE_SUPERVISOR_FD,
                    &(struct channel_handler){on_supervisor_packet, on_supervisor_closed, &clerk});
    role_say_ready();
    event_base_dispatch(clerk.base);
    close_all(&clerk);
    arena_free(arena);
    return EX_OK;
}
