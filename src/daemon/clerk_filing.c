/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Copies of acknowledgements for the sent-folder.  They are owed by the registry until the watch
 * says that they lie there; each is noted before it goes out, so that after a crash of anybody it
 * is looked for first.  Whatever a server says to it holds up no mail and no answer: a mailbox
 * whose server refuses copies is asked again later, with the next one in turn.
 */
#include "daemon/clerk_p.h"

#include "base/file.h"
#include "daemon/filing.h"
#include "daemon/monotonic.h"
#include "smtp/schedule.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define GATHER_SECONDS 1 /* a letter's answers go out one after the other */

/* One mailbox with a sent-folder. */
struct drawer {
    const char *body, *mailbox, *folder;
    int64_t in_flight;  /* the delivery whose copy the watch has, or 0 */
    int64_t refused;    /* the last one; the next try begins behind it */
    int failures;       /* in a row */
    int64_t not_before; /* monotonic seconds */
    bool stirred;       /* a visit was asked for and did not begin yet */
};

struct filing {
    struct event *timer;
    struct drawer *drawers;
    size_t count;
    uint64_t round; /* with --once: the one that was asked for copies, or 0 */
};

static void complain(const struct err *err)
{
    log_event(LOG_ERROR, "filing", "error", err->text, NULL);
}

static struct drawer *find_drawer(struct filing *filing, const char *body, const char *mailbox)
{
    for (size_t i = 0; i < filing->count; i++)
        if (strcmp(filing->drawers[i].body, body) == 0 &&
            strcmp(filing->drawers[i].mailbox, mailbox) == 0)
            return &filing->drawers[i];
    return NULL;
}

static int64_t count_waiting(struct clerk *clerk, const struct drawer *drawer)
{
    struct unfiled_count count;
    struct err err;
    if (registry_count_unfiled(clerk->registry, drawer->body, drawer->mailbox, &count, &err))
        return count.count;
    complain(&err);
    return 0;
}

/* ---- asking for visits ----------------------------------------------------------------------- */

static void stir(struct clerk *clerk, struct drawer *drawer)
{
    if (drawer->stirred || monotonic_seconds() < drawer->not_before ||
        count_waiting(clerk, drawer) == 0)
        return;
    drawer->stirred = true;
    channel_send(clerk->peers[ROLE_WATCH],
                 &(struct wire_packet){
                     .type = WIRE_STIR, .fd = -1, .as.stir = {drawer->body, drawer->mailbox}});
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct clerk *clerk = context;
    (void)fd, (void)what;
    for (size_t i = 0; i < clerk->filing->count; i++)
        stir(clerk, &clerk->filing->drawers[i]);
}

void filing_run(struct clerk *clerk)
{
    struct filing *filing = clerk->filing;
    if (filing->count > 0 && !clerk->once && !evtimer_pending(filing->timer, NULL))
        evtimer_add(filing->timer, &(struct timeval){.tv_sec = GATHER_SECONDS});
}

bool filing_is_left(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->filing->count; i++)
        if (count_waiting(clerk, &clerk->filing->drawers[i]) > 0)
            return true;
    return false;
}

/* The first round has filed what was owed before it; what was sent since is owed to one more. */
bool filing_needs_round(struct clerk *clerk)
{
    struct filing *filing = clerk->filing;
    if (filing->round == 0 && filing_is_left(clerk))
        filing->round = clerk_ask_round(clerk);
    return clerk->round_ended < filing->round;
}

/* ---- handing out ----------------------------------------------------------------------------- */

static void say_none(struct clerk *clerk, uint64_t visit)
{
    channel_send(clerk->peers[ROLE_WATCH],
                 &(struct wire_packet){.type = WIRE_NO_COPY, .fd = -1, .as.no_copy.visit = visit});
}

static bool hand_out(struct clerk *clerk, struct drawer *drawer, uint64_t visit,
                     const struct unfiled *row, struct err *err_r)
{
    struct wire_packet packet = {.type = WIRE_COPY,
                                 .as.copy = {.visit = visit,
                                             .delivery = (uint64_t)row->delivery,
                                             .message_id = row->message_id,
                                             .date = (uint64_t)row->date,
                                             .may_be_there = row->may_be_there}};
    if (!memfd_from("copy", row->bytes, row->size, &packet.fd, err_r))
        return false;
    if (!registry_filing_begin(clerk->registry, row->delivery, clerk_now(), err_r)) {
        wire_close_fd(packet.fd);
        return false;
    }
    drawer->in_flight = row->delivery;
    channel_send(clerk->peers[ROLE_WATCH], &packet);
    return true;
}

