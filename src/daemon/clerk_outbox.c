/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The clerk's outbox: what is due goes to send, one at a time.  An attempt is committed before it
 * is made, and once more before the data go out, so that after any crash it is known what may have
 * arrived.
 */
#include "daemon/clerk_p.h"

#include "base/file.h"
#include "daemon/monotonic.h"
#include "smtp/schedule.h"
#include "smtp/transport.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define TROUBLE_SECONDS 60 /* the registry itself fails */

static uint32_t random_number(void)
{
    uint32_t value;
    if (getrandom(&value, sizeof value, 0) != sizeof value)
        panic("clerk: no random bytes");
    return value;
}

static void set_timer(struct outbox *outbox, int64_t at)
{
    int64_t wait = at == MOMENT_NONE ? 0 : at - clerk_now();
    if (at == MOMENT_NONE)
        evtimer_del(outbox->timer);
    else
        evtimer_add(outbox->timer, &(struct timeval){.tv_sec = wait > 0 ? wait : 0});
}

static void on_trouble(struct outbox *outbox, const struct err *err)
{
    log_event(LOG_ERROR, "outbox", "error", err->text, NULL);
    set_timer(outbox, clerk_now() + TROUBLE_SECONDS);
    outbox->quiet = true;
}

/* ---- handing out ----------------------------------------------------------------------------- */

static void hand_out(struct clerk *clerk, const struct delivery *delivery)
{
    struct outbox *outbox = &clerk->outbox;
    int64_t now = clerk_now();
    int64_t next =
        schedule_next(delivery->attempts + 1, delivery->tried_since, now, random_number());
    struct wire_packet packet = {.type = WIRE_DELIVER,
                                 .as.deliver = {.delivery = (uint64_t)delivery->id,
                                                .body = delivery->body,
                                                .envelope_from = delivery->envelope_from,
                                                .to = delivery->to,
                                                .envid = delivery->message_id}};
    struct err err;
    if (!memfd_from("answer", delivery->bytes, delivery->size, &packet.fd, &err) ||
        !registry_attempt_begin(clerk->registry, delivery->id, now, next, &err)) {
        on_trouble(outbox, &err);
        return;
    }
    outbox->in_flight = delivery->id;
    outbox->message = delivery->message;
    outbox->attempts = delivery->attempts + 1;
    outbox->tried_since = delivery->tried_since;
    channel_send(clerk->peers[ROLE_SEND], &packet);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == MOMENT_NONE || (b != MOMENT_NONE && b < a) ? b : a;
}

/* The bodies whose answers wait for their server, and until when the first of them does. */
static struct texts held_bodies(const struct clerk *clerk, struct arena *arena, int64_t *until_r)
{
    struct texts held = {0};
    *until_r = MOMENT_NONE;
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        int64_t until = clerk->outbox.outlets[i].held_until;
        if (until == MOMENT_NONE || until <= monotonic_seconds())
            continue;
        texts_add(&held, arena, clerk->conf->bodies[i].id);
        *until_r = earlier(*until_r, clerk_now() + until - monotonic_seconds());
    }
    return held;
}

static void wait_for_next(struct clerk *clerk, struct arena *arena, const struct texts *held,
                          int64_t held_until)
{
    struct err err;
    int64_t next;
    clerk->outbox.quiet = true;
    filing_run(clerk);
    if (registry_next_due(clerk->registry, arena, held, &next, &err))
        set_timer(&clerk->outbox, earlier(next, held_until));
    else
        on_trouble(&clerk->outbox, &err);
}

/* A server that takes so many a minute gets them evenly, whichever bodies hand them in with that
 * login: milliseconds until it takes the body's next one, 0 or less for now. */
static int64_t pace_of(const struct clerk *clerk, size_t body)
{
    const struct outlet *outlets = clerk->outbox.outlets;
    if (clerk->conf->bodies[body].submission.max_per_minute == 0)
        return 0;
    return outlets[outlets[body].account].next_ms - monotonic_milliseconds();
}

static void take_pace(struct clerk *clerk, size_t body)
{
    struct outlet *outlets = clerk->outbox.outlets;
    int limit = clerk->conf->bodies[body].submission.max_per_minute;
    if (limit > 0)
        outlets[outlets[body].account].next_ms = monotonic_milliseconds() + 60000 / limit;
}

/* Adds the bodies that have to wait a little; how long the first of them, 0: none has to. */
static int64_t add_paced(const struct clerk *clerk, struct arena *arena, struct texts *not_of)
{
    int64_t soonest = 0;
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        int64_t wait = pace_of(clerk, i);
        if (wait <= 0)
            continue;
        texts_add(not_of, arena, clerk->conf->bodies[i].id);
        soonest = soonest == 0 || wait < soonest ? wait : soonest;
    }
    return soonest;
}

