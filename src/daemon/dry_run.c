/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/dry_run.h"

#include "base/file.h"
#include "daemon/anchors.h"
#include "daemon/reader_job.h"
#include "daemon/slices.h"
#include "imap/mailbox.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

struct dry_run {
    struct anchors *anchors;
    struct registry *registry; /* in memory */
    size_t mails;
    size_t by_state[MESSAGE_VANISHED + 1];
    size_t answers;
    bool incomplete; /* some mailbox could not be looked into whole */
};

/* One mailbox of it. */
struct look {
    struct dry_run *run;
    const struct conf_body *body;
    const struct conf_mailbox *conf;
    struct mailbox *mailbox;
    const char *folder; /* that is open */
    struct mailbox_view view;
    struct mailbox_item *items; /* of it */
    size_t item_count;
    struct uid_sets sets;
};

static bool give_up(struct look *look, const struct err *err)
{
    fprintf(stderr, "antragd: %s/%s: %s\n", look->body->id, look->conf->name, err->text);
    look->run->incomplete = true;
    return false;
}

/* ---- printing -------------------------------------------------------------------------------- */

static const char *sender(const struct message *message)
{
    const struct mail_addresses *from = message->reading ? &message->reading->mail->from : NULL;
    return from && from->n ? from->v[0].address : "(no sender)";
}

static const char *subject(const struct message *message)
{
    const char *s = message->reading ? message->reading->mail->subject : NULL;
    return s ? s : "(no subject)";
}

static void print_motion(const struct decided_motion *decided)
{
    const char *title = decided->motion->title ? decided->motion->title : "(no title)";
    if (decided->registered)
        printf("    registered as %s: %s\n", decided->number, title);
    else if (decided->follow != FOLLOW_NONE)
        printf("    %s %s: %s\n", follow_to_text(decided->follow), decided->number, title);
    else
        printf("    held: %s\n", title);
    if (decided->reason)
        printf("    because: %s\n", decided->reason);
    if (decided->deadline.rule)
        printf("    %s: %s\n", deadline_state_to_text(decided->deadline.state),
               decided->deadline.rule);
}

static void print_decision(struct arena *arena, const struct message *message,
                           const struct decision *decision)
{
    int minute = moment_minute(decision->arrival.at);
    printf("%s %u  %s %02d:%02d  %s  %s\n", message->mailbox->name, message->raw.uid,
           day_to_text(arena, moment_day(decision->arrival.at)), minute / 60, minute % 60,
           sender(message), subject(message));
    if (decision->motion_count == 0)
        printf("    %s: %s\n", message_state_to_text(decision->state),
               decision->reason ? decision->reason : decision->row);
    for (size_t i = 0; i < decision->motion_count; i++)
        print_motion(&decision->motions[i]);
}

