/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The folder for junk: a filter may have put a member's letter there.  Only From fields come over;
 * whose they are the clerk has the reader find out.  Mails of listed senders then go the way of all
 * others, the rest is not touched.  It never keeps the watched folder from being visited: it comes
 * after that, and is let alone where it ends the link time and again.
 */
#include "daemon/visit_p.h"

#include "base/file.h"
#include "base/log.h"
#include "daemon/monotonic.h"

#include <string.h>
#include <unistd.h>

/* So many are looked at in one visit that is to be parked; then the watched folder has its turn. */
#define JUDGED_MAX 512
#define LOST_TRIES 3
#define LOST_SECONDS 3600

static const char *junk_folder(const struct run *run)
{
    return run->visit->conf->junk_folder;
}

static bool is_due(const struct run *run)
{
    const struct visit_memory *memory = run->visit->memory;
    if (!junk_folder(run) || !*junk_folder(run))
        return false;
    if (memory->junk_lost >= LOST_TRIES)
        return monotonic_seconds() >= memory->junk_next;
    return run->visit->whole || monotonic_seconds() >= memory->junk_next;
}

static void set_next(struct run *run)
{
    struct visit_memory *memory = run->visit->memory;
    int wait = memory->junk_more ? 0 : run->visit->conf->renew;
    if (memory->junk_lost >= LOST_TRIES)
        wait = LOST_SECONDS;
    memory->junk_next = monotonic_seconds() + wait;
}

/* Once, until it goes well again; the visit goes on. */
static bool tell(struct run *run, const char *advice)
{
    struct visit_memory *memory = run->visit->memory;
    if (!memory->junk_told)
        log_event(LOG_WARN, "junk-folder", "body", run->visit->body->id, "mailbox",
                  run->visit->conf->name, "folder", junk_folder(run), "error",
                  run->report->err.text, "text", advice, NULL);
    memory->junk_told = true;
    return true;
}

/* ---- who sent them --------------------------------------------------------------------------- */

static void say_sender(struct run *run, const struct mailbox_item *item, int fd)
{
    const struct visit *v = run->visit;
    talk_say(run->talk,
             &(struct wire_packet){.type = WIRE_SENDER,
                                   .fd = fd,
                                   .as.sender = {.visit = talk_ticket(run->talk),
                                                 .body = v->body->id,
                                                 .mailbox = v->conf->name,
                                                 .folder = run->folder,
                                                 .uidvalidity = run->view.uidvalidity,
                                                 .uid = item->uid,
                                                 .internaldate = (uint64_t)item->internaldate}});
}

/* Hands on what was read of each; one of which nothing came is asked for again another time. */
static bool say_senders(struct run *run, const struct mailbox_item *items, size_t count, int *fds,
                        size_t *said_r)
{
    for (size_t i = 0; i < count; i++) {
        if (lseek(fds[i], 0, SEEK_END) <= 0)
            continue;
        if (!memfd_seal(fds[i], &run->report->err))
            return visit_failed(run, MAILBOX_LOST);
        say_sender(run, &items[i], fds[i]);
        fds[i] = -1;
        (*said_r)++;
    }
    return true;
}

static bool hear_judged(struct run *run, size_t said, uint32_t *listed, size_t *listed_count)
{
    for (; said > 0; said--) {
        struct wire_packet packet;
        if (!visit_hear(run, WIRE_JUDGED, &packet))
            return false;
        if (packet.as.judged.listed)
            listed[(*listed_count)++] = (uint32_t)packet.as.judged.uid;
    }
    return true;
}

static bool open_memory(struct run *run, int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!memfd_new("from", &fds[i], &run->report->err))
            return visit_failed(run, MAILBOX_LOST);
    return true;
}

static bool peek(struct run *run, const struct mailbox_item *items, size_t count, int *fds,
                 size_t *said_r)
{
    if (!open_memory(run, fds, count))
        return false;
    enum mailbox_result result =
        mailbox_peek(run->visit->mailbox, items, count, fds, &run->report->err);
    if (result != MAILBOX_OK)
        return visit_failed(run, result);
    return say_senders(run, items, count, fds, said_r);
}

