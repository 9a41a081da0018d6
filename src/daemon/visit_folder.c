/* SPDX-License-Identifier: EUPL-1.2 */
/* What is done with one folder: its UIDs are compared, what is wanted is fetched in batches, what
 * is settled is moved. */
#include "daemon/visit_p.h"

#include "base/file.h"
#include "base/log.h"
#include "daemon/monotonic.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A batch bounds what is in flight between watch, clerk and reader. */
#define BATCH_MAILS 16
#define BATCH_BYTES ((size_t)64 * 1024 * 1024)
/* A mail that ended the link so many times in a row no longer keeps others waiting. */
#define STUCK_TRIES 3
#define STUCK_SECONDS 3600 /* until it is tried again, behind all others */
#define UIDS_MAX ((size_t)64 * 1024 * 1024)

/* ---- mails that end the link -------------------------------------------------------------------
 */

struct stuck {
    uint32_t uid;
    int tries;
    time_t next; /* not before, by the monotonic clock */
};

static void forget(struct folder_memory *memory)
{
    free(memory->stuck);
    *memory = (struct folder_memory){0};
}

void visit_forget(struct visit_memory *memory)
{
    forget(&memory->watched);
    forget(&memory->junk);
}

static void remember_epoch(struct run *run)
{
    struct folder_memory *memory = run->memory;
    if (memory->uidvalidity == run->view.uidvalidity)
        return;
    forget(memory);
    memory->uidvalidity = run->view.uidvalidity;
}

static struct stuck *find_stuck(const struct folder_memory *memory, uint32_t uid)
{
    for (size_t i = 0; i < memory->stuck_count; i++)
        if (memory->stuck[i].uid == uid)
            return &memory->stuck[i];
    return NULL;
}

static void is_fetched(struct folder_memory *memory, uint32_t uid)
{
    struct stuck *stuck = find_stuck(memory, uid);
    if (stuck)
        *stuck = memory->stuck[--memory->stuck_count];
}

static void is_stuck(const struct run *run, uint32_t uid)
{
    struct folder_memory *memory = run->memory;
    struct stuck *stuck = find_stuck(memory, uid);
    if (!stuck) {
        size_t n = memory->stuck_count + 1;
        memory->stuck = reallocarray(memory->stuck, n, sizeof *memory->stuck);
        if (!memory->stuck)
            panic("watch: out of memory");
        stuck = &memory->stuck[memory->stuck_count++];
        *stuck = (struct stuck){.uid = uid};
    }
    if (++stuck->tries < STUCK_TRIES)
        return;
    stuck->next = monotonic_seconds() + STUCK_SECONDS;
    log_event(LOG_ERROR, "mail-stuck", "body", run->visit->body->id, "mailbox",
              run->visit->conf->name, "uid", log_int(uid), "tries", log_int(stuck->tries), "error",
              run->report->err.text, "text",
              "fetching this mail ends the link each time; the others go first, look at it by hand",
              "retry_in", log_int(STUCK_SECONDS), NULL);
}

/* Those that were tried often enough go behind all others, and not before their time. */
static void set_stuck_aside(struct run *run)
{
    uint32_t *last = arena_array(run->arena, run->wanted_count + 1, sizeof *last);
    size_t kept = 0, last_count = 0;
    for (size_t i = 0; i < run->wanted_count; i++) {
        const struct stuck *stuck = find_stuck(run->memory, run->wanted[i]);
        if (!stuck || stuck->tries < STUCK_TRIES)
            run->wanted[kept++] = run->wanted[i];
        else if (monotonic_seconds() >= stuck->next)
            last[last_count++] = run->wanted[i];
    }
    size_t aside = run->wanted_count - kept - last_count;
    run->report->set_aside += aside;
    run->report->left += aside;
    memcpy(run->wanted + kept, last, last_count * sizeof *last);
    run->wanted_count = kept + last_count;
}

/* ---- what is new ----------------------------------------------------------------------------- */