/* As the outbox has them: who was answered before is not answered again. */
static bool print_answers(struct look *look, struct arena *arena, int64_t id, struct err *err_r)
{
    struct delivery *rows;
    size_t count;
    if (!registry_list_deliveries(look->run->registry, arena, id, 0, &rows, &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++)
        printf("    %s %s to %s: %s\n",
               rows[i].state == DELIVERY_WAITING ? "waiting for a person:" : "would send",
               reply_kind_to_text(rows[i].kind), rows[i].to, rows[i].subject);
    look->run->answers += count;
    return true;
}

static void print_sum(const struct dry_run *run)
{
    printf("%zu mails wait", run->mails);
    for (int i = 0; i <= MESSAGE_VANISHED; i++)
        if (run->by_state[i])
            printf(", %zu %s", run->by_state[i], message_state_to_text((enum message_state)i));
    printf("; %zu answers would be made.  Nothing was changed, nobody was written to.\n",
           run->answers);
}

/* ---- one mail -------------------------------------------------------------------------------- */

static void read_it(struct arena *arena, const struct anchors *anchors, struct message *message)
{
    struct reading *reading;
    struct err err;
    const struct reader_place place = {.authorities = anchors_find(anchors, message->body->id),
                                       .mailbox = message->mailbox,
                                       .internaldate = message->raw.internaldate};
    if (!reader_read_apart(arena, message->raw.fd, &place, &reading, &err))
        message->unreadable = arena_strdup(arena, err.text);
    message->reading = reading;
}

static bool settle(struct look *look, struct arena *arena, struct message *message,
                   struct err *err_r)
{
    struct conclusion conclusion = {0};
    struct registry *registry = look->run->registry;
    int64_t id;
    if (!registry_begin(registry, err_r))
        return false;
    if (!pipeline_settle(registry, arena, message, &conclusion, &id, err_r)) {
        registry_rollback(registry);
        return false;
    }
    if (!registry_commit(registry, err_r))
        return false;
    look->run->mails++;
    look->run->by_state[conclusion.decision.state]++;
    print_decision(arena, message, &conclusion.decision);
    return print_answers(look, arena, id, err_r);
}

static bool conclude(struct look *look, struct arena *arena, const struct mailbox_item *item,
                     int fd, size_t whole, struct err *err_r)
{
    struct message message = {
        .body = look->body,
        .mailbox = look->conf,
        .now = (int64_t)time(NULL),
        .token = arena_printf(arena, "%032zx%032d", look->run->mails, 0),
        .raw = {.body = look->body->id,
                .mailbox = look->conf->name,
                .folder = look->folder,
                .uidvalidity = look->view.uidvalidity,
                .uid = item->uid,
                .internaldate = item->internaldate,
                .whole = whole,
                .fd = fd},
    };
    if (!memfd_seal(fd, err_r) || !digest_memfd(fd, message.raw.sha256, &message.raw.size, err_r))
        return false;
    read_it(arena, look->run->anchors, &message);
    return settle(look, arena, &message, err_r);
}

static bool look_at(struct look *look, const struct mailbox_item *item)
{
    size_t max = look->body->max_size;
    struct err err;
    int fd;
    if (!memfd_new("mail", &fd, &err))
        return give_up(look, &err);
    enum mailbox_result result = mailbox_fetch(look->mailbox, item, max, fd, &err);
    bool ok = true;
    if (result == MAILBOX_OK || result == MAILBOX_TOO_BIG) {
        size_t whole = result == MAILBOX_OK ? 0 : item->size > max ? item->size : max + 1;
        struct arena *arena = arena_new();
        ok = conclude(look, arena, item, fd, whole, &err);
        arena_free(arena);
    } else if (result != MAILBOX_GONE) {
        ok = false;
    }
    close(fd);
    return ok || give_up(look, &err);
}

/* ---- one mailbox ----------------------------------------------------------------------------- */

static bool compare(struct look *look, struct arena *arena, struct err *err_r)
{
    struct registry *registry = look->run->registry;
    const char *body = look->body->id, *mailbox = look->conf->name;
    uint32_t *uids = arena_array(arena, look->item_count + 1, sizeof *uids);
    bool renewed;
    for (size_t i = 0; i < look->item_count; i++)
        uids[i] = look->items[i].uid;
    if (!registry_note_visit(registry, body, mailbox, look->folder, look->view.uidvalidity,
                             look->view.uidnext, (int64_t)time(NULL), &renewed, err_r))
        return false;
    if (conf_is_junk(look->conf, look->folder))
        return registry_compare_junk(registry, arena, body, mailbox, look->folder,
                                     look->view.uidvalidity, uids, look->item_count,
                                     trust_digest_roster(arena, look->body), &look->sets, err_r);
    return registry_compare_uids(registry, arena, body, mailbox, look->folder,
                                 look->view.uidvalidity, uids, look->item_count, &look->sets,
                                 err_r);
}

static bool list(struct look *look, struct arena *arena, struct err *err_r)
{
    return mailbox_list(look->mailbox, arena, &look->items, &look->item_count, err_r) ==
               MAILBOX_OK &&
           compare(look, arena, err_r);
}

/* take: what is to be done with each that is wanted. */
static bool for_each_wanted(struct look *look,
                            bool (*take)(struct look *look, const struct mailbox_item *item))
{
    size_t next = 0;
    for (size_t i = 0; i < look->item_count && next < look->sets.wanted_count; i++) {
        if (look->items[i].uid != look->sets.wanted[next])
            continue;
        next++;
        if (!take(look, &look->items[i]))
            return false;
    }
    return true;
}

static bool look_through(struct look *look, struct arena *arena)
{
    struct err err;
    look->folder = look->conf->folder;
    if (mailbox_open(look->mailbox, true, &look->view, &err) != MAILBOX_OK ||
        !list(look, arena, &err))
        return give_up(look, &err);
    return for_each_wanted(look, look_at);
}

/* ---- its folder for junk --------------------------------------------------------------------- */

static bool is_listed(struct look *look, struct arena *arena, int fd, int64_t arrived)
{
    struct reading *reading;
    struct verdict verdict;
    struct err err;
    if (!memfd_seal(fd, &err) || (!reader_read_apart(arena, fd, NULL, &reading, &err) && !reading))
        return false;
    trust_judge(arena, reading, look->body, look->conf, moment_day(arrived), &verdict);
    return verdict.member && verdict.level >= TRUST_LISTED;
}

static bool look_at_junk(struct look *look, const struct mailbox_item *item)
{
    struct err err;
    int fd;
    if (!memfd_new("from", &fd, &err))
        return give_up(look, &err);
    bool ok = mailbox_peek(look->mailbox, item, 1, &fd, &err) == MAILBOX_OK;
    struct arena *arena = arena_new();
    bool listed = ok && is_listed(look, arena, fd, item->internaldate);
    arena_free(arena);
    close(fd);
    if (!ok)
        return give_up(look, &err);
    return !listed || look_at(look, item);
}

static bool look_through_junk(struct look *look, struct arena *arena)
{
    struct err err;
    look->folder = look->conf->junk_folder;
    if (!look->folder || !*look->folder)
        return true;
    if (mailbox_examine(look->mailbox, look->folder, true, &look->view, &err) != MAILBOX_OK ||
        !list(look, arena, &err))
        return give_up(look, &err);
    return for_each_wanted(look, look_at_junk);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void visit(struct dry_run *run, const struct conf_body *body,
                  const struct conf_mailbox *mailbox)
{
    struct arena *arena = arena_new();
    struct look look = {
        .run = run, .body = body, .conf = mailbox, .mailbox = mailbox_new(mailbox, -1)};
    if (look_through(&look, arena) && look_through_junk(&look, arena))
        mailbox_close(look.mailbox);
    mailbox_free(look.mailbox);
    arena_free(arena);
}

static bool prepare(const char *conf_path, struct arena *arena, const struct conf **conf_r,
                    struct dry_run *run, struct err *err_r)
{
    if (!slices_read_conf(conf_path, arena, conf_r, err_r))
        return false;
    if ((*conf_r)->body_count > 0 && !zone_set((*conf_r)->bodies[0].time_zone, err_r))
        return false;
    return reader_prepare((*conf_r)->ocr, err_r) &&
           registry_open((*conf_r)->state_directory, REGISTRY_TRIAL, &run->registry, err_r);
}

int dry_run(const char *conf_path)
{
    struct arena *arena = arena_new();
    struct dry_run run = {0};
    const struct conf *conf;
    struct err err;
    if (!prepare(conf_path, arena, &conf, &run, &err))
        fatal(&err);
    run.anchors = anchors_new(conf);
    for (size_t i = 0; i < conf->body_count; i++)
        for (size_t k = 0; k < conf->bodies[i].mailbox_count; k++)
            visit(&run, &conf->bodies[i], &conf->bodies[i].mailboxes[k]);
    print_sum(&run);
    anchors_free(run.anchors);
    registry_close(run.registry);
    arena_free(arena);
    return run.incomplete ? EX_TEMPFAIL : EX_OK;
}
