/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/visit_p.h"

#include "base/log.h"

/* A mailbox in which something new comes all the time goes behind the others after so many. */
#define ROUNDS_MAX 8

bool visit_failed(struct run *run, enum mailbox_result why)
{
    run->report->end = VISIT_FAILED;
    run->report->why = why;
    run->report->suggested_wait = mailbox_suggested_wait(run->visit->mailbox);
    return false;
}

bool visit_clerk_gone(struct run *run)
{
    run->report->end = VISIT_CLERK_GONE;
    return false;
}

bool visit_hear(struct run *run, enum wire_type type, struct wire_packet *packet_r)
{
    if (!talk_hear(run->talk, run->arena, CLERK_SECONDS, packet_r))
        return visit_clerk_gone(run);
    if (packet_r->type != type)
        panic("watch: the clerk said %s for %s", wire_type_to_text(packet_r->type),
              wire_type_to_text(type));
    return true;
}

/* ---- the announcement --------------------------------------------------------------------------
 */

/* Before a byte of the server is read: it may crash us, and then the clerk knows who did. */
static bool announce(struct run *run)
{
    const struct visit *v = run->visit;
    struct wire_packet packet = {.type = WIRE_VISITING,
                                 .fd = -1,
                                 .as.visiting = {.visit = talk_ticket(run->talk),
                                                 .body = v->body->id,
                                                 .mailbox = v->conf->name}};
    talk_say(run->talk, &packet);
    if (!visit_hear(run, WIRE_BEGIN, &packet))
        return false;
    run->report->crashes = (int)packet.as.begin.crashes;
    if (run->report->crashes == 0)
        return true;
    err_set(&run->report->err, ERR_UNAVAILABLE,
            "mailbox %s: its server has crashed the watch, %d times in a row", v->conf->name,
            run->report->crashes);
    return visit_failed(run, MAILBOX_LOST);
}

/* ---- the visit ------------------------------------------------------------------------------- */

static bool open_watched(struct run *run)
{
    enum mailbox_result result =
        mailbox_open(run->visit->mailbox, false, &run->view, &run->report->err);
    return result == MAILBOX_OK || visit_failed(run, result);
}

static bool fetch_wanted(struct run *run)
{
    for (size_t next = 0; next < run->wanted_count;)
        if (!visit_fetch_batch(run, &next))
            return false;
    return true;
}

static bool round_trip(struct run *run)
{
    run->committed = 0;
    return open_watched(run) && visit_discover(run) && visit_move_rest(run) && fetch_wanted(run);
}

/* Mail that came during a round is found by the next, before the mailbox is parked. */
static bool work_through(struct run *run)
{
    const size_t left = run->report->left, set_aside = run->report->set_aside;
    bool ok = true;
    for (int rounds = 0; ok && rounds < ROUNDS_MAX; rounds++) {
        run->arena = arena_new();
        run->report->left = left;
        run->report->set_aside = set_aside;
        ok = round_trip(run);
        arena_free(run->arena);
        if (run->committed == 0)
            break;
    }
    run->report->stirred = run->report->stirred || run->committed > 0;
    return ok;
}

/* ---- other folders --------------------------------------------------------------------------- */

/* Whatever was told of the folder that is watched while we were away was not heard; UIDNEXT tells
 * it (RFC 3501 section 2.3.1.1). */
static bool come_back(struct run *run)
{
    struct mailbox_view before = run->view;
    if (!open_watched(run))
        return false;
    if (run->view.uidnext != 0 && run->view.uidnext == before.uidnext &&
        run->view.uidvalidity == before.uidvalidity)
        return true;
    return work_through(run);
}

/* After the one that is watched: its mails wait for nothing. */
static bool visit_others(struct run *run)
{
    struct run other = *run;
    bool away = false;
    other.arena = arena_new();
    bool ok = visit_junk(&other, &away) && visit_copies(&other, &away);
    arena_free(other.arena);
    return ok && (!away || come_back(run));
}

static void park(struct run *run)
{
    struct visit_report *report = run->report;
    bool news = false;
    if (!run->visit->park) {
        mailbox_close(run->visit->mailbox);
        return;
    }
    enum mailbox_result result =
        mailbox_park(run->visit->mailbox, &report->park_fd, &news, &report->err);
    report->stirred = report->stirred || news;
    if (result != MAILBOX_OK)
        visit_failed(run, result);
}

void visit_run(const struct visit *visit, struct talk *talk, struct visit_report *report_r)
{
    struct run run = {.visit = visit,
                      .talk = talk,
                      .report = report_r,
                      .folder = visit->conf->folder,
                      .memory = &visit->memory->watched};
    *report_r = (struct visit_report){.end = VISIT_DONE, .park_fd = -1};
    run.arena = arena_new();
    bool ok = announce(&run);
    arena_free(run.arena);
    if (ok && work_through(&run) && visit_others(&run))
        park(&run);
}
