/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The clerk's intake: a mail that the watch brings is made durable, read by the reader, settled in
 * one transaction with what else was read meanwhile; only then the watch hears of it.
 */
#include "daemon/clerk_p.h"

#include "base/file.h"
#include "daemon/monotonic.h"
#include "daemon/reader_job.h"
#include "decision/arrival.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIES_MAX 3

static void complain(const char *event, const struct err *err)
{
    log_event(LOG_ERROR, event, "error", err->text, NULL);
}

/* ---- dockets --------------------------------------------------------------------------------- */

void intake_free_docket(struct clerk *clerk, struct docket *docket)
{
    clerk->dockets--;
    if (docket->message.raw.fd >= 0)
        close(docket->message.raw.fd);
    arena_free(docket->arena);
}

static void tell_settled(struct clerk *clerk, uint64_t visit, uint32_t uid, bool committed,
                         bool to_move)
{
    channel_send(clerk->peers[ROLE_WATCH],
                 &(struct wire_packet){
                     .type = WIRE_SETTLED,
                     .fd = -1,
                     .as.settled = {
                         .visit = visit, .uid = uid, .committed = committed, .to_move = to_move}});
}

/* Only registered mails and their duplicates go to the done-folder; the rest stays where people
 * look. */
static bool belongs_in_done_folder(enum message_state state)
{
    return state == MESSAGE_REGISTERED || state == MESSAGE_DUPLICATE;
}

static void give_up(struct clerk *clerk, struct docket *docket)
{
    tell_settled(clerk, docket->visit, docket->message.raw.uid, false, false);
    intake_free_docket(clerk, docket);
    clerk_finish_if_done(clerk);
}

/* ---- the reader ------------------------------------------------------------------------------ */

/* What the job "head" has read says by which of the town's servers it came. */
static int64_t find_arrival(const struct docket *docket)
{
    struct arrival arrival;
    const struct message *message = &docket->message;
    arrival_find(docket->arena, message->reading ? message->reading->mail : NULL, message->mailbox,
                 message->raw.internaldate, &arrival);
    return arrival.at;
}

void intake_ask_reader(struct clerk *clerk, struct docket *docket)
{
    struct wire_packet packet = {.type = docket->content ? WIRE_READ_CONTENT : WIRE_READ_HEAD,
                                 .fd = fcntl(docket->message.raw.fd, F_DUPFD_CLOEXEC, 3)};
    if (packet.fd < 0)
        panic("clerk: no descriptors left");
    docket->ticket = ++clerk->last_ticket;
    if (docket->content)
        packet.as.read_content =
            (struct wire_read_content){.ticket = docket->ticket,
                                       .arrived = (uint64_t)find_arrival(docket),
                                       .body = docket->message.body->id};
    else
        packet.as.read_head = (struct wire_read_head){.ticket = docket->ticket};
    TAILQ_INSERT_TAIL(&clerk->reading, docket, next);
    channel_send(clerk->peers[ROLE_READER], &packet);
}

static struct docket *find_docket(struct clerk *clerk, uint64_t ticket)
{
    struct docket *docket;
    TAILQ_FOREACH(docket, &clerk->reading, next)
    {
        if (docket->ticket == ticket)
            return docket;
    }
    return NULL; /* asked again meanwhile */
}

static void is_read(struct clerk *clerk, struct docket *docket)
{
    TAILQ_REMOVE(&clerk->reading, docket, next);
    if (docket->sender_only) {
        junk_judge(clerk, docket);
        intake_free_docket(clerk, docket);
        return;
    }
    TAILQ_INSERT_TAIL(&clerk->read, docket, next);
    event_active(clerk->settle, EV_TIMEOUT, 0);
}

/* What the job "head" has read stays, so that its sender can be told. */
static void is_unreadable(struct clerk *clerk, struct docket *docket, const char *why)
{
    if (!docket->content)
        docket->message.reading = NULL;
    docket->message.unreadable = arena_strdup(docket->arena, why);
    is_read(clerk, docket);
}