static bool judge_some(struct run *run, const uint32_t *uids, size_t count, uint32_t *listed,
                       size_t *listed_count)
{
    struct mailbox_item items[MAILBOX_PEEK_MAX];
    int fds[MAILBOX_PEEK_MAX];
    size_t said = 0;
    for (size_t i = 0; i < MAILBOX_PEEK_MAX; i++)
        fds[i] = -1;
    for (size_t i = 0; i < count; i++)
        items[i] = *visit_find_item(run, uids[i]);
    bool ok = peek(run, items, count, fds, &said);
    for (size_t i = 0; i < MAILBOX_PEEK_MAX; i++)
        wire_close_fd(fds[i]);
    return ok && hear_judged(run, said, listed, listed_count);
}

/* Of what is wanted only mails of listed senders are left. */
static bool judge_all(struct run *run)
{
    uint32_t *listed = arena_array(run->arena, run->wanted_count + 1, sizeof *listed);
    size_t count = 0;
    if (run->wanted_count > JUDGED_MAX && run->visit->park) {
        run->wanted_count = JUDGED_MAX;
        run->report->stirred = run->visit->memory->junk_more = true;
    }
    for (size_t i = 0; i < run->wanted_count; i += MAILBOX_PEEK_MAX) {
        size_t n =
            run->wanted_count - i < MAILBOX_PEEK_MAX ? run->wanted_count - i : MAILBOX_PEEK_MAX;
        if (!judge_some(run, run->wanted + i, n, listed, &count))
            return false;
    }
    run->wanted = listed;
    run->wanted_count = count;
    return true;
}

/* ---- taking them ----------------------------------------------------------------------------- */

/* Where it may only be read its mails are registered all the same, and stay. */
static bool open_for_moving(struct run *run)
{
    struct mailbox *mailbox = run->visit->mailbox;
    struct mailbox_view view;
    enum mailbox_result result = mailbox_select(mailbox, run->folder, &view, &run->report->err);
    if (result == MAILBOX_REFUSED) {
        tell(run, "registered mails stay in it");
        run->stays = true;
        result = mailbox_examine(mailbox, run->folder, false, &view, &run->report->err);
    }
    if (result == MAILBOX_OK && view.uidvalidity != run->view.uidvalidity) {
        err_set(&run->report->err, ERR_TRY_AGAIN, "folder %s was made anew meanwhile", run->folder);
        result = MAILBOX_LOST;
    }
    return result == MAILBOX_OK || visit_failed(run, result);
}

static bool take_wanted(struct run *run)
{
    if (run->wanted_count == 0 && run->to_move_count == 0)
        return true;
    if (!open_for_moving(run) || !visit_move_rest(run))
        return false;
    for (size_t next = 0; next < run->wanted_count;)
        if (!visit_fetch_batch(run, &next))
            return false;
    return true;
}

static bool look_into(struct run *run)
{
    enum mailbox_result result =
        mailbox_examine(run->visit->mailbox, run->folder, false, &run->view, &run->report->err);
    run->visit->memory->no_junk = result == MAILBOX_REFUSED;
    if (result == MAILBOX_REFUSED)
        return tell(run, "create it, or correct \"junk-folder\"");
    if (result != MAILBOX_OK)
        return visit_failed(run, result);
    if (!visit_discover(run) || !judge_all(run) || !take_wanted(run))
        return false;
    run->visit->memory->junk_told = run->stays;
    return true;
}

static void note_lost(struct run *run)
{
    struct visit_memory *memory = run->visit->memory;
    if (++memory->junk_lost != LOST_TRIES)
        return;
    log_event(LOG_ERROR, "junk-folder", "body", run->visit->body->id, "mailbox",
              run->visit->conf->name, "folder", junk_folder(run), "error", run->report->err.text,
              "text", "looking into it ends the link each time; it is let alone for a while",
              "retry_in", log_int(LOST_SECONDS), NULL);
}

bool visit_junk(struct run *run, bool *away_r)
{
    struct visit_memory *memory = run->visit->memory;
    bool ok = true;
    if (is_due(run)) {
        struct run junk = *run;
        junk.folder = junk_folder(run);
        junk.memory = &memory->junk;
        *away_r = true;
        memory->junk_more = false;
        ok = look_into(&junk);
        if (ok)
            memory->junk_lost = 0;
        else if (run->report->end == VISIT_FAILED)
            note_lost(run);
        set_next(run);
    }
    run->report->no_junk = memory->no_junk || memory->junk_lost >= LOST_TRIES;
    return ok;
}