static bool say_view(struct run *run)
{
    uint32_t *uids = arena_array(run->arena, run->item_count, sizeof *uids);
    struct wire_packet packet = {.type = WIRE_VIEW,
                                 .as.view = {.visit = talk_ticket(run->talk),
                                             .body = run->visit->body->id,
                                             .mailbox = run->visit->conf->name,
                                             .folder = run->folder,
                                             .uidvalidity = run->view.uidvalidity,
                                             .uidnext = run->view.uidnext}};
    for (size_t i = 0; i < run->item_count; i++)
        uids[i] = run->items[i].uid;
    if (!memfd_from("uids", uids, run->item_count * sizeof *uids, &packet.fd, &run->report->err))
        return visit_failed(run, MAILBOX_LOST);
    talk_say(run->talk, &packet);
    return true;
}

static bool take_wanted(struct run *run, const struct wire_packet *packet)
{
    struct memfd_map map;
    bool ok = memfd_map(packet->fd, UIDS_MAX, &map, &run->report->err);
    close(packet->fd);
    if (!ok)
        return visit_failed(run, MAILBOX_LOST);
    run->wanted_count = packet->as.wanted.to_fetch;
    run->to_move_count = packet->as.wanted.to_move;
    if (map.n != (run->wanted_count + run->to_move_count) * sizeof(uint32_t))
        panic("watch: the clerk miscounts UIDs");
    run->wanted = arena_alloc(run->arena, map.n + 1);
    memcpy(run->wanted, map.bytes, map.n);
    run->to_move = run->wanted + run->wanted_count;
    memfd_unmap(&map);
    return true;
}