static void take_reading(struct clerk *clerk, struct docket *docket, int json_fd)
{
    struct err err;
    struct reading *reading;
    if (!reader_take(docket->arena, json_fd, &reading, &err)) {
        is_unreadable(clerk, docket, err.text);
        return;
    }
    docket->message.reading = reading;
    if (!docket->content && !docket->sender_only && reading->mail->wants_content) {
        docket->content = true;
        TAILQ_REMOVE(&clerk->reading, docket, next);
        intake_ask_reader(clerk, docket);
    } else {
        is_read(clerk, docket);
    }
}

static void job_died(struct clerk *clerk, struct docket *docket, int signal_number)
{
    docket->tries++;
    log_event(LOG_WARN, "reading-failed", "body", docket->message.body->id, "mailbox",
              docket->message.mailbox->name, "uid", log_int(docket->message.raw.uid), "try",
              log_int(docket->tries), "signal", log_int(signal_number), NULL);
    if (docket->tries >= TRIES_MAX) {
        is_unreadable(clerk, docket, "reading it ended the reader three times");
        return;
    }
    TAILQ_REMOVE(&clerk->reading, docket, next);
    intake_ask_reader(clerk, docket);
}

void intake_reader_packet(struct clerk *clerk, const struct wire_packet *packet)
{
    struct docket *docket;
    if (packet->type == WIRE_READING) {
        docket = find_docket(clerk, packet->as.reading.ticket);
        if (docket)
            take_reading(clerk, docket, packet->fd);
        close(packet->fd);
    } else if (packet->type == WIRE_UNREADABLE) {
        docket = find_docket(clerk, packet->as.unreadable.ticket);
        if (docket)
            is_unreadable(clerk, docket, packet->as.unreadable.why);
    } else if (packet->type == WIRE_DIED) {
        docket = find_docket(clerk, packet->as.died.ticket);
        if (docket)
            job_died(clerk, docket, (int)packet->as.died.signal);
    } else if (packet->fd >= 0) {
        close(packet->fd); /* a reader that was taken over may say anything */
    }
}

void intake_reader_back(struct clerk *clerk)
{
    struct dockets again = TAILQ_HEAD_INITIALIZER(again);
    struct docket *docket;
    TAILQ_CONCAT(&again, &clerk->reading, next);
    while ((docket = TAILQ_FIRST(&again))) {
        TAILQ_REMOVE(&again, docket, next);
        intake_ask_reader(clerk, docket);
    }
}

/* ---- settling -------------------------------------------------------------------------------- */

/* Only what is unusual. */
static const char *folder_for_log(const struct docket *docket)
{
    const struct message *message = &docket->message;
    return conf_is_junk(message->mailbox, message->raw.folder) ? message->raw.folder : NULL;
}

static void log_docket(const struct docket *docket)
{
    const struct conclusion *c = &docket->conclusion;
    struct arena *arena = docket->arena;
    struct texts numbers = {0};
    for (size_t i = 0; i < c->decision.motion_count; i++)
        if (c->decision.motions[i].number)
            texts_add(&numbers, arena, c->decision.motions[i].number);
    log_event(LOG_INFO, "message", "id", arena_printf(arena, "m%lld", (long long)docket->id),
              "body", docket->message.body->id, "mailbox", docket->message.mailbox->name, "folder",
              folder_for_log(docket), "uid", log_int(docket->message.raw.uid), "state",
              message_state_to_text(c->decision.state), "row", c->decision.row, "trust",
              docket->message.reading ? trust_level_to_text(c->verdict.level) : NULL, "signature",
              c->verdict.signature ? signature_result_to_text(c->verdict.signature->result) : NULL,
              "signer", c->verdict.signature ? c->verdict.signature->signer : NULL, "numbers",
              numbers.n ? text_join(arena, &numbers, ",") : NULL, "answers",
              log_int((int64_t)c->replies.n), "arrived",
              moment_to_text(arena, c->decision.arrival.at), "ms",
              log_int(monotonic_milliseconds() - docket->began_ms), NULL);
}