/* Send says of a body that was taken out of the configuration that its answers wait. */
static void hand_out_through(struct clerk *clerk, const struct delivery *delivery)
{
    struct outbox *outbox = &clerk->outbox;
    const struct conf_body *body = conf_find_body(clerk->conf, delivery->body);
    outbox->outlet = body ? &outbox->outlets[body - clerk->conf->bodies] : NULL;
    if (body)
        take_pace(clerk, (size_t)(body - clerk->conf->bodies));
    hand_out(clerk, delivery);
}

/* Nothing can be handed out now: what is due waits for its turn, or nothing is due. */
static void wait_for_turn(struct clerk *clerk, struct arena *arena, int64_t turn_ms)
{
    struct delivery *due;
    size_t count = 0;
    int64_t until;
    struct err err;
    struct texts held = held_bodies(clerk, arena, &until);
    struct timeval rest = {.tv_sec = turn_ms / 1000, .tv_usec = turn_ms % 1000 * 1000};
    if (turn_ms > 0 &&
        !registry_due(clerk->registry, arena, clerk_now(), &held, 1, &due, &count, &err))
        on_trouble(&clerk->outbox, &err);
    else if (count > 0)
        evtimer_add(clerk->outbox.timer, &rest);
    else
        wait_for_next(clerk, arena, &held, until);
}

static void next_due(struct clerk *clerk)
{
    struct arena *arena = arena_new();
    struct delivery *due;
    size_t count;
    int64_t until;
    struct err err;
    struct texts not_of = held_bodies(clerk, arena, &until);
    int64_t turn_ms = add_paced(clerk, arena, &not_of);
    if (!registry_due(clerk->registry, arena, clerk_now(), &not_of, 1, &due, &count, &err))
        on_trouble(&clerk->outbox, &err);
    else if (count == 0)
        wait_for_turn(clerk, arena, turn_ms);
    else
        hand_out_through(clerk, &due[0]);
    arena_free(arena);
}

/* An attempt whose end could not be recorded is treated as one that a crash has cut. */
static bool is_sure(struct clerk *clerk)
{
    struct outbox *outbox = &clerk->outbox;
    struct err err;
    if (outbox->unsure && !registry_recover_attempts(clerk->registry, clerk_now(), &err)) {
        on_trouble(outbox, &err);
        return false;
    }
    outbox->unsure = false;
    return true;
}

const char *outbox_status(const struct clerk *clerk)
{
    int64_t until;
    struct arena *arena = arena_new();
    struct texts held = held_bodies(clerk, arena, &until);
    arena_free(arena);
    if (clerk->outbox.in_flight)
        return "an answer is being sent";
    return held.n > 0 ? "answers wait, a mail server takes none" : "no answer is due";
}

void outbox_run(struct clerk *clerk)
{
    struct outbox *outbox = &clerk->outbox;
    outbox->quiet = false;
    if (!outbox->in_flight && !clerk->stopping && clerk->peers[ROLE_SEND] && is_sure(clerk))
        next_due(clerk);
}

void outbox_forget_hold(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        clerk->outbox.outlets[i].held_until = MOMENT_NONE;
        clerk->outbox.outlets[i].holds = 0;
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct clerk *clerk = context;
    (void)fd, (void)what;
    outbox_run(clerk);
}

/* ---- what came of it ------------------------------------------------------------------------- */

/* One row an outcome: the delivery's state, and whether the whole outbox waits. */
static const struct {
    const char *name;
    enum delivery_state state;
    bool holds;
    enum log_level level;
} outcomes[] = {
    [TRANSPORT_SENT] = {"sent", DELIVERY_SENT, false, LOG_INFO},
    [TRANSPORT_DEFERRED] = {"deferred", DELIVERY_DEFERRED, false, LOG_WARN},
    [TRANSPORT_REFUSED] = {"refused", DELIVERY_FAILED, false, LOG_ERROR},
    [TRANSPORT_MAYBE] = {"maybe", DELIVERY_MAYBE, false, LOG_WARN},
    [TRANSPORT_DOWN] = {"down", DELIVERY_DEFERRED, true, LOG_WARN},
    [TRANSPORT_BLOCKED] = {"blocked", DELIVERY_DEFERRED, true, LOG_ERROR},
};

static void hold_or_release(struct outlet *outlet, bool hold)
{
    int64_t now = monotonic_seconds();
    if (!outlet)
        return;
    outlet->holds = hold ? outlet->holds + 1 : 0;
    outlet->held_until =
        hold ? schedule_next(outlet->holds, now, now, random_number()) : MOMENT_NONE;
}