static void answer_wanted(struct clerk *clerk, const struct wire_copy_wanted *wanted)
{
    struct drawer *drawer = find_drawer(clerk->filing, wanted->body, wanted->mailbox);
    struct arena *arena = arena_new();
    struct unfiled row = {0};
    struct err err;
    bool ok = true;
    if (drawer)
        drawer->stirred = false;
    if (drawer && monotonic_seconds() >= drawer->not_before)
        ok = registry_find_unfiled(clerk->registry, arena, drawer->body, drawer->mailbox,
                                   drawer->refused, &row, &err) &&
             (row.delivery == 0 || hand_out(clerk, drawer, wanted->visit, &row, &err));
    if (!ok)
        complain(&err);
    if (!ok || row.delivery == 0)
        say_none(clerk, wanted->visit);
    arena_free(arena);
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void put_off(struct drawer *drawer, const struct wire_filed *filed)
{
    int64_t now = monotonic_seconds();
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) < 0)
        random = (uint32_t)now;
    drawer->failures++;
    drawer->refused = drawer->in_flight;
    drawer->not_before = schedule_next(drawer->failures, now, now, random);
    log_event(LOG_WARN, "not-filed", "body", drawer->body, "mailbox", drawer->mailbox, "folder",
              drawer->folder, "delivery", log_int(drawer->in_flight), "error", filed->text,
              "retry_in", log_int(drawer->not_before - now), NULL);
}

static const char *say_where(struct arena *arena, const struct drawer *drawer,
                             const struct wire_filed *filed)
{
    if (filed->uid == 0)
        return drawer->folder;
    return arena_printf(arena, "%s, UIDVALIDITY %llu, UID %llu", drawer->folder,
                        (unsigned long long)filed->uidvalidity, (unsigned long long)filed->uid);
}

static void note_filed(struct clerk *clerk, struct drawer *drawer, const struct wire_filed *filed)
{
    struct arena *arena = arena_new();
    struct err err;
    if (!registry_filing_end(clerk->registry, drawer->in_flight, clerk_now(),
                             say_where(arena, drawer, filed), &err))
        complain(&err);
    log_event(LOG_INFO, "filed", "body", drawer->body, "mailbox", drawer->mailbox, "folder",
              drawer->folder, "delivery", log_int(drawer->in_flight), "found",
              filed->outcome == FILING_FOUND ? "yes" : NULL, NULL);
    drawer->failures = 0;
    drawer->refused = 0;
    arena_free(arena);
}

static void note_outcome(struct clerk *clerk, struct drawer *drawer, const struct wire_filed *filed)
{
    struct err err;
    switch ((enum filing_outcome)filed->outcome) {
    case FILING_DONE:
    case FILING_FOUND:
        note_filed(clerk, drawer, filed);
        break;
    case FILING_REFUSED:
        if (!registry_filing_end(clerk->registry, drawer->in_flight, clerk_now(), NULL, &err))
            complain(&err);
        put_off(drawer, filed);
        break;
    case FILING_UNKNOWN:
        put_off(drawer, filed);
        break;
    case FILING_OUTCOME_COUNT:
        break;
    }
}

/* A watch that was taken over can say that one copy lies there which does not; no more. */
static void take_filed(struct clerk *clerk, const struct wire_filed *filed)
{
    struct drawer *drawer = find_drawer(clerk->filing, filed->body, filed->mailbox);
    if (!drawer || drawer->in_flight == 0 || filed->delivery != (uint64_t)drawer->in_flight ||
        filed->outcome >= FILING_OUTCOME_COUNT)
        return;
    note_outcome(clerk, drawer, filed);
    drawer->in_flight = 0;
}

void filing_watch_packet(struct clerk *clerk, const struct wire_packet *packet)
{
    if (packet->type == WIRE_COPY_WANTED)
        answer_wanted(clerk, &packet->as.copy_wanted);
    else
        take_filed(clerk, &packet->as.filed);
}

void filing_watch_gone(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->filing->count; i++) {
        clerk->filing->drawers[i].in_flight = 0;
        clerk->filing->drawers[i].stirred = false;
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

static void add_drawers(struct filing *filing, const struct conf_body *body)
{
    for (size_t i = 0; i < body->mailbox_count; i++) {
        const struct conf_mailbox *mailbox = &body->mailboxes[i];
        if (!mailbox->sent_folder || !*mailbox->sent_folder)
            continue;
        filing->drawers = reallocarray(filing->drawers, filing->count + 1, sizeof *filing->drawers);
        if (!filing->drawers)
            panic("clerk: out of memory");
        filing->drawers[filing->count++] = (struct drawer){.body = body->id,
                                                           .mailbox = mailbox->name,
                                                           .folder = mailbox->sent_folder,
                                                           .not_before = 0};
    }
}

void filing_open(struct clerk *clerk)
{
    clerk->filing = xcalloc(1, sizeof *clerk->filing);
    clerk->filing->timer = evtimer_new(clerk->base, on_timer, clerk);
    if (!clerk->filing->timer)
        panic("clerk: no event can be made");
    for (size_t i = 0; i < clerk->conf->body_count; i++)
        add_drawers(clerk->filing, &clerk->conf->bodies[i]);
}

void filing_close(struct clerk *clerk)
{
    event_free(clerk->filing->timer);
    free(clerk->filing->drawers);
    free(clerk->filing);
}