/* Once for each body that has mails in the batch: those of one come together. */
static void for_each_body(struct clerk *clerk, struct dockets *batch,
                          void (*act)(struct clerk *, const struct conf_body *))
{
    const struct conf_body *last = NULL;
    struct docket *docket;
    TAILQ_FOREACH(docket, batch, next)
    {
        if (docket->message.body != last)
            act(clerk, docket->message.body);
        last = docket->message.body;
    }
}

/* What a person has ordered to be read again. */
static bool settle_reread(struct clerk *clerk, struct docket *docket)
{
    struct ruling_context context = {.registry = clerk->registry,
                                     .arena = docket->arena,
                                     .conf = clerk->conf,
                                     .actor = docket->actor,
                                     .now = docket->message.now,
                                     .token = docket->message.token};
    return ruling_reread(&context, &docket->message, &docket->answer, &docket->failure);
}

/* What the office may have decided by this mail. */
static bool take_reply(struct clerk *clerk, struct docket *docket)
{
    struct ruling_context context = {.registry = clerk->registry,
                                     .arena = docket->arena,
                                     .conf = clerk->conf,
                                     .now = docket->message.now,
                                     .token = docket->message.token};
    struct message settled = docket->message;
    settled.id = docket->id;
    return ruling_take_reply(&context, &settled, &docket->conclusion, &docket->accepted,
                             &docket->failure);
}

/* What cannot be settled as it was decided waits for a person. */
static bool rescue(struct clerk *clerk, struct docket *docket)
{
    complain("settle", &docket->failure);
    docket->accepted = false;
    return pipeline_rescue(clerk->registry, docket->arena, &docket->message, &docket->conclusion,
                           &docket->id, &docket->failure);
}

static bool settle(struct clerk *clerk, struct docket *docket)
{
    if (docket->asker)
        return settle_reread(clerk, docket);
    if (!registry_part_begin(clerk->registry, &docket->failure))
        return false;
    bool ok = pipeline_settle(clerk->registry, docket->arena, &docket->message, &docket->conclusion,
                              &docket->id, &docket->failure) &&
              take_reply(clerk, docket);
    return registry_part_end(clerk->registry, ok, &docket->failure) || rescue(clerk, docket);
}

static bool settle_all(struct clerk *clerk, struct dockets *batch, struct err *err_r)
{
    struct docket *docket;
    for_each_body(clerk, batch, chores_refresh);
    if (!registry_begin(clerk->registry, err_r))
        return false;
    TAILQ_FOREACH(docket, batch, next)
    {
        docket->settled = settle(clerk, docket);
        if (!docket->settled)
            complain(docket->asker ? "settle" : "rescue", &docket->failure);
    }
    if (registry_commit(clerk->registry, err_r))
        return true;
    registry_rollback(clerk->registry);
    return false;
}

/* Only now, after the commit, somebody hears of it. */
static void tell_outcome(struct clerk *clerk, struct docket *docket, bool ok)
{
    if (docket->asker) {
        if (!ok)
            json_free(docket->answer);
        control_reread_done(clerk, docket->asker, ok ? docket->answer : NULL, &docket->failure);
        return;
    }
    if (ok)
        log_docket(docket);
    if (ok && docket->accepted && !clerk->once)
        clerk_ask_round(clerk); /* it belongs in the done-folder now */
    tell_settled(clerk, docket->visit, docket->message.raw.uid, ok,
                 ok && belongs_in_done_folder(docket->conclusion.decision.state));
}