/* An answer of which nothing is left to try has failed, whatever the last outcome was. */
static struct attempt_end judge(const struct outbox *outbox, const struct wire_delivered *news)
{
    int64_t now = clerk_now();
    struct attempt_end end = {.state = outcomes[news->outcome].state,
                              .code = (int)news->code,
                              .response = news->text,
                              .next_attempt = MOMENT_NONE};
    if (end.state == DELIVERY_SENT || end.state == DELIVERY_FAILED)
        return end;
    end.next_attempt = schedule_next(outbox->attempts, outbox->tried_since, now, random_number());
    if (end.next_attempt == MOMENT_NONE)
        end.state = DELIVERY_FAILED;
    else if (end.state == DELIVERY_MAYBE)
        end.next_attempt = now + REGISTRY_MAYBE_SECONDS;
    return end;
}

/* A notice of many mails is of none. */
static void log_outcome(const struct outbox *outbox, const struct wire_delivered *news)
{
    struct arena *arena = arena_new();
    const char *message =
        outbox->message ? arena_printf(arena, "m%lld", (long long)outbox->message) : NULL;
    log_event(outcomes[news->outcome].level, "answer", "id",
              arena_printf(arena, "o%lld", (long long)news->delivery), "message", message,
              "outcome", outcomes[news->outcome].name, "code", log_int((int64_t)news->code),
              news->outcome == TRANSPORT_SENT ? NULL : "text", news->text, NULL);
    arena_free(arena);
}

static void is_delivered(struct clerk *clerk, const struct wire_delivered *news)
{
    struct outbox *outbox = &clerk->outbox;
    struct err err;
    if ((int64_t)news->delivery != outbox->in_flight ||
        news->outcome >= sizeof outcomes / sizeof *outcomes)
        return;
    struct attempt_end end = judge(outbox, news);
    log_outcome(outbox, news);
    hold_or_release(outbox->outlet, outcomes[news->outcome].holds);
    outbox->in_flight = 0;
    if (registry_attempt_end(clerk->registry, (int64_t)news->delivery, clerk_now(), &end, &err)) {
        if (end.state == DELIVERY_FAILED)
            chores_run(clerk); /* the office is told */
        outbox_run(clerk);
    } else {
        outbox->unsure = true;
        on_trouble(outbox, &err);
    }
    if (clerk->stopping)
        event_base_loopbreak(clerk->base);
    clerk_finish_if_done(clerk);
}

static void data_comes_next(struct clerk *clerk, uint64_t delivery)
{
    struct err err;
    bool recorded = (int64_t)delivery == clerk->outbox.in_flight &&
                    registry_attempt_data(clerk->registry, (int64_t)delivery, clerk_now(), &err);
    if (!recorded)
        log_event(LOG_ERROR, "outbox", "error", "an attempt cannot be recorded; it is not made",
                  NULL);
    channel_send(clerk->peers[ROLE_SEND],
                 &(struct wire_packet){
                     .type = WIRE_GO_AHEAD, .fd = -1, .as.go_ahead = {delivery, recorded}});
}

void outbox_send_packet(struct clerk *clerk, const struct wire_packet *packet)
{
    if (packet->type == WIRE_DELIVERED)
        is_delivered(clerk, &packet->as.delivered);
    else if (packet->type == WIRE_DATA_NEXT)
        data_comes_next(clerk, packet->as.data_next.delivery);
    else if (packet->fd >= 0)
        close(packet->fd);
}

/* Its attempt ends as after a crash: dialling is queued again, data begun is maybe. */
void outbox_send_gone(struct clerk *clerk)
{
    clerk->outbox.in_flight = 0;
    clerk->outbox.unsure = true; /* settled when there is a new one */
    if (clerk->stopping)
        event_base_loopbreak(clerk->base);
}

bool outbox_is_sending(const struct clerk *clerk)
{
    return clerk->outbox.in_flight != 0;
}

/* ---- life ------------------------------------------------------------------------------------ */

static bool is_same_login(const struct conf_server *a, const struct conf_server *b)
{
    return text_equal(a->directory, b->directory) && text_equal(a->host, b->host) &&
           a->port == b->port && text_equal(a->user, b->user);
}

/* The first body that hands in with this one's login; itself where nothing is paced. */
static size_t find_account(const struct conf *conf, size_t body)
{
    size_t i = conf->bodies[body].submission.max_per_minute > 0 ? 0 : body;
    while (!is_same_login(&conf->bodies[i].submission, &conf->bodies[body].submission))
        i++;
    return i;
}

void outbox_open(struct clerk *clerk)
{
    clerk->outbox.outlets = xcalloc(clerk->conf->body_count + 1, sizeof(struct outlet));
    for (size_t i = 0; i < clerk->conf->body_count; i++)
        clerk->outbox.outlets[i] =
            (struct outlet){.held_until = MOMENT_NONE, .account = find_account(clerk->conf, i)};
    clerk->outbox.timer = evtimer_new(clerk->base, on_timer, clerk);
    if (!clerk->outbox.timer)
        panic("clerk: no event can be made");
}

void outbox_close(struct clerk *clerk)
{
    event_free(clerk->outbox.timer);
    free(clerk->outbox.outlets);
}