bool visit_discover(struct run *run)
{
    struct wire_packet packet;
    enum mailbox_result result = mailbox_list(run->visit->mailbox, run->arena, &run->items,
                                              &run->item_count, &run->report->err);
    if (result != MAILBOX_OK)
        return visit_failed(run, result);
    remember_epoch(run);
    if (!say_view(run) || !visit_hear(run, WIRE_WANTED, &packet) || !take_wanted(run, &packet))
        return false;
    set_stuck_aside(run);
    return true;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static bool move(struct run *run, const uint32_t *uids, size_t count)
{
    const struct visit *v = run->visit;
    struct wire_packet packet = {.type = WIRE_MOVED,
                                 .as.moved = {.body = v->body->id,
                                              .mailbox = v->conf->name,
                                              .folder = run->folder,
                                              .uidvalidity = run->view.uidvalidity}};
    if (!count || run->stays)
        return true;
    enum mailbox_result result = mailbox_done(v->mailbox, uids, count, &run->report->err);
    if (result != MAILBOX_OK)
        return visit_failed(run, result);
    if (!mailbox_moves(v->mailbox))
        return true;
    if (!memfd_from("uids", uids, count * sizeof *uids, &packet.fd, &run->report->err))
        return visit_failed(run, MAILBOX_LOST);
    talk_say(run->talk, &packet);
    return true;
}

/* What an earlier visit did not put away.  Where mails stay in the folder for ever, they are marked
 * once. */
bool visit_move_rest(struct run *run)
{
    struct folder_memory *memory = run->memory;
    if (memory->marked && !mailbox_moves(run->visit->mailbox))
        return true;
    memory->marked = move(run, run->to_move, run->to_move_count);
    return memory->marked;
}

/* ---- fetching -------------------------------------------------------------------------------- */

static int by_uid(const void *key, const void *item)
{
    uint32_t uid = *(const uint32_t *)key;
    uint32_t other = ((const struct mailbox_item *)item)->uid;
    return uid < other ? -1 : uid > other;
}

const struct mailbox_item *visit_find_item(const struct run *run, uint32_t uid)
{
    const struct mailbox_item *item =
        bsearch(&uid, run->items, run->item_count, sizeof *run->items, by_uid);
    if (!item)
        panic("watch: the clerk wants a UID that was not listed");
    return item;
}

/* whole: 0, or how large the mail is of which fd holds the headers. */
static void say_mail(struct run *run, const struct mailbox_item *item, int fd, size_t whole)
{
    const struct visit *v = run->visit;
    talk_say(run->talk,
             &(struct wire_packet){.type = WIRE_MAIL,
                                   .fd = fd,
                                   .as.mail = {.visit = talk_ticket(run->talk),
                                               .body = v->body->id,
                                               .mailbox = v->conf->name,
                                               .folder = run->folder,
                                               .uidvalidity = run->view.uidvalidity,
                                               .uid = item->uid,
                                               .internaldate = (uint64_t)item->internaldate,
                                               .whole = whole}});
}

static void say_gone(struct run *run, const struct mailbox_item *item)
{
    const struct visit *v = run->visit;
    talk_say(run->talk, &(struct wire_packet){.type = WIRE_GONE,
                                              .fd = -1,
                                              .as.gone = {.visit = talk_ticket(run->talk),
                                                          .body = v->body->id,
                                                          .mailbox = v->conf->name,
                                                          .folder = run->folder,
                                                          .uidvalidity = run->view.uidvalidity,
                                                          .uid = item->uid}});
}

/* A size that the server did not tell before is at least one more than allowed. */
static size_t too_big(const struct run *run, const struct mailbox_item *item)
{
    size_t max = run->visit->body->max_size, whole = item->size > max ? item->size : max + 1;
    log_event(LOG_WARN, "too-large", "body", run->visit->body->id, "mailbox",
              run->visit->conf->name, "uid", log_int(item->uid), "size", log_int((int64_t)whole),
              "max", log_int((int64_t)max), NULL);
    return whole;
}

static bool say_fetched(struct run *run, const struct mailbox_item *item, int fd,
                        enum mailbox_result result)
{
    if (result == MAILBOX_GONE) {
        close(fd);
        say_gone(run, item);
        return true;
    }
    if (!memfd_seal(fd, &run->report->err)) {
        close(fd);
        return visit_failed(run, MAILBOX_LOST);
    }
    say_mail(run, item, fd, result == MAILBOX_TOO_BIG ? too_big(run, item) : 0);
    return true;
}

/* Fetches one mail and hands it on; the clerk will answer. */
static bool fetch_one(struct run *run, const struct mailbox_item *item)
{
    int fd;
    if (!memfd_new("mail", &fd, &run->report->err))
        return visit_failed(run, MAILBOX_LOST);
    enum mailbox_result result =
        mailbox_fetch(run->visit->mailbox, item, run->visit->body->max_size, fd, &run->report->err);
    if (result == MAILBOX_OK || result == MAILBOX_GONE || result == MAILBOX_TOO_BIG) {
        is_fetched(run->memory, item->uid);
        return say_fetched(run, item, fd, result);
    }
    close(fd);
    if (result == MAILBOX_LOST)
        is_stuck(run, item->uid);
    return visit_failed(run, result);
}

/* Waits for the outcomes of a batch, then moves what belongs in the done-folder. */
static bool settle(struct run *run, size_t said)
{
    uint32_t done[BATCH_MAILS];
    size_t count = 0;
    for (; said > 0; said--) {
        struct wire_packet packet;
        if (!visit_hear(run, WIRE_SETTLED, &packet))
            return false;
        if (packet.as.settled.to_move)
            done[count++] = (uint32_t)packet.as.settled.uid;
        if (packet.as.settled.committed)
            run->committed++;
        else
            run->report->left++;
    }
    return move(run, done, count);
}

bool visit_fetch_batch(struct run *run, size_t *next)
{
    size_t said = 0, bytes = 0;
    while (*next < run->wanted_count && said < BATCH_MAILS && bytes < BATCH_BYTES) {
        const struct mailbox_item *item = visit_find_item(run, run->wanted[(*next)++]);
        if (!fetch_one(run, item))
            return false;
        bytes += item->size;
        said++;
        run->report->fetched++;
    }
    return settle(run, said);
}