static void on_settle(evutil_socket_t fd, short what, void *context)
{
    struct clerk *clerk = context;
    struct dockets batch = TAILQ_HEAD_INITIALIZER(batch);
    struct docket *docket;
    struct err err;
    (void)fd, (void)what;
    TAILQ_CONCAT(&batch, &clerk->read, next);
    bool committed = settle_all(clerk, &batch, &err);
    if (!committed)
        complain("commit", &err);
    else
        for_each_body(clerk, &batch, chores_run_body);
    while ((docket = TAILQ_FIRST(&batch))) {
        TAILQ_REMOVE(&batch, docket, next);
        if (!committed && docket->settled)
            docket->failure = err;
        tell_outcome(clerk, docket, committed && docket->settled);
        intake_free_docket(clerk, docket);
    }
    outbox_run(clerk);
    clerk_finish_if_done(clerk);
}

/* ---- the watch ------------------------------------------------------------------------------- */

static void name_place(struct raw_mail *raw, const struct place_names *names, uint64_t uidvalidity,
                       uint64_t uid)
{
    raw->body = names->body->id;
    raw->mailbox = names->mailbox->name;
    raw->folder = names->folder;
    raw->uidvalidity = (uint32_t)uidvalidity;
    raw->uid = (uint32_t)uid;
    raw->fd = -1;
}

struct docket *intake_new_docket(struct clerk *clerk, const struct place_names *names,
                                 uint64_t visit, uint64_t uidvalidity, uint64_t uid,
                                 uint64_t internaldate, int fd)
{
    struct arena *arena = arena_new();
    struct docket *docket = ARENA_NEW(arena, struct docket);
    clerk->dockets++;
    docket->arena = arena;
    docket->visit = visit;
    docket->began_ms = monotonic_milliseconds();
    docket->message = (struct message){.body = names->body,
                                       .mailbox = names->mailbox,
                                       .now = clerk_now(),
                                       .token = clerk_fresh_token(arena)};
    name_place(&docket->message.raw, names, uidvalidity, uid);
    docket->message.raw.internaldate = day_is_none(moment_day((int64_t)internaldate))
                                           ? docket->message.now
                                           : (int64_t)internaldate;
    docket->message.raw.fd = fd;
    return docket;
}

/* Of what is larger the watch brings the headers; one that was taken over brings memory without
 * end. */
static bool check_size(const struct docket *docket, struct err *err_r)
{
    struct stat st;
    size_t max = docket->message.body->max_size;
    if (fstat(docket->message.raw.fd, &st) != 0)
        return err_set_errno(err_r, ERR_DATA, "a mail from the watch");
    return max == 0 || (uintmax_t)st.st_size <= max ||
           err_set(err_r, ERR_DATA, "the watch brings a mail of %jd bytes, more than max-size",
                   (intmax_t)st.st_size);
}

static void take_mail(struct clerk *clerk, const struct wire_packet *packet)
{
    const struct wire_mail *mail = &packet->as.mail;
    struct place_names names;
    enum message_state state;
    int64_t id;
    struct err err;
    if (clerk->dockets >= CLERK_DOCKETS_MAX ||
        !intake_find_place(clerk, mail->body, mail->mailbox, mail->folder, &names)) {
        close(packet->fd);
        tell_settled(clerk, mail->visit, (uint32_t)mail->uid, false, false);
        return;
    }
    struct docket *docket = intake_new_docket(clerk, &names, mail->visit, mail->uidvalidity,
                                              mail->uid, mail->internaldate, packet->fd);
    docket->message.raw.whole = (size_t)mail->whole;
    if (!registry_find_uid(clerk->registry, &docket->message.raw, &id, &state, &err)) {
        complain("registry", &err);
        give_up(clerk, docket);
    } else if (id) { /* settled before, by a visit that did not hear of it */
        tell_settled(clerk, docket->visit, docket->message.raw.uid, true,
                     belongs_in_done_folder(state));
        intake_free_docket(clerk, docket);
    } else if (!check_size(docket, &err) ||
               !pipeline_receive(clerk->registry, &docket->message, &err)) {
        complain("receive", &err);
        give_up(clerk, docket);
    } else {
        intake_ask_reader(clerk, docket);
    }
}

static void take_gone(struct clerk *clerk, const struct wire_gone *gone)
{
    struct place_names names;
    struct raw_mail raw = {0};
    struct err err;
    if (!intake_find_place(clerk, gone->body, gone->mailbox, gone->folder, &names)) {
        tell_settled(clerk, gone->visit, (uint32_t)gone->uid, false, false);
        return;
    }
    name_place(&raw, &names, gone->uidvalidity, gone->uid);
    bool ok = registry_record_vanished(clerk->registry, &raw, clerk_now(), &err);
    if (!ok)
        complain("registry", &err);
    log_event(LOG_WARN, "vanished", "body", gone->body, "mailbox", gone->mailbox, "uid",
              log_int((int64_t)gone->uid), NULL);
    tell_settled(clerk, gone->visit, raw.uid, ok, false);
}

void intake_watch_packet(struct clerk *clerk, const struct wire_packet *packet)
{
    if (packet->type == WIRE_VIEW)
        view_take(clerk, packet);
    else if (packet->type == WIRE_MAIL)
        take_mail(clerk, packet);
    else if (packet->type == WIRE_GONE)
        take_gone(clerk, &packet->as.gone);
    else if (packet->type == WIRE_MOVED)
        view_take_moved(clerk, packet);
    else if (packet->type == WIRE_SENDER)
        junk_take_sender(clerk, packet);
    else if (packet->fd >= 0)
        close(packet->fd);
}

/* What it brought is settled all the same, but nobody is told: a new watch counts its visits anew.
 */
void intake_watch_gone(struct clerk *clerk)
{
    struct docket *docket;
    TAILQ_FOREACH(docket, &clerk->reading, next) docket->visit = 0;
    TAILQ_FOREACH(docket, &clerk->read, next) docket->visit = 0;
}

/* ---- a person -------------------------------------------------------------------------------- */

bool intake_reread(struct clerk *clerk, const struct ruling_order *order, const char *actor,
                   uint64_t asker, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct docket *docket = ARENA_NEW(arena, struct docket);
    struct ruling_context context = {.registry = clerk->registry,
                                     .arena = arena,
                                     .conf = clerk->conf,
                                     .now = clerk_now(),
                                     .token = clerk_fresh_token(arena)};
    if (!ruling_open_message(&context, order, &docket->message, err_r)) {
        arena_free(arena);
        return false;
    }
    docket->arena = arena;
    docket->began_ms = monotonic_milliseconds();
    docket->asker = asker;
    docket->actor = arena_strdup(arena, actor);
    intake_ask_reader(clerk, docket);
    return true;
}

/* ---- life ------------------------------------------------------------------------------------ */

void intake_open(struct clerk *clerk)
{
    TAILQ_INIT(&clerk->reading);
    TAILQ_INIT(&clerk->read);
    clerk->settle = event_new(clerk->base, -1, 0, on_settle, clerk);
    if (!clerk->settle)
        panic("clerk: no event can be made");
}

bool intake_is_empty(const struct clerk *clerk)
{
    return TAILQ_EMPTY(&clerk->reading) && TAILQ_EMPTY(&clerk->read);
}

size_t intake_count(const struct clerk *clerk)
{
    const struct docket *docket;
    size_t count = 0;
    TAILQ_FOREACH(docket, &clerk->reading, next) count++;
    TAILQ_FOREACH(docket, &clerk->read, next) count++;
    return count;
}

static void free_all(struct clerk *clerk, struct dockets *dockets)
{
    struct docket *docket;
    while ((docket = TAILQ_FIRST(dockets))) {
        TAILQ_REMOVE(dockets, docket, next);
        intake_free_docket(clerk, docket);
    }
}

void intake_close(struct clerk *clerk)
{
    free_all(clerk, &clerk->reading);
    free_all(clerk, &clerk->read);
    event_free(clerk->settle);
}
